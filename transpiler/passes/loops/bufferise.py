"""Bufferise: the scheduled parts of a run become loops over scalars, in pure SSA.

Arrays that are written are carried through the loops as values; the emitter
makes them in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import INT, Array
from adgen.transpiler.passes.loops.elements import Elements, Level
from adgen.transpiler.passes.loops.part import (
    MAP,
    REDUCE,
    SAVE,
    STATEMENT,
    UPDATE,
    Part,
    element_type,
    positions,
)
from adgen.transpiler.passes.loops.schedule import Loop, Tree
from adgen.transpiler.primitives.builder import Builder

_NAMES = "ijklmn"
_FEW, _MANY = 4, 64  # trips: LLVM may unroll loops of less, and does not unroll loops of more


class Bufferiser(Elements):
    """Writes one run into a scope."""

    def run(self) -> None:
        """Emit the whole run."""
        for part in self.plan.edges.ordered:
            self.allocate(part)
        level = Level(self.scope.builder)
        self.body(self.plan.tree, level, 0)
        for value, operand in level.scalars.items():
            self.current[value] = operand
            if value.type.dtype.kind == "i":  # later runs index by it
                self.scope.rename(value, operand)
        for part in self.plan.edges.ordered:
            for made in part.results:
                key = self.key(made) if isinstance(made.type, Array) else None
                if key in self.arrays:
                    self.current[made] = self.arrays[key]

    def allocate(self, part: Part) -> None:
        """The buffer of a result, ahead of all loops."""
        if part.kind not in (MAP, REDUCE) or part.result is None:
            return
        place = self.place(part)
        if place is None or place.is_scalar:
            return
        extents = [self.extent(part, k) for k in place.axes]
        kind = part.result.type
        ones = kind.ones if isinstance(kind, Array) and place.whole else (False,) * len(extents)
        starts_at_zero = (
            part.kind == REDUCE
            and part.accumulates_in_array
            and part.first_reduced == 0
            and part.reducer is not None
            and part.reducer.is_sum
        )
        builder = self.scope.builder
        builder.span, builder.role = part.op.span, part.op.role
        made = builder.emit(
            core.ZEROS if starts_at_zero else core.EMPTY, *extents, dtype=kind.dtype, ones=ones,
            name=part.result.name,
        )  # fmt: skip
        assert isinstance(made, Value)
        self.arrays[part.result] = made

    def extent(self, part: Part, axis: int) -> Operand:
        """The length of an axis of a buffer: a number where a guard has said so."""
        own = part.extents[axis]
        known = self.scope.same(own)
        return self.scope.emit(known if known.is_const else own)

    # The tree

    def body(self, tree: Tree, level: Level, depth: int) -> None:
        """Statements and loops of one level, in order."""
        for item in tree:
            if isinstance(item, Loop):
                self.loop(item, level, depth)
            else:
                self.part(item, level)

    def loop(self, loop: Loop, level: Level, depth: int) -> None:
        """One loop, which carries what is written and summed in it."""
        parts = list(loop.parts())
        starting = [p for p in parts if p.kind == REDUCE and p.first_reduced == depth]
        for part in starting:
            self.start(part, level, depth)
        running = [p.result for p in parts if p.result in level.totals]
        totals = list(dict.fromkeys(v for v in running if v is not None))
        keys = list(dict.fromkeys(self.written(parts)))
        b = level.builder
        b.span, b.role = parts[0].op.span, parts[0].op.role
        inits = [level.totals[v] for v in totals] + [self.array(k) for k in keys]
        heads = [Value(element_type(v.type), v.name) for v in totals]
        heads += [Value(self.array(k).type, self.array(k).name) for k in keys]
        index = Value(INT, _NAMES[min(depth, len(_NAMES) - 1)])
        inner = Level(b.inner(), (*level.indices, index), dict(level.scalars), dict(level.memo))
        inner.totals = dict(zip(totals, heads, strict=False))
        self.arrays.update(zip(keys, heads[len(totals) :], strict=True))
        self.body(loop.body, inner, depth + 1)
        yields = [inner.totals[v] for v in totals] + [self.arrays[k] for k in keys]
        block = inner.builder.block((index, *heads), yields)
        short = loop.extent.is_const and _FEW < loop.extent.const <= _MANY
        results = b.region(
            core.FOR, (0, self.scope.emit(loop.extent), 1, *inits), [block],
            [h.type for h in heads], [h.name for h in heads],
            **({"rolled": True} if short and depth > 0 else {}),
        )  # fmt: skip
        level.totals.update(zip(totals, results, strict=False))
        self.arrays.update(zip(keys, results[len(totals) :], strict=True))
        for part in starting:
            self.end(part, level)

    def written(self, parts: Sequence[Part]) -> Iterator[Value]:
        """The storages that parts write."""
        for part in parts:
            if part.kind == UPDATE:
                assert part.base is not None
                yield self.key(part.base)
            elif part.result is not None and part.result in self.arrays and part.kind != STATEMENT:
                yield self.key(part.result)

    # Reductions

    def start(self, part: Part, level: Level, depth: int) -> None:
        """The neutral element, before the outermost reduced loop."""
        assert part.reducer is not None and part.result is not None
        neutral = part.reducer.neutral(part.result.type.dtype)
        if not part.accumulates_in_array:
            level.totals[part.result] = neutral
        elif depth > 0 or not part.reducer.is_sum:
            self.fill(part, neutral, level, depth)

    def fill(self, part: Part, neutral: Operand, level: Level, depth: int) -> None:
        """Set the elements of an accumulator that this iteration adds to."""
        assert part.result is not None
        inside = [k for k, p in enumerate(part.axes) if p is not None and p > depth]
        counters: dict[int, Operand] = {}

        def nest(b: Builder, axes: list[int], array: Value) -> Value:
            if not axes:
                index = self.place_index(part, {**dict(enumerate(level.indices)), **counters})
                return b.setitem(array, neutral, paths.element(len(index)), *index)
            position = part.axes[axes[0]]
            assert position is not None
            index_value = Value(INT, _NAMES[min(position, len(_NAMES) - 1)])
            counters[position] = index_value
            head, inner = Value(array.type, array.name), b.inner()
            out = nest(inner, axes[1:], head)
            block = inner.block((index_value, head), (out,))
            bounds = (0, self.scope.emit(part.extents[axes[0]]), 1)
            (result,) = b.region(core.FOR, (*bounds, array), [block], [array.type], [array.name])
            return result

        key = self.key(part.result)
        self.arrays[key] = nest(level.builder, inside, self.array(part.result))

    def end(self, part: Part, level: Level) -> None:
        """The finished sum of one element."""
        assert part.result is not None
        if part.accumulates_in_array:
            return
        total = level.totals.pop(part.result)
        self.deliver(part, total, level)

    # Parts

    def part(self, part: Part, level: Level) -> None:
        """One part at one iteration."""
        b = level.builder
        b.span, b.role = part.op.span, part.op.role
        if part.kind == STATEMENT:
            self.statement(part, level)
            return
        assert part.formula is not None
        value = part.formula(b, [self.source(s, level) for s in part.reads])
        if part.kind == MAP:
            self.deliver(part, value, level)
        elif part.kind == REDUCE:
            self.accumulate(part, value, level)
        elif part.kind == SAVE:
            self.save(part, value, level)
        else:
            self.update(part, value, level)

    def save(self, part: Part, value: Operand, level: Level) -> None:
        """One element saved on a tape."""
        counters = [self.source(s, level) for s in part.reads[1:]]
        kind = type_of(part.op.operands[0])
        assert isinstance(kind, Array)
        place = positions(kind.ones)
        index = [0 if p is None else level.indices[p] for p in place]
        level.builder.effect(core.SAVE, value, *counters, *index, slot=part.op.attrs["slot"])

    def statement(self, part: Part, level: Level) -> None:
        """An op as it is, on the present arrays and numbers."""
        operands = tuple(self.operand(o, level) for o in part.op.operands)
        op = part.op.with_(operands=operands)
        level.builder.add(op)
        self.scope.define(op.results)
        level.builder = self.scope.builder
        for result in op.results:
            if part.base is not None:
                self.arrays[self.key(result)] = result
            elif isinstance(result.type, Array):
                self.arrays[self.key(result)] = result

    def deliver(self, part: Part, value: Operand, level: Level) -> None:
        """A computed element: known in this iteration, and stored if it has a buffer."""
        assert part.result is not None
        level.scalars[part.result] = value
        place = self.place(part)
        if place is None or place.is_scalar:
            return
        index = self.place_index(part, dict(enumerate(level.indices)))
        key = self.key(part.result)
        array = self.array(part.result)
        path = paths.element(len(index))
        self.arrays[key] = level.builder.setitem(array, value, path, *index, name=array.name)

    def place_index(self, part: Part, indices: dict[int, Operand]) -> list[Operand]:
        """Where the element of this iteration is in the buffer of its part."""
        place = self.place(part)
        assert place is not None
        out: list[Operand] = []
        for k in place.axes:
            position = part.axes[k]
            out.append(0 if position is None else indices[position])
        return out

    def accumulate(self, part: Part, value: Operand, level: Level) -> None:
        """One step of a reduction."""
        assert part.reducer is not None and part.result is not None
        b = level.builder
        if not part.accumulates_in_array:
            total = level.totals[part.result]
            level.totals[part.result] = part.reducer.step(b, total, value)
            return
        index = self.place_index(part, dict(enumerate(level.indices)))
        path = paths.element(len(index))
        array = self.array(part.result)
        if part.reducer.is_sum:
            new = b.additem(array, value, path, *index, name=array.name)
        else:
            old = b.getitem(array, path, *index)
            new = b.setitem(array, part.reducer.step(b, old, value), path, *index, name=array.name)
        self.arrays[self.key(part.result)] = new

    def update(self, part: Part, value: Operand, level: Level) -> None:
        """One element written or added to."""
        assert part.base is not None
        array = self.array(part.base)
        index = [self.position(access, level) for access in part.target]
        path = paths.element(len(index))
        write = level.builder.additem if part.adds else level.builder.setitem
        self.arrays[self.key(part.base)] = write(array, value, path, *index, name=array.name)
