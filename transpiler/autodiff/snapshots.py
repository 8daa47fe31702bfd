"""Marked loops in reverse mode: some of their states are stored, the others computed again.

Forward, the loop stores the states that the binomial schedule names (``primitives/schedule.py``)::

    for i in range(n):
        if i == keep_at:
            state_kept[kept], kept_at[kept] = state, i
            kept += 1
            keep_at = next_snapshot(i, n, kept, k)
        state = step(state, i)

Backward, a step is *turned*: its state is computed from the last one stored, and on the way states
are stored where there is room again; then the step is gone through backwards::

    for t in range(n - 1, -1, -1):
        state, start = state_kept[kept - 1], kept_at[kept - 1]
        keep_at = next_snapshot(start, t + 1, kept, k)
        for i in range(start, t):
            …  # as forward
        state_bar = adjoint of step(state, t)
        if kept_at[kept - 1] == t:
            kept -= 1

All of this are ordinary ops, which are planned, optimised and differentiated again like others.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adgen.transpiler.autodiff.dependence import Heads
from adgen.transpiler.autodiff.segments import root
from adgen.transpiler.autodiff.step import Step
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import substitute
from adgen.transpiler.ir.snapshots import ATTRIBUTE, Snapshots
from adgen.transpiler.ir.templates import Error
from adgen.transpiler.ir.types import INT, Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.schedule import NEXT

_COUNTS = np.dtype(np.int64)
_CHANGED = "an array that a checkpointed loop carries changes its shape"


@dataclass(frozen=True, eq=False, slots=True)
class Stored:
    """The states of a loop that are stored: how many, of which trips, and what each consists of.

    Where every state is stored, there are ``states`` alone.
    """

    states: tuple[Value, ...]
    count: Value | None = None
    places: Value | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        """All of it, as a loop carries it."""
        if self.count is None or self.places is None:
            return self.states
        return (self.count, self.places, *self.states)

    def renewed(self) -> Stored:
        """Fresh values of the same kinds."""
        return self.like([Value(value.type, value.name) for value in self.values])

    def like(self, values: Sequence[Any]) -> Stored:
        """The same made of other values."""
        if self.count is None:
            return Stored(tuple(values))
        count, places, *states = values
        return Stored(tuple(states), count, places)


class Turned:
    """A marked loop: what is stored of it, and how it is gone through backwards."""

    def __init__(self, loop: Op, step: Step, settled: Heads) -> None:
        self.loop, self.step, self.settled = loop, step, settled
        self.mark: Snapshots = loop.attrs[ATTRIBUTE]
        self.start, _, self.stride = loop.operands[:3]
        self.inits = loop.operands[3:]
        self.heads = loop.regions[0].args[1:]
        b = Builder(loop.span, loop.role)
        self.trips = b.emit(core.RANGELEN, *loop.operands[:3])
        self.limit: Operand = 0 if self.mark.every else self._limit(b)
        fresh = self._room(b)
        self.stored = fresh.renewed()  # behind the forward sweep
        self.ahead = b.ops
        self.forward = self._forward(fresh)

    # The forward sweep

    def _limit(self, b: Builder) -> Operand:
        """How many states may be stored."""
        if self.mark.number is not None:
            return self.mark.number
        if self.mark.memory is None:
            return root(b, self.trips)
        size: Operand = 0
        for k in self.step.needed:
            extents = b.dims(self.inits[k])
            item: Operand = self.heads[k].type.dtype.itemsize
            for extent in extents:
                item = b.emit(operator.mul, item, extent)
            size = b.emit(operator.add, size, item)
        fitting = b.emit(operator.floordiv, self.mark.memory, b.emit(builtins.max, size, 1))
        return b.emit(builtins.max, b.emit(operator.sub, fitting, 1), 1, name="snapshots")

    def _room(self, b: Builder) -> Stored:
        """Empty arrays: besides the snapshots, the state ahead of the last step is stored."""
        rows = self.trips
        if not self.mark.every:
            rows = b.emit(builtins.min, b.emit(operator.add, self.limit, 1), self.trips)
        states = []
        for k in self.step.needed:
            kind = self.heads[k].type
            ones = kind.ones if isinstance(kind, Array) else ()
            extents = b.dims(self.inits[k])
            name = f"{self.heads[k].name}_kept" if self.heads[k].name else "kept"
            states.append(_empty(b, (rows, *extents), kind.dtype, (False, *ones), name))
        if self.mark.every:
            return Stored(tuple(states))
        places = _empty(b, (rows,), _COUNTS, (False,), "kept_at")
        return Stored(tuple(states), Value(INT, "kept"), places)

    def _forward(self, fresh: Stored) -> Op:
        """The loop itself, which stores states."""
        loop, (body,) = self.loop, self.loop.regions
        if not body.args[0].name.strip("_"):  # the user's name for what is not read
            trip_named = Value(INT, self.trip_name)
            renamed = substitute(body, {body.args[0]: trip_named})
            body = Block((trip_named, *body.args[1:]), renamed.ops, renamed.yields)
        b = Builder(loop.span, loop.role)
        held = fresh.renewed()
        shifted = b.emit(operator.sub, body.args[0], self.start)
        trip = b.emit(operator.floordiv, shifted, self.stride)
        self._check_shapes(b, body.args[1:])
        states = [body.args[1 + k] for k in self.step.needed]
        more: tuple[Value, ...] = ()
        if self.mark.every:
            after = self._keep(b, held, states, trip)
        else:
            more = (Value(INT, "keep_at"),)
            after, following = self._keep_where(b, held, states, trip, self.trips, more[0])
        args = (*body.args, *held.values, *more)
        yields = (*body.yields, *after.values, *([following] if more else []))
        inits = (*fresh.values, *(0 for _ in more))
        if fresh.count is not None:
            inits = tuple(0 if value is fresh.count else value for value in inits)
        return loop.with_(
            operands=(*loop.operands, *inits),
            regions=(Block(args, (*b.ops, *body.ops), yields),),
            results=(*loop.results, *self.stored.values, *(Value(INT) for _ in more)),
            attrs={k: value for k, value in loop.attrs.items() if k not in (ATTRIBUTE, "label")},
        )

    def _check_shapes(self, b: Builder, heads: Sequence[Value]) -> None:
        """Arrays whose shape is not known to stay are stored only as long as it does."""
        for k in self.step.needed:
            for axis, one in enumerate(getattr(heads[k].type, "ones", ())):
                if not one and k not in self.settled:
                    extents = [b.emit(core.DIM, x, axis=axis) for x in (self.inits[k], heads[k])]
                    same = b.emit(operator.eq, *extents)
                    b.effect(core.ASSERT, same, error=Error(ValueError, (_CHANGED,)))

    def _keep(self, b: Builder, held: Stored, states: Sequence[Operand], row: Operand) -> Stored:
        """Store a state in a row."""
        return replace(
            held,
            states=tuple(
                b.setitem(array, state, _row(array), row)
                for array, state in zip(held.states, states, strict=True)
            ),
        )

    def _keep_where(
        self, b: Builder, held: Stored, states: Sequence[Operand], trip: Operand, end: Operand,
        place: Operand,
    ) -> tuple[Stored, Operand]:  # fmt: skip
        """Store the state ahead of a trip if it is the one to be stored, and say which is next."""
        assert held.count is not None and held.places is not None
        here = b.emit(operator.eq, trip, place)
        then = Builder(b.span)  # as of the program: nothing moves out of a branch that it names
        places = then.setitem(held.places, trip, paths.ELEMENT_1D, held.count)
        kept = self._keep(then, held, states, held.count)
        count = then.emit(operator.add, held.count, 1, name="kept")
        following = self.following(then, trip, end, count)
        yields = (count, places, *kept.states, following)
        results = b.region(
            core.IF, (here,), (then.block((), yields), Block((), (), (*held.values, place))),
            [type_of(y) for y in yields], [*(v.name for v in held.values), "keep_at"],
        )  # fmt: skip
        return held.like(results[:-1]), results[-1]

    def following(self, b: Builder, place: Operand, end: Operand, count: Operand) -> Operand:
        """Which trip is the next to be stored behind one that is, of those ahead of ``end``."""
        return b.emit(NEXT, place, end, count, self.limit)

    # The backward sweep

    @property
    def made(self) -> Operand:
        """How many trips there were."""
        counter = self.loop.attrs.get("trips")
        return self.trips if counter is None else self.loop.results[counter]

    @property
    def trip_name(self) -> str:
        """What the counter of trips is called: as the user's index, where it is the same."""
        name = self.loop.regions[0].args[0].name
        plain = self.start == 0 and self.stride == 1 and name.strip("_")
        return name if plain else "trip"

    def state_at(self, b: Builder, trip: Operand, held: Stored) -> tuple[list[Operand], Stored]:
        """The state ahead of a trip, and what is stored then."""
        if held.count is None or held.places is None:
            return self._loaded(b, held, trip), held
        top = b.emit(operator.sub, held.count, 1)
        first = b.getitem(held.places, paths.ELEMENT_1D, top)
        end = b.emit(operator.add, trip, 1)
        following = self.following(b, first, end, held.count)
        states = self._loaded(b, held, top)
        inner = b.inner()
        again = held.renewed()
        index, place = Value(INT, "j"), Value(INT, "keep_at")
        heads = [Value(self.heads[k].type, self.heads[k].name) for k in self.step.needed]
        after, place_after = self._keep_where(inner, again, heads, index, end, place)
        ends = self.step.repeated(inner, self.index(inner, index), heads)
        block = inner.block(
            (index, *heads, *again.values, place), (*ends, *after.values, place_after)
        )
        results = b.region(
            core.FOR, (first, trip, 1, *states, *held.values, following), (block,),
            [v.type for v in block.args[1:]], [v.name for v in block.args[1:]],
            label=core.new_label(),
        )  # fmt: skip
        count = len(heads)
        return list(results[:count]), held.like(results[count:-1])

    def _loaded(self, b: Builder, held: Stored, row: Operand) -> list[Operand]:
        found = []
        for k, array in zip(self.step.needed, held.states, strict=True):
            head = self.heads[k]
            value = b.getitem(array, _row(array), row, name=head.name)
            found.append(value if isinstance(head.type, Array) else b.cast(value, head.type))
        return found

    def index(self, b: Builder, trip: Operand) -> Operand:
        """The index of the user's loop in a trip."""
        return b.emit(operator.add, b.emit(operator.mul, trip, self.stride), self.start)

    def let_go(self, b: Builder, trip: Operand, held: Stored) -> Stored:
        """What is stored when a step has been turned: its own state is no longer needed."""
        if held.count is None or held.places is None:
            return held
        top = b.emit(operator.sub, held.count, 1)
        own = b.emit(operator.eq, b.getitem(held.places, paths.ELEMENT_1D, top), trip)
        (count,) = b.region(
            core.IF, (own,), (Block((), (), (top,)), Block((), (), (held.count,))), [INT], ["kept"]
        )
        return replace(held, count=count)


def with_snapshots(block: Block, turned: Mapping[int, Turned]) -> Block:
    """A block whose turned loops, by their labels, store states."""
    ops: list[Op] = []
    for op in block.ops:
        found = turned.get(op.attrs.get("label", 0))
        if found is not None:
            ops += found.ahead
            op = found.forward
        ops.append(op.with_(regions=tuple(with_snapshots(r, turned) for r in op.regions)))
    return Block(block.args, tuple(ops), block.yields)


def _empty(
    b: Builder, extents: Sequence[Operand], dtype: np.dtype, ones: tuple[bool, ...], name: str
) -> Value:
    made = b.emit(core.EMPTY, *extents, dtype=dtype, ones=ones, name=name)
    assert isinstance(made, Value)
    return made


def _row(array: Value) -> paths.Path:
    assert isinstance(array.type, Array)
    return (paths.Index((paths.INT, *(paths.FULL for _ in range(array.type.ndim - 1)))),)
