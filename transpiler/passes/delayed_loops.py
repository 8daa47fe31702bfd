"""Neighbouring loops become one, the later one a trip behind where it must be.

Before::

    for i in range(n): new[i] = u[i] + u[i + 2]
    for i in range(n): u[i + 1] = new[i]

After::

    late = u[0] + u[2]
    for i in range(1, n):
        new = u[i] + u[i + 2]; u[i] = late; late = new
    u[n] = late

An assignment of a slice that reads its neighbours, and the adjoint of one, which adds a
cotangent to several places, are such loops: one each for what is computed ahead and for
every place.  Together they pass over the arrays once, and need no array in between
(loop fusion with retiming and array contraction).
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import clone_op, resolve, with_body
from adgen.transpiler.ir.types import INT, Array, Scalar
from adgen.transpiler.passes.neighbours import (
    Access,
    Group,
    Member,
    is_temporary,
    uses_in,
    uses_of_op,
)
from adgen.transpiler.primitives.builder import Builder


def merge_neighbours(function: Function) -> Function:
    """The function with loops over one range merged where they meet in an array."""
    return with_body(function, _block(function.body, uses_in(function)))


def _block(block: Block, uses: Counter[Value]) -> Block:
    done: list[Op] = []
    rest = [op.with_(regions=tuple(_block(r, uses) for r in op.regions)) for op in block.ops]
    fresh = {op.result for op in rest if op.callee == core.EMPTY}
    while rest:
        op = rest.pop(0)
        if op.callee != core.FOR:
            done.append(op)
            continue
        group, ahead, after, rest = _gather(op, rest, uses)
        done += ahead
        done += [op] if len(group.members) < 2 else _merged(group, fresh)
        done += after
    return Block(block.args, tuple(done), block.yields)


def _gather(
    first: Op, rest: list[Op], uses: Counter[Value]
) -> tuple[Group, list[Op], list[Op], list[Op]]:
    """The group that a loop starts; what moves ahead of it, behind it; what follows."""
    group = Group(uses)
    if not group.add(first):
        return group, [], [], rest
    ahead: list[Op] = []
    after: list[Op] = []
    taken = 0
    waiting: list[Op] = []  # between the last member and here
    moved: set[Value] = set()  # results of what waits behind the group
    for number, op in enumerate(rest):
        if op.callee == core.FOR:
            if moved.intersection(core.uses_of(op)) or not group.add(op):
                break
            taken = number + 1
            ahead += [w for w in waiting if not moved.intersection(w.results)]
            after += [w for w in waiting if moved.intersection(w.results)]
            waiting = []
            continue
        if op.regions or op.callee in core.EFFECTS or op.callee == core.LOAD:
            break
        results = {r for m in group.members for r in m.loop.results}
        if (results | moved).intersection(core.uses_of(op)):
            if not all(map(core.is_scalar, (*op.operands, *op.results))):
                break
            moved.update(op.results)
        waiting.append(op)
    return group, ahead, after, rest[taken:]


@dataclass
class _State:
    """What the values are at one point of the merged loop.

    ``arrays``: tracks to versions.  ``sums``: by result of the original loop.
    ``new``, ``late``: elements of temporaries of this trip and of the one before.
    """

    arrays: dict[Value, Value] = field(default_factory=dict)
    sums: dict[Value, Operand] = field(default_factory=dict)
    new: dict[Value, Operand] = field(default_factory=dict)
    late: dict[Value, Operand] = field(default_factory=dict)


class _Merge:
    """Writes the merged loop of a group."""

    def __init__(self, group: Group, fresh: set[Value]) -> None:
        self.members = group.members
        self.first = group.members[0].loop
        inside = {m.loop for m in group.members}
        self.latest = group.latest
        self.temporary = {
            track
            for track, last in group.latest.items()
            if track in fresh and _only_in(track, last, group, inside)
            and is_temporary(group.members, track)
        }  # fmt: skip
        self.written = [t for t, v in group.latest.items() if v is not t
                        and t not in self.temporary]  # fmt: skip
        self.delayed = any(m.delay for m in group.members)

    def sums(self) -> list[tuple[Value, Value, Operand]]:
        """Result, argument of the body, and value before, of every carried number."""
        return [
            (result, arg, before)
            for m in self.members
            for position, arg, before, result, _ in m.carried()
            if position not in m.tracks
        ]

    def before(self) -> _State:
        """The values ahead of the loops."""
        arrays = {track: track for track in self.latest}
        return _State(arrays, {result: before for result, _, before in self.sums()})

    def trip(
        self, b: Builder, members: Sequence[Member], state: _State, index: Operand, shift: int
    ) -> None:
        """One trip of some of the loops: of each the one at ``index + shift - delay``."""
        for member in members:
            self.body(b, member, state, index, shift - member.delay)

    def body(self, b: Builder, member: Member, state: _State, index: Operand, shift: int) -> None:
        """The ops of one loop at ``index + shift``."""
        mapping: dict[Value, Operand] = {}
        at = shifted(b, index, shift)
        mapping[member.body.args[0]] = at
        for position, arg, _, result, _ in member.carried():
            if position not in member.tracks:
                mapping[arg] = state.sums[result]
        for op in member.body.ops:
            b.span, b.role = op.span, op.role
            access = member.accesses.get(op)
            if access is None:
                b.add(clone_op(op, mapping))
            else:
                self.touch(b, member, access, state, mapping, index, shift)
        for position, _, _, result, end in member.carried():
            if position not in member.tracks:
                state.sums[result] = resolve(end, mapping)

    def touch(
        self, b: Builder, member: Member, access: Access, state: _State,
        mapping: dict[Value, Operand], index: Operand, shift: int,
    ) -> None:  # fmt: skip
        """One access to an element, or what has become of it."""
        op, track = access.op, access.track
        reads = op.callee == core.GETITEM
        if track in self.temporary:
            if reads:
                mapping[op.result] = self.element(member, track, state)
            else:
                state.new[track] = _fit(b, resolve(op.operands[1], mapping), track)
            return
        place = [resolve(o, mapping) for o in op.operands[1 if reads else 2 :]]
        if access.offset is not None and access.place is not None:
            place[access.place[0]] = shifted(b, index, shift + access.offset)
        array, path = state.arrays[track], op.attrs["path"]
        if reads:
            mapping[op.result] = b.getitem(array, path, *place, name=op.result.name)
            return
        write = b.setitem if op.callee == core.SETITEM else b.additem
        value = resolve(op.operands[1], mapping)
        state.arrays[track] = write(array, value, path, *place, name=op.result.name)

    def element(self, reader: Member, track: Value, state: _State) -> Operand:
        """The element of a temporary that a loop reads."""
        late = reader.delay > self.writer(track).delay
        return state.late[track] if late else state.new[track]

    def writer(self, track: Value) -> Member:
        """The loop that writes a temporary."""
        return next(m for m in self.members if track in m.tracks.values())

    def handed_on(self) -> list[Value]:
        """Temporaries that a later loop reads a trip behind."""
        return [
            track
            for track in self.latest
            if track in self.temporary
            and any(
                m.delay > self.writer(track).delay
                for m in self.members
                for a in m.accesses.values()
                if a.track is track
            )
        ]

    def loop(self, b: Builder, start: Operand, state: _State) -> None:
        """The loop itself; ``state`` is the one before it, then the one after it."""
        late = self.handed_on()
        sums = [result for result, _, _ in self.sums()]
        inits = [*(state.arrays[t] for t in self.written), *(state.sums[r] for r in sums)]
        inits += [state.new[t] for t in late]
        heads = [Value(t.type, self.latest[t].name) for t in self.written]
        heads += [Value(r.type, r.name) for r in sums]
        heads += [Value(Scalar(t.type.dtype), "late") for t in late]
        first_sum, first_late = len(self.written), len(self.written) + len(sums)
        inner = b.inner()
        index = Value(INT, self.members[0].body.args[0].name)
        inside = _State(dict(state.arrays))
        inside.arrays.update(zip(self.written, heads[:first_sum], strict=True))
        inside.sums.update(zip(sums, heads[first_sum:first_late], strict=True))
        inside.late.update(zip(late, heads[first_late:], strict=True))
        self.trip(inner, self.members, inside, index, 0)
        yields = [*(inside.arrays[t] for t in self.written), *(inside.sums[r] for r in sums)]
        yields += [inside.new[t] for t in late]
        block = inner.block((index, *heads), yields)
        operands = (start, *self.first.operands[1:3], *inits)
        b.span, b.role = self.first.span, self.first.role
        types = [head.type for head in heads]
        results = b.region(core.FOR, operands, [block], types, [h.name for h in heads])
        state.arrays.update(zip(self.written, results[:first_sum], strict=True))
        state.sums.update(zip(sums, results[first_sum:first_late], strict=True))
        state.late.update(zip(late, results[first_late:], strict=True))

    def run(self) -> list[Op]:
        """All of it, under a test that there is a first trip."""
        start, stop = self.first.operands[:2]
        b = Builder(self.first.span, self.first.role)
        then, state = b.inner(), self.before()
        kept = [*self.written, *(result for result, _, _ in self.sums())]
        otherwise = [self.value(state, thing) for thing in kept]
        if self.delayed:
            self.trip(then, [m for m in self.members if not m.delay], state, start, 0)
            self.loop(then, shifted(then, start, 1), state)
            self.trip(then, [m for m in self.members if m.delay], state, stop, 0)
        else:
            self.loop(then, start, state)
        yields = [self.value(state, thing) for thing in kept]
        results = tuple(self.latest.get(thing, thing) for thing in kept)
        if not self.delayed:
            return [*then.ops[:-1], then.ops[-1].with_(results=results)]
        some = b.emit(operator.lt, start, stop)
        arms = (then.block((), yields), Block((), (), tuple(otherwise)))
        return [*b.ops, Op(core.IF, (some,), {}, arms, results, self.first.span, self.first.role)]

    def value(self, state: _State, thing: Value) -> Operand:
        """A track's version, or a sum, by the result of the original loop."""
        return state.arrays[thing] if thing in self.latest else state.sums[thing]


def _merged(group: Group, fresh: set[Value]) -> list[Op]:
    return _Merge(group, fresh).run()


def _only_in(track: Value, last: Value, group: Group, loops: set[Op]) -> bool:
    """Whether neither a fresh array nor what becomes of it is used but by the loops."""
    used: Counter[Value] = Counter()
    for loop in loops:
        used.update(uses_of_op(loop))
    return group.uses[track] == used[track] and group.uses[last] == used[last]


def shifted(b: Builder, index: Operand, offset: int) -> Operand:
    """``index + offset``."""
    return b.emit(operator.sub if offset < 0 else operator.add, index, abs(offset))


def _fit(b: Builder, operand: Operand, array: Value) -> Operand:
    """The operand as an element of the array, rounded as a store would."""
    assert isinstance(array.type, Array)
    kind = Scalar(array.type.dtype)
    return operand if type_of(operand).dtype == kind.dtype else b.cast(operand, kind)
