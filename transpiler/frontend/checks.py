"""Checks of extents that NumPy makes at run time; those that are decided now cost nothing."""

from __future__ import annotations

import operator
from typing import Any

from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.shapes import Extent
from adgen.transpiler.ir.core import Operand, Value


def check_natural(cx: Context, node: Any, count: Operand, message: str) -> None:
    """Append the check that a number is not negative, unless that is known."""
    key = ("natural", count)
    if cx.extents.is_natural(count) or key in cx.state.known:
        return
    condition = cx.emit(node, operator.ge, count, 0)
    cx.check(node, condition, "ValueError", message)
    cx.state.known[key] = count


def check_equal(
    cx: Context, node: Any, first: Extent, second: Extent, message: str, kind: str = "ValueError"
) -> None:
    """Append the check that two extents are equal, unless that is known, and remember it."""
    if shapes.equal(cx, first, second):
        return
    one, two = (shapes.operand_of(cx, node, extent) for extent in (first, second))
    equal = cx.emit(node, operator.eq, one, two)
    assert isinstance(equal, (Value, bool))
    cx.check(node, equal, kind, message)
    shapes.suppose_equal(cx, first, second)
