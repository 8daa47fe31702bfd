"""What costs next to nothing to compute again wherever it is needed."""

from __future__ import annotations

import operator
from collections.abc import Collection

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.types import Array

_CHEAP = (operator.add, operator.sub, operator.mul, operator.neg)


class Plain:
    """Follows elements of arrays that are there before a loop, at places that its counters tell,
    and integers that are made of counters.

    ``inside``: all values of the loop's body.
    """

    def __init__(self, counters: Collection[Value], inside: Collection[Value]) -> None:
        self.counters = set(counters)
        self.inside = inside
        self.values: set[Value] = set()

    def is_known(self, operand: Operand) -> bool:
        """Whether an operand is such a value, a counter, or from outside."""
        if not isinstance(operand, Value):
            return True
        return operand in self.values or operand in self.counters or operand not in self.inside

    def is_index(self, operand: Operand) -> bool:
        """Whether an operand is a counter, or an integer from outside."""
        if not isinstance(operand, Value):
            return True
        return operand in self.counters or operand not in self.inside

    def add(self, op: Op) -> bool:
        """Whether the result of an op is such a value, which is then known."""
        if not self._is_plain(op):
            return False
        self.values.update(op.results)
        return True

    def _is_plain(self, op: Op) -> bool:
        if op.regions or len(op.results) != 1 or isinstance(op.result.type, Array):
            return False
        if op.callee == core.GETITEM:
            array, *index = op.operands
            outside = isinstance(array, Value) and array not in self.inside
            return outside and paths.is_element(op.attrs["path"]) and all(map(self.is_index, index))
        integral = op.result.type.dtype.kind == "i"
        return integral and op.callee in _CHEAP and all(map(self.is_known, op.operands))
