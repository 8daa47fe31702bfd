"""The loops over blocks, written from a schedule."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import clone_op, resolve
from adgen.transpiler.ir.types import INT, Array, Scalar
from adgen.transpiler.passes.lanes.cells import Cell, Cells
from adgen.transpiler.passes.lanes.facts import Facts
from adgen.transpiler.passes.lanes.items import Filling, Item, Lanes, Nest, Straight
from adgen.transpiler.passes.lanes.iteration import Iteration, extent, filling, over
from adgen.transpiler.passes.lanes.schedule import Schedule, addend_of
from adgen.transpiler.primitives.builder import Builder, zero

MOST = 64  # iterations in a block: enough to fill vectors, few enough for the caches
LEAST, _ELEMENTS = 8, 65536  # where iterations need much room: 512 KB for a block

Element = Callable[[Builder, Iteration, tuple[Operand, ...]], None]


def write(facts: Facts, schedule: Schedule) -> tuple[list[Op], dict[Value, Operand]]:
    """The ops in place of the loop, and what its results have become."""
    return _Writer(facts, schedule).run()


class _Writer:
    def __init__(self, facts: Facts, schedule: Schedule) -> None:
        self.facts = facts
        self.schedule = schedule
        self.cells = Cells()
        self.same: dict[Value, Operand] = {}  # numbers that are the same for the whole block
        self.loop = facts.loop
        self.name = facts.index.name or "i"
        self.block_length: Operand = MOST

    def run(self) -> tuple[list[Op], dict[Value, Operand]]:
        facts, b = self.facts, self.facts.ahead
        b.span, b.role = self.loop.span, core.PRIMAL
        start, stop = self.loop.operands[:2]
        used = self.used_cells()
        width = self.width(b, start, stop, used)
        for cell, init in facts.inits.items():
            self.cells.current[cell] = init
        for cell in used:
            assert isinstance(cell.type, Array)
            room = b.emit(
                core.EMPTY, *facts.extents[cell], width, dtype=cell.type.dtype, name=cell.name
            )
            self.cells.current[cell] = room
        self.block_length = width
        self.cells.loop(b, (start, stop, width), Value(INT, f"{self.name}_first"), self.block_of)
        results = {result: self.cells.current[cell] for cell, result in facts.results.items()}
        for k, result in enumerate(self.loop.results):
            if result not in results:
                results[result] = self.loop.operands[3 + k]
        return b.ops, results

    def used_cells(self) -> list[Cell]:
        """The cells of a block, each once."""
        facts = self.facts
        found = [*facts.fresh.values(), *facts.slots.values(), *facts.addends.values()]
        found += [*facts.copies, *facts.sums_of_rows]
        found += self.schedule.kept.values()
        return list(dict.fromkeys(found))

    def width(self, b: Builder, start: Operand, stop: Operand, used: Sequence[Cell]) -> Operand:
        """How many iterations are in a block: fewer where each needs much room."""
        sizes = []
        for cell in used:
            size: Operand = 1
            for length in self.facts.extents[cell]:
                size = b.emit(operator.mul, size, length)
            if isinstance(size, Value):
                sizes.append(size)
        if not sizes:
            return MOST
        room: Operand = sizes[0]
        for size in sizes[1:]:
            room = b.emit(operator.add, room, size)
        share = b.emit(operator.floordiv, _ELEMENTS, b.emit(max, room, 1))
        return b.emit(max, LEAST, b.emit(min, MOST, share), name="width")

    def block_of(self, b: Builder, first: Value, _: Sequence[Value]) -> Sequence[Operand]:
        """What is done for one block."""
        b.span, b.role = self.loop.span, core.PRIMAL
        stop = self.loop.operands[1]
        self.first = first
        last = b.emit(operator.add, first, self.block_length)
        self.end = b.emit(min, last, stop, name=f"{self.name}_end")
        for cell, array in self.facts.copies.items():
            self.copy_rows(b, cell, array)
        for cell in self.facts.sums_of_rows:
            self.put_everywhere(b, cell, zero(element_of(cell)))
        self.items(b, self.schedule.items)
        for cell, rows in self.facts.sums_of_rows.items():
            self.add_rows(b, cell, rows)
        if self.facts.ordered:
            self.lanes(b, lambda inner, iteration: self.add_up(inner, iteration))
        return ()

    def lanes(self, b: Builder, body: Callable[[Builder, Iteration], None], **more: Any) -> None:
        """A loop over the block."""

        def fill(inner: Builder, index: Value, _: Sequence[Value]) -> Sequence[Operand]:
            lane = inner.emit(operator.sub, index, self.first)
            own: dict[Value, Operand] = {self.facts.index: index}
            facts, schedule = self.facts, self.schedule
            body(inner, Iteration(facts, schedule, self.cells, self.same, lane, own, **more))
            return ()

        self.cells.loop(b, (self.first, self.end, 1), Value(INT, self.name), fill)

    def copy_rows(self, b: Builder, cell: Cell, array: Operand) -> None:
        """The rows of an array that a block reads, with the iterations along the last axis."""

        def element(b: Builder, iteration: Iteration, index: tuple[Operand, ...]) -> None:
            place = (iteration.own[self.facts.index], *index)
            value = b.getitem(array, paths.element(len(place)), *place)
            iteration.store(b, cell, index, value)

        self.rows(b, cell, element)

    def add_rows(self, b: Builder, cell: Cell, rows: Cell) -> None:
        """What a block has added up for rows added to them."""

        def element(b: Builder, iteration: Iteration, index: tuple[Operand, ...]) -> None:
            place = (iteration.own[self.facts.index], *index)
            value = iteration.load(b, cell, index, element_of(cell))
            iteration.add(b, rows, place, value)

        self.rows(b, cell, element)

    def rows(self, b: Builder, cell: Cell, element: Element) -> None:
        """A loop over the block, and in it over the row of each iteration, as it is in memory.

        The other way round it would be a distance of a whole row from one element to the next:
        where that is a power of two, all of them fall on the same few lines of a cache.
        """

        def row(inner: Builder, iteration: Iteration) -> None:
            extents = self.facts.extents[cell]
            over(self.cells, inner, extents, lambda b, index: element(b, iteration, index))

        self.lanes(b, row)

    def put_everywhere(self, b: Builder, cell: Cell, value: Operand) -> None:
        """A number put into all elements of a cell, for all iterations."""

        def part(inner: Builder, index: tuple[Operand, ...]) -> None:
            self.lanes(inner, lambda b, iteration: iteration.store(b, cell, index, value))

        over(self.cells, b, self.facts.extents[cell], part)

    # Items

    def items(self, b: Builder, items: Sequence[Item]) -> None:
        """Items in their order."""
        for item in items:
            if isinstance(item, Lanes):
                self.iterations(b, item)
            elif isinstance(item, Straight):
                self.straight(b, item.op)
            elif isinstance(item, Filling):
                self.fill(b, item.op)
            elif item.op.callee == core.IF:
                self.branch(b, item)
            else:
                self.nest(b, item)

    def straight(self, b: Builder, op: Op) -> None:
        """An op that is done once for the block."""
        b.span, b.role = op.span, op.role
        if op.callee == core.DIM and op.operands[0] in self.facts.cell_of:
            self.same[op.result] = extent(self.facts, b, op)
        else:
            b.add(clone_op(op, self.same))

    def fill(self, b: Builder, op: Op) -> None:
        """An array of each iteration filled."""
        b.span, b.role = op.span, op.role
        self.put_everywhere(b, self.facts.fresh[op], filling(op, self.shared))

    def shared(self, operand: Operand) -> Operand:
        """A number that the whole block shares."""
        return resolve(operand, self.same)

    def iterations(self, b: Builder, item: Lanes) -> None:
        """A loop over the block, and the sums over it added to where they belong."""
        if item.ops:
            b.span, b.role = item.ops[0].span, item.ops[0].role
        sums = {op: self.lane_sum(op) for op in item.ops if self.schedule.is_lane_sum(op)}
        for op, cell in sums.items():
            self.cells.current[cell] = zero(Scalar(type_of(op.operands[1]).dtype))
        reads = self.schedule.reads[item]

        def body(inner: Builder, iteration: Iteration) -> None:
            for value in reads:
                cell = self.schedule.kept[value]
                iteration.own[value] = iteration.load(inner, cell, (), value.type)
            for op in item.ops:
                iteration.op(inner, op)
                iteration.keep(inner, op)
            found = [iteration.at(inner, value) for _, _, value in item.puts]
            for (cell, loops, _), number in zip(item.puts, found, strict=True):
                place = [self.trip(inner, loop, self.same) for loop in loops]
                iteration.store(inner, cell, place, number)

        self.lanes(b, body, sums=sums)
        for op, cell in sums.items():
            b.span, b.role = op.span, op.role
            array = self.cells.current[self.facts.cell_of[op.result]]
            assert isinstance(array, Value)
            index = [self.shared(o) for o in op.operands[2:]]
            total = self.cells.current.pop(cell)
            changed = b.additem(array, total, op.attrs["path"], *index)
            self.cells.current[self.facts.cell_of[op.result]] = changed

    def lane_sum(self, op: Op) -> Cell:
        kind = type_of(op.operands[1])
        return Cell(Scalar(kind.dtype), "total", lanes=False)

    def trip(self, b: Builder, loop: Op, at: Mapping[Value, Operand]) -> Operand:
        """The number of the present trip of a loop."""
        counter = at[loop.regions[0].args[0]]
        start, _, step = loop.operands[:3]
        first, second = (counter, start) if step == 1 else (start, counter)
        return b.emit(operator.sub, first, second)

    # Loops and branches around

    def nest(self, b: Builder, item: Nest) -> None:
        """A loop around loops over the block."""
        op = item.op
        b.span, b.role = op.span, op.role
        body = op.regions[0]
        places = [
            k for k, arg in enumerate(body.args[1:])
            if k not in item.cells and arg not in self.facts.cell_of
        ]  # fmt: skip
        carried = [
            (self.shared(op.operands[3 + k]), _like(body.args[1 + k])) for k in places
        ]  # fmt: skip

        def fill(inner: Builder, counter: Value, heads: Sequence[Value]) -> Sequence[Operand]:
            self.same[body.args[0]] = counter
            for k, head in zip(places, heads, strict=True):
                self.same[body.args[1 + k]] = head
            self.items(inner, item.bodies[0])
            return [self.shared(body.yields[k]) for k in places]

        bounds = [self.shared(o) for o in op.operands[:3]]
        made = self.cells.loop(b, bounds, _like(body.args[0]), fill, carried)
        for k, result in zip(places, made, strict=True):
            self.same[op.results[k]] = result

    def branch(self, b: Builder, item: Nest) -> None:
        """A branch around loops over the block."""
        op = item.op
        b.span, b.role = op.span, op.role
        places = [
            k for k, result in enumerate(op.results)
            if k not in item.cells and result not in self.facts.cell_of
        ]  # fmt: skip

        def arm(items: Sequence[Item], region: Block) -> Callable[[Builder], Sequence[Operand]]:
            def write(inner: Builder) -> Sequence[Operand]:
                self.items(inner, items)
                return [self.shared(region.yields[k]) for k in places]

            return write

        arms = [arm(*pair) for pair in zip(item.bodies, op.regions, strict=True)]
        kept = [op.results[k] for k in places]
        made = self.cells.branch(b, self.shared(op.operands[0]), arms, kept)
        self.same.update(zip(kept, made, strict=True))

    # Sums of the user's

    def add_up(self, b: Builder, iteration: Iteration) -> None:
        """The steps of sums whose order is the user's, one iteration after the other."""
        self.steps(b, self.facts.body, (), {}, iteration)

    def steps(
        self, b: Builder, block: Block, loops: tuple[Op, ...], at: dict[Value, Operand],
        iteration: Iteration,
    ) -> None:  # fmt: skip
        for op in block.ops:
            b.span, b.role = op.span, op.role
            if op in self.facts.addends:
                self.step(b, op, [self.trip(b, loop, at) for loop in loops], iteration)
            elif op.callee == core.FOR and op in self.facts.trips:
                self.steps_of_loop(b, op, loops, at, iteration)

    def steps_of_loop(
        self, b: Builder, op: Op, loops: tuple[Op, ...], at: dict[Value, Operand],
        iteration: Iteration,
    ) -> None:  # fmt: skip
        body = op.regions[0]

        def fill(inner: Builder, counter: Value, _: Sequence[Value]) -> Sequence[Operand]:
            here = {**at, body.args[0]: counter}
            self.steps(inner, body, (*loops, op), here, iteration)
            return ()

        self.cells.loop(b, op.operands[:3], _like(body.args[0]), fill)

    def step(self, b: Builder, op: Op, place: Sequence[Operand], iteration: Iteration) -> None:
        cell = self.facts.cell_of[op.result]
        addend = addend_of(op, self.facts)
        value = iteration.load(b, self.facts.addends[op], place, type_of(addend))
        operands = tuple(
            self.cells.current[cell] if o in self.facts.cell_of else value for o in op.operands
        )
        now = Value(op.result.type, op.result.name)
        b.add(op.with_(operands=operands, results=(now,)))
        self.cells.current[cell] = now


def _like(value: Value) -> Value:
    return Value(value.type, value.name)


def element_of(cell: Cell) -> Scalar:
    """The type of an element of a cell."""
    return Scalar(cell.type.dtype)
