"""Operators, comparisons, logic, and the piecewise linear functions."""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

from adgen.transpiler.ir.types import BOOL, COMPLEX, INT, real_part
from adgen.transpiler.primitives import typing as rules
from adgen.transpiler.primitives.conventions import slope, word
from adgen.transpiler.primitives.kinds import (
    BOOLEAN,
    NONZERO,
    POSITIVE,
    REAL,
    Elementwise,
    Linear,
    NoDerivative,
)
from adgen.transpiler.primitives.table import primitive
from adgen.transpiler.primitives.tracer import conjugate

# Powers: d(x**y)/dx = y x**(y-1).  A constant exponent 2 prints as 2 * x.
# d(x**y)/dy = x**y log x, taken as 0 where x == 0 (the limit for y > 0).


def _power_x(t, z, x, y):  # type: ignore[no-untyped-def]
    exponent = y if isinstance(y, (int, float, complex)) else y.operand
    if isinstance(exponent, (int, float, complex)):
        if exponent == 2:
            return t * (2 * x)
        if exponent == 1:
            return t
        if exponent == 0:
            return t * 0.0
    if isinstance(exponent, (int, float, complex)):
        return t * (exponent * x ** (exponent - 1))
    safe = np.where(y == 0, 1.0, y - 1)
    return t * (y * x**safe)


def _power_y(t, z, x, y):  # type: ignore[no-untyped-def]
    if z.is_complex:
        return t * z * np.log(np.where(x == 0, 1.0, x * (1 + 0j)))
    return t * z * np.log(np.where(x > 0, x, 1.0))


def _operator(symbol, callee, function, kind, **facts):  # type: ignore[no-untyped-def]
    """An operator and the NumPy function that means the same."""
    types = facts.pop("types", None) or rules.ufunc(function, python=True)
    facts.setdefault("complex", rules.has_complex_loop(function))
    primitive(callee, kind, types=types, cheap=True, symbol=symbol, elementwise=True, **facts)
    plain = {k: v for k, v in facts.items() if k != "doc"}
    primitive(function, kind, cheap=True, elementwise=True, **plain)


_operator("+", operator.add, np.add, Elementwise(lambda t, z, x, y: t, lambda t, z, x, y: t))
_operator("-", operator.sub, np.subtract,
          Elementwise(lambda t, z, x, y: t, lambda t, z, x, y: -t))  # fmt: skip
_operator("*", operator.mul, np.multiply,
          Elementwise(lambda t, z, x, y: t * y, lambda t, z, x, y: t * x))  # fmt: skip
# Both have the quotient t / y, so it is computed once: division is the slowest of these.
_operator("/", operator.truediv, np.true_divide,
          Elementwise(lambda t, z, x, y: t / y, lambda t, z, x, y: -(t / y) * z),
          domain=(REAL, NONZERO))  # fmt: skip
_operator("**", operator.pow, np.power, Elementwise(_power_x, _power_y),
          domain=(POSITIVE, REAL), kink="d/dy at x <= 0 is 0",
          formula="t * y * x ** (y - 1), t * f * np.log(x)")  # fmt: skip
_operator("//", operator.floordiv, np.floor_divide,
          NoDerivative("the quotient rounded down is piecewise constant"),
          operands=("x", "y"), domain=(REAL, NONZERO))  # fmt: skip
_operator("%", operator.mod, np.remainder,
          Elementwise(lambda t, z, x, y: t, lambda t, z, x, y: -t * np.floor(x / y)),
          domain=(REAL, NONZERO), kink="taken as smooth where x / y is an integer")  # fmt: skip
_operator("-", operator.neg, np.negative, Elementwise(lambda t, y, x: -t))
_operator("+", operator.pos, np.positive, Elementwise(lambda t, y, x: t))

# Of complex numbers: linear over the reals.  See "Complex numbers" in docs/architecture.md.


def _part_types(types, attrs):  # type: ignore[no-untyped-def]
    return INT if types[0] == BOOL else real_part(types[0])


primitive(np.conjugate, Linear(lambda g, x: conjugate(g) if x.is_complex else g),
          elementwise=True, cheap=True, complex=True)  # fmt: skip
primitive(np.real, Linear(lambda g, x: g), types=_part_types,
          elementwise=True, cheap=True, complex=True)  # fmt: skip
primitive(np.imag, Linear(lambda g, x: g * -1j if x.is_complex else g * 0.0), types=_part_types,
          elementwise=True, cheap=True, complex=True)  # fmt: skip

primitive(builtins.complex, Elementwise(lambda t, z, x, y: t, lambda t, z, x, y: t * 1j),
          types=rules.fixed(COMPLEX), operands=("real", "imag"), cheap=True)  # fmt: skip

_function: Any  # of the registering loops below
_beats: Any

for _symbol, _callee, _function in (
    ("<", operator.lt, np.less), ("<=", operator.le, np.less_equal),
    (">", operator.gt, np.greater), (">=", operator.ge, np.greater_equal),
    ("==", operator.eq, np.equal), ("!=", operator.ne, np.not_equal),
):  # fmt: skip
    _operator(_symbol, _callee, _function, NoDerivative("a comparison is piecewise constant"),
              operands=("x", "y"), types=rules.boolean,
              complex=_symbol in ("==", "!="))  # fmt: skip

for _symbol, _callee, _function in (
    ("&", operator.and_, np.bitwise_and), ("|", operator.or_, np.bitwise_or),
    ("^", operator.xor, np.bitwise_xor), ("<<", operator.lshift, np.left_shift),
    (">>", operator.rshift, np.right_shift),
):  # fmt: skip
    _operator(_symbol, _callee, _function, NoDerivative("an integer or boolean operation"),
              operands=("x", "y"), domain=(BOOLEAN, BOOLEAN))  # fmt: skip

_operator("~", operator.invert, np.invert, NoDerivative("an integer or boolean operation"),
          domain=BOOLEAN)  # fmt: skip
primitive(operator.not_, NoDerivative("a truth value"), types=rules.fixed(BOOL), cheap=True,
          symbol="not ", elementwise=True, complex=True, domain=BOOLEAN)  # fmt: skip
for _function in (np.logical_and, np.logical_or, np.logical_xor):
    primitive(_function, NoDerivative("a truth value"), operands=("x", "y"),
              cheap=True, elementwise=True, domain=BOOLEAN)  # fmt: skip
primitive(np.logical_not, NoDerivative("a truth value"), cheap=True,
          elementwise=True, domain=BOOLEAN)  # fmt: skip
primitive(np.signbit, NoDerivative("a truth value"), cheap=True, elementwise=True)
for _function in (np.isnan, np.isinf, np.isfinite):
    primitive(_function, NoDerivative("a truth value"), cheap=True, elementwise=True)
    primitive(getattr(math, _function.__name__), NoDerivative("a truth value"), cheap=True,
              types=rules.fixed(BOOL), elementwise=True)  # fmt: skip

# Steps and kinks

primitive(
    np.sign, NoDerivative("piecewise constant"), cheap=True, elementwise=True, complex=False
)  # of complex numbers it is not: see frontend/complex_numbers.py
for _function in (np.floor, np.ceil, np.trunc, np.rint):
    primitive(_function, NoDerivative("piecewise constant"), cheap=True, elementwise=True,
              complex=False)  # fmt: skip


def _absolute(t, y, x):  # type: ignore[no-untyped-def]
    """Of complex numbers the real part of this: see ``Elementwise``."""
    if x.is_complex:
        return t * conjugate(x) / np.where(y == 0, 1.0, y)
    return _sign(t, y, x)


def _sign(t, y, x):  # type: ignore[no-untyped-def]
    at_zero = slope("abs", 0.0)
    return t * np.sign(x) if at_zero == 0 else t * np.where(x == 0, at_zero, np.sign(x))


_ABS: dict[str, Any] = {
    "kink": "0 at 0", "convention": "abs", "domain": NONZERO, "cheap": True,
    "formula": "t * np.sign(x)",
}  # fmt: skip
primitive(builtins.abs, Elementwise(_absolute), types=rules.ufunc(np.absolute, python=True),
          complex=True, **_ABS)  # fmt: skip
primitive(np.absolute, Elementwise(_absolute), **_ABS)
primitive(np.fabs, Elementwise(_sign), spellings=(math.fabs,), **_ABS)


def _share(t, z, x, y):  # type: ignore[no-untyped-def]
    """1 where x is the chosen one, 1/2 at a tie."""
    return t * np.where(x == z, np.where(x == y, 0.5, 1.0), 0.0)


def _extremum(usual, beats):  # type: ignore[no-untyped-def]
    """The rules of the greater or lesser of two; ``beats(x, y)``: x is it, and no tie."""

    def first(t, z, x, y):  # type: ignore[no-untyped-def]
        tie = word("max", usual)
        if tie == "share":
            return _share(t, z, x, y)
        if tie == "first":
            return np.where(beats(y, x), 0.0, t)
        return np.where(beats(x, y), t, 0.0)

    def second(t, z, x, y):  # type: ignore[no-untyped-def]
        tie = word("max", usual)
        if tie == "share":
            return _share(t, z, y, x)
        if tie == "first":
            return np.where(beats(y, x), t, 0.0)
        return np.where(beats(x, y), 0.0, t)

    return Elementwise(first, second)


# fmax and fmin pass over a NaN: the other operand is the chosen one.
_GREATER, _LESS = "t * (x > y), t * (y > x)", "t * (x < y), t * (y < x)"
for _function, _beats, _formula in (
    (np.maximum, operator.gt, _GREATER), (np.minimum, operator.lt, _LESS),
    (np.fmax, lambda x, y: (x > y) | (y != y), _GREATER),
    (np.fmin, lambda x, y: (x < y) | (y != y), _LESS),
):  # fmt: skip
    primitive(_function, _extremum("share", _beats), cheap=True, kink="a tie shares equally",
              convention="max", formula=_formula, complex=False)  # fmt: skip

# Python's own: ``max(a, b)`` is ``b if b > a else a``: a tie goes to the first.
for _function, _like, _beats, _formula in (
    (builtins.max, np.maximum, operator.gt, _GREATER),
    (builtins.min, np.minimum, operator.lt, _LESS),
):  # fmt: skip
    primitive(_function, _extremum("first", _beats), types=rules.ufunc(_like, python=True),
              cheap=True, kink="a tie goes to the first argument", convention="max",
              formula=_formula)  # fmt: skip


def _where_types(types, attrs):  # type: ignore[no-untyped-def]
    ones = rules.broadcast_ones(types)
    value = rules.ufunc(np.add)(types[1:], attrs)
    return rules.shaped(value.dtype, ones)


primitive(np.where, Elementwise(None, lambda t, z, c, x, y: np.where(c, t, 0.0),
                                lambda t, z, c, x, y: np.where(c, 0.0, t)),
          types=_where_types, operands=("condition", "x", "y"), cheap=True, complex=True,
          domain=(BOOLEAN, REAL, REAL))  # fmt: skip


def _clip_types(types, attrs):  # type: ignore[no-untyped-def]
    """The array counts with its dtype even where it is a Python number, unlike the bounds."""
    array = rules.shaped(types[0].dtype, rules.broadcast_ones(types[:1]))
    promote = rules.ufunc(np.add)
    both = promote((promote((array, types[1]), attrs), types[2]), attrs)
    return rules.shaped(both.dtype, rules.broadcast_ones(types))


def _within(t, z, x, low, high):  # type: ignore[no-untyped-def]
    at_bounds = slope("clip", 1.0)
    if at_bounds == 1:
        return np.where((x >= low) & (x <= high), t, 0.0)
    inside = np.where((x > low) & (x < high), t, 0.0)
    return np.where(((x == low) | (x == high)) & (low <= high), t * at_bounds, inside)


def _below(t, z, x, low, high):  # type: ignore[no-untyped-def]
    at_bounds = slope("clip", 1.0)
    below = np.where((x < low) & (low < high), t, 0.0)
    if at_bounds == 1:
        return below
    return np.where((x == low) & (low < high), t * (1.0 - at_bounds), below)


def _above(t, z, x, low, high):  # type: ignore[no-untyped-def]
    at_bounds = slope("clip", 1.0)
    above = np.where((x > high) | (low > high), t, 0.0)
    if at_bounds == 1:
        return above
    return np.where((x == high) & (low <= high), t * (1.0 - at_bounds), above)


primitive(np.clip, Elementwise(_within, _below, _above),
          types=_clip_types, operands=("a", "a_min", "a_max"), cheap=True,
          formula="t * ((a_min <= a) & (a <= a_max)), t * ((a < a_min) & (a_min < a_max)),"
                  " t * ((a > a_max) | (a_min > a_max))",
          kink="1 at the bounds", convention="clip")  # fmt: skip
