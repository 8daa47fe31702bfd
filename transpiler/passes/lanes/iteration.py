"""What one iteration does inside a loop over a block."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.types import INT, Scalar, Type
from adgen.transpiler.passes.lanes.cells import Cell, Cells
from adgen.transpiler.passes.lanes.facts import Facts
from adgen.transpiler.passes.lanes.schedule import Schedule
from adgen.transpiler.primitives.builder import Builder, zero


@dataclass(slots=True)
class Iteration:
    """Writes ops of an iteration: ``lane`` is its place in the block.

    ``same``: numbers that the whole block shares; ``own``: those of this iteration that this
    loop has computed.  ``sums``: what is added to one element by the whole block.
    """

    facts: Facts
    schedule: Schedule
    cells: Cells
    same: dict[Value, Operand]
    lane: Operand
    own: dict[Value, Operand]
    sums: dict[Op, Cell] = field(default_factory=dict)

    # Numbers

    def at(self, b: Builder, operand: Operand) -> Operand:
        """A number as this loop has it."""
        if not isinstance(operand, Value):
            return operand
        if operand in self.own:
            return self.own[operand]
        if operand in self.same:
            return self.same[operand]
        op = self.schedule.made.get(operand)
        if op is not None and self.facts.is_recomputed(op):
            self.own[operand] = self.recomputed(b, op)
            return self.own[operand]
        return operand

    def recomputed(self, b: Builder, op: Op) -> Operand:
        """The result of an op that is done again wherever it is needed."""
        b.span, b.role = op.span, op.role
        row = self.facts.rows.get(op)
        if row is not None:
            index = [self.at(b, o) for o in op.operands[2:]]
            return self.load(b, row, index, op.result.type)
        return self.copied(b, op)

    def copied(self, b: Builder, op: Op) -> Operand:
        """The op itself, on what its operands are here."""
        name = "" if op.result in self.schedule.kept else op.result.name  # the cell has it
        result = Value(op.result.type, name)
        operands = tuple(self.at(b, o) for o in op.operands)
        b.add(op.with_(operands=operands, results=(result,)))
        return result

    # Cells

    def load(self, b: Builder, cell: Cell, index: Sequence[Operand], kind: Type) -> Operand:
        """An element of a cell, as the type that it had."""
        place = (*index, self.lane) if cell.lanes else tuple(index)
        element = b.getitem(self.cells.current[cell], paths.element(len(place)), *place)
        return b.cast(element, kind)

    def store(self, b: Builder, cell: Cell, index: Sequence[Operand], value: Operand) -> None:
        """An element of a cell replaced."""
        array = self.cells.current[cell]
        assert isinstance(array, Value)
        place = (*index, self.lane) if cell.lanes else tuple(index)
        self.cells.current[cell] = b.setitem(array, value, paths.element(len(place)), *place)

    def add(self, b: Builder, cell: Cell, index: Sequence[Operand], value: Operand) -> None:
        """Something added to an element of a cell, in any order."""
        array = self.cells.current[cell]
        assert isinstance(array, Value)
        place = (*index, self.lane) if cell.lanes else tuple(index)
        self.cells.current[cell] = b.additem(array, value, paths.element(len(place)), *place)

    def keep(self, b: Builder, op: Op) -> None:
        """Put results that other loops read into their cells."""
        for result in op.results:
            if result in self.schedule.kept and result in self.own:
                self.store(b, self.schedule.kept[result], (), self.own[result])

    # Ops

    def op(self, b: Builder, op: Op) -> None:
        """One op, with all that is in its regions."""
        b.span, b.role = op.span, op.role
        facts = self.facts
        if op.callee in core.REGION_KINDS:
            self.regions(b, op)
        elif op.callee == core.DECLARE or facts.is_recomputed(op):
            return
        elif op.callee == core.LOAD and op.result in facts.views:
            return
        elif op in facts.fresh:
            self.fill(b, op)
        elif op.callee in (core.SETITEM, core.ADDITEM):
            self.write(b, op)
        elif op.callee == core.SAVE and op.attrs["slot"] in facts.slots:
            value, *index = (self.at(b, o) for o in op.operands)
            self.store(b, facts.slots[op.attrs["slot"]], index, value)
        elif op.callee == core.DIM and op.operands[0] in facts.cell_of:
            self.own[op.result] = extent(self.facts, b, op)
        elif len(op.results) == 1 and op.result in facts.cell_of:
            self.step(b, op)
        elif op.results:
            self.own[op.result] = self.computed(b, op)
        else:
            b.add(op.with_(operands=tuple(self.at(b, o) for o in op.operands)))

    def computed(self, b: Builder, op: Op) -> Operand:
        """The result of an op on numbers, or of one that reads a cell."""
        facts = self.facts
        if op.callee == core.LOAD and op.attrs["slot"] in facts.slots:
            index = [self.at(b, o) for o in op.operands]
            return self.load(b, facts.slots[op.attrs["slot"]], index, op.result.type)
        if op.callee == core.GETITEM:
            array, *rest = op.operands
            assert isinstance(array, Value)
            index = [self.at(b, o) for o in rest]
            if array in facts.views:
                cell, counters = facts.views[array]
                place = [*(self.at(b, o) for o in counters), *index]
                return self.load(b, cell, place, op.result.type)
            if array in facts.cell_of:
                return self.load(b, facts.cell_of[array], index, op.result.type)
        return self.copied(b, op)

    def write(self, b: Builder, op: Op) -> None:
        """An element of an array written or added to."""
        cell = self.facts.cell_of[op.result]
        value, *index = (self.at(b, o) for o in op.operands[1:])
        if op in self.sums:
            total = self.sums[op]
            now = Value(total.type, total.name)
            operands = (self.cells.current[total], value)
            b.add(Op(operator.add, operands, {"reassoc": True}, (), (now,), op.span, op.role))
            self.cells.current[total] = now
        elif op in self.facts.rows:
            self.add(b, self.facts.rows[op], index[1:], value)
        elif op.callee == core.ADDITEM:
            self.add(b, cell, index, value)
        else:
            self.store(b, cell, index, value)

    def step(self, b: Builder, op: Op) -> None:
        """A step of a sum that the loop carries."""
        cell = self.facts.cell_of[op.result]
        operands = tuple(
            self.cells.current[cell] if o in self.facts.cell_of else self.at(b, o)
            for o in op.operands
        )
        now = Value(op.result.type, op.result.name)
        b.add(op.with_(operands=operands, results=(now,)))
        self.cells.current[cell] = now

    def fill(self, b: Builder, op: Op) -> None:
        """The part of an array that is this iteration's own, filled."""
        if op.callee == core.EMPTY:
            return
        cell = self.facts.fresh[op]
        value = filling(op, lambda operand: self.at(b, operand))
        over(
            self.cells, b, self.facts.extents[cell],
            lambda inner, index: self.store(inner, cell, index, value),
        )  # fmt: skip

    # Regions

    def regions(self, b: Builder, op: Op) -> None:
        """A loop or a branch inside the iteration."""
        own = self.own
        if op.callee == core.IF:
            results = self.branch(b, op)
        elif op.callee == core.FOR and not op.attrs.get("exits"):
            results = self.loop(b, op)
        else:
            self.own = own
            self.other(b, op)
            return
        self.own = {**own, **results}

    def block(self, b: Builder, block: Block) -> None:
        """The ops of a region."""
        for op in block.ops:
            self.op(b, op)

    def branch(self, b: Builder, op: Op) -> dict[Value, Operand]:
        """An ``if`` of which each iteration takes its own arm; its results."""
        condition = self.at(b, op.operands[0])
        places = [k for k, result in enumerate(op.results) if result not in self.facts.cell_of]
        outer = dict(self.own)

        def arm(region: Block) -> Callable[[Builder], Sequence[Operand]]:
            def write(inner: Builder) -> Sequence[Operand]:
                self.own = dict(outer)
                self.block(inner, region)
                return [self.at(inner, region.yields[k]) for k in places]

            return write

        kept = [op.results[k] for k in places]
        made = self.cells.branch(b, condition, [arm(region) for region in op.regions], kept)
        return dict(zip(kept, made, strict=True))

    def loop(self, b: Builder, op: Op) -> dict[Value, Operand]:
        """A loop that each iteration runs by itself; its results."""
        body = op.regions[0]
        bounds = [self.at(b, o) for o in op.operands[:3]]
        places = [k for k, result in enumerate(op.results) if result not in self.facts.cell_of]
        carried = [(self.at(b, op.operands[3 + k]), _like(body.args[1 + k])) for k in places]
        outer = dict(self.own)
        index = _like(body.args[0])

        def fill(inner: Builder, counter: Value, heads: Sequence[Value]) -> Sequence[Operand]:
            self.own = {**outer, body.args[0]: counter}
            for k, head in zip(places, heads, strict=True):
                self.own[body.args[1 + k]] = head
            self.block(inner, body)
            return [self.at(inner, body.yields[k]) for k in places]

        made = self.cells.loop(b, bounds, index, fill, carried)
        return {op.results[k]: result for k, result in zip(places, made, strict=True)}

    def other(self, b: Builder, op: Op) -> None:
        """A ``while``, or a loop that may be left: it writes no cell."""
        outer = dict(self.own)
        operands = tuple(self.at(b, o) for o in op.operands)
        before = dict(self.cells.current)
        blocks = []
        for region in op.regions:
            self.own = dict(outer)
            args = tuple(_like(arg) for arg in region.args)
            self.own.update(zip(region.args, args, strict=True))
            inner = b.inner()
            self.block(inner, region)
            blocks.append(inner.block(args, [self.at(inner, y) for y in region.yields]))
        assert self.cells.current == before
        results = tuple(_like(result) for result in op.results)
        b.add(op.with_(operands=operands, regions=tuple(blocks), results=results))
        self.own = {**outer, **dict(zip(op.results, results, strict=True))}


def _like(value: Value) -> Value:
    return Value(value.type, value.name)


def filling(op: Op, at: Callable[[Operand], Operand]) -> Operand:
    """The number that an op fills a new array with."""
    return at(op.operands[0]) if op.callee == core.FULL_ else zero(Scalar(op.result.type.dtype))


def over(
    cells: Cells,
    b: Builder,
    extents: Sequence[Operand],
    fill: Callable[[Builder, tuple[Operand, ...]], None],
    index: tuple[Operand, ...] = (),
) -> None:
    """Loops over all indices of an array of those extents, with ``fill`` in the innermost."""
    if not extents:
        fill(b, index)
        return

    def body(inner: Builder, counter: Value, _: Sequence[Value]) -> Sequence[Operand]:
        over(cells, inner, extents[1:], fill, (*index, counter))
        return ()

    cells.loop(b, (0, extents[0], 1), Value(INT, "k"), body)


def extent(facts: Facts, b: Builder, op: Op) -> Operand:
    """What ``dim`` of a version of a cell is."""
    cell, axis = facts.cell(op.operands[0]), op.attrs["axis"]
    assert cell is not None
    if cell.lanes:
        return facts.extents[cell][axis]
    return b.emit(core.DIM, facts.inits[cell], axis=axis)
