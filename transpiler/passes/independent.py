"""Which loops have independent iterations, and where their iterations meet.

``meetings(loop, context)`` promises, when it returns anything: the trips of the loop may run in
any order, also interleaved op by op, if

- a ``FREE_SUM`` is the number before the loop plus what every trip adds, in any order;
- an ``ORDERED_SUM`` (the user's own ``s += …``) gets what the trips add in the order of the
  trips, and within a trip in the order of its ops; nothing else of a trip reads it;
- an ``ADDED`` array gets what every trip adds to its elements, in any order; no trip reads it;
  if it is ``apart``, each trip adds to its own place, as below;
- of an ``OWN`` array each trip reads and writes elements at its own place along ``axis`` alone,
  ``index + offset``, so that no two trips touch the same element;
- ``UNCHANGED`` values are handed on as they came;
- each trip has storage of its own for ``private`` slots: it loads only what it saved itself.
  All other tapes are only loaded from, or indexed by the trip.

No trip prints, leaves the loop, or pushes to a stack. What may raise are ``fixed`` checks
(asserts and guards), which every trip does alike, so that the first trip raises what any other
would raise; or guards, all with one and the same error, so that it does not matter which trip
comes to one first; and allocations, where an extent is negative. Arrays are touched in linear
order: no op uses a version of a carried array but the latest.

For the loop level, ahead of ``reuse_buffers``: a buffer that one trip finds as the last has left
it ties them together.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.offsets import offset_of
from adgen.transpiler.passes.touches import Touches, indices

_ADDS = (operator.add, np.add)
SUBTRACTS = (operator.sub, np.subtract)
_KEPT_IN_ORDER = "values are kept for the reverse sweep in the order of its iterations"
_RAISES = "an iteration may raise an exception"
_IN_ORDER = {
    core.PRINT: "it prints",
    core.DRAW: "it draws random numbers",
    core.RESERVE: _KEPT_IN_ORDER,
}
_CHECKS = (core.GUARD, core.ASSERT)


class Meeting(Enum):
    """How the trips of a loop meet in a value that it carries."""

    UNCHANGED = "handed on"
    FREE_SUM = "sum in any order"
    ORDERED_SUM = "sum in order"
    ADDED = "array that is only added to"
    OWN = "array of which each trip has its own part"


@dataclass(frozen=True, slots=True)
class Carried:
    """How trips meet in one carried value; of an OWN array the place ``index + offset``.

    ``apart``: of an ADDED array, that each trip adds to a place of its own, likewise given.
    """

    meeting: Meeting
    axis: int = 0
    offset: int = 0
    apart: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Independent:
    """What is known of a loop with independent trips, see above; ``carried`` by position."""

    carried: tuple[Carried, ...]
    private: frozenset[Slot]
    fixed: frozenset[Op]
    guards: bool  # whether there are others


class Context:
    """What is to be known of the function around: bounds of integers, slots and their uses."""

    def __init__(self, function: Function) -> None:
        self.bounds = Bounds(function)
        self.slots: dict[Slot, list[Op]] = {}
        for thing in (*function.residuals_in, *function.residuals_out):
            if isinstance(thing, Slot):
                self.slots[thing] = []
        self.handed = frozenset(self.slots)
        self.declared: dict[Slot, Op] = {}
        for _, op in core.walk(function.body):
            if op.callee == core.DECLARE:
                self.declared[op.attrs["slot"]] = op
            elif "slot" in op.attrs:
                self.slots.setdefault(op.attrs["slot"], []).append(op)


def meetings(loop: Op, context: Context) -> Independent | None:
    """How the trips of a ``for`` meet, or None if they may depend on each other."""
    if obstacle(loop, context) is not None:
        return None
    body = loop.regions[0]
    carried = []
    for place in range(len(loop.results)):
        found = meeting(loop, place, context)
        if found is None:
            return None
        carried.append(found)
    ops = [op for _, op in core.walk(body)]
    private = _private(loop, ops, context)
    checks = [op for op in ops if op.callee in _CHECKS]
    fixed = _fixed(body, set()) if checks else frozenset()
    own = any(known.meeting is Meeting.OWN for known in carried)
    if own and any(op.callee == core.ASSERT for op in checks):
        return None  # what an iteration has written before it raises is seen by the caller
    guards = not fixed.issuperset(checks)
    return Independent(tuple(carried), private or frozenset(), fixed, guards)


def obstacle(loop: Op, context: Context) -> str | None:
    """What ties the trips of a ``for`` together beside the values that it carries, if anything."""
    if loop.attrs.get("exits"):
        return "it may be left before its end"
    step = loop.operands[2]
    if type(step) is not int or step == 0:
        return "its step is computed"
    ops = [op for _, op in core.walk(loop.regions[0])]
    for op in ops:
        if op.callee in _IN_ORDER:
            return _IN_ORDER[str(op.callee)]
    checks = [op for op in ops if op.callee in _CHECKS]
    if any(op.callee == core.ASSERT for op in checks):
        if not _fixed(loop.regions[0], set()).issuperset(checks):
            return _RAISES
    return _KEPT_IN_ORDER if _private(loop, ops, context) is None else None


def meeting(loop: Op, place: int, context: Context) -> Carried | None:
    """How trips meet in the value that a loop carries there; None if they may depend on it."""
    body = loop.regions[0]
    arg, end = body.args[1 + place], body.yields[place]
    if end is arg:
        return Carried(Meeting.UNCHANGED)
    if not isinstance(arg.type, Array):
        return _sum(body, arg, end)
    made = {result: op for _, op in core.walk(body) for result in op.results}
    return _array(loop, arg, end, made, context.bounds)


def _fixed(block: Block, differing: set[Value]) -> frozenset[Op]:
    """Checks that every trip of a loop does alike, on numbers that are the same in all of them.

    ``differing`` receives what may differ; it need not hold more than the body defines.
    """
    found: set[Op] = set()
    differing |= set(block.args)
    for op in block.ops:
        same = differing.isdisjoint(core.uses_of(op))
        if op.callee in _CHECKS:
            found |= {op} if same else set()
        elif op.callee == core.FOR and differing.isdisjoint(op.operands[:3]):  # type: ignore[arg-type]
            found |= _fixed_in_loop(op, differing)
        elif op.callee == core.IF and op.operands[0] not in differing:
            for region in op.regions:
                found |= _fixed(region, differing)
        if op.regions or isinstance(op.callee, str) or not same:
            differing.update(op.results)
    return frozenset(found)


def _fixed_in_loop(op: Op, differing: set[Value]) -> frozenset[Op]:
    """The same in a loop over one range: its counter takes the same values in all trips."""
    body = op.regions[0]
    if op.attrs.get("exits"):
        return frozenset()
    differing |= set(body.args[1:])
    return _fixed(Block((), body.ops, ()), differing)


# Slots


def _private(loop: Op, ops: Sequence[Op], context: Context) -> frozenset[Slot] | None:
    """The slots that each trip has for itself; None if trips meet in one."""
    here = {op for op in ops if "slot" in op.attrs}
    saved = {op.attrs["slot"] for op in here if op.callee == core.SAVE}
    private = set()
    for slot in {op.attrs["slot"] for op in here}:
        if slot.kind == "stack":
            return None
        uses = context.slots.get(slot, [])
        if slot not in context.handed and here.issuperset(uses):
            private.add(slot)
        elif slot in saved and not _indexed_by(loop, [op for op in uses if op in here], ops):
            return None
    return frozenset(private)


def _indexed_by(loop: Op, uses: Sequence[Op], ops: Sequence[Op]) -> bool:
    """Whether all saves and loads have the trip at the same place among their counters."""
    made = {result: op for op in ops for result in op.results}
    index = loop.regions[0].args[0]
    places: set[tuple[int, int]] | None = None
    for op in uses:
        counters = op.operands[1:] if op.callee == core.SAVE else op.operands
        found = {
            (k, offset) for k, counter in enumerate(counters)
            if (offset := offset_of(counter, index, made)) is not None
        }  # fmt: skip
        places = found if places is None else places & found
    return bool(places)


# Numbers


def _sum(body: Block, arg: Value, end: Operand) -> Carried | None:
    free = _added_to(body, arg, end)
    if free is None:
        return None
    return Carried(Meeting.FREE_SUM if free else Meeting.ORDERED_SUM)


def _added_to(block: Block, start: Value, end: Operand) -> bool | None:
    """Whether the order is free in which ``end`` adds to ``start``; None if it does else."""
    value, free = start, True
    for op in block.ops:
        if value not in core.uses_of(op):
            continue
        step = addition(op, value)
        if step is None:
            return None
        value, free = step[0], free and step[1]
    uses = [y for y in block.yields if y is value]
    return free if value is end and len(uses) == 1 else None


def addition(op: Op, value: Value) -> tuple[Value, bool] | None:
    """The sum after an op that uses it, and whether the order is free; None for another use."""
    if op.callee in _ADDS or op.callee in SUBTRACTS:
        places = [k for k, operand in enumerate(op.operands) if operand is value]
        if places == [0] or (places == [1] and op.callee in _ADDS):
            return op.result, bool(op.attrs.get("reassoc"))
        return None
    if op.callee == core.FOR and not op.attrs.get("exits"):
        places = [k for k, operand in enumerate(op.operands) if operand is value]
        if len(places) != 1 or places[0] < 3 or value in core.free_values(op.regions[0]):
            return None
        k, body = places[0] - 3, op.regions[0]
        free = _added_to(body, body.args[1 + k], body.yields[k])
        return None if free is None else (op.results[k], free)
    if op.callee == core.IF and op.operands[0] is not value:
        for k, result in enumerate(op.results):
            ways = [_added_to(region, value, region.yields[k]) for region in op.regions]
            if None not in ways:
                return result, all(ways)
    return None


# Arrays


def _array(
    loop: Op, arg: Value, end: Operand, made: dict[Value, Op], bounds: Bounds
) -> Carried | None:
    touches = Touches(arg)
    yields = loop.regions[0].yields
    if not touches.block(loop.regions[0]) or end is not touches.latest:
        return None
    if sum(y is end for y in yields) != 1:
        return None
    only_added = all(op.callee == core.ADDITEM for op in touches.ops)
    least = bounds.least_index(loop)
    index = loop.regions[0].args[0]
    places: set[tuple[int, int]] | None = None
    for op in touches.ops:
        found = {
            (axis, offset) for axis, operand in enumerate(indices(op))
            if (offset := offset_of(operand, index, made)) is not None
        }  # fmt: skip
        places = found if places is None else places & found
    for axis, offset in sorted(places or ()):
        if least is not None and least + offset >= 0:  # -1 and n - 1 are one place
            return Carried(Meeting.ADDED if only_added else Meeting.OWN, axis, offset, only_added)
    return Carried(Meeting.ADDED) if only_added else None
