"""Indices that are a loop's counter and a constant."""

from __future__ import annotations

import operator

from adgen.transpiler.ir.core import Op, Operand, Value


def offset_of(operand: Operand, counter: Value, made: dict[Value, Op]) -> int | None:
    """``c`` if the operand is ``counter + c``."""
    if operand is counter:
        return 0
    op = made.get(operand) if isinstance(operand, Value) else None
    if op is None or op.callee not in (operator.add, operator.sub):
        return None
    first, second = op.operands
    if op.callee is operator.add and type(first) is int:
        first, second = second, first
    if type(second) is not int:
        return None
    base = offset_of(first, counter, made)
    if base is None:
        return None
    return base + second if op.callee is operator.add else base - second
