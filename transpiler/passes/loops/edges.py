"""What must run before what, and how far two parts may share loops nevertheless."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Value
from adgen.transpiler.passes.loops.memory import Index, Memory
from adgen.transpiler.passes.loops.part import (
    MAP,
    REDUCE,
    SAVE,
    STATEMENT,
    UPDATE,
    Part,
    Read,
    depends,
)
from adgen.transpiler.passes.loops.symbolic import ONE, ZERO, Symbols
from adgen.transpiler.passes.loops.views import Access

DATA, MEMORY, ORDER = "data", "memory", "order"


@dataclass(frozen=True, slots=True)
class Edge:
    """``first`` runs before the part that holds the edge.

    ``data``: its result is read at ``second``.  ``memory``: both meet one storage, at
    ``one`` and ``second``.  ``order``: one after the other, in no common loop.
    """

    first: Part
    kind: str
    one: Index = None
    second: Index = None
    commute: bool = False

    def shares(self, depth: int, part: Part) -> bool:
        """Whether both may be in the same loop at that depth."""
        first = self.first
        if self.kind == ORDER or self.second is None:
            return False
        if self.kind == DATA:
            return _meets(first, self.second, depth)
        if self.commute and depth + 1 < min(len(first.domain), len(part.domain)):
            return True
        return self.one is not None and any(
            a.axis == depth == b.axis and a.start == b.start and a.step == b.step != ZERO
            for a, b in zip(self.one, self.second, strict=True)
        )


def _meets(first: Part, index: tuple[Access, ...], depth: int) -> bool:
    """Whether an iteration reads only what the same iteration of ``first`` has made."""
    if first.kind not in (MAP, REDUCE) or depth in first.reduced or depth not in first.axes:
        return False
    access = index[first.axes.index(depth)]
    return access.axis == depth and access.start == ZERO and access.step == ONE


class Edges:
    """The edges of all parts, for a choice of virtual (recomputed) values."""

    def __init__(self, memory: Memory, symbols: Symbols, virtual: frozenset[Value]) -> None:
        self.memory = memory
        self.symbols = symbols
        self.virtual = virtual
        self.made = memory.parts.made
        self.into: dict[Part, list[Edge]] = {}
        parts = [p for p in memory.parts.parts if p.result not in virtual]
        for part in parts:
            self.into[part] = list(self._of(part))
        self._effects(parts)
        self.ordered = self._sorted(parts)

    def reads(self, part: Part) -> Iterator[Read]:
        """The array elements that a part reads, through virtual values."""
        for source in part.reads:
            if isinstance(source, Read):
                yield from self.expand(source)

    def expand(self, read: Read) -> Iterator[Read]:
        """A read as reads of arrays that are not virtual."""
        if read.value not in self.virtual:
            yield read
            return
        part = self.made[read.value]
        for source in part.reads:
            if isinstance(source, Read):
                yield from self.expand(Read(source.value, self.compose(part, read, source)))

    def scalars(self, part: Part) -> Iterator[Value]:
        """The scalar values that a part needs, through virtual values."""
        yield from part.scalar_reads()
        for read in part.array_reads():
            if read.value in self.virtual:
                yield from self.scalars(self.made[read.value])

    def compose(self, part: Part, outer: Read, inner: Read) -> tuple[Access, ...]:
        """Where ``inner``, a read of a part, is made whose result is read at ``outer``."""
        out = []
        for access in inner.index:
            if access.axis is None:
                out.append(access)
                continue
            via = outer.index[part.axes.index(access.axis)]
            start = self.symbols.add(access.start, self.symbols.mul(access.step, via.start))
            step = self.symbols.mul(access.step, via.step) if via.axis is not None else ZERO
            out.append(replace(via, start=start, step=step))
        return tuple(out)

    def _of(self, part: Part) -> Iterator[Edge]:
        for read in self.reads(part):
            yield from self._after(read.value, read.index, part)
        for value in self.scalars(part):
            if value in self.made:
                yield Edge(self.made[value], DATA, None, ())
        for value in part.wholes:
            yield from self._after(value, None, part)
        if part.base is not None:
            target = part.target if part.kind == UPDATE else None
            yield from self._after(part.base, target, part)
            for reader, index in self.memory.readers_before(part):
                yield from self._anti(reader, index, target)

    def _anti(self, reader: Part, index: Index, target: Index) -> Iterator[Edge]:
        assert reader.result not in self.virtual
        kind = MEMORY if index is not None and target is not None else ORDER
        yield Edge(reader, kind, index, target)

    def _after(self, value: Value, index: Index, part: Part) -> Iterator[Edge]:
        """After what has made a version of an array."""
        storage = self.memory.storage(value)
        root = storage.root if storage else value
        if root in self.made:
            yield Edge(self.made[root], ORDER if index is None else DATA, None, index)
        for writer in self.memory.writers_before(value):
            if writer is part:
                continue
            if writer.kind != UPDATE or index is None:
                yield Edge(writer, ORDER)
            else:
                commute = writer.adds and part.adds and part.base is value
                yield Edge(writer, MEMORY, writer.target, index, commute)

    def _effects(self, parts: list[Part]) -> None:
        """Effects keep their order; nothing overtakes a check."""
        last: dict[object, Part] = {}
        check: Part | None = None
        for part in parts:
            if check is not None and not depends(check, part, self._before):
                self.into[part].append(Edge(check, ORDER))
            key = _effect(part)
            if key is None:
                continue
            if key in last:
                self.into[part].append(Edge(last[key], ORDER))
            last[key] = part
            if part.op.callee in (core.GUARD, core.ASSERT):
                check = part

    def _before(self, part: Part) -> list[Part]:
        return [edge.first for edge in self.into[part]]

    def _sorted(self, parts: list[Part]) -> list[Part]:
        """Parts in an order that respects the edges, else as they came."""
        done: dict[Part, None] = {}

        def visit(part: Part) -> None:
            if part in done:
                return
            for edge in self.into[part]:
                visit(edge.first)
            done[part] = None

        for part in [p for p in parts if self._starts(p)] + parts:
            visit(part)
        return list(done)

    def _starts(self, part: Part) -> bool:
        """Whether it only fills an array that is written later: the sooner, the less it parts."""
        value = part.result
        if part.kind != MAP or value is None or self.into[part]:
            return False
        storage = self.memory.storage(value)
        return storage is not None and storage.root is value


def _effect(part: Part) -> object:
    """What an effect touches: a slot, or the world."""
    if part.kind not in (STATEMENT, SAVE):
        return None
    if part.op.callee in (core.SAVE, core.LOAD, core.DECLARE, core.RESERVE):
        return part.op.attrs["slot"]
    return "world" if part.op.callee in core.EFFECTS else None
