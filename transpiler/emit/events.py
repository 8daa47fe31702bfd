"""What must not be crossed when an expression is evaluated later than it stands.

Reads of memory against in-place writes to it, reads of a slot against saves to
it, and, for what can raise, checks and prints.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

from adgen.transpiler.emit.order import Order
from adgen.transpiler.emit.storage import first_yield, is_view, is_write, lead
from adgen.transpiler.emit.terminators import BREAK
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.types import Array

_BARRIERS = frozenset({core.GUARD, core.ASSERT, core.PRINT, core.DRAW})


class Events:
    """Positions of writes by the memory that they change, and of names by their definitions."""

    def __init__(self, function: Function, order: Order) -> None:
        self._parent: dict[Value | Slot, Value | Slot] = {}
        self._writes: dict[Value | Slot, list[int]] = {}
        self._names: dict[str, list[int]] = {}
        self._barriers: list[int] = []
        ops = [op for _, op in core.walk(function.body)]
        for op in ops:
            self._share(op)
        for op in ops:
            self._record(op, order.entry[op])
        for value, definition in order.definition.items():
            if value.name:
                insort(self._names.setdefault(value.name, []), definition.position)

    def memory(self, thing: Value | Slot) -> Value | Slot:
        """The representative of all that may share memory with a value."""
        root = thing
        while root in self._parent:
            root = self._parent[root]
        while thing is not root:
            self._parent[thing], thing = root, self._parent[thing]
        return root

    def _join(self, first: Operand | Slot, second: Operand | Slot) -> None:
        if isinstance(first, Value | Slot) and isinstance(second, Value | Slot):
            a, b = self.memory(first), self.memory(second)
            if a is not b:
                self._parent[a] = b

    def _share(self, op: Op) -> None:
        if is_write(op) or is_view(op):
            self._join(op.operands[0], op.result)
        elif op.callee in (core.SAVE, core.LOAD) and isinstance(op.attrs["slot"].type, Array):
            held = op.operands[0] if op.callee == core.SAVE else op.result
            if not core.is_scalar(held):  # an element is no part of anything else
                self._join(op.attrs["slot"], held)
        elif op.callee == BREAK:
            for target, operand in zip(op.attrs["of"], op.operands, strict=True):
                self._share_carry(target, operand)
        elif op.callee == core.IF:
            for region in op.regions:
                for result, y in zip(op.results, region.yields, strict=True):
                    self._share_carry(result, y)
        elif op.regions:
            ends = op.regions[-1].yields[first_yield(op) :]
            for index, result in enumerate(op.results):
                self._share_carry(result, op.operands[lead(op) + index])
                self._share_carry(result, ends[index])
                for region in op.regions:
                    self._share_carry(result, region.args[len(region.args) - len(ends) + index])

    def _share_carry(self, result: Value, operand: Operand) -> None:
        if isinstance(result.type, Array):
            self._join(result, operand)

    def _record(self, op: Op, position: int) -> None:
        if is_write(op):
            self._writes.setdefault(self.memory(op.result), []).append(position)
        elif op.callee in (core.SAVE, core.DECLARE) or pops(op):
            self._writes.setdefault(self.memory(op.attrs["slot"]), []).append(position)
        elif op.callee in _BARRIERS:
            self._barriers.append(position)

    def crossed(self, op: Op, start: int, stop: int) -> bool:
        """Whether evaluating the op at ``stop`` instead of ``start`` could change its value."""
        if any(_between(self._writes.get(m, ()), start, stop) for m in self._memory_read(op)):
            return True
        return may_raise(op) and _between(self._barriers, start, stop)

    def written(self, start: int, stop: int) -> bool:
        """Whether any array is written between two positions."""
        return any(_between(positions, start, stop) for positions in self._writes.values())

    def _memory_read(self, op: Op) -> list[Value | Slot]:
        read: list[Value | Slot] = [
            self.memory(o)
            for o in op.operands
            if isinstance(o, Value) and isinstance(o.type, Array)
        ]
        if op.callee == core.LOAD:
            read.append(self.memory(op.attrs["slot"]))
        for region in op.regions:
            for inner in region.ops:
                read += self._memory_read(inner)
        return read

    def renamed(self, name: str, start: int, stop: int) -> bool:
        """Whether a value of that name is defined between two positions."""
        return bool(name) and _between(self._names.get(name, ()), start, stop)

    def saved_after(self, slot: Slot, position: int) -> bool:
        """Whether a slot is written anywhere after a position."""
        writes = self._writes.get(self.memory(slot), [])
        return bool(writes) and writes[-1] > position


def pops(op: Op) -> bool:
    """Whether the op takes the last value off a stack."""
    return op.callee == core.LOAD and op.attrs["slot"].kind == "stack"


def may_raise(op: Op) -> bool:
    """Whether evaluating the op can raise (index out of bounds, division by zero, a call)."""
    if isinstance(op.callee, str):
        return op.callee == core.GETITEM or op.callee in core.REGION_KINDS
    name = getattr(op.callee, "__name__", "")
    return name not in ("add", "sub", "mul", "neg", "lt", "le", "gt", "ge", "eq", "ne", "not_")


def _between(positions: Sequence[int], start: int, stop: int) -> bool:
    k = bisect_right(positions, start)
    return k < len(positions) and positions[k] < stop
