"""What differs between the iterations of a loop, and where it is kept."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Slot, Value
from adgen.transpiler.ir.rewrite import substitute
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.passes.independent import Context, Independent, Meeting
from adgen.transpiler.passes.lanes.cells import Cell
from adgen.transpiler.passes.lanes.ordered import steps_out_of_branches
from adgen.transpiler.passes.touches import touches_only
from adgen.transpiler.primitives.builder import Builder

FRESH = (core.EMPTY, core.ZEROS, core.FULL_)
_CHEAP = (operator.add, operator.sub, operator.mul, operator.neg)


@dataclass(eq=False, slots=True)
class Facts:
    """Of one loop with independent iterations.

    ``cell_of``: versions of arrays and of sums to what they are versions of.  ``results``: cells
    that the loop leaves behind.  ``extents``: of cells that a block needs for itself.  ``fresh``:
    ops that make such a cell.  ``ordered``: sums of the user's, which are added up in order.
    ``views``: arrays loaded from a tape, as the tape and counters.  ``saved``: slots that the loop
    saves to.  ``trips``: of loops around steps of such sums; ``addends``: what the steps add, for
    all trips.  ``rows``: ops on rows of which a block has a copy: what they read (``copies``: of
    which arrays) or add up (``sums_of_rows``: of which cells).  ``ahead``: ops that go before the
    loop.  ``varying``: numbers that differ between iterations.  ``hoisted``: loops and branches
    that become outer ones.
    """

    loop: Op
    body: Block
    context: Context
    inside: set[Value] = field(default_factory=set)
    cell_of: dict[Value, Cell] = field(default_factory=dict)
    inits: dict[Cell, Operand] = field(default_factory=dict)
    results: dict[Cell, Value] = field(default_factory=dict)
    extents: dict[Cell, tuple[Operand, ...]] = field(default_factory=dict)
    fresh: dict[Op, Cell] = field(default_factory=dict)
    slots: dict[Slot, Cell] = field(default_factory=dict)
    views: dict[Value, tuple[Cell, tuple[Operand, ...]]] = field(default_factory=dict)
    ordered: list[Cell] = field(default_factory=list)
    free: set[Cell] = field(default_factory=set)
    saved: set[Slot] = field(default_factory=set)
    trips: dict[Op, Operand] = field(default_factory=dict)
    addends: dict[Op, Cell] = field(default_factory=dict)
    rows: dict[Op, Cell] = field(default_factory=dict)
    copies: dict[Cell, Operand] = field(default_factory=dict)
    sums_of_rows: dict[Cell, Cell] = field(default_factory=dict)
    ahead: Builder = field(default_factory=Builder)
    varying: set[Value] = field(default_factory=set)
    hoisted: set[Op] = field(default_factory=set)

    def cell(self, operand: Operand) -> Cell | None:
        """The cell that an operand is a version of, if any."""
        return self.cell_of.get(operand) if isinstance(operand, Value) else None

    @property
    def index(self) -> Value:
        """The index of the loop."""
        return self.body.args[0]

    def uses_cells(self, op: Op) -> bool:
        """Whether an op touches a cell, by an array, a sum or a slot."""
        return any(True for _ in self.cells(op))

    def cells(self, op: Op) -> Iterator[Cell]:
        """All cells that an op touches, its regions included."""
        for inner in (op, *(o for region in op.regions for _, o in core.walk(region))):
            if "slot" in inner.attrs and inner.attrs["slot"] in self.slots:
                yield self.slots[inner.attrs["slot"]]
            if inner in self.fresh:
                yield self.fresh[inner]
            for operand in inner.operands:
                if not isinstance(operand, Value):
                    continue
                if operand in self.cell_of:
                    yield self.cell_of[operand]
                elif operand in self.views:
                    yield self.views[operand][0]

    def differs(self, op: Op) -> bool:
        """Whether an op does something else in each iteration."""
        return (
            any(result in self.varying for result in op.results)
            or any(value in self.varying for value in core.uses_of(op))
            or self.uses_cells(op)
            or any(
                inner.callee == core.SAVE for region in op.regions for _, inner in core.walk(region)
            )
            or op.callee == core.SAVE
        )

    def is_recomputed(self, op: Op) -> bool:
        """Whether its result is computed anew wherever it is needed, rather than kept.

        Elements of arrays that the loop does not write, and what their indices are made of.
        """
        if op.regions or len(op.results) != 1 or op.result not in self.varying:
            return False
        if op.callee == core.GETITEM:
            return self.reads_outside(op)
        integral = isinstance(op.result.type, Scalar) and op.result.type.dtype.kind == "i"
        return integral and op.callee in _CHEAP

    def reads_outside(self, op: Op) -> bool:
        """Whether an op reads an element of an array from outside the loop."""
        return op.operands[0] not in self.inside and paths.is_element(op.attrs["path"])


def gather(loop: Op, independent: Independent, context: Context) -> Facts | None:
    """The facts of a loop but for ``hoisted`` and ``varying``; None if not all is understood."""
    body = loop.regions[0]
    unchanged: dict[Value, Operand] = {
        arg: init
        for known, arg, init in zip(
            independent.carried, body.args[1:], loop.operands[3:], strict=True
        )
        if known.meeting is Meeting.UNCHANGED
    }
    totals = [
        arg for known, arg in zip(independent.carried, body.args[1:], strict=True)
        if known.meeting is Meeting.ORDERED_SUM
    ]  # fmt: skip
    body = steps_out_of_branches(substitute(body, unchanged), totals)
    facts = Facts(loop, body, context)
    facts.inside = set(body.args) | {r for _, op in core.walk(body) for r in op.results}
    facts.inside |= {arg for _, op in core.walk(body) for r in op.regions for arg in r.args}
    _carried(facts, independent)
    if not _slots(facts, independent) or not _fresh(facts):
        return None
    if not _Versions(facts).block(facts.body):
        return None
    return facts


def _carried(facts: Facts, independent: Independent) -> None:
    args = facts.body.args[1:]
    for known, arg, init, result in zip(
        independent.carried, args, facts.loop.operands[3:], facts.loop.results, strict=True
    ):
        if known.meeting is Meeting.UNCHANGED:
            continue
        cell = Cell(arg.type, arg.name, lanes=False)
        facts.cell_of[arg] = cell
        facts.inits[cell] = init
        facts.results[cell] = result
        if known.meeting is Meeting.ORDERED_SUM:
            facts.ordered.append(cell)
        if known.meeting in (Meeting.FREE_SUM, Meeting.ADDED):
            facts.free.add(cell)


def _outside(facts: Facts, extents: Sequence[Operand]) -> bool:
    """Whether extents are known before the loop, and never negative."""
    for extent in extents:
        if isinstance(extent, Value) and extent in facts.inside:
            return False
        least = facts.context.bounds.least(extent)
        if least is None or least < 0:
            return False
    return True


def lane_cell(facts: Facts, dtype: object, name: str, extents: Sequence[Operand] = ()) -> Cell:
    """A new cell with an element, or an array of those extents, for each iteration of a block."""
    kind = Array(dtype, (False,) * (len(extents) + 1))  # type: ignore[arg-type]
    cell = Cell(kind, name, lanes=True)
    facts.extents[cell] = tuple(extents)
    return cell


def _slots(facts: Facts, independent: Independent) -> bool:
    """A cell for each slot; False if one belongs to another loop too, which knows its mirror."""
    ops = [op for _, op in core.walk(facts.body)]
    if any(op.attrs["slot"] not in independent.private for op in ops if "slot" in op.attrs):
        return False
    facts.saved = {op.attrs["slot"] for op in ops if op.callee == core.SAVE}
    for slot in dict.fromkeys(op.attrs["slot"] for op in ops if "slot" in op.attrs):
        declared = facts.context.declared.get(slot)
        extents = () if declared is None else declared.operands
        if slot.kind == "tape" and declared is None:
            return False
        if not _outside(facts, extents):
            return False
        facts.slots[slot] = lane_cell(facts, slot.type.dtype, slot.name, extents)
    return all(_saves_plainly(op, facts) for op in ops)


def _saves_plainly(op: Op, facts: Facts) -> bool:
    """Whether an op saves numbers only, and not where cells cannot be written."""
    if op.callee == core.SAVE:
        return core.is_scalar(op.operands[0])
    if op.callee == core.WHILE or op.attrs.get("exits"):
        inner = (o for region in op.regions for _, o in core.walk(region))
        return all(o.callee != core.SAVE for o in inner)
    return True


def _fresh(facts: Facts) -> bool:
    """A cell for each array that an iteration makes for itself."""
    return _fresh_in(facts, facts.body)


def _fresh_in(facts: Facts, block: Block) -> bool:
    for position, op in enumerate(block.ops):
        if op.callee in FRESH:
            extents = op.operands[1:] if op.callee == core.FULL_ else op.operands
            after = Block((), block.ops[position + 1 :], block.yields)
            if not _outside(facts, extents) or not touches_only(op.result, after):
                return False
            cell = lane_cell(facts, op.result.type.dtype, op.result.name, extents)
            facts.fresh[op] = cell
            facts.cell_of[op.result] = cell
        for region in op.regions:
            if not _fresh_in(facts, region):
                return False
    return True


class _Versions:
    """Finds all versions of what has a cell; checks that arrays are used in ways known here."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def block(self, block: Block) -> bool:
        return all(self.op(op) for op in block.ops)

    def op(self, op: Op) -> bool:
        cell_of = self.facts.cell_of
        if op.callee in core.REGION_KINDS:
            return self.regions(op)
        if op.callee == core.LOAD and isinstance(op.result.type, Array):
            slot = op.attrs["slot"]
            if slot not in self.facts.slots:
                return False
            self.facts.views[op.result] = (self.facts.slots[slot], op.operands)
            return True
        if op in self.facts.fresh or op.callee == core.DIM:
            return op.operands[0] not in self.facts.views if op.callee == core.DIM else True
        if op.callee in (core.SETITEM, core.ADDITEM):
            cell = self.facts.cell(op.operands[0])
            if cell is None or not paths.is_element(op.attrs["path"]):
                return False
            cell_of[op.result] = cell
            return True
        if op.callee == core.GETITEM:
            return paths.is_element(op.attrs["path"])
        if any(isinstance(v.type, Array) for v in (*op.results, *core.uses_of(op))):
            return False
        for operand in op.operands:
            cell = self.facts.cell(operand)
            if cell is not None:
                cell_of[op.result] = cell
        return True

    def regions(self, op: Op) -> bool:
        if op.callee == core.IF:
            return self.branch(op)
        cell_of = self.facts.cell_of
        skip = 3 if op.callee == core.FOR else 0
        for region in op.regions:
            args = region.args[1:] if op.callee == core.FOR else region.args
            for init, arg in zip(op.operands[skip:], args, strict=True):
                cell = self.facts.cell(init)
                if cell is not None:
                    if op.callee == core.WHILE or op.attrs.get("exits"):
                        return False
                    cell_of[arg] = cell
                elif isinstance(arg.type, Array):
                    return False
            if not self.block(region):
                return False
        for init, result in zip(op.operands[skip:], op.results, strict=True):
            cell = self.facts.cell(init)
            if cell is not None:
                cell_of[result] = cell
        return True

    def branch(self, op: Op) -> bool:
        if not all(self.block(region) for region in op.regions):
            return False
        for k, result in enumerate(op.results):
            first, second = (self.facts.cell(region.yields[k]) for region in op.regions)
            if first is not second or (first is None and isinstance(result.type, Array)):
                return False
            if first is not None:
                self.facts.cell_of[result] = first
        return True
