"""Elements: what a part reads in an iteration, by its present name, computed anew, or loaded."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field

from adgen.transpiler.ir import paths
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.memory import Memory
from adgen.transpiler.passes.loops.part import MAP, REDUCE, Part, Read
from adgen.transpiler.passes.loops.placement import Placement, Plan
from adgen.transpiler.passes.loops.scope import Scope
from adgen.transpiler.passes.loops.symbolic import ZERO, Sym
from adgen.transpiler.passes.loops.views import Access
from adgen.transpiler.primitives.builder import Builder

_Memo = dict[tuple[Value, tuple[Access, ...]], Operand]


@dataclass(slots=True)
class Level:
    """Inside a number of loops: their indices, and the elements computed in this iteration."""

    builder: Builder
    indices: tuple[Value, ...] = ()
    scalars: dict[Value, Operand] = field(default_factory=dict)
    memo: _Memo = field(default_factory=dict)
    totals: dict[Value, Operand] = field(default_factory=dict)  # running reductions


class Elements:
    """Reads of one run.  ``current``: what a value of the input is called by now."""

    def __init__(
        self, plan: Plan, memory: Memory, scope: Scope, current: dict[Value, Operand]
    ) -> None:
        self.plan, self.memory, self.scope = plan, memory, scope
        self.current = current
        self.arrays: dict[Value, Value] = {}  # storage -> its present value

    # Storage

    def key(self, value: Value) -> Value:
        """What identifies the storage of an array."""
        storage = self.memory.storage(value)
        return storage.root if storage else value

    def place(self, part: Part) -> Placement | None:
        """Where the result of a map or a reduction lives."""
        assert part.result is not None
        return self.plan.placed.get(part.result)

    def array(self, value: Value) -> Value:
        """The present value of an array as a whole."""
        key = self.key(value)
        if key in self.arrays:
            return self.arrays[key]
        found = self.current.get(key, key)
        assert isinstance(found, Value)
        return found

    # Elements

    def operand(self, operand: Operand, level: Level) -> Operand:
        """An operand of an op that runs as it is."""
        if not isinstance(operand, Value):
            return operand
        if isinstance(operand.type, Array):
            return self.array(operand)
        return self.scalar(operand, level)

    def scalar(self, value: Value, level: Level) -> Operand:
        """A number by its present name."""
        if value in level.scalars:
            return level.scalars[value]
        return self.current.get(value, value)

    def source(self, source: Read | Operand, level: Level) -> Operand:
        """What a part reads: a number or an element."""
        if isinstance(source, Read):
            return self.element(source, level)
        return self.scalar(source, level) if isinstance(source, Value) else source

    def element(self, read: Read, level: Level) -> Operand:
        """An element: of this iteration, recomputed, or read from an array."""
        key = (read.value, read.index)
        part = self.memory.parts.made.get(read.value)
        if part is not None and part.kind in (MAP, REDUCE):
            if read.value in level.scalars and _same_iteration(part, read):
                return level.scalars[read.value]
            if read.value in self.plan.virtual:
                if key not in level.memo:
                    level.memo[key] = self.recomputed(part, read, level)
                return level.memo[key]
        return self.load(part, read, level)

    def recomputed(self, part: Part, read: Read, level: Level) -> Operand:
        """An element of a value that has no storage."""
        assert part.formula is not None
        elements = []
        for source in part.reads:
            if isinstance(source, Read):
                index = self.plan.edges.compose(part, read, source)
                elements.append(self.element(Read(source.value, index), level))
            else:
                elements.append(self.source(source, level))
        return part.formula(level.builder, elements)

    def load(self, part: Part | None, read: Read, level: Level) -> Operand:
        """An element read from its array."""
        array = self.array(read.value)
        accesses = list(read.index)
        if part is not None and part.kind in (MAP, REDUCE):
            place = self.place(part)
            assert place is not None and not place.is_scalar, "an element that was not kept"
            accesses = [read.index[k] for k in place.axes]
        index = [self.position(access, level) for access in accesses]
        return level.builder.getitem(array, paths.element(len(index)), *index)

    def position(self, access: Access, level: Level) -> Operand:
        """The index of an axis at this iteration."""
        if access.axis is None:
            return self.scope.emit(access.start)
        index: Operand = level.indices[access.axis]
        return linear(level.builder, self.scope, access.start, access.step, index)


def linear(b: Builder, scope: Scope, start: Sym, step: Sym, index: Operand) -> Operand:
    """``start + step * index``."""
    if step.is_const and step.const == -1:
        return b.emit(operator.sub, scope.emit(start), index)
    if not (step.is_const and step.const == 1):
        index = b.emit(operator.mul, index, scope.emit(step))
    if start == ZERO:
        return index
    if start.is_const and start.const < 0:
        return b.emit(operator.sub, index, -start.const)
    return b.emit(operator.add, index, scope.emit(start))


def _same_iteration(part: Part, read: Read) -> bool:
    """Whether a read meets the element that the present iteration has computed."""
    return all(
        access.axis is None if position is None else access.is_plain and access.axis == position
        for position, access in zip(part.axes, read.index, strict=True)
    )
