"""Slots: what storage a residual gets, and how it is indexed.

No loop between the save and the common block: a local.  Counted loops whose
trip counts are known before the outermost one: a preallocated tape indexed by
trip counters (a loop that may stop early uses its bound).  In a ``while`` that is
the outermost, a tape that grows, checked once per trip.  Otherwise a stack.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from adgen.transpiler.autodiff.scopes import Scopes
from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Shapes, source

_COMPUTED = (operator.add, operator.sub, operator.mul, min, max)
FIRST_GUESS = 64  # trips of a while loop for which a growing tape has room at first


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """A slot, where it is declared, and the loops whose counters index it."""

    slot: Slot
    place: Block
    before: Op
    declare: list[Op] = field(default_factory=list)
    loops: tuple[Op, ...] = ()
    trips: tuple[Value, ...] = ()  # of loops[0], if that is a while: its carried trip counter

    @property
    def counters_from(self) -> list[Value]:
        """Forward values from which the counters are computed (indices of plain loops aside)."""
        found: list[Value] = list(self.trips)
        for loop in self.loops[len(self.trips) :]:
            candidates = [loop.operands[0], loop.operands[2]]
            if loop.attrs.get("exits"):
                candidates.append(loop.regions[0].args[0])
            found += [o for o in candidates if isinstance(o, Value)]
        return found

    def counters(self, b: Builder, at: Callable[[Operand], Operand]) -> list[Operand]:
        """The trip counters, ``(i - start) // step`` for each loop."""
        out = [at(trip) for trip in self.trips]
        for loop in self.loops[len(self.trips) :]:
            start, _, step = loop.operands[:3]
            index = at(loop.regions[0].args[0])
            shifted = b.emit(operator.sub, index, at(start))
            out.append(b.emit(operator.floordiv, shifted, at(step)))
        return out


def layout(function: Function, scopes: Scopes, value: Value, home: Block) -> Layout:
    """Storage for a value that is saved where it is defined and loaded in ``home``."""
    defining = scopes.block_of[value]
    common = scopes.common(defining, home)
    loops = scopes.loops_between(common, defining)
    name = f"{value.name}_saved" if value.name else "saved"
    if not loops:
        before = scopes.op_containing(common, defining)
        return Layout(Slot("local", value.type, name), common, before)
    counted = loops[1:] if loops[0].callee == core.WHILE else loops
    if all(loop.callee == core.FOR for loop in counted):
        found = _tape(function, scopes, value, common, loops, name)
        if found is not None:
            return found
    slot = Slot("stack", value.type, name)
    before = scopes.op_containing(scopes.top, defining)
    return Layout(slot, scopes.top, before, [Op(core.DECLARE, (), {"slot": slot})])


def _tape(
    function: Function, scopes: Scopes, value: Value, common: Block, loops: Sequence[Op], name: str
) -> Layout | None:
    defining = scopes.block_of[value]
    trips = () if loops[0].callee == core.FOR else (_counter(scopes, loops[0]),)
    for place in (scopes.top, common):
        b = Builder()
        extents: list[Operand | None] = [FIRST_GUESS for _ in trips]
        extents += [_trips(b, scopes, loop, place) for loop in loops[len(trips) :]]
        if isinstance(value.type, Array):
            extents += _shape(b, function, scopes, value, place)
        if all(extent is not None for extent in extents):
            slot = Slot("tape", value.type, name)
            b.effect(core.DECLARE, *(e for e in extents if e is not None), slot=slot)
            before = scopes.op_containing(place, defining)
            return Layout(slot, place, before, b.ops, tuple(loops), trips)
    return None


def _counter(scopes: Scopes, loop: Op) -> Value:
    """The carried trip counter of a ``while`` (``labels.prepare`` gave it one)."""
    body = loop.regions[-1]
    for arg, init, end in zip(
        body.args, loop.operands, body.yields[len(body.yields) - len(body.args) :], strict=True
    ):
        step = scopes.op_of.get(end) if isinstance(end, Value) else None
        if init == 0 and not isinstance(init, Value) and step is not None:
            if step.callee is operator.add and step.operands == (arg, 1):
                return arg
    raise InvalidIR("a while loop whose residuals are stored has no trip counter")


def _visible(scopes: Scopes, operand: Operand, place: Block) -> bool:
    return not isinstance(operand, Value) or scopes.in_scope(operand, place)


def _trips(b: Builder, scopes: Scopes, loop: Op, place: Block) -> Operand | None:
    """A bound on the trips of a loop, from what ``place`` sees."""
    start, stop, step = loop.operands[:3]
    if all(_visible(scopes, o, place) for o in (start, stop, step)):
        return b.emit(core.RANGELEN, start, stop, step)
    if step not in (1, -1) or isinstance(step, Value):
        return None
    low, high = (start, stop) if step == 1 else (stop, start)
    least = _bound(b, scopes, low, place, upper=False)
    most = _bound(b, scopes, high, place, upper=True)
    if least is None or most is None:
        return None
    return b.emit(max, b.emit(operator.sub, most, least), 0)


def _bound(
    b: Builder, scopes: Scopes, operand: Operand, place: Block, upper: bool
) -> Operand | None:
    """A bound on an integer that is affine in the indices of loops around (triangular loops)."""
    if _visible(scopes, operand, place):
        return operand
    assert isinstance(operand, Value)
    op = scopes.op_of.get(operand)
    if op is None:
        return _index_bound(b, scopes, operand, place, upper)
    if op.callee not in (operator.add, operator.sub):
        return None
    flip = op.callee is operator.sub
    first = _bound(b, scopes, op.operands[0], place, upper)
    second = _bound(b, scopes, op.operands[1], place, upper != flip)
    if first is None or second is None:
        return None
    return b.emit(op.callee, first, second)


def _index_bound(
    b: Builder, scopes: Scopes, index: Value, place: Block, upper: bool
) -> Operand | None:
    block = scopes.block_of[index]
    loop = scopes.around[block][1]
    if loop.callee != core.FOR or block.args[0] is not index:
        return None
    start, stop, step = loop.operands[:3]
    if isinstance(step, Value) or step not in (1, -1):
        return None
    if step == 1:
        end = _bound(b, scopes, stop if upper else start, place, upper)
        return b.emit(operator.sub, end, 1) if upper and end is not None else end
    end = _bound(b, scopes, start if upper else stop, place, upper)
    return b.emit(operator.add, end, 1) if not upper and end is not None else end


def _shape(
    b: Builder, function: Function, scopes: Scopes, value: Value, place: Block
) -> list[Operand | None]:
    """The extents of a stored array, from what ``place`` sees."""
    assert isinstance(value.type, Array)
    shapes = Shapes(function)
    out: list[Operand | None] = []
    for axis in range(value.type.ndim):
        found = shapes.extent(value, axis)
        if _visible(scopes, source(found), place):
            out.append(shapes.emit(b, found))
        else:
            count = _again(b, scopes, found, place) if isinstance(found, Value) else None
            # where the loop runs no trip there may be less than nothing
            out.append(None if count is None else b.emit(max, count, 0))
    return out


def _again(b: Builder, scopes: Scopes, number: Operand, place: Block) -> Operand | None:
    """An integer that is computed further inside, computed from what ``place`` sees."""
    if _visible(scopes, number, place):
        return number
    assert isinstance(number, Value)
    op = scopes.op_of.get(number)
    if op is None or op.callee not in _COMPUTED:
        return None
    operands = [_again(b, scopes, operand, place) for operand in op.operands]
    known = [operand for operand in operands if operand is not None]
    return b.emit(op.callee, *known) if len(known) == len(operands) else None


def reserve_ops(block: Block, plans: Iterable[Layout]) -> list[Op]:
    """At the start of the body of a ``while``: room for one more trip on its growing tapes."""
    b = Builder()
    for plan in plans:
        if plan.trips and plan.loops[0].regions[-1] is block:
            b.effect(core.RESERVE, plan.trips[0], slot=plan.slot)
    return b.ops


def save_ops(value: Value, plan: Layout) -> list[Op]:
    """The ops that save a value where it has just been computed."""
    b = Builder()
    counters = plan.counters(b, lambda operand: operand)
    b.effect(core.SAVE, value, *counters, slot=plan.slot)
    return b.ops
