"""A loop as several, one for each of the stages of its body (loop distribution).

Before::

    for i in range(n):
        h = tanh(z[i]); for j in range(m): g[j] += h * W[i, j]; s += h

After::

    for i in range(n): h[i] = tanh(z[i]); s += h[i]
    for i in range(n): for j in range(m): g[j] += h[i] * W[i, j]

A number that another loop needs is kept in an array with an element for each trip; an array that
a trip makes for itself gets one more axis.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.rewrite import clone_op, resolve, substitute
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.passes.independent import Carried, Meeting
from adgen.transpiler.passes.products.leading import Leading
from adgen.transpiler.passes.products.stages import Stages, Tied, all_values, cut
from adgen.transpiler.passes.products.stored import reading_stored
from adgen.transpiler.primitives.builder import Builder


@dataclass(frozen=True)
class Range:
    """The trips that the loops run over, ``first`` to ``end``; arrays of them begin at ``first``
    unless they are as long as ``end`` says (``whole``).
    """

    first: Operand
    end: Operand
    whole: bool


def all_trips(loop: Op) -> Range:
    """The range of a loop itself."""
    start, stop, _ = loop.operands[:3]
    return Range(start, stop, True)


def distribute(
    loop: Op,
    carried: Sequence[Carried],
    products: Callable[[Block], Sequence[set[Op]]],
    trips: Range,
    b: Builder,
    terms: set[Value],
) -> dict[Value, Operand]:
    """Write the loops that take the place of a loop; what its results become.

    ``carried``: how its trips meet; ``products``: finds the ops of each product in a block;
    ``terms``: results of terms, kept up to date.  Raises Tied, or Mixed.
    """
    body, kept, carried = _without_unchanged(loop, carried)
    stages = cut(body, carried, products(body))
    again = reading_stored(stages)
    if again is not None:
        body = again
        stages = cut(body, carried, products(body))
    writer = _Writer(loop.attrs, body, stages, trips, b, terms)
    after = writer.write({arg: init for arg, init in kept.items() if arg in body.args})
    unchanged = {
        result: kept[arg]
        for result, arg in zip(loop.results, loop.regions[0].args[1:], strict=True)
    }
    ends = {
        result: after.get(arg, unchanged[result])
        for result, arg in zip(loop.results, loop.regions[0].args[1:], strict=True)
    }
    return ends


def _without_unchanged(
    loop: Op, carried: Sequence[Carried]
) -> tuple[Block, dict[Value, Operand], tuple[Carried, ...]]:
    """The body without what it hands on as it came; all arguments with what they are at first."""
    body = loop.regions[0]
    first = dict(zip(body.args[1:], loop.operands[3:], strict=True))
    stay = [k for k, how in enumerate(carried) if how.meeting is not Meeting.UNCHANGED]
    gone = {arg: init for k, (arg, init) in enumerate(first.items()) if k not in stay}
    args = (body.args[0], *(body.args[1 + k] for k in stay))
    yields = tuple(body.yields[k] for k in stay)
    return (
        substitute(Block(args, body.ops, yields), gone),
        first,
        tuple(carried[k] for k in stay),
    )


class _Writer:
    def __init__(
        self, attrs: Mapping[str, Any], body: Block, stages: Stages, trips: Range, b: Builder,
        terms: set[Value],
    ) -> None:  # fmt: skip
        self.attrs = dict(attrs)
        self.body, self.stages, self.trips, self.b, self.terms = body, stages, trips, b, terms
        self.now: dict[Value, Operand] = {}  # the latest version of everything that is carried
        self.inside = all_values(body)
        self.labelled = False
        self.buffers: dict[Value, Value] = {}  # of numbers, by the number

    def write(self, first: dict[Value, Operand]) -> dict[Value, Operand]:
        """All the loops; what was carried as it is behind them."""
        self.now.update(first)
        extent = self.trips.end
        if not self.trips.whole:
            extent = self.b.emit(operator.sub, self.trips.end, self.trips.first)
        for value in self.stages.crossing:
            buffer = self.b.emit(core.EMPTY, extent, dtype=value.type.dtype, ones=(False,),
                                 name=value.name)  # fmt: skip
            assert isinstance(buffer, Value)
            self.buffers[value] = self.now[buffer] = buffer
        for root in self.stages.expanded:
            self.now[root] = self._wide(root, extent)
        for ops in self.stages.loops():
            self._loop(ops)
        return {arg: self.now[arg] for arg in self.body.args[1:]}

    def _wide(self, root: Value, extent: Operand) -> Value:
        origin = self.stages.roots.fresh[root]
        if any(isinstance(o, Value) and o in self.inside for o in origin.operands):
            raise Tied
        assert isinstance(root.type, Array)
        ones = (False, *root.type.ones)
        attrs = {**origin.attrs, "ones": ones}
        wide = Value(Array(root.type.dtype, ones), root.name)
        self.b.add(origin.with_(operands=(extent, *origin.operands), attrs=attrs, results=(wide,)))
        return wide

    def _loop(self, ops: list[Op]) -> None:
        """One loop over all trips, of some of the ops."""
        roots, stages = self.stages.roots, self.stages
        used = {value for op in ops for value in core.uses_of(op)}
        made = {result for op in ops for result in op.results}
        written = {root for r in made if (root := roots.root(r)) is not None}
        tracks: list[Value] = [
            root for root in self.now
            if root in written and (root in self.body.args or root in stages.expanded)
        ]  # fmt: skip
        tracks += [arg for arg in self.body.args[1:] if arg in used and _is_number(arg)]
        tracks += [self.buffers[v] for v in stages.crossing if v in made]
        index = Value(self.body.args[0].type, self.body.args[0].name)
        mapping: dict[Value, Operand] = {self.body.args[0]: index}
        inner = self.b.inner()
        place: Operand = index
        if not self.trips.whole:
            place = inner.emit(operator.sub, index, self.trips.first)
        wide = {root: root for root in stages.expanded}
        rewrite = Leading(roots, wide, place, mapping, self.terms)
        args = []
        latest: dict[Value, Operand] = {}
        for track in tracks:
            now = self.now[track]
            arg = Value(core.type_of(now) if isinstance(now, Value) else track.type, track.name)
            args.append(arg)
            latest[track] = arg
        versions = {v: root for v, root in roots.of.items() if root in self.now}

        def current(root: Value) -> Operand:
            return latest.get(root, self.now[root])

        for op in ops:
            self._needed(op, mapping, inner, place, made)
            for value in core.uses_of(op):
                if value in versions:
                    if current(versions[value]) is not value:
                        mapping[value] = current(versions[value])
                elif value in self.now and value in latest:
                    mapping[value] = latest[value]
            new = inner.add(rewrite.op(op))
            for old, result in zip(op.results, new.results, strict=True):
                root = versions.get(old)
                if root is not None:
                    latest[root] = result
                    if old is not result:
                        mapping[old] = result
                if old in self.buffers:
                    buffer = self.buffers[old]
                    held = latest[buffer]
                    assert isinstance(held, Value)
                    latest[buffer] = inner.setitem(held, old, paths.ELEMENT_1D, place)
        for arg, end in zip(self.body.args[1:], self.body.yields, strict=True):
            if arg in latest and _is_number(arg):
                latest[arg] = resolve(end, mapping)
        ends = [latest[track] for track in tracks]
        results = tuple(Value(arg.type, arg.name) for arg in args)
        inits = tuple(self.now[track] for track in tracks)
        block = Block((index, *args), tuple(inner.ops), tuple(ends))
        span, role = ops[0].span, ops[0].role
        bounds = (self.trips.first, self.trips.end, 1)
        attrs = self._attrs(ops)
        self.b.add(Op(core.FOR, (*bounds, *inits), attrs, (block,), results, span, role))
        self.now.update(zip(tracks, results, strict=True))

    def _attrs(self, ops: list[Op]) -> dict[str, Any]:
        """What ties saves to the loads in a mirrored loop.  Raises Tied if that were two loops."""
        attrs = {key: value for key, value in self.attrs.items() if key == "mirror"}
        if "label" in self.attrs and any(map(_saves_here, ops)):
            if self.labelled:
                raise Tied
            self.labelled = True
            attrs["label"] = self.attrs["label"]
        return attrs

    def _needed(
        self, op: Op, mapping: dict[Value, Operand], inner: Builder, place: Operand,
        made: set[Value],
    ) -> None:  # fmt: skip
        """Have what an op needs at hand: numbers of other loops, and what is done anew."""
        for value in core.uses_of(op):
            if value in mapping or value in made:
                continue
            if value in self.buffers:
                held = self.now[self.buffers[value]]
                mapping[value] = inner.getitem(held, paths.ELEMENT_1D, place, name=value.name)
            elif value in self.stages.plain:
                source = self.stages.plain[value]
                self._needed(source, mapping, inner, place, made)
                inner.add(clone_op(source, mapping))


def _saves_here(op: Op) -> bool:
    """Whether an op saves to a slot for a trip of the loop around: a number, or an array."""
    if op.callee == core.SAVE:
        return True
    inside = (inner for region in op.regions for _, inner in core.walk(region))
    return any(
        inner.callee == core.SAVE and isinstance(inner.attrs["slot"].type, Array)
        for inner in inside
    )


def _is_number(value: Value) -> bool:
    return isinstance(value.type, Scalar)
