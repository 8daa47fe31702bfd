"""Arrays that are written in place: who takes over whose storage, and who must read before.

The IR is pure, so an update makes a new array.  It may take over the storage of
the old one if everybody else who reads the old one can be run before; a reader
that itself depends on the update gets a copy of what it reads, and an old array
that is needed after this run is copied as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.part import (
    MAP,
    SAVE,
    STATEMENT,
    Part,
    Read,
    depends,
    identity,
    positions,
)
from adgen.transpiler.passes.loops.parts import Parts
from adgen.transpiler.passes.loops.symbolic import ONE, Sym
from adgen.transpiler.passes.loops.views import Access

Index = tuple[Access, ...] | None  # None: the array as a whole


@dataclass(eq=False, slots=True)
class Storage:
    """The place of one array through its updates: ``updates[k]`` makes version k + 1."""

    root: Value
    updates: list[Part]


class Memory:
    """The storages of a run; copies have been added to the parts where they are needed."""

    def __init__(self, parts: Parts, may_take: Callable[[Value], bool]) -> None:
        self.parts = parts
        self.storages: list[Storage] = []
        self.storage_of: dict[Value, Storage] = {}
        self.version: dict[Value, int] = {}
        self._taken: set[Value] = set()
        self._before: dict[Part, set[Part]] = {}
        self._may_take = may_take
        for update in [p for p in parts.parts if p.base is not None]:
            self._enter(update)

    def storage(self, value: Value) -> Storage | None:
        """The storage that an array lives in, if anybody writes it."""
        return self.storage_of.get(value)

    def writers_before(self, value: Value) -> list[Part]:
        """The updates that have made this version of an array."""
        storage = self.storage_of.get(value)
        return storage.updates[: self.version[value]] if storage else []

    def readers_before(self, update: Part) -> list[tuple[Part, Index]]:
        """Readers of earlier versions of what an update writes."""
        storage = self.storage_of[_value(update.result)]
        version = self.version[_value(update.result)]
        older = {
            v for v, s in self.storage_of.items() if s is storage and self.version[v] < version
        }
        return [
            (p, i) for p in self.parts.parts for v, i in reads(p) if v in older and p is not update
        ]

    def _enter(self, update: Part) -> None:
        base = _value(update.base)
        if base in self._taken or not self._may_take(base):
            base = self._copy_of_base(update, base)
        self._taken.add(base)
        storage = self.storage_of.get(base)
        if storage is None:
            storage = Storage(base, [])
            self.storages.append(storage)
            self.storage_of[base], self.version[base] = storage, 0
        storage.updates.append(update)
        result = _value(update.result)
        self.storage_of[result], self.version[result] = storage, len(storage.updates)
        self._own_reads(update, base)
        for reader, index in self.readers_before(update):
            self._read_first(reader, index, update)

    def _copy_of_base(self, update: Part, base: Value) -> Value:
        kind = base.type
        assert isinstance(kind, Array)
        fresh = Value(kind, base.name)
        place = positions(kind.ones)
        index = tuple(Access(p) if p is not None else Access(None) for p in place)
        self._insert(update.op, fresh, Read(base, index), self.parts.shape(base), place)
        self.parts.whole.add(fresh)
        update.base = fresh
        if update.kind == STATEMENT:
            update.op = update.op.with_(operands=(fresh, *update.op.operands[1:]))
        return fresh

    def _own_reads(self, update: Part, base: Value) -> None:
        """``x[1:] = x[:-1]``: what an update reads elsewhere in its own base is copied first."""
        storage = self.storage_of[base]
        for value, index in reads(update):
            if self.storage_of.get(value) is storage and index != update.target:
                self._copy_read(update, value, index)

    def _read_first(self, reader: Part, index: Index, update: Part) -> None:
        """Have an old version read before it is written."""
        if _is_effect(reader) or depends(reader, update, self._predecessors):
            for value, _ in list(reads(reader)):
                if self.storage_of.get(value) is self.storage_of[_value(update.result)]:
                    if self.version[value] < self.version[_value(update.result)]:
                        self._copy_read(reader, value, index)
        else:
            self._before.setdefault(update, set()).add(reader)

    def _copy_read(self, reader: Part, value: Value, index: Index) -> None:
        """Let a reader read a copy of what it reads of ``value``."""
        if index is None:
            fresh = Value(value.type, value.name)
            every = positions(value.type.ones)  # type: ignore[union-attr]
            plain = tuple(Access(p) if p is not None else Access(None) for p in every)
            self._insert(reader.op, fresh, Read(value, plain), self.parts.shape(value), every)
            self.parts.whole.add(fresh)
            swap = {value: fresh}
            reader.wholes = tuple(swap.get(v, v) for v in reader.wholes)
            reader.op = reader.op.with_(operands=tuple(_swap(o, swap) for o in reader.op.operands))
            return
        axes = sorted({a.axis for a in index if a.axis is not None})
        local = {axis: k for k, axis in enumerate(axes)}
        moved = tuple(
            a if a.axis is None else Access(local[a.axis], a.start, a.step) for a in index
        )
        fresh = Value(Array(value.type.dtype, (False,) * len(axes) or (True,)), value.name)
        place: tuple[int | None, ...] = tuple(range(len(axes))) or (None,)
        shape = tuple(reader.domain[axis] for axis in axes)
        self._insert(reader.op, fresh, Read(value, moved), shape or (ONE,), place)
        plain = tuple(Access(axis) for axis in axes) or (Access(None),)
        reader.reads = tuple(
            Read(fresh, plain)
            if isinstance(r, Read) and r.value is value and r.index == index
            else r
            for r in reader.reads
        )

    def _insert(
        self, op: Op, result: Value, read: Read, shape: tuple[Sym, ...],
        place: tuple[int | None, ...],
    ) -> None:  # fmt: skip
        domain = tuple(e for e, p in zip(shape, place, strict=True) if p is not None)
        formula = identity(result.type.dtype)
        self.parts.append(Part(MAP, op, result, domain, place, (read,), formula, extents=shape))

    # Order

    def _predecessors(self, part: Part) -> list[Part]:
        before = list(self._before.get(part, ()))
        values = [v for v, _ in reads(part)] + list(part.scalar_reads())
        if part.base is not None:
            values.append(part.base)
        for value in values:
            if value in self.parts.made:
                before.append(self.parts.made[value])
            before += self.writers_before(value)
        return before


def reads(part: Part) -> list[tuple[Value, Index]]:
    """What a part reads of arrays, its base aside."""
    out: list[tuple[Value, Index]] = [(r.value, r.index) for r in part.array_reads()]
    return out + [(v, None) for v in part.wholes]


def _is_effect(part: Part) -> bool:
    return part.kind == SAVE or part.kind == STATEMENT and part.op.callee in core.EFFECTS


def _value(value: Value | None) -> Value:
    assert value is not None
    return value


def _swap(operand: Operand, swap: dict[Value, Value]) -> Operand:
    return swap.get(operand, operand) if isinstance(operand, Value) else operand
