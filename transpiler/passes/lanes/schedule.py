"""A loop body cut into loops over the block, and what stands between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.passes.lanes.cells import Cell
from adgen.transpiler.passes.lanes.facts import Facts, lane_cell
from adgen.transpiler.passes.lanes.items import (
    Filling,
    Item,
    Lanes,
    Nest,
    Straight,
    walk_lanes,
    walk_nests,
)

CHECKS = (core.GUARD, core.ASSERT)


@dataclass(eq=False, slots=True)
class Schedule:
    """``kept``: cells of numbers that one loop over the block computes and another one reads.

    ``reads``: those that a loop reads.  ``made``: which op computes a number.
    """

    items: list[Item]
    kept: dict[Value, Cell]
    made: dict[Value, Op]
    reads: dict[Lanes, list[Value]]
    is_lane_sum: Callable[[Op], bool]


def schedule(facts: Facts) -> Schedule:
    """The body of the loop as items, for what is hoisted."""
    return _Scheduler(facts).run()


class _Scheduler:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.kept: dict[Value, Cell] = {}
        self.made = {r: op for _, op in core.walk(facts.body) for r in op.results}
        self.count = _count(facts.body)
        self.home: dict[Value, Lanes] = {}
        self.uses: dict[Op, dict[Value, None]] = {}

    def run(self) -> Schedule:
        items = self.block(self.facts.body, ())
        self.keep(items)
        reads = {
            lanes: sorted(
                (v for v in self.needed(lanes) if self.home.get(v) is not lanes),
                key=list(self.kept).index,
            )
            for lanes in walk_lanes(items)
        }
        return Schedule(items, self.kept, self.made, reads, self.is_lane_sum)

    # Which loop over the block an op goes to

    def block(self, block: Block, loops: tuple[Op, ...]) -> list[Item]:
        """The items of a block that runs once for all iterations; ``loops``: those around."""
        facts = self.facts
        items: list[Item] = []
        open_: list[Lanes] = []  # what has been begun since the last nest
        for op in block.ops:
            if op.callee == core.DECLARE or op.callee == core.EMPTY and op in facts.fresh:
                continue
            if op.callee == core.LOAD and op.result in facts.views:
                continue
            if facts.is_recomputed(op):
                continue
            if self.is_link(op):
                self.put_addend(op, items, open_, loops)
            elif op in facts.fresh or not facts.differs(op):
                if op.callee in CHECKS and any(_checks(o) for lanes in open_ for o in lanes.ops):
                    open_.clear()  # the checks of an iteration keep their order
                first = next((k for k, item in enumerate(items) if item in open_), len(items))
                items.insert(first, Filling(op) if op in facts.fresh else Straight(op))
            elif op in facts.hoisted:
                items.append(self.nest(op, block, items, open_, loops))
                open_.clear()
            else:
                self.place(op, items, open_)
        return items

    def is_link(self, op: Op) -> bool:
        """Whether an op adds to a sum of the user's: that is done in order, at the end."""
        return not op.regions and any(self.facts.cell(o) in self.facts.ordered for o in op.operands)

    def place(self, op: Op, items: list[Item], open_: list[Lanes]) -> None:
        """Append an op to the first loop that comes late enough for it, or to a new one."""
        serial = self.is_serial(op)
        least = max((self.after(op, k, lanes) for k, lanes in enumerate(open_)), default=0)
        for lanes in open_[least:]:
            if lanes.serial == serial:
                break
        else:
            lanes = self.new(items, open_, serial)
        lanes.ops.append(op)
        for result in op.results:
            self.home[result] = lanes

    def new(self, items: list[Item], open_: list[Lanes], serial: bool) -> Lanes:
        lanes = Lanes(serial)
        items.append(lanes)
        open_.append(lanes)
        return lanes

    def after(self, op: Op, position: int, lanes: Lanes) -> int:
        """The first position where an op may go because of what a loop does."""
        results = {result for other in lanes.ops for result in other.results}
        if not results.isdisjoint(self.needs(op)):
            return position
        touched = set(self.facts.cells(op))
        for other in lanes.ops:
            if not touched.isdisjoint(self.facts.cells(other)):
                return position
        return 0

    def is_serial(self, op: Op) -> bool:
        """Whether a loop over the block with this op in it would not vectorise."""
        if op.callee in (core.FOR, core.WHILE):
            return True
        if op.callee == core.ADDITEM:
            shared = self.facts.cell(op.operands[0]) in self.facts.free
            return shared and op not in self.facts.rows and not self.is_lane_sum(op)
        return any(self.is_serial(inner) for region in op.regions for inner in region.ops)

    def is_lane_sum(self, op: Op) -> bool:
        """Whether an op adds to one and the same element for the whole block."""
        if op.callee != core.ADDITEM:
            return False
        cell = self.facts.cell(op.operands[0])
        return cell in self.facts.free and not any(o in self.facts.varying for o in op.operands[2:])

    def needs(self, op: Op) -> dict[Value, None]:
        """The numbers of an iteration that an op uses, recomputed ones seen through, in order."""
        if op not in self.uses:
            self.uses[op] = {}
            self.see(core.uses_of(op), self.uses[op])
        return self.uses[op]

    def see(self, values: Sequence[Operand], found: dict[Value, None]) -> None:
        facts = self.facts
        for value in values:
            if not isinstance(value, Value) or value not in facts.varying:
                continue
            if value is facts.index or value in facts.cell_of or value in facts.views:
                continue
            op = self.made.get(value)
            if op is not None and facts.is_recomputed(op):
                self.see(op.operands, found)
            else:
                found[value] = None

    # Sums in order

    def put_addend(
        self, op: Op, items: list[Item], open_: list[Lanes], loops: tuple[Op, ...]
    ) -> None:
        """Keep what is added, for every trip of the loops around."""
        addend = addend_of(op, self.facts)
        extents = tuple(self.facts.trips[loop] for loop in loops)
        cell = lane_cell(self.facts, core.type_of(addend).dtype, "addend", extents)
        self.facts.addends[op] = cell
        self.put(cell, loops, addend, items, open_)

    def put(
        self, cell: Cell, place: tuple[Op, ...], value: Operand,
        items: list[Item], open_: list[Lanes],
    ) -> None:  # fmt: skip
        """Have a number put into a cell by the first loop that can."""
        found: dict[Value, None] = {}
        self.see((value,), found)
        homes = [self.home[v] for v in found if v in self.home]
        least = max((open_.index(h) for h in homes if h in open_), default=0)
        lanes = open_[least] if least < len(open_) else self.new(items, open_, False)
        lanes.puts.append((cell, place, value))

    # Loops and branches around

    def nest(
        self, op: Op, block: Block, items: list[Item], open_: list[Lanes], loops: tuple[Op, ...]
    ) -> Nest:
        """A loop or a branch of a block as an item."""
        if op.callee == core.IF:
            return self.branch(op, loops)
        facts, body = self.facts, op.regions[0]
        cells: dict[int, Cell] = {}
        for k, (init, arg) in enumerate(zip(op.operands[3:], body.args[1:], strict=True)):
            if arg in facts.varying and arg not in facts.cell_of:
                cells[k] = self.begin(init, arg, block, items, open_)
                self.kept[arg] = self.kept[op.results[k]] = cells[k]
        inner = self.block(body, (*loops, op))
        self.end(body, cells, inner)
        return Nest(op, [inner], cells)

    def begin(
        self, init: Operand, arg: Value, block: Block, items: list[Item], open_: list[Lanes]
    ) -> Cell:
        """The cell of a carried number, with what it is before the loop in it."""
        cell = lane_cell(self.facts, arg.type.dtype, arg.name)
        if isinstance(init, Value) and self.count[init] == 1 and _is_made_in(block, init):
            if init in self.kept:
                return self.kept[init]
            if init in self.home:
                self.kept[init] = cell
                return cell
        self.put(cell, (), init, items, open_)
        return cell

    def end(self, body: Block, cells: dict[int, Cell], items: list[Item]) -> None:
        """Have what the next trip starts with put into its cells."""
        late: list[tuple[Cell, Operand]] = []
        for k, cell in cells.items():
            end = body.yields[k]
            if isinstance(end, Value) and self.kept.get(end) is cell:
                continue
            if not self.computed_in_place(body, k, items):
                late.append((cell, end))
        if late:
            lanes = Lanes(False)
            lanes.puts = [(cell, (), end) for cell, end in late]
            items.append(lanes)

    def computed_in_place(self, body: Block, k: int, items: list[Item]) -> bool:
        """Let a number be put into its cell where it is computed, if nobody needs the old one."""
        end, arg = body.yields[k], body.args[1 + k]
        home = self.home.get(end) if isinstance(end, Value) else None
        if home is None or home not in items or end in self.kept:
            return False
        if sum(y is end for y in body.yields) > 1:
            return False
        cell = self.kept[arg]
        sharing = {value for value, other in self.kept.items() if other is cell}
        after = items[items.index(home) + 1 :]
        if any(not sharing.isdisjoint(self.needed(item)) for item in after):
            return False
        if any(y in sharing for y in body.yields if isinstance(y, Value)):
            return False
        assert isinstance(end, Value)
        self.kept[end] = cell
        return True

    def branch(self, op: Op, loops: tuple[Op, ...]) -> Nest:
        facts = self.facts
        cells: dict[int, Cell] = {}
        for k, result in enumerate(op.results):
            if result in facts.varying and result not in facts.cell_of:
                cells[k] = self.kept[result] = lane_cell(facts, result.type.dtype, result.name)
        bodies = []
        for region in op.regions:
            inner = self.block(region, loops)
            if cells:
                lanes = Lanes(False)
                lanes.puts = [(cell, (), region.yields[k]) for k, cell in cells.items()]
                inner.append(lanes)
            bodies.append(inner)
        return Nest(op, bodies, cells)

    # What is kept from one loop over the block to another

    def needed(self, item: Item) -> dict[Value, None]:
        """The numbers of an iteration that an item uses, in order."""
        found: dict[Value, None] = {}
        for lanes in walk_lanes([item]):
            for op in lanes.ops:
                found |= self.needs(op)
            self.see([value for _, _, value in lanes.puts], found)
        for nest in walk_nests([item]):
            self.see(nest.op.operands[3:] if nest.op.callee == core.FOR else (), found)
        return found

    def keep(self, items: list[Item]) -> None:
        """A cell for each number that one loop over the block computes and another one uses."""
        for lanes in walk_lanes(items):
            for value in self.needed(lanes):
                if self.home.get(value) is not lanes and value not in self.kept:
                    self.kept[value] = lane_cell(self.facts, value.type.dtype, value.name)


def addend_of(op: Op, facts: Facts) -> Operand:
    """What a step of a sum adds to it, or takes away."""
    (addend,) = (o for o in op.operands if o not in facts.cell_of)
    return addend


def _checks(op: Op) -> bool:
    inner = (o.callee for region in op.regions for _, o in core.walk(region))
    return op.callee in CHECKS or any(callee in CHECKS for callee in inner)


def _is_made_in(block: Block, value: Value) -> bool:
    return value in block.args or any(value in op.results for op in block.ops)


def _count(block: Block) -> Counter[Value]:
    counts: Counter[Value] = Counter(y for y in block.yields if isinstance(y, Value))
    for op in block.ops:
        counts.update(o for o in op.operands if isinstance(o, Value))
        for region in op.regions:
            counts.update(_count(region))
    return counts
