"""Lower bounds of integers that are evident from where they come from."""

from __future__ import annotations

import operator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value

_COUNTS = (core.DIM, core.RANGELEN)


class Bounds:
    """What the integers of one function are never below."""

    def __init__(self, function: Function) -> None:
        self._made: dict[Value, Op] = {}
        self._index: dict[Value, Op] = {}
        self._visit(function.body)

    def _visit(self, block: Block) -> None:
        for op in block.ops:
            self._made.update(dict.fromkeys(op.results, op))
            if op.callee == core.FOR:
                self._index[op.regions[0].args[0]] = op
            for region in op.regions:
                self._visit(region)

    def least(self, operand: Operand) -> int | None:
        """A number that the operand is never below, or None if none is evident.

        An index of a loop counts as what it is inside the loop.
        """
        if not isinstance(operand, Value):
            return operand if type(operand) is int else None
        if operand in self._index:
            return self.least_index(self._index[operand])
        op = self._made.get(operand)
        if op is None or op.regions:
            return None
        if op.callee in _COUNTS:
            return 0
        return self._computed(op)

    def _computed(self, op: Op) -> int | None:
        if op.callee is operator.sub:
            first, second = op.operands
            least = self.least(first)
            return least - second if least is not None and type(second) is int else None
        if op.callee is operator.mod:
            return 0 if (self.least(op.operands[1]) or 0) > 0 else None
        if op.callee not in (operator.add, operator.mul, max, min):
            return None
        found = [self.least(o) for o in op.operands]
        known = [k for k in found if k is not None]
        if op.callee is max:
            return max(known, default=None)
        if len(known) < len(found):
            return None
        if op.callee is min:
            return min(known)
        if op.callee is operator.add:
            return sum(known)
        return known[0] * known[1] if min(known) >= 0 else None

    def starts_block(self, operand: Operand) -> bool:
        """Whether an operand is the index of a loop over blocks, which counts up in strides."""
        loop = self._index.get(operand) if isinstance(operand, Value) else None
        return loop is not None and loop.operands[2] not in (1, -1)

    def least_index(self, loop: Op) -> int | None:
        """The least value that the index of a ``for`` takes."""
        start, stop, step = loop.operands[:3]
        if isinstance(step, Value):
            return self.least(start) if (self.least(step) or 0) > 0 else None
        if type(step) is not int or step == 0:
            return None
        if step > 0:
            return self.least(start)
        end = self.least(stop)
        return None if end is None else end + 1
