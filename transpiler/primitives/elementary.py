"""Elementary functions of one or two real variables (formulas: Abramowitz & Stegun, ch. 4)."""

from __future__ import annotations

import math

import numpy as np

from adgen.transpiler.primitives import typing as rules
from adgen.transpiler.primitives.conventions import slope
from adgen.transpiler.primitives.kinds import (
    ABOVE_ONE,
    ANGLE,
    NONZERO,
    POSITIVE,
    REAL,
    UNIT,
    Domain,
    Elementwise,
    NoDerivative,
)
from adgen.transpiler.primitives.table import primitive

LN2, LN10 = math.log(2.0), math.log(10.0)


def _one(function, rule, domain=REAL, spellings=(), **facts):  # type: ignore[no-untyped-def]
    primitive(function, Elementwise(rule), domain=domain, spellings=spellings, **facts)


_one(np.exp, lambda t, y, x: t * y, spellings=(math.exp,))
_one(np.exp2, lambda t, y, x: t * y * LN2, spellings=(math.exp2,))
_one(np.expm1, lambda t, y, x: t * (y + 1), spellings=(math.expm1,))
_one(np.log, lambda t, y, x: t / x, POSITIVE, spellings=(math.log,))
_one(np.log2, lambda t, y, x: t / (x * LN2), POSITIVE, spellings=(math.log2,))
_one(np.log10, lambda t, y, x: t / (x * LN10), POSITIVE, spellings=(math.log10,))
_one(np.log1p, lambda t, y, x: t / (1 + x), POSITIVE, spellings=(math.log1p,))


def _half_inverse(t, y, x):  # type: ignore[no-untyped-def]
    at_zero = slope("sqrt", math.inf)
    if at_zero == math.inf:
        return t * 0.5 / y
    return t * np.where(y == 0, at_zero, 0.5 / np.where(y == 0, 1.0, y))


_one(np.sqrt, _half_inverse, POSITIVE, spellings=(math.sqrt,), convention="sqrt",
     formula="t * 0.5 / f")  # fmt: skip
_one(np.cbrt, lambda t, y, x: t / (3 * y * y), POSITIVE, spellings=(math.cbrt,))
_one(np.square, lambda t, y, x: t * (2 * x), cheap=True)
_one(np.reciprocal, lambda t, y, x: -t * y * y, NONZERO, cheap=True)

_one(np.sin, lambda t, y, x: t * np.cos(x), spellings=(math.sin,))
_one(np.cos, lambda t, y, x: -t * np.sin(x), spellings=(math.cos,))
_one(np.tan, lambda t, y, x: t * (1 + y * y), ANGLE, spellings=(math.tan,))
_one(np.arcsin, lambda t, y, x: t / np.sqrt(1 - x * x), UNIT, spellings=(math.asin,))
_one(np.arccos, lambda t, y, x: -t / np.sqrt(1 - x * x), UNIT, spellings=(math.acos,))
_one(np.arctan, lambda t, y, x: t / (1 + x * x), spellings=(math.atan,))
_one(np.sinh, lambda t, y, x: t * np.cosh(x), spellings=(math.sinh,))
_one(np.cosh, lambda t, y, x: t * np.sinh(x), spellings=(math.cosh,))
_one(np.tanh, lambda t, y, x: t * (1 - y * y), spellings=(math.tanh,))
_one(np.arcsinh, lambda t, y, x: t / np.sqrt(x * x + 1), spellings=(math.asinh,))
_one(np.arccosh, lambda t, y, x: t / np.sqrt(x * x - 1), ABOVE_ONE, spellings=(math.acosh,))
_one(np.arctanh, lambda t, y, x: t / (1 - x * x), UNIT, spellings=(math.atanh,))
_one(np.deg2rad, lambda t, y, x: t * (math.pi / 180), spellings=(np.radians, math.radians))
_one(np.rad2deg, lambda t, y, x: t * (180 / math.pi), spellings=(np.degrees, math.degrees))

_FLOAT = rules.fixed(rules.shaped(np.float64, (), True))
_one(math.erf, lambda t, y, x: t * (2 / math.sqrt(math.pi)) * np.exp(-x * x), types=_FLOAT)
_one(math.erfc, lambda t, y, x: t * (-2 / math.sqrt(math.pi)) * np.exp(-x * x), types=_FLOAT)


def _digamma(x):  # type: ignore[no-untyped-def]
    from scipy import special  # only here: importing it takes longer than most compilations

    return special.psi(x)


_one(math.gamma, lambda t, y, x: t * y * _digamma(x), POSITIVE, types=_FLOAT)
_one(math.lgamma, lambda t, y, x: t * _digamma(x), POSITIVE, types=_FLOAT)


def _square_distance(x, y):  # type: ignore[no-untyped-def]
    """That to the origin, where it is infinite, so that an angle has slope 0 there."""
    return np.where((x == 0) & (y == 0), np.inf, x * x + y * y)


primitive(np.arctan2, Elementwise(lambda t, z, x, y: t * y / _square_distance(x, y),
                                  lambda t, z, x, y: -t * x / _square_distance(x, y)),
          domain=NONZERO, spellings=(math.atan2,), kink="0 where both are 0",
          formula="t * y / (x * x + y * y), -t * x / (x * x + y * y)")  # fmt: skip
primitive(np.hypot, Elementwise(lambda t, z, x, y: t * x / z, lambda t, z, x, y: t * y / z),
          domain=NONZERO, spellings=(math.hypot,))  # fmt: skip
primitive(np.logaddexp, Elementwise(lambda t, z, x, y: t * np.exp(x - z),
                                    lambda t, z, x, y: t * np.exp(y - z)))  # fmt: skip
primitive(np.logaddexp2, Elementwise(lambda t, z, x, y: t * np.exp2(x - z),
                                     lambda t, z, x, y: t * np.exp2(y - z)))  # fmt: skip
primitive(np.copysign, Elementwise(lambda t, z, x, y: t * np.sign(x) * np.copysign(1.0, y), None),
          domain=NONZERO, spellings=(math.copysign,), cheap=True)  # fmt: skip
primitive(math.pow, Elementwise(lambda t, z, x, y: t * y * x ** (y - 1),
                                lambda t, z, x, y: t * z * np.log(x)),
          types=_FLOAT, domain=(POSITIVE, REAL))  # fmt: skip
primitive(np.fmod, Elementwise(lambda t, z, x, y: t, lambda t, z, x, y: -t * np.trunc(x / y)),
          domain=(REAL, NONZERO), spellings=(math.fmod,),
          kink="taken as smooth where x / y is an integer")  # fmt: skip
primitive(np.heaviside, Elementwise(None, lambda t, z, x, y: np.where(x == 0, t, 0.0)), cheap=True,
          kink="zero by x, one by y where x is 0", domain=(NONZERO, Domain(0, 1)))  # fmt: skip
primitive(np.ldexp, Elementwise(lambda t, z, x, i: np.ldexp(t, i), None), cheap=True,
          domain=(REAL, Domain(-4, 4, integer=True)))  # fmt: skip
# To the next number: the distance to it is piecewise constant.
primitive(np.nextafter, Elementwise(lambda t, z, x, y: t, None), operands=("x", "y"), cheap=True,
          kink="taken as x", domain=(NONZERO, NONZERO))  # fmt: skip
primitive(np.spacing, NoDerivative("piecewise constant"), elementwise=True, domain=NONZERO)
for _function in (np.gcd, np.lcm):
    primitive(_function, NoDerivative("of integers"), operands=("x", "y"), elementwise=True,
              domain=Domain(1, 9, integer=True))  # fmt: skip
