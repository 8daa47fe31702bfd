"""Constructors of syntax tree nodes: gast's, so that they are the same for every Python."""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Sequence
from typing import Any, TypeAlias

import gast
import numpy as np

Expr: TypeAlias = Any  # a gast.expr: gast makes its classes at run time
Stmt: TypeAlias = Any  # a gast.stmt

BINARY: dict[Any, type] = {
    operator.add: gast.Add, operator.sub: gast.Sub, operator.mul: gast.Mult,
    operator.truediv: gast.Div, operator.floordiv: gast.FloorDiv, operator.mod: gast.Mod,
    operator.pow: gast.Pow, operator.matmul: gast.MatMult, operator.and_: gast.BitAnd,
    operator.or_: gast.BitOr, operator.xor: gast.BitXor, operator.lshift: gast.LShift,
    operator.rshift: gast.RShift,
}  # fmt: skip
COMPARE: dict[Any, type] = {
    operator.lt: gast.Lt, operator.le: gast.LtE, operator.gt: gast.Gt, operator.ge: gast.GtE,
    operator.eq: gast.Eq, operator.ne: gast.NotEq,
}  # fmt: skip
UNARY: dict[Any, type] = {
    operator.neg: gast.USub, operator.pos: gast.UAdd, operator.invert: gast.Invert,
    operator.not_: gast.Not,
}  # fmt: skip
_NEGATED = {gast.Eq: gast.NotEq, gast.NotEq: gast.Eq}


def load(name: str) -> Expr:
    """A name that is read; ``np.exp`` becomes an attribute."""
    first, *rest = name.split(".")
    node: Expr = gast.Name(first, gast.Load(), None, None)
    for part in rest:
        node = attribute(node, part)
    return node


def store(name: str) -> Expr:
    """A name that is assigned."""
    return gast.Name(name, gast.Store(), None, None)


def constant(value: Any) -> Expr:
    """A Python literal, spelled exactly; ``inf`` and ``nan`` by NumPy's names."""
    if isinstance(value, float):
        if math.isnan(value):
            return load("np.nan")
        if math.copysign(1.0, value) < 0:
            return gast.UnaryOp(gast.USub(), constant(-value))
        if math.isinf(value):
            return load("np.inf")
    elif isinstance(value, complex):
        return _complex(value)
    elif isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return gast.UnaryOp(gast.USub(), gast.Constant(-value, None))
    return gast.Constant(value, None)


def _complex(value: complex) -> Expr:
    """``2j``, ``1.0 - 2j``, and in full where a sign of zero or an infinity would be lost."""
    signed = math.copysign(1.0, value.real) > 0 and math.copysign(1.0, value.imag) > 0
    if not cmath.isfinite(value) or value.imag == 0 or (value.real == 0 and not signed):
        return call("complex", constant(value.real), constant(value.imag))
    imaginary = gast.Constant(complex(0.0, abs(value.imag)), None)
    if value.real == 0:
        return imaginary
    return gast.BinOp(constant(value.real), gast.Add() if value.imag > 0 else gast.Sub(), imaginary)


def attribute(value: Expr, name: str) -> Expr:
    """``value.name``."""
    return gast.Attribute(value, name, gast.Load())


def call(function: str | Expr, *args: Expr, **keywords: Expr) -> Expr:
    """``function(*args, **keywords)``."""
    callee = load(function) if isinstance(function, str) else function
    named = [gast.keyword(name, value) for name, value in keywords.items()]
    return gast.Call(callee, list(args), named)


def method(value: Expr, name: str, *args: Expr) -> Expr:
    """``value.name(*args)``."""
    return call(attribute(value, name), *args)


def tuple_(items: Sequence[Expr], ctx: Any = None) -> Expr:
    """``(a, b)``."""
    return gast.Tuple(list(items), ctx or gast.Load())


def subscript(value: Expr, index: Sequence[Expr], ctx: Any = None) -> Expr:
    """``value[i, j]``."""
    key = index[0] if len(index) == 1 else tuple_(index)
    return gast.Subscript(value, key, ctx or gast.Load())


def binary(callee: Any, left: Expr, right: Expr) -> Expr:
    """``left + right`` for a callable of ``operator``."""
    return gast.BinOp(left, BINARY[callee](), right)


def add(left: Expr, right: Expr, *, keep_signs: bool) -> Expr:
    """``left + right``; of a negated right side ``left - right``, which is exact."""
    if not keep_signs and isinstance(right, gast.UnaryOp) and isinstance(right.op, gast.USub):
        return gast.BinOp(left, gast.Sub(), right.operand)
    return gast.BinOp(left, gast.Add(), right)


def shifted(left: Expr, right: Expr, sign: int) -> Expr | None:
    """``left + sign * right`` of integers with literals put together; None without a literal.

    ``i + 1 - 1`` is ``i``.
    """
    for part, rest, factor in ((right, left, sign), (left, right, 1)):
        number = _integer(part)
        if number is None or part is left and sign < 0:
            continue
        base, offset = _offset(rest)
        total = offset + factor * number
        if total == 0:
            return base
        op = gast.Add() if total > 0 else gast.Sub()
        return gast.BinOp(base, op, gast.Constant(abs(total), None))
    return None


def _offset(node: Expr) -> tuple[Expr, int]:
    """A sum as a base and the literals added to it."""
    if isinstance(node, gast.BinOp) and isinstance(node.op, gast.Add | gast.Sub):
        sign = 1 if isinstance(node.op, gast.Add) else -1
        right, left = _integer(node.right), _integer(node.left)
        if right is not None:
            base, offset = _offset(node.left)
            return base, offset + sign * right
        if left is not None and sign > 0:
            base, offset = _offset(node.right)
            return base, offset + left
    return node, 0


def _integer(node: Expr) -> int | None:
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        inner = _integer(node.operand)
        return None if inner is None else -inner
    if isinstance(node, gast.Constant) and type(node.value) is int:
        return node.value
    return None


def compare(callee: Any, left: Expr, right: Expr) -> Expr:
    """``left < right`` for a callable of ``operator``."""
    return gast.Compare(left, [COMPARE[callee]()], [right])


def unary(callee: Any, operand: Expr) -> Expr:
    """``-operand`` for a callable of ``operator``."""
    return gast.UnaryOp(UNARY[callee](), operand)


def negate(test: Expr) -> Expr:
    """``not test``; of ``==``, ``!=`` and ``not`` the opposite, which is exact."""
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    if isinstance(test, gast.Compare) and type(test.ops[0]) in _NEGATED:
        return gast.Compare(test.left, [_NEGATED[type(test.ops[0])]()], test.comparators)
    return gast.UnaryOp(gast.Not(), test)


def logic(kind: type, left: Expr, right: Expr) -> Expr:
    """``left and right`` or ``left or right``, chains flattened."""
    items: list[Expr] = []
    for part in (left, right):
        same = isinstance(part, gast.BoolOp) and isinstance(part.op, kind)
        items += part.values if same and part is left else [part]
    return gast.BoolOp(kind(), items)


def assign(target: Expr, value: Expr) -> Stmt:
    """``target = value``."""
    return gast.Assign([target], value, None)


def augment(target: Expr, op: Any, value: Expr) -> Stmt:
    """``target += value`` for an operator node."""
    return gast.AugAssign(target, op, value)


def raise_(kind: str, message: str) -> Stmt:
    """``raise kind(message)``."""
    args = [constant(message)] if message else []
    return gast.Raise(call(kind, *args), None)


def if_(test: Expr, body: list[Stmt], orelse: list[Stmt] | None = None) -> Stmt:
    """An ``if`` statement."""
    return gast.If(test, body, orelse or [])


def for_(index: str, bounds: Sequence[Expr], body: list[Stmt]) -> Stmt:
    """``for index in range(*bounds)``."""
    return gast.For(store(index), call("range", *bounds), body or [gast.Pass()], [], None)


def count(index: str, stop: Expr, body: list[Stmt]) -> Stmt:
    """``for index in range(stop)``."""
    return for_(index, [stop], body)


def is_name(node: Expr, name: str) -> bool:
    """Whether the node is that name."""
    return isinstance(node, gast.Name) and node.id == name


def dtype(kind: Any) -> Expr:
    """``np.float32``."""
    name = np.dtype(kind).name
    return load("np.bool_" if name == "bool" else f"np.{name}")


def same(first: Expr, second: Expr) -> bool:
    """Whether two expressions are equal as text."""
    return bool(gast.dump(first) == gast.dump(second))


def starts_with(value: Expr, name: str) -> bool:
    """Whether the value is ``name <operator> rest``."""
    return isinstance(value, gast.BinOp) and is_name(value.left, name)


def Store() -> Any:  # noqa: N802 - reads like the node that it makes
    """The context of an assigned node."""
    return gast.Store()


def list_() -> Expr:
    """``[]``."""
    return gast.List([], gast.Load())


def statement(value: Expr) -> Stmt:
    """An expression for its effect."""
    return gast.Expr(value)


def increment(name: str, step: int) -> Stmt:
    """``name += step`` or ``name -= -step``."""
    op = gast.Add() if step > 0 else gast.Sub()
    return augment(store(name), op, gast.Constant(abs(step), None))
