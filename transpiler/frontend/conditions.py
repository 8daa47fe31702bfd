"""Conditions: what ``if``, ``while``, ``not`` and ``assert`` ask of an expression."""

from __future__ import annotations

import operator
from typing import Any

import gast

from adgen.transpiler.frontend.booleans import is_total, truth
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.ir.core import Operand, Value


def tested(cx: Context, node: Any) -> Operand:
    """The truth value of an expression: of ``and``, ``or`` and choices that of each part.

    So a number on one path and a list on another meet as truth values, which they have both.
    """
    from adgen.transpiler.frontend.blocks import assume_outcome, choose

    if isinstance(node, gast.BoolOp):
        return _tested_chain(cx, node.values, isinstance(node.op, gast.And))
    if not isinstance(node, gast.IfExp):
        return truth(cx, cx.ev(node), node)
    condition = tested(cx, node.test)
    if not isinstance(condition, Value):
        return tested(cx, node.body if condition else node.orelse)

    def side(chosen: bool) -> Operand:
        assume_outcome(cx, node.test, condition, chosen)
        return tested(cx, node.body if chosen else node.orelse)

    found: Operand = choose(cx, node, condition, lambda: side(True), lambda: side(False))
    return found


def _tested_chain(
    cx: Context, values: list[Any], conjunction: bool, total: bool = False
) -> Operand:  # fmt: skip
    from adgen.transpiler.frontend.blocks import assume_outcome, choose

    first, *rest = values
    left = tested(cx, first)
    if not rest:
        return left
    if not isinstance(left, Value):
        return _tested_chain(cx, rest, conjunction, total) if left == conjunction else left
    if total or all(is_total(cx, part) for part in rest):
        right = _tested_chain(cx, rest, conjunction, True)
        if not isinstance(right, Value):
            return left if right == conjunction else right
        out: Operand = cx.emit(first, operator.and_ if conjunction else operator.or_, left, right)
        return out

    def other() -> Operand:
        assume_outcome(cx, first, left, conjunction)
        return _tested_chain(cx, rest, conjunction)

    then, orelse = (other, lambda: left) if conjunction else (lambda: left, other)
    found: Operand = choose(cx, first, left, then, orelse)
    return found
