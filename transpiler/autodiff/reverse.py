"""Reverse mode: the chain rule, as if every primal value were still at hand.

The backward ops follow the forward ops in one function.  They name primal
values of any forward region; ``residuals.py`` makes that executable.  Each
backward region op carries ``mirror``, the label of its forward op.  Adjoint
loops have the *forward* operands and the attr ``reversed`` until the residuals
are planned.

Adjoints of arrays are accumulators (``additem``, ``accum``), threaded through
control flow as extra carried values; see Griewank & Walther, Evaluating
Derivatives (2nd ed.), chapters 3 and 4.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

import numpy as np

from adgen.transpiler.autodiff import custom
from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.labels import prepare
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value, type_of
from adgen.transpiler.ir.rewrite import rename, substitute
from adgen.transpiler.ir.trees import Constant, Node
from adgen.transpiler.ir.types import INT, Array, Scalar, is_float
from adgen.transpiler.primitives import tracer
from adgen.transpiler.primitives.builder import Builder, zero
from adgen.transpiler.primitives.custom import Custom
from adgen.transpiler.primitives.kinds import Bilinear, Elementwise, Explicit, Linear
from adgen.transpiler.primitives.table import find

Adjoints = dict[Value, Operand]


def reverse(
    function: Function, wrt: Sequence[int], seeded: bool, auxiliary: bool = False
) -> Function:
    """The joint function: values, then one cotangent per parameter in ``wrt``.

    ``seeded``: the cotangents of the (floating) results are further parameters,
    named ``value_bar``; otherwise the one scalar result has the cotangent 1, or, if there is
    an ``auxiliary`` result beside it, the first of two.

    Raises NotDifferentiable when that result is not a floating scalar (unless
    ``seeded``) or a parameter in ``wrt`` is not of a floating type.
    """
    function = prepare(function)
    body = function.body
    inputs = [function.params[k] for k in wrt]
    for value in inputs:
        if not is_float(value.type):
            raise NotDifferentiable(
                f"argument '{value.name}' is of type {value.type.dtype}: it has no derivative",
                function.span,
                hint=f"pass {value.name} as float, or leave it out of wrt",
            )
    count = core.leaves(function.structure)
    results = body.yields[:count]
    builder = Builder(role=core.ADJOINT)
    adjoints: Adjoints = {}
    engine = _Reverser(Activity(body, inputs))
    seeds = _cotangents(results) if seeded else _one(function, results, auxiliary)
    for result, seed in zip(results, seeds, strict=True):
        if seed is not None:
            engine.contribute(builder, adjoints, result, seed)
    engine.block(body.ops, adjoints, builder)
    cotangents = [_finished(builder, adjoints, value) for value in inputs]
    params = [seed for seed in seeds if seeded and isinstance(seed, Value)]
    joint = Block((*body.args, *params), (*body.ops, *builder.ops), (*results, *cotangents))
    joint = rename(joint, engine.names)
    structure = (function.structure, (core.LEAF,) * len(cotangents))
    name = f"{function.name}_value_and_grad"
    return Function(name, joint, structure, (), function.doc, function.span)


def _one(function: Function, results: Sequence[Operand], auxiliary: bool) -> list[Operand | None]:
    """The cotangent 1 of the one scalar result, None for those beside it."""
    first, wanted = function.structure, "one scalar result"
    if auxiliary:
        wanted = "a pair of results, the first of them a scalar"
        first = first[0] if type(first) is tuple and len(first) == 2 else Constant(None)
    kind = type_of(results[0]) if first is core.LEAF else None
    if not isinstance(kind, Scalar):
        raise NotDifferentiable(
            f"the gradient needs {wanted}, but the function returns {_returned(function, results)}",
            function.span,
            hint="return a scalar (a sum, a mean, one element), or use vjp",
        )
    if not is_float(kind):
        raise NotDifferentiable(
            f"the function returns a value of type {kind.dtype}: it has no derivative",
            function.span,
            hint="return a float",
        )
    one = 1.0 if kind.dtype == np.float64 else kind.dtype.type(1)
    return [one, *[None for _ in results[1:]]]


def _returned(function: Function, results: Sequence[Operand]) -> str:
    structure = function.structure
    if structure is core.LEAF:
        kind = type_of(results[0])
        return f"an array ({kind})" if isinstance(kind, Array) else "a number"
    if isinstance(structure, Constant):
        return repr(structure.value)
    return f"a {structure.kind.cls.__name__ if isinstance(structure, Node) else 'tuple'}"


def _cotangents(results: Sequence[Operand]) -> list[Operand | None]:
    """Further parameters, one for each floating result."""
    many = len(results) > 1
    return [
        Value(type_of(result), f"value{k if many else ''}_bar")
        if is_float(type_of(result))
        else None
        for k, result in enumerate(results)
    ]


def _finished(builder: Builder, adjoints: Adjoints, value: Value) -> Operand:
    """The cotangent of a parameter: zeros if nothing reached it, an array of its own shape."""
    found = adjoints.get(value)
    if found is None:
        return builder.zeros_like(value, _bar(value))
    return found


def _bar(value: Value) -> str:
    return f"{value.name}_bar" if value.name else ""


class _Reverser:
    """Runs the chain rule over blocks; one instance per function."""

    def __init__(self, activity: Activity) -> None:
        self.activity = activity
        self.names: dict[Value, str] = {}
        self.twins: dict[Slot, Slot] = {}  # stacks of the program -> stacks of cotangents
        self.found: dict[tuple[int, frozenset[int]], tuple[list[int], list[Value]]] = {}

    # Accumulation

    def contribute(self, b: Builder, adjoints: Adjoints, value: Operand, g: Operand) -> None:
        """Add ``g`` (of a shape that broadcasting may have widened) to the adjoint of a value."""
        if not isinstance(value, Value) or value not in self.activity:
            return
        g = self.fit(b, g, value)
        have = adjoints.get(value)
        if have is None:
            adjoints[value] = g
            if value.name and isinstance(g, Value) and not g.name:
                self.names.setdefault(g, _bar(value))
        elif isinstance(value.type, Array):
            adjoints[value] = b.emit(core.ACCUM, have, g, name=_bar(value))
        else:
            adjoints[value] = b.emit(operator.add, have, g, name=_bar(value), **_REASSOC)

    def fit(self, b: Builder, g: Operand, value: Value) -> Operand:
        """Sum ``g`` over the axes along which ``value`` was broadcast; match the dtype."""
        have, want = type_of(g), value.type
        if isinstance(have, Array):
            if isinstance(want, Scalar):
                g = b.emit(np.sum, g, axis=tuple(range(have.ndim)), keepdims=False)
            else:
                lead = have.ndim - want.ndim
                keep = tuple(
                    lead + k for k in range(want.ndim) if want.ones[k] and not have.ones[lead + k]
                )
                axes = (*range(lead), *keep)
                if axes:
                    g = b.emit(core.SUMTO, g, axes=axes, keep=keep)
        elif isinstance(want, Array):
            g = b.emit(core.BROADCAST, g, *b.dims(value), ones=want.ones)
        have = type_of(g)
        if have.dtype != want.dtype:
            kind = Array(want.dtype, have.ones) if isinstance(have, Array) else Scalar(want.dtype)
            g = b.cast(g, kind)
        return g

    def scatter(
        self, b: Builder, adjoints: Adjoints, x: Value, g: Operand, path: paths.Path,
        index: Sequence[Operand],
    ) -> None:  # fmt: skip
        """Add ``g`` to the part of the adjoint of ``x`` that the path selects."""
        have = adjoints.get(x)
        if have is None:
            have = b.zeros_like(x, _bar(x))
        assert isinstance(have, Value)
        adjoints[x] = b.additem(have, g, path, *index, name=_bar(x))

    # Blocks and ops

    def block(self, ops: Sequence[Op], adjoints: Adjoints, b: Builder) -> None:
        """The adjoint ops of a straight list of ops, last first."""
        for op in ops:
            if op.callee == core.DECLARE and op.attrs["slot"] in self.activity:
                b.effect(core.DECLARE, slot=self.twin(op.attrs["slot"]))
        for op in reversed(ops):
            moves = self.moves(op)
            if not moves and not any(result in adjoints for result in op.results):
                continue
            b.span = op.span
            if moves and not op.regions:
                self.stack_op(op, adjoints, b)
                continue
            if op.callee == core.IF:
                self.conditional(op, adjoints, b)
            elif op.callee in (core.FOR, core.WHILE):
                self.loop(op, adjoints, b)
            else:
                g = adjoints.pop(op.result)
                if isinstance(op.callee, str):
                    _RULES[op.callee](self, b, adjoints, op, g)
                else:
                    self.primitive(op, g, adjoints, b)

    def twin(self, slot: Slot) -> Slot:
        """The stack of the cotangents of what a stack of the program holds."""
        return self.twins.setdefault(slot, slot.twin("_bar"))

    def moves(self, op: Op) -> bool:
        """Whether an op pushes to or pops from a stack of values that vary."""
        if op.callee in (core.SAVE, core.LOAD):
            return op.attrs["slot"] in self.activity
        return any(self.moves(inner) for region in op.regions for inner in region.ops)

    def stack_op(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """Backwards, what was popped is pushed: its cotangent waits for that of the push."""
        twin = self.twin(op.attrs["slot"])
        if op.callee == core.LOAD:
            g = adjoints.pop(op.result, None)
            b.effect(core.SAVE, b.zeros_like(op.result) if g is None else g, slot=twin)
            return
        value = op.operands[0]
        name = _bar(value) if isinstance(value, Value) else ""
        self.contribute(b, adjoints, value, b.emit(core.LOAD, slot=twin, name=name))

    def primitive(self, op: Op, g: Operand, adjoints: Adjoints, b: Builder) -> None:
        """Cotangents of the operands by the table."""
        if isinstance(op.callee, Custom):
            custom.check_arguments(op, op.operands[0] in self.activity)
            for k in range(len(op.callee.rules)):
                if op.operands[1 + k] in self.activity:
                    part = custom.applied(b, op, k, g, forwards=False)
                    if part is not None:
                        self.contribute(b, adjoints, op.operands[1 + k], part)
            return
        entry = find(op.callee)
        assert entry is not None
        kind, operands, attrs = entry.kind, op.operands, dict(op.attrs)
        attrs.pop("reassoc", None)
        if isinstance(kind, Elementwise):
            for rule, operand in zip(kind.rules, operands, strict=True):
                if rule is not None and operand in self.activity:
                    part = tracer.apply_rule(b, rule, g, op.result, *operands)
                    self.contribute(b, adjoints, operand, part)
        elif isinstance(kind, Linear):
            part = tracer.apply_rule(b, kind.vjp, g, *operands, **attrs)
            self.contribute(b, adjoints, operands[0], part)
        elif isinstance(kind, Bilinear):
            for rule, operand in zip((kind.vjp_x, kind.vjp_y), operands, strict=True):
                if operand in self.activity:
                    part = tracer.apply_rule(b, rule, g, *operands, **attrs)
                    self.contribute(b, adjoints, operand, part)
        elif isinstance(kind, Explicit):
            parts = tracer.apply_rule(b, kind.vjp, g, op.result, *operands, **attrs)
            for operand, part in zip(operands, parts, strict=True):
                if part is not None and operand in self.activity:
                    self.contribute(b, adjoints, operand, part)

    # Control flow

    def conditional(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """The mirrored if: each arm reverses its own arm on top of the outer adjoints."""
        gs = [adjoints.pop(result, None) for result in op.results]
        outer = dict(adjoints)
        touched: dict[Value, None] = {}
        given: set[Value] = set()  # adjoints that an arm gets by taking one over
        for region in op.regions:
            trial, inner = dict(outer), b.inner()
            self._arm(region, gs, trial, inner)
            changed = self._changed(region, outer, trial)
            touched |= dict.fromkeys(changed)
            given |= {v for v in changed if v in trial and not _sums_up(inner, trial[v])}
        for value in touched:
            if isinstance(value.type, Array) and value not in outer and value not in given:
                outer[value] = b.zeros_like(value, _bar(value))
        arms = []
        for region in op.regions:
            inner, after = b.inner(), dict(outer)
            self._arm(region, gs, after, inner)
            arms.append((inner, [after[v] if v in after else _zero(inner, v) for v in touched]))
        results = b.region(
            core.IF, op.operands, [inner.block((), yields) for inner, yields in arms],
            [v.type for v in touched], [_bar(v) for v in touched],
            mirror=op.attrs["label"],
        )  # fmt: skip
        adjoints.update(zip(touched, results, strict=True))

    def _arm(
        self, region: Block, gs: Sequence[Operand | None], adjoints: Adjoints, b: Builder
    ) -> None:
        for y, g in zip(region.yields, gs, strict=True):
            if g is not None:
                self.contribute(b, adjoints, y, g)
        self.block(region.ops, adjoints, b)

    def _changed(self, region: Block, before: Adjoints, after: Adjoints) -> list[Value]:
        """Values from outside the region whose adjoint it touches."""
        inside = _defined(region)
        return [
            v for v, g in after.items() if v not in inside and before.get(v) is not g
        ]  # fmt: skip

    def loop(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """The mirrored loop, last iteration first."""
        fixed, skip = (3, 1) if op.callee == core.FOR else (0, 0)
        lead = 1 if op.attrs.get("exits") else 0
        body = op.regions[-1]
        heads, ends = body.args[skip:], body.yields[lead:]
        gs = {k: adjoints.pop(r) for k, r in enumerate(op.results) if r in adjoints}
        useful, touched = self._reach(op, body, heads, ends, set(gs), b)
        inits = [gs[k] if k in gs else self._zeros(b, op.results[k], heads[k]) for k in useful]
        outer = [
            adjoints[v] if v in adjoints else self._zeros(b, v, v) for v in touched
        ]  # fmt: skip
        args = [Value(heads[k].type, _bar(heads[k])) for k in useful]
        accumulators = [Value(v.type, _bar(v)) for v in touched]
        inner = b.inner()
        bounds, index, forward_index = self._bounds(op, inner)
        within: Adjoints = dict(zip(touched, accumulators, strict=True))
        for k, arg in zip(useful, args, strict=True):
            self.contribute(inner, within, ends[k], arg)
        self.block(body.ops, within, inner)
        yields = [
            within[heads[k]] if heads[k] in within else self._zeros(inner, arg, heads[k])
            for k, arg in zip(useful, args, strict=True)
        ]
        yields += [within[v] for v in touched]
        block = inner.block((index, *args, *accumulators), yields)
        results = b.region(
            core.FOR, (*bounds, *inits, *outer), [substitute(block, forward_index)],
            [a.type for a in block.args[1:]], [a.name for a in block.args[1:]],
            mirror=op.attrs["label"], reversed=True,
        )  # fmt: skip
        adjoints.update(zip(touched, results[len(useful) :], strict=True))
        for k, g in zip(useful, results, strict=False):
            self.contribute(b, adjoints, op.operands[fixed + k], g)

    def _bounds(
        self, op: Op, inner: Builder
    ) -> tuple[tuple[Operand, ...], Value, dict[Value, Operand]]:
        """Bounds and index of the mirrored loop, and what the forward index is in it.

        A loop with an unknown trip count is mirrored by one over the counted trips.
        """
        if op.callee == core.FOR and not op.attrs.get("exits"):
            forward = op.regions[0].args[0]
            index = Value(INT, forward.name)
            return op.operands[:3], index, {forward: index}
        index = Value(INT, "trip")
        bounds = (0, op.results[op.attrs["trips"]], 1)
        if op.callee == core.WHILE:
            return bounds, index, {}
        start, _, step = op.operands[:3]
        offset = inner.emit(operator.mul, index, step)
        position = inner.emit(operator.add, offset, start, name=op.regions[0].args[0].name)
        return bounds, index, {op.regions[0].args[0]: position}

    def _reach(
        self, op: Op, body: Block, heads: Sequence[Value], ends: Sequence[Operand],
        start: set[int], b: Builder,
    ) -> tuple[list[int], list[Value]]:  # fmt: skip
        """Carried values whose adjoint matters and outer values that the body touches.

        Found by reversing the body on trial until nothing new turns up.
        """
        key = (op.attrs["label"], frozenset(start))
        if key in self.found:
            return self.found[key]
        useful = {k for k in start if heads[k] in self.activity}
        while True:
            trial: Adjoints = {}
            scratch = b.inner()
            for k in useful:
                self.contribute(scratch, trial, ends[k], Value(heads[k].type))
            self.block(body.ops, trial, scratch)
            more = {k for k, head in enumerate(heads) if head in trial} - useful
            if not more:
                break
            useful |= more
        own = set(heads)
        touched = [v for v in self._changed(body, {}, trial) if v not in own]
        self.found[key] = (sorted(useful), touched)
        return self.found[key]

    def _zeros(self, b: Builder, shape_of: Value, named: Value) -> Operand:
        if isinstance(named.type, Scalar):
            return zero(named.type)
        return b.zeros_like(shape_of, _bar(named))


def _defined(region: Block) -> set[Value]:
    """Everything that a region and its inner regions define."""
    inside = set(region.args)
    for op in region.ops:
        inside.update(op.results)
        for inner in op.regions:
            inside |= _defined(inner)
    return inside


def _sums_up(b: Builder, adjoint: Operand) -> bool:
    """Whether an adjoint has been summed up from zeros."""
    made = {result: op for op in b.ops for result in op.results}
    while isinstance(adjoint, Value) and adjoint in made:
        op = made[adjoint]
        if op.callee not in (core.ACCUM, core.ADDITEM, core.SETITEM):
            return op.callee == core.ZEROS
        adjoint = op.operands[0]
    return False


def _zero(b: Builder, value: Value) -> Operand:
    return zero(value.type) if isinstance(value.type, Scalar) else b.zeros_like(value, _bar(value))


_REASSOC = {"reassoc": True}

# Rules of the kinds of the IR: (engine, builder, adjoints, op, cotangent of the result)

_Rule = Callable[[_Reverser, Builder, Adjoints, Op, Operand], None]


def _getitem(engine: _Reverser, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    x, *index = op.operands
    if x not in engine.activity:
        return
    assert isinstance(x, Value)
    path = op.attrs["path"]
    back = _inverse(b, x, path, g)
    if back is not None:
        engine.contribute(b, adjoints, x, back)
    else:
        engine.scatter(b, adjoints, x, engine.fit(b, g, op.result), path, index)


def _inverse(b: Builder, x: Value, path: paths.Path, g: Operand) -> Operand | None:
    """``g`` carried back through a path that only rearranges all of ``x``, or None."""
    assert isinstance(x.type, Array)
    if len(path) != 1 or not isinstance(g, Value):
        return None
    (step,) = path
    if isinstance(step, paths.Transpose):
        inverse = tuple(int(k) for k in np.argsort(step.perm))
        return b.getitem(g, (paths.Transpose(inverse),))
    if isinstance(step, paths.Reshape):
        back = paths.Reshape(x.type.ndim, x.type.ones)
        return b.getitem(g, (back,), *b.dims(x))
    if any(item not in (paths.NEW, paths.FULL) for item in step.items):
        return None
    items = tuple(paths.INT if item == paths.NEW else paths.FULL for item in step.items)
    return b.getitem(g, (paths.Index(items),), *(0 for item in items if item == paths.INT))


def _setitem(engine: _Reverser, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    x, v, *index = op.operands
    path = op.attrs["path"]
    assert isinstance(g, Value)
    part = b.getitem(g, path, *index) if v in engine.activity else None
    if x in engine.activity:
        assert isinstance(x, Value)
        rest = b.setitem(g, zero(Scalar(x.type.dtype)), path, *index, name=_bar(x))
        engine.contribute(b, adjoints, x, rest)
    if part is not None:
        engine.contribute(b, adjoints, v, part)


def _additem(engine: _Reverser, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    x, v, *index = op.operands
    engine.contribute(b, adjoints, x, g)
    if v in engine.activity:
        engine.contribute(b, adjoints, v, b.getitem(g, op.attrs["path"], *index))


def _accum(engine: _Reverser, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    for operand in op.operands:
        engine.contribute(b, adjoints, operand, g)


def _pass(engine: _Reverser, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    """copy, cast, broadcast and full: un-broadcasting and casting are in ``fit``."""
    engine.contribute(b, adjoints, op.operands[0], g)


def _sumto(engine: _Reverser, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    x = op.operands[0]
    assert isinstance(x, Value) and isinstance(x.type, Array)
    gone = [axis for axis in op.attrs["axes"] if axis not in op.attrs["keep"]]
    if gone and isinstance(type_of(g), Array):
        items = tuple(paths.NEW if k in gone else paths.FULL for k in range(x.type.ndim))
        g = b.getitem(g, (paths.Index(items),))
    engine.contribute(b, adjoints, x, b.emit(core.BROADCAST, g, *b.dims(x), ones=x.type.ones))


def _nothing(engine: _Reverser, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    """Fresh arrays and extents depend on no input."""


_RULES: dict[str, _Rule] = {
    core.GETITEM: _getitem, core.SETITEM: _setitem, core.ADDITEM: _additem, core.ACCUM: _accum,
    core.COPY: _pass, core.CAST: _pass, core.BROADCAST: _pass, core.FULL_: _pass,
    core.SUMTO: _sumto, core.DIM: _nothing, core.ZEROS: _nothing, core.EMPTY: _nothing,
    core.RANGELEN: _nothing,
}  # fmt: skip
