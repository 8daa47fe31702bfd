"""Rows that a block touches again and again have a copy, with the iterations along its last axis.

Neighbouring elements of ``x[i, c]`` belong to one iteration, and a loop over ``i`` gathers them.
What is read is copied ahead of a block; what iterations add to rows of their own is added up in
the copy first.
"""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.lanes.cells import Cell
from adgen.transpiler.passes.lanes.facts import Facts, lane_cell
from adgen.transpiler.primitives.shapes import Shapes, source


def copy_rows(facts: Facts, shapes: Shapes) -> None:
    """Fill in ``facts.rows``, ``facts.copies`` and ``facts.sums_of_rows``.

    That is for arrays touched in more loops than their rows have axes.  Nothing outside of an
    array is touched: the loop runs over all of its first axis.
    """
    copies: dict[Operand, Cell | None] = {}
    sums: dict[Cell, Cell | None] = {}
    for op in _touches(facts, facts.body, 0):
        array = op.operands[0]
        if op.callee == core.GETITEM:
            if array not in copies:
                copies[array] = _copy(facts, shapes, array)
            copy = copies[array]
            if copy is not None:
                facts.rows[op] = copy
                facts.copies[copy] = array
        else:
            cell = facts.cell(array)
            assert cell is not None
            if cell not in sums:
                sums[cell] = _copy(facts, shapes, facts.inits[cell])
            copy = sums[cell]
            if copy is not None:
                facts.rows[op] = copy
                facts.sums_of_rows[copy] = cell


def _copy(facts: Facts, shapes: Shapes, array: Operand) -> Cell | None:
    """A cell for the rows of an array; None where that might reach outside of it."""
    assert isinstance(array, Value) and isinstance(array.type, Array)
    start, stop = facts.loop.operands[:2]
    if type(start) is not int or start != 0 or shapes.origin(stop) != shapes.extent(array, 0):
        return None
    extents = [shapes.extent(array, axis) for axis in range(1, array.type.ndim)]
    if any(source(extent) in facts.inside for extent in extents):
        return None
    emitted = [shapes.emit(facts.ahead, extent) for extent in extents]
    name = f"{array.name}_block" if array.name else ""
    return lane_cell(facts, array.type.dtype, name, emitted)


def _touches(facts: Facts, block: Block, depth: int) -> Iterator[Op]:
    """Reads of rows, and additions to them, in enough outer loops."""
    for op in block.ops:
        if op in facts.hoisted:
            for region in op.regions:
                yield from _touches(facts, region, depth + (op.callee == core.FOR))
        elif op.callee == core.GETITEM and facts.reads_outside(op):
            if _is_row(facts, op.operands[1:], depth):
                yield op
        elif op.callee == core.ADDITEM and facts.cell(op.operands[0]) in facts.free:
            if _is_row(facts, op.operands[2:], depth):
                yield op


def _is_row(facts: Facts, place: tuple[Operand, ...], depth: int) -> bool:
    varying = any(o in facts.varying for o in place[1:])
    return 1 < len(place) <= depth and place[0] is facts.index and not varying
