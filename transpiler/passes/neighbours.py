"""What neighbouring loops do with arrays, and how far the later one must stay behind.

A *track* is an array and its later versions.  A loop whose trips touch it at ``index +
offset`` may run in one loop with an earlier one if it is ``delay`` trips behind: then
whatever the earlier loop does to an element is done before the later one comes to it.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.offsets import offset_of

_MOST_DELAY, _MOST_OPS, _WIDEST = 1, 80, 8
_ARRAY_OPS = (core.GETITEM, core.SETITEM, core.ADDITEM)

Place = tuple[int, tuple[Operand, ...]]


@dataclass(frozen=True, slots=True)
class Access:
    """One op on one element: along the axis ``place[0]`` at ``index + offset``.

    ``offset`` is None where that is not plain to see.
    """

    op: Op
    track: Value
    place: Place | None
    offset: int | None


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """A loop of a group, the values that it works on and what it does to them.

    ``tracks[position]`` is the track of a carried array; numbers have none.
    """

    loop: Op
    accesses: dict[Op, Access]
    tracks: dict[int, Value]
    delay: int = 0

    @property
    def body(self) -> Block:
        """The block that runs in every trip."""
        return self.loop.regions[0]

    def carried(self) -> Iterator[tuple[int, Value, Operand, Value, Operand]]:
        """Of what it carries: position, argument of the body, value before and after, yield."""
        inits, body = self.loop.operands[3:], self.body
        for position, result in enumerate(self.loop.results):
            before, end = inits[position], body.yields[position]
            yield position, body.args[1 + position], before, result, end


@dataclass(eq=False, slots=True)
class Group:
    """Loops over one range that can run as one.

    ``latest``: a track to the value that it has after them; ``of``: versions to tracks.
    """

    uses: Counter[Value]
    members: list[Member] = field(default_factory=list)
    latest: dict[Value, Value] = field(default_factory=dict)
    of: dict[Value, Value] = field(default_factory=dict)

    def add(self, loop: Op) -> bool:
        """Take a loop into the group if that is right and of use."""
        if self.members and not self._same_range(loop):
            return False
        read = _read(loop, self.of)
        if read is None:
            return False
        if self.members:
            delay = self._delay(read)
            if delay is None or not self._fits(read):
                return False
            read = Member(read.loop, read.accesses, read.tracks, delay)
            if not _profits([*self.members, read]):
                return False
        self._enter(read)
        return True

    def _enter(self, member: Member) -> None:
        self.members.append(member)
        for access in member.accesses.values():
            self.of.setdefault(access.track, access.track)
            self.latest.setdefault(access.track, access.track)
        for position, track in member.tracks.items():
            result = member.loop.results[position]
            self.of[track] = self.of[result] = track
            self.latest[track] = result

    def _same_range(self, loop: Op) -> bool:
        mine = self.members[0].loop.operands[:3]
        return all(a is b or (type(a) is type(b) is int and a == b)
                   for a, b in zip(mine, loop.operands[:3], strict=True))  # fmt: skip

    def _fits(self, member: Member) -> bool:
        """Whether it uses nothing of the group but arrays as they are after it."""
        results = {result for m in self.members for result in m.loop.results}
        stale = {v for v, track in self.of.items() if self.latest[track] is not v}
        for value in core.uses_of(member.loop):
            if value in stale or (value in results and not isinstance(value.type, Array)):
                return False
        for position in member.tracks:
            before = member.loop.operands[3 + position]
            assert isinstance(before, Value)
            inside = sum(uses_of_op(m.loop)[before] for m in [*self.members, member])
            if before in results and self.uses[before] != inside:
                return False  # a version between two loops is needed afterwards
        saved: set[Slot] = set()
        loaded: set[Slot] = set()
        for op in (op for m in [*self.members, member] for op in m.body.ops):
            if op.callee in (core.SAVE, core.LOAD):
                (saved if op.callee == core.SAVE else loaded).add(op.attrs["slot"])
        return not saved & loaded

    def _delay(self, member: Member) -> int | None:
        """How many trips it must stay behind; None if it cannot, or has nothing in common."""
        delay, meets = 0, False
        for later in member.accesses.values():
            for earlier_member in self.members:
                for earlier in earlier_member.accesses.values():
                    if earlier.track is not later.track or _both_read(earlier, later):
                        continue
                    meets = True
                    if _both_add(earlier, later):
                        continue
                    if earlier.offset is None or later.offset is None:
                        return None
                    if not _same_place(earlier.place, later.place):
                        return None
                    behind = later.offset - earlier.offset + earlier_member.delay
                    delay = max(delay, behind)
        return delay if meets and delay <= _MOST_DELAY else None


def uses_in(function: Function) -> Counter[Value]:
    """How often each value is used."""
    counts = _uses(function.body)
    counts.update(v for v in function.residuals_out if isinstance(v, Value))
    return counts


def _uses(block: Block) -> Counter[Value]:
    counts: Counter[Value] = Counter(v for v in block.yields if isinstance(v, Value))
    for op in block.ops:
        counts.update(uses_of_op(op))
    return counts


def uses_of_op(op: Op) -> Counter[Value]:
    """How often an op, with its regions, uses each value."""
    counts: Counter[Value] = Counter(v for v in op.operands if isinstance(v, Value))
    for region in op.regions:
        counts.update(_uses(region))
    return counts


def _read(loop: Op, of: dict[Value, Value]) -> Member | None:
    """What a loop does; None for one that is not to be moved."""
    start, stop, step = loop.operands[:3]
    if type(start) is not int or type(step) is not int or step != 1 or loop.attrs.get("exits"):
        return None
    if not isinstance(stop, Value):
        return None
    body = loop.regions[0]
    inside = set(body.args) | {result for op in body.ops for result in op.results}
    member = Member(loop, {}, {})
    latest: dict[Value, Value] = {}  # track -> its present version in the body
    tracks: dict[Value, Value] = {}  # version in the body -> track
    for position, arg, before, _, end in member.carried():
        if isinstance(arg.type, Array):
            assert isinstance(before, Value)
            track = of.get(before, before)
            if track in latest:
                return None
            member.tracks[position] = tracks[arg] = track
            latest[track] = arg
        elif not _is_free_sum(body, arg, end):
            return None
    made = {result: op for op in body.ops for result in op.results}
    for op in body.ops:
        if op.callee not in _ARRAY_OPS:
            if not _is_plain(op):
                return None
            continue
        first, *index = op.operands
        assert isinstance(first, Value)
        written = op.callee != core.GETITEM
        if first not in inside:
            track = of.get(first, first)
            if written or track in latest:  # read as it was before the loop, and written in it
                return None
            tracks[first] = track
        if first not in tracks or not paths.is_element(op.attrs["path"]):
            return None
        track = tracks[first]
        if latest.get(track, first) is not first:
            return None
        if written:
            index = index[1:]
            latest[track], tracks[op.result] = op.result, track
        member.accesses[op] = Access(op, track, *_where(index, body.args[0], made, inside))
    for position, track in member.tracks.items():
        if body.yields[position] is not latest[track]:
            return None
    return member


def _is_plain(op: Op) -> bool:
    """Whether an op works on numbers alone, or saves or loads an element of a tape."""
    if op.callee in (core.SAVE, core.LOAD):
        return op.attrs["slot"].kind == "tape" and all(map(core.is_scalar, op.operands)) and all(
            map(core.is_scalar, op.results)
        )  # fmt: skip
    if op.callee == core.IF:
        return all(_is_plain(inner) for region in op.regions for inner in region.ops) and all(
            map(core.is_scalar, op.results)
        )
    if isinstance(op.callee, str) and op.callee != core.CAST:
        return False
    return all(core.is_scalar(o) for o in (*op.operands, *op.results))


def _is_free_sum(body: Block, arg: Value, end: Operand) -> bool:
    """Whether a carried number is a sum in any order, which does not keep a loop scalar."""
    for op in body.ops:
        if end in op.results:
            return op.callee is operator.add and bool(op.attrs.get("reassoc")) and (
                arg in op.operands
            )  # fmt: skip
    return False


def _where(
    index: list[Operand], counter: Value, made: dict[Value, Op], inside: set[Value]
) -> tuple[Place | None, int | None]:
    found = [(axis, offset_of(o, counter, made)) for axis, o in enumerate(index)]
    along = [(axis, offset) for axis, offset in found if offset is not None]
    if len(along) != 1:
        return None, None
    ((axis, offset),) = along
    others = tuple(o for k, o in enumerate(index) if k != axis)
    if any(o in inside for o in others if isinstance(o, Value)):
        return None, None
    return (axis, others), offset


def _both_read(a: Access, b: Access) -> bool:
    return a.op.callee == b.op.callee == core.GETITEM


def _both_add(a: Access, b: Access) -> bool:
    """Whether both add to an adjoint: the order is free."""
    return a.op.callee == b.op.callee == core.ADDITEM and a.op.role == b.op.role == core.ADJOINT


def _same_place(a: Place | None, b: Place | None) -> bool:
    if a is None or b is None:
        return False
    return a[0] == b[0] and len(a[1]) == len(b[1]) and all(
        x is y or (type(x) is type(y) is int and x == y) for x, y in zip(a[1], b[1], strict=True)
    )  # fmt: skip


def _profits(members: list[Member]) -> bool:
    """Whether one loop is no slower: at most one array hands elements on to later trips.

    That one can be held in scalars (``shared_elements``) if it is added to; through memory
    such a loop is a chain, where each of the loops by itself may be none.
    """
    if sum(len(m.body.ops) for m in members) > _MOST_OPS:
        return False
    met: dict[Value, list[tuple[Access, int]]] = {}  # with offsets to the trip that meets them
    for member in members:
        for access in member.accesses.values():
            if access.offset is not None:
                found = met.setdefault(access.track, [])
                found.append((access, access.offset - member.delay))
    chains = [touches for track, touches in met.items()
              if _hands_on(touches) and not is_temporary(members, track)]  # fmt: skip
    return not chains or (len(chains) == 1 and _can_be_shared(chains[0]))


def _hands_on(touches: list[tuple[Access, int]]) -> bool:
    """Whether an element that one trip writes is read in a later one."""
    written = [shift for access, shift in touches if access.op.callee != core.GETITEM]
    read = [shift for access, shift in touches if access.op.callee != core.SETITEM]
    return bool(written and read) and max(written) > min(read)


def _can_be_shared(touches: list[tuple[Access, int]]) -> bool:
    shifts = [shift for _, shift in touches]
    return (
        any(access.op.callee == core.ADDITEM for access, _ in touches)
        and all(_same_place(access.place, touches[0][0].place) for access, _ in touches)
        and max(shifts) - min(shifts) < _WIDEST
    )


def is_temporary(members: list[Member], track: Value) -> bool:
    """Whether every element is written by one op and then only read at the same index."""
    accesses = [(m, a) for m in members for a in m.accesses.values() if a.track is track]
    (writer, write), *others = accesses
    return write.op.callee == core.SETITEM and write.offset is not None and all(
        a.op.callee == core.GETITEM and m is not writer and a.offset == write.offset
        and _same_place(a.place, write.place)
        for m, a in others
    )  # fmt: skip
