"""Rows that a block touches have a copy, with the iterations along its last axis.

Neighbouring elements of ``x[i, c]`` belong to one iteration, and a loop over ``i`` gathers them:
LLVM leaves such a loop scalar, elementary functions and all.  What is read is copied ahead of a
block; what iterations add again and again to rows of their own is added up in the copy first.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.lanes.cells import Cell
from adgen.transpiler.passes.lanes.facts import Facts, lane_cell
from adgen.transpiler.primitives.shapes import Shapes, source

_Loops = tuple[Op, ...]  # outer loops around an op, the one over blocks not counted
_Limits = tuple[Operand, ...]  # what indices, from 0 on, stay below


def copy_rows(facts: Facts, shapes: Shapes) -> None:
    """Fill in ``facts.rows``, ``facts.copies`` and ``facts.sums_of_rows``.

    Nothing outside of an array is touched: the loop runs over all of its first axis.
    """
    reads: dict[Value, list[tuple[Op, _Loops]]] = {}
    sums: dict[Value, list[Op]] = {}
    for op, loops in _touches(facts, facts.body, ()):
        array = op.operands[0]
        assert isinstance(array, Value)
        if op.callee == core.GETITEM:
            reads.setdefault(array, []).append((op, loops))
            continue
        cell = facts.cell(array)
        assert cell is not None
        init = facts.inits[cell]
        assert isinstance(init, Value)
        sums.setdefault(init, []).append(op)
    for array, found in reads.items():
        _copy(facts, shapes, array, found)
    for array, adding in sums.items():
        room = _room(facts, shapes, array)
        cell = facts.cell(adding[0].operands[0])
        if room is not None and cell is not None:
            facts.rows.update(dict.fromkeys(adding, room))
            facts.sums_of_rows[room] = cell


def _copy(facts: Facts, shapes: Shapes, array: Value, reads: list[tuple[Op, _Loops]]) -> None:
    """Have rows of an array copied: all of them if the loops read as much, else what they read."""
    limits = [_limits(facts, shapes, op, loops) for op, loops in reads]
    whole = any(
        len(loops) >= len(op.operands) - 1 or _is_all(shapes, array, known)
        for known, (op, loops) in zip(limits, reads, strict=True)
    )
    if not whole and (limits[0] is None or any(known != limits[0] for known in limits)):
        return
    room = _room(facts, shapes, array, None if whole else limits[0])
    if room is not None:
        facts.rows.update((op, room) for op, _ in reads)
        facts.copies[room] = array


def _room(facts: Facts, shapes: Shapes, array: Value, limits: _Limits | None = None) -> Cell | None:
    """A cell for the rows of an array; None where that might reach outside of it."""
    assert isinstance(array.type, Array)
    start, stop = facts.loop.operands[:2]
    if type(start) is not int or start != 0 or shapes.origin(stop) != shapes.extent(array, 0):
        return None
    extents = [shapes.extent(array, axis) for axis in range(1, array.type.ndim)]
    if any(source(extent) in facts.inside for extent in extents):
        return None
    b = facts.ahead
    emitted = [shapes.emit(b, extent) for extent in extents]
    if limits is not None:
        shorter = [b.emit(min, e, limit) for e, limit in zip(emitted, limits, strict=True)]
        emitted = [b.emit(max, length, 0) for length in shorter]
    name = f"{array.name}_block" if array.name else ""
    return lane_cell(facts, array.type.dtype, name, emitted)


def _is_all(shapes: Shapes, array: Value, limits: _Limits | None) -> bool:
    """Whether indices run over all of the rows."""
    return limits is not None and all(
        shapes.origin(limit) == shapes.extent(array, 1 + k) for k, limit in enumerate(limits)
    )


def _limits(facts: Facts, shapes: Shapes, op: Op, loops: _Loops) -> _Limits | None:
    """What the indices of an element of a row stay below, if each is the counter of a loop."""
    counting = {loop.regions[0].args[0]: loop for loop in loops}
    found: list[Operand] = []
    for index in op.operands[2:]:
        loop = counting.pop(index, None) if isinstance(index, Value) else None
        limit = None if loop is None else _limit(facts, shapes, loop)
        if limit is None or limit in facts.inside:
            return None
        found.append(limit)
    return tuple(found)


def _limit(facts: Facts, shapes: Shapes, loop: Op) -> Operand | None:
    """What the counter of a loop stays below, if it is evident, and that it is not negative."""
    least = facts.context.bounds.least_index(loop)
    start, stop, step = loop.operands[:3]
    if least is None or least < 0:
        return None
    if step == 1:
        return stop
    if step != -1:
        return None
    if type(start) is int:
        return start + 1
    made = shapes.defined.get(start) if isinstance(start, Value) else None
    if made is None or made.callee is not operator.sub or made.operands[1] != 1:
        return None
    return made.operands[0]


def _touches(facts: Facts, block: Block, loops: _Loops) -> Iterator[tuple[Op, _Loops]]:
    """Reads of rows in as many loops as the array has axes, additions to them in more."""
    for op in block.ops:
        if op in facts.hoisted:
            around = (*loops, op) if op.callee == core.FOR else loops
            for region in op.regions:
                yield from _touches(facts, region, around)
        elif op.callee == core.GETITEM and facts.reads_outside(op):
            if _is_row(facts, op.operands[1:], len(loops) + 1):
                yield op, loops
        elif op.callee == core.ADDITEM and facts.cell(op.operands[0]) in facts.free:
            if _is_row(facts, op.operands[2:], len(loops)):
                yield op, loops


def _is_row(facts: Facts, place: tuple[Operand, ...], most: int) -> bool:
    varying = any(o in facts.varying for o in place[1:])
    return 1 < len(place) <= most and place[0] is facts.index and not varying
