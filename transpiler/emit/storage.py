"""Who owns which buffer: moves, borrows, and the places where a buffer is taken over.

An in-place write (``setitem``, ``additem``, ``accum``) takes over the buffer of
its first operand.  A carried value or an ``if`` result whose buffer is taken
over later must own it too: it is *demanded*, and its inits and yields are
consumption sites in turn.  Everything else that shares memory *borrows*:
views, carried values that are not demanded, slots of kind ``local``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from adgen.transpiler.emit.order import Order, Place, Use, exclusive, within
from adgen.transpiler.ir import core
from adgen.transpiler.ir.complex_parts import is_part
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.paths import Index
from adgen.transpiler.ir.types import Array

FINAL = "final"  # marks the setitem that gives a written parameter its final value
WRITES = frozenset({core.SETITEM, core.ADDITEM, core.ACCUM, core.ADDPRODUCT})


@dataclass(frozen=True, eq=False, slots=True)
class Borrow:
    """``child`` shares the memory of a value from ``position`` on.

    ``loop``: the edge is a yield of that loop, so it reaches into later iterations.
    ``op``: what makes the view, if a copy there would end the sharing.
    """

    child: Value | Slot
    position: int
    place: Place
    loop: Op | None = None
    op: Op | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Site:
    """A place where the buffer of ``value`` is taken over.

    Operand ``index`` of ``op``, or, if ``block`` is given, yield ``index`` of it.
    ``carry``: the carried value or result for which it is taken.
    """

    value: Value
    position: int
    place: Place
    op: Op
    index: int
    block: Block | None = None
    carry: tuple[Op, int] | None = None


@dataclass(frozen=True, slots=True)
class Hazard:
    """A use after a consumption, and the borrow through which it sees the buffer."""

    through: Borrow | None


def is_write(op: Op) -> bool:
    """Whether the op writes an array in place."""
    return op.callee in WRITES and isinstance(op.results[0].type, Array)


def is_spare(op: Op) -> bool:
    """Whether the op is a copy that the user did not write: not needed of a buffer that is free."""
    return op.callee == core.COPY and op.role != core.PRIMAL


def lead(op: Op) -> int:
    """How many operands of a region op precede the inits."""
    return 3 if op.callee == core.FOR else 0


def first_yield(op: Op) -> int:
    """How many yields of a loop body precede the carried values (1 with an exit)."""
    return 1 if op.attrs.get("exits") else 0


def carried_args(op: Op) -> tuple[Value, ...]:
    """The carried block arguments of a loop's body."""
    return op.regions[-1].args[1 if op.callee == core.FOR else 0 :]


def resting(op: Op) -> set[Value]:
    """Carried arguments that keep a constant until the loop is left by a jump."""
    body, first = op.regions[-1], lead(op)
    found = set()
    for k, arg in enumerate(carried_args(op)):
        init, end = op.operands[first + k], body.yields[first_yield(op) + k]
        if not isinstance(init, Value) and type(init) is type(end) and repr(init) == repr(end):
            found.add(arg)
    return found


@dataclass
class Storage:
    """Ownership of all arrays in a function.

    ``refused``: carried values that shall not be demanded (a copy where the
    result is written is cheaper than one per iteration).
    """

    function: Function
    order: Order
    refused: frozenset[tuple[Op, int]] = frozenset()
    demanded: dict[tuple[Op, int], tuple[Op, int] | None] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    borrows: dict[Value | Slot, list[Borrow]] = field(default_factory=dict)
    saves: dict[Slot, list[Op]] = field(default_factory=dict)
    taken_inside: set[tuple[Op, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        ops = [op for _, op in core.walk(self.function.body)]
        for op in ops:
            if (is_write(op) or is_spare(op)) and isinstance(op.operands[0], Value):
                self._require(op, op.operands[0])
            elif op.callee == core.SAVE:
                self.saves.setdefault(op.attrs["slot"], []).append(op)
        for op in ops:
            self._sites(op)
            self._borrows(op)

    # Demand

    def _require(self, write: Op, value: Value) -> None:
        """A write takes over the buffer of ``value``: demand what it flows from."""
        place = self.order.place[write]
        seen: set[tuple[Op, int]] = set()
        pending: list[tuple[Value, tuple[Op, int] | None]] = [(value, None)]
        while pending:
            at, parent = pending.pop()
            carry = self._carry(at)
            if carry is None or carry in self.refused or carry in seen:
                continue
            seen.add(carry)
            self.demanded.setdefault(carry, parent)
            if within(place, carry[0]):
                self.taken_inside.add(carry)
            pending += [(v, carry) for v in self.sources(*carry) if isinstance(v, Value)]

    def late(self, carry: tuple[Op, int]) -> tuple[Op, int] | None:
        """The loop whose result is written only after it, for which ``carry`` is demanded."""
        at: tuple[Op, int] | None = carry
        while at is not None:
            if at[0].callee != core.IF and at not in self.taken_inside:
                return at
            at = self.demanded[at]
        return None

    def _carry(self, value: Value) -> tuple[Op, int] | None:
        """The region op and number of the carried value that ``value`` is, if any."""
        found = self.order.definition[value]
        if found.op is not None:
            return (found.op, found.index) if found.op.regions else None
        op = found.place.op
        if op is None or found.place.block is not op.regions[-1]:
            return None
        index = found.index - (1 if op.callee == core.FOR else 0)
        return (op, index) if index >= 0 else None

    def sources(self, op: Op, index: int) -> list[Operand]:
        """The operands whose values a result of a region op can have."""
        if op.callee == core.IF:
            return [region.yields[index] for region in op.regions]
        body = op.regions[-1]
        return [op.operands[lead(op) + index], body.yields[first_yield(op) + index]]

    # Consumption sites

    def _sites(self, op: Op) -> None:
        order = self.order
        if (is_write(op) or is_spare(op)) and isinstance(op.operands[0], Value):
            site = Site(op.operands[0], order.entry[op], order.place[op], op, 0)
            self.sites.append(site)
        for index in range(len(op.results)):
            if (op, index) in self.demanded:
                self._carry_sites(op, index)

    def _carry_sites(self, op: Op, index: int) -> None:
        order = self.order
        carry = (op, index)
        if op.callee != core.IF:
            k = lead(op) + index
            init = op.operands[k]
            if isinstance(init, Value):
                place = order.place[op]
                self.sites.append(Site(init, order.entry[op], place, op, k, None, carry))
        for region in op.regions if op.callee == core.IF else op.regions[-1:]:
            k = index if op.callee == core.IF else first_yield(op) + index
            value = region.yields[k]
            if isinstance(value, Value):
                place = order.block[region]
                self.sites.append(Site(value, order.end[region], place, op, k, region, carry))

    # Borrows

    def _borrow(self, parent: Operand | Slot, borrow: Borrow) -> None:
        if isinstance(parent, Slot) or isinstance(parent, Value) and _array(parent):
            self.borrows.setdefault(parent, []).append(borrow)

    def _borrows(self, op: Op) -> None:
        position, place = self.order.entry[op], self.order.place[op]
        if op.callee in core.REGION_KINDS:
            self._region_borrows(op)
        elif is_view(op):
            copied = op if op.callee == core.GETITEM or is_part(op) else None
            self._borrow(op.operands[0], Borrow(op.result, position, place, None, copied))
        elif op.callee == core.SAVE and op.attrs["slot"].kind == "local":
            self._borrow(op.operands[0], Borrow(op.attrs["slot"], position, place, None, op))
        elif op.callee == core.LOAD and op.attrs["slot"].kind == "local":
            self._borrow(op.attrs["slot"], Borrow(op.result, position, place))

    def _region_borrows(self, op: Op) -> None:
        order = self.order
        for index, result in enumerate(op.results):
            if not _array(result):
                continue
            demanded = (op, index) in self.demanded
            if op.callee == core.IF:
                for region in op.regions if not demanded else ():
                    edge = Borrow(result, order.end[region], order.block[region])
                    self._borrow(region.yields[index], edge)
                continue
            init, end = self.sources(op, index)
            place, body = order.place[op], order.block[op.regions[-1]]
            children = [r.args[len(r.args) - len(op.results) + index] for r in op.regions]
            for child in (*children, result) if not demanded else ():
                self._borrow(init, Borrow(child, order.entry[op], place))
                self._borrow(end, Borrow(child, order.end[op.regions[-1]], body, op))

    # Questions

    def owned(self, value: Value) -> bool:
        """Whether the value holds a buffer that may be written, if nobody needs it later."""
        found = self.order.definition[value]
        carry = self._carry(value)
        if carry is not None:
            return carry in self.demanded
        if found.op is None:
            params = self.function.writes if found.place.op is None else ()
            return found.index in params
        return owns_result(found.op, self.function)

    def hazard(self, site: Site) -> list[Hazard]:
        """What can still see the buffer after it was taken over; empty if nothing can."""
        if self.order.definition[site.value].place.loop is not site.place.loop:
            return [Hazard(None)]  # taken anew in every iteration of a loop
        return self.seen_after(site)

    def seen_after(self, site: Site, next_trip: bool = False) -> list[Hazard]:
        """Uses of the value, or of what borrows from it, that can run after the site.

        ``next_trip``: only those in later iterations of a loop around the site.
        """
        found: list[Hazard] = []
        seen: set[tuple[Value | Slot, bool]] = set()
        pending: list[tuple[Value | Slot, bool, Borrow | None]] = [(site.value, False, None)]
        while pending:
            value, later, through = pending.pop()
            if (value, later) in seen:
                continue
            seen.add((value, later))
            if (later or not next_trip) and self._used_after(value, site, later):
                found.append(Hazard(through))
            for borrow in self.borrows.get(value, ()):
                if not later and exclusive(borrow.place, site.place):
                    continue
                crossed = later or borrow.loop is not None and within(site.place, borrow.loop)
                crossed |= isinstance(borrow.child, Slot) and self._loaded_before(borrow)
                pending.append((borrow.child, crossed, through or borrow))
        return found

    def _loaded_before(self, save: Borrow) -> bool:
        """Whether a local slot is loaded ahead of a save, so by a later trip of a loop."""
        return any(load.position < save.position for load in self.borrows.get(save.child, ()))

    def _used_after(self, value: Value | Slot, site: Site, later: bool) -> bool:
        if isinstance(value, Slot):
            return value in self.function.residuals_out
        for use in self.order.uses.get(value, ()):
            if use.op is not None and use.op.callee == core.DIM:
                continue  # a write changes no extent
            if use.op is not None and use.index == 0 and use.op.attrs.get(FINAL):
                continue  # the old contents do not matter there
            if later or use.position > site.position and not exclusive(use.place, site.place):
                return True
            if use.position == site.position and value is site.value and self._taken(use, site):
                return True
        return False

    def _taken(self, use: Use, site: Site) -> bool:
        """Whether the same op takes the same value over for an earlier carried value too."""
        if not site.op.regions or use.index >= site.index or use.index < 0:
            return False
        before = lead(site.op) if site.block is None else first_yield(site.op)
        return (site.op, use.index - before) in self.demanded

    def roots(self, value: Value, views: bool) -> set[Value]:
        """The values whose buffers the value may hold; with ``views``, or see a part of."""
        found: set[Value] = set()
        seen: set[Value] = set()
        pending: list[Operand] = [value]
        while pending:
            at = pending.pop()
            if not isinstance(at, Value) or at in seen:
                continue
            seen.add(at)
            before = self._before(at, views)
            if before:
                pending += before
            else:
                found.add(at)
        return found

    def _before(self, value: Value, views: bool) -> list[Operand]:
        """The operands from which a value has its memory; empty for a fresh buffer."""
        carry = self._carry(value)
        if carry is not None:
            return self.sources(*carry)
        found = self.order.definition[value]
        op = found.op
        if op is None:
            around = found.place.op
            if around is None or found.place.block is around.regions[-1]:
                return []
            return self.sources(around, found.index)  # an argument of a while's condition
        if op.callee in WRITES or views and is_view(op):
            return [op.operands[0]]
        if views and op.callee == core.LOAD and op.attrs["slot"].kind == "local":
            return [save.operands[0] for save in self.saves.get(op.attrs["slot"], ())]
        return []


def _array(value: Value) -> bool:
    return isinstance(value.type, Array)


def is_view(op: Op) -> bool:
    """Whether the result shares the memory of operand 0 (or may)."""
    if op.callee == core.GETITEM:
        gathers = any(isinstance(s, Index) and "array" in s.items for s in op.attrs["path"])
        return _array(op.result) and not gathers
    if op.callee == core.SUMTO:
        return not op.attrs["axes"]
    return op.callee == core.BROADCAST or is_part(op)


def owns_result(op: Op, function: Function) -> bool:
    """Whether the result of an op without regions is a fresh or a moved buffer."""
    if op.callee == core.LOAD:
        slot = op.attrs["slot"]
        return slot.kind == "stack" and slot not in function.residuals_in
    return not is_view(op)
