"""Rows that a block reads again and again are copied, with the iterations along the last axis."""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.lanes.cells import Cell
from adgen.transpiler.passes.lanes.facts import Facts, lane_cell
from adgen.transpiler.primitives.shapes import Shapes, source


def copy_rows(facts: Facts, shapes: Shapes) -> None:
    """Fill in ``facts.rows`` and ``facts.copies``: arrays read in more loops than they have axes.

    Neighbouring elements of ``x[i, c]`` belong to one iteration, and a loop over ``i`` gathers
    them.  Nothing outside the array is read: the loop runs over all of its first axis.
    """
    copies: dict[Value, Cell] = {}
    for op, depth in _reads(facts, facts.body, 0):
        array = op.operands[0]
        assert isinstance(array, Value) and isinstance(array.type, Array)
        if depth < array.type.ndim or not _covers(facts, shapes, array):
            continue
        if array not in copies:
            extents = [shapes.extent(array, axis) for axis in range(1, array.type.ndim)]
            if any(source(extent) in facts.inside for extent in extents):
                continue
            emitted = [shapes.emit(facts.ahead, extent) for extent in extents]
            name = f"{array.name}_block" if array.name else ""
            copies[array] = lane_cell(facts, array.type.dtype, name, emitted)
            facts.copies[copies[array]] = array
        facts.rows[op] = copies[array]


def _reads(facts: Facts, block: Block, depth: int) -> Iterator[tuple[Op, int]]:
    """Reads of rows, and how many outer loops are around them."""
    for op in block.ops:
        if op in facts.hoisted:
            for region in op.regions:
                yield from _reads(facts, region, depth + (op.callee == core.FOR))
        elif op.callee == core.GETITEM and facts.reads_outside(op) and len(op.operands) > 2:
            rest = op.operands[2:]
            if op.operands[1] is facts.index and not any(o in facts.varying for o in rest):
                yield op, depth


def _covers(facts: Facts, shapes: Shapes, array: Value) -> bool:
    start, stop = facts.loop.operands[:2]
    return type(start) is int and start == 0 and shapes.origin(stop) == shapes.extent(array, 0)
