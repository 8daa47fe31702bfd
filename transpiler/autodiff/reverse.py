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
from collections.abc import Mapping, Sequence

import numpy as np

from adgen.transpiler.autodiff import custom
from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.adjoints import Accumulator, Adjoints, bar
from adgen.transpiler.autodiff.array_rules import RULES
from adgen.transpiler.autodiff.labels import prepare
from adgen.transpiler.autodiff.links import Parts, collect, pulled
from adgen.transpiler.autodiff.masks import Masks
from adgen.transpiler.autodiff.samples import check_draws
from adgen.transpiler.autodiff.segments import cut_into_segments
from adgen.transpiler.autodiff.turning import Turning, turn
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value, type_of
from adgen.transpiler.ir.rewrite import rename, substitute
from adgen.transpiler.ir.snapshots import ATTRIBUTE
from adgen.transpiler.ir.trees import Constant, Node
from adgen.transpiler.ir.types import INT, Array, Scalar, is_complex, is_float
from adgen.transpiler.primitives import tracer
from adgen.transpiler.primitives.builder import Builder, zero
from adgen.transpiler.primitives.custom import Custom
from adgen.transpiler.primitives.kinds import Bilinear, Elementwise, Explicit, Linear
from adgen.transpiler.primitives.linked import PART
from adgen.transpiler.primitives.table import find
from adgen.transpiler.span import Span


def reverse(
    function: Function, wrt: Sequence[int], seeded: bool, auxiliary: bool = False,
    holomorphic: bool = False,
) -> Function:  # fmt: skip
    """The joint function: values, then one cotangent per parameter in ``wrt``.

    ``seeded``: the cotangents of the (floating) results are further parameters,
    named ``value_bar``; otherwise the one scalar result has the cotangent 1, or, if there is
    an ``auxiliary`` result beside it, the first of two.  ``holomorphic``: that result and the
    parameters are complex, and nothing on the way from these to that is not holomorphic.

    Raises NotDifferentiable when that result is not a floating scalar (unless
    ``seeded``) or a parameter in ``wrt`` is not of a floating type.
    """
    function = prepare(cut_into_segments(function))
    body = function.body
    inputs = [function.params[k] for k in wrt]
    for value in inputs:
        if not is_float(value.type):
            raise NotDifferentiable(
                f"argument '{value.name}' is of type {value.type.dtype}: it has no derivative",
                function.span,
                hint=f"pass {value.name} as float, or leave it out of wrt",
            )
        if holomorphic and not is_complex(value.type):
            raise NotDifferentiable(
                f"argument '{value.name}' is real: the derivative by it is not holomorphic",
                function.span,
                hint="leave out holomorphic=True, or pass a complex number",
            )
    count = core.leaves(function.structure)
    results = body.yields[:count]
    builder = Builder(role=core.ADJOINT)
    adjoints: Adjoints = {}
    activity = Activity(body, inputs)
    check_draws(body, activity)
    engine = Reverser(activity, Masks(body, activity), Turning(function), holomorphic)
    seeds = _cotangents(results) if seeded else _one(function, results, auxiliary, holomorphic)
    for result, seed in zip(results, seeds, strict=True):
        if seed is not None:
            engine.contribute(builder, adjoints, result, seed)
    engine.block(body.ops, adjoints, builder)
    cotangents = [_finished(builder, adjoints, value) for value in inputs]
    params = [seed for seed in seeds if seeded and isinstance(seed, Value)]
    joint = Block((*body.args, *params), (*body.ops, *builder.ops), (*results, *cotangents))
    joint = rename(engine.turning.stored(joint), engine.names)
    structure = (function.structure, (core.LEAF,) * len(cotangents))
    name = f"{function.name}_value_and_grad"
    made = Function(name, joint, structure, (), function.doc, function.span)
    return custom.without_surgery(made)


def _one(
    function: Function, results: Sequence[Operand], auxiliary: bool, holomorphic: bool
) -> list[Operand | None]:
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
    if is_complex(kind) != holomorphic:
        raise NotDifferentiable(*_misfit(holomorphic, function.span))
    one: Operand = kind.dtype.type(1)
    if kind.dtype in (np.float64, np.complex128):
        one = 1.0 if kind.dtype == np.float64 else 1 + 0j  # type: ignore[assignment]
    return [one, *[None for _ in results[1:]]]


def _misfit(holomorphic: bool, span: Span | None) -> tuple[str, Span | None, str]:
    """Why a result has no gradient of the kind that is asked for."""
    if holomorphic:
        return (
            "holomorphic=True, but the function returns a real number", span,
            "leave it out: the gradient of a real function of complex numbers needs no option",
        )  # fmt: skip
    return (
        "the function returns a complex number: it has no gradient", span,
        "return np.real(z) or np.abs(z), or say holomorphic=True if that is what it is",
    )  # fmt: skip


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
        return builder.zeros_like(value, bar(value))
    return found


class Reverser(Accumulator):
    """Runs the chain rule over blocks; one instance per function."""

    def __init__(
        self, activity: Activity, masks: Masks, turning: Turning, holomorphic: bool = False
    ) -> None:
        super().__init__(activity, masks, holomorphic)
        self.turning = turning
        self.twins: dict[Slot, Slot] = {}  # stacks of the program -> stacks of cotangents
        self.found: dict[tuple[int, frozenset[int]], tuple[list[int], list[Value]]] = {}
        self.moving: dict[Op, bool] = {}  # what ``moves`` has found

    def extend(self, copies: Mapping[Value, Value], slots: Mapping[Slot, Slot]) -> None:
        """Take copies of values and slots for what the originals are."""
        pairs = [*copies.items(), *slots.items()]
        self.activity.varied.update(copy for old, copy in pairs if old in self.activity.varied)  # type: ignore[misc]
        self.masks.left_out.update(copy for old, copy in pairs if old in self.masks.left_out)  # type: ignore[misc]

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
            elif len(op.results) > 1:
                self.several(op, adjoints, b)
            else:
                g = adjoints.pop(op.result)
                if isinstance(g, Parts):
                    for argument, part in pulled(b, op, g, self.activity):
                        self.contribute(b, adjoints, argument, part)
                elif op.callee is PART:
                    collect(b, op, g, adjoints)
                elif isinstance(op.callee, str):
                    RULES[op.callee](self, b, adjoints, op, g)
                else:
                    self.primitive(op, g, adjoints, b)

    def twin(self, slot: Slot) -> Slot:
        """The stack of the cotangents of what a stack of the program holds."""
        return self.twins.setdefault(slot, slot.twin("_bar"))

    def moves(self, op: Op) -> bool:
        """Whether an op pushes to or pops from a stack of values that vary."""
        if op.callee in (core.SAVE, core.LOAD):
            return op.attrs["slot"] in self.activity
        if not op.regions:
            return False
        if op not in self.moving:  # asked anew on each level of what is nested
            self.moving[op] = any(self.moves(inner) for part in op.regions for inner in part.ops)
        return self.moving[op]

    def stack_op(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """Backwards, what was popped is pushed: its cotangent waits for that of the push."""
        twin = self.twin(op.attrs["slot"])
        if op.callee == core.LOAD:
            g = adjoints.pop(op.result, None)
            b.effect(core.SAVE, b.zeros_like(op.result) if g is None else g, slot=twin)
            return
        value = op.operands[0]
        name = bar(value) if isinstance(value, Value) else ""
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
        if self.holomorphic and op.callee is np.conjugate:
            self.refuse(op.span)
        if isinstance(kind, Elementwise):
            for k, (rule, operand) in enumerate(zip(kind.rules, operands, strict=True)):
                if rule is not None and operand in self.activity:
                    part = self.masks.part(b, op, k, rule, g)
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
            rule = tracer.stating(op, kind.vjp)
            parts = tracer.apply_rule(b, rule, g, op.result, *operands, **attrs)
            self.share(op, parts, adjoints, b)

    def several(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """Cotangents of the operands of a call with several results."""
        gs = tuple(adjoints.pop(result, None) for result in op.results)
        entry = find(op.callee)
        assert entry is not None and isinstance(entry.kind, Explicit)
        rule = tracer.stating(op, entry.kind.vjp)
        parts = tracer.apply_rule(b, rule, gs, op.results, *op.operands, **op.attrs)
        self.share(op, parts, adjoints, b)

    def share(
        self, op: Op, parts: Sequence[Operand | None], adjoints: Adjoints, b: Builder
    ) -> None:
        """Add the parts that the operands of an op get."""
        for operand, part in zip(op.operands, parts, strict=True):
            if part is not None and operand in self.activity:
                self.contribute(b, adjoints, operand, part)

    # Control flow

    def conditional(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """The mirrored if: each arm reverses its own arm on top of the outer adjoints."""
        gs = [adjoints.pop(result, None) for result in op.results]
        outer = dict(adjoints)
        touched: dict[Value, None] = {}
        given: set[Value] = set()  # adjoints that an arm gets by taking one over
        reversed_arms = [self._arm(region, gs, outer, b) for region in op.regions]
        for region, (inner, after) in zip(op.regions, reversed_arms, strict=True):
            changed = self._changed(region, outer, after)
            touched |= dict.fromkeys(changed)
            given |= {v for v in changed if v in after and not _sums_up(inner, after[v])}
        zeros = [
            value
            for value in touched
            if isinstance(value.type, Array) and value not in outer and value not in given
        ]
        for value in zeros:
            outer[value] = b.zeros_like(value, bar(value))
        if zeros:  # only then: ifs in ifs would be reversed twice as often with each level
            reversed_arms = [self._arm(region, gs, outer, b) for region in op.regions]
        arms = [
            (inner, [after[v] if v in after else _zero(inner, v) for v in touched])
            for inner, after in reversed_arms
        ]
        results = b.region(
            core.IF, op.operands, [inner.block((), yields) for inner, yields in arms],
            [v.type for v in touched], [bar(v) for v in touched],
            mirror=op.attrs["label"],
        )  # fmt: skip
        adjoints.update(zip(touched, results, strict=True))

    def _arm(
        self, region: Block, gs: Sequence[Operand | None], outer: Adjoints, b: Builder
    ) -> tuple[Builder, Adjoints]:
        """One arm backwards, on top of the adjoints outside: its ops, and the adjoints then."""
        inner, adjoints = b.inner(), dict(outer)
        for y, g in zip(region.yields, gs, strict=True):
            if g is not None:
                self.contribute(inner, adjoints, y, g)
        self.block(region.ops, adjoints, inner)
        return inner, adjoints

    def _changed(self, region: Block, before: Adjoints, after: Adjoints) -> list[Value]:
        """Values from outside the region whose adjoint it touches."""
        outside = core.free_values(region)
        return [v for v, g in after.items() if v in outside and before.get(v) is not g]

    def loop(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """The mirrored loop, last iteration first."""
        if ATTRIBUTE in op.attrs and self.turning.has_state(self, op):
            turn(self, op, adjoints, b)
            return
        fixed, skip = (3, 1) if op.callee == core.FOR else (0, 0)
        lead = 1 if op.attrs.get("exits") else 0
        body = op.regions[-1]
        heads, ends = body.args[skip:], body.yields[lead:]
        gs = {k: adjoints.pop(r) for k, r in enumerate(op.results) if r in adjoints}
        useful, touched = self.reach(op, body, heads, ends, set(gs), b)
        inits = [gs[k] if k in gs else self.zeros(b, op.results[k], heads[k]) for k in useful]
        outer = [
            adjoints[v] if v in adjoints else self.zeros(b, v, v) for v in touched
        ]  # fmt: skip
        args = [Value(heads[k].type, bar(heads[k])) for k in useful]
        accumulators = [Value(v.type, bar(v)) for v in touched]
        inner = b.inner()
        bounds, index, forward_index = self._bounds(op, inner)
        within: Adjoints = dict(zip(touched, accumulators, strict=True))
        for k, arg in zip(useful, args, strict=True):
            self.contribute(inner, within, ends[k], arg)
        self.block(body.ops, within, inner)
        yields = [
            within[heads[k]] if heads[k] in within else self.zeros(inner, arg, heads[k])
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

    def reach(
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

    def zeros(self, b: Builder, shape_of: Value, named: Value) -> Operand:
        """A zero adjoint of a value, in the shape of another one."""
        if isinstance(named.type, Scalar):
            return zero(named.type)
        return b.zeros_like(shape_of, bar(named))


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
    return zero(value.type) if isinstance(value.type, Scalar) else b.zeros_like(value, bar(value))
