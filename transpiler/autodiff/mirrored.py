"""Control flow backwards: an if for each if, and a loop for each loop, last iteration first.

Each backward region op carries ``mirror``, the label of its forward op.  Adjoint
loops have the *forward* operands and the attr ``reversed`` until the residuals
are planned.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Sequence

from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.adjoints import Accumulator, Adjoints, bar
from adgen.transpiler.autodiff.masks import Masks
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.rewrite import substitute
from adgen.transpiler.ir.types import INT, Array, Scalar
from adgen.transpiler.primitives.builder import Builder, zero


class ControlFlow(Accumulator, ABC):
    """Mirrors ifs and loops; what is in them is up to ``block``."""

    def __init__(self, activity: Activity, masks: Masks, holomorphic: bool) -> None:
        super().__init__(activity, masks, holomorphic)
        self.found: dict[tuple[int, frozenset[int]], tuple[list[int], list[Value]]] = {}

    @abstractmethod
    def block(self, ops: Sequence[Op], adjoints: Adjoints, b: Builder) -> None:
        """The adjoint ops of a straight list of ops, last first."""

    def conditional(self, op: Op, absorbed: Sequence[Op], adjoints: Adjoints, b: Builder) -> None:
        """The mirrored if: each arm reverses its own arm on top of the outer adjoints.

        ``absorbed``: ops ahead of it that are reversed in the arms too (see ``absorbed.py``).
        """
        gs = [adjoints.pop(result, None) for result in op.results]
        outer = dict(adjoints)
        touched: dict[Value, None] = {}
        given: set[Value] = set()  # adjoints that an arm gets by taking one over
        reversed_arms = [self._arm(region, absorbed, gs, outer, b) for region in op.regions]
        for region, (inner, after) in zip(op.regions, reversed_arms, strict=True):
            changed = self._changed(region, absorbed, outer, after)
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
            reversed_arms = [self._arm(region, absorbed, gs, outer, b) for region in op.regions]
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
        self, region: Block, absorbed: Sequence[Op], gs: Sequence[Operand | None],
        outer: Adjoints, b: Builder,
    ) -> tuple[Builder, Adjoints]:  # fmt: skip
        """One arm backwards, on top of the adjoints outside: its ops, and the adjoints then."""
        inner, adjoints = b.inner(), dict(outer)
        for y, g in zip(region.yields, gs, strict=True):
            if g is not None:
                self.contribute(inner, adjoints, y, g)
        if absorbed:
            before = self.masks.absorbed
            self.masks.absorbed = before | {op.result for op in absorbed}
            self.block((*absorbed, *region.ops), adjoints, inner)
            self.masks.absorbed = before
        else:
            self.block(region.ops, adjoints, inner)
        return inner, adjoints

    def _changed(
        self, region: Block, absorbed: Sequence[Op], before: Adjoints, after: Adjoints
    ) -> list[Value]:
        """Values from outside the region whose adjoint it touches."""
        outside = dict(core.free_values(region))
        for op in absorbed:
            outside |= dict.fromkeys(o for o in op.operands if isinstance(o, Value))
        own = {op.result for op in absorbed}
        return [
            v for v, g in after.items() if v in outside and v not in own and before.get(v) is not g
        ]

    def loop(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """The mirrored loop, last iteration first."""
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
        touched = [v for v in self._changed(body, (), {}, trial) if v not in own]
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
