"""Truth values that follow from others."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.types import BOOL


def is_logic(op: Op) -> bool:
    """Whether the op combines Python truth values."""
    return op.callee in _RULES and len(op.results) == 1 and op.result.type == BOOL


def simplified(callee: Any, operands: Sequence[Operand]) -> Operand | None:
    """The operand that ``and``, ``or`` or ``not`` of operands equals, or None.

    >>> simplified(operator.or_, (False, True))
    True
    """
    if callee is operator.not_:
        (x,) = operands
        return None if isinstance(x, Value) else not x
    neutral = _RULES[callee]
    first, second = operands
    for x, y in ((first, second), (second, first)):
        if not isinstance(x, Value):
            return y if bool(x) is neutral else x
    return first if first is second else None


_RULES: dict[Any, bool | None] = {operator.or_: False, operator.and_: True, operator.not_: None}
