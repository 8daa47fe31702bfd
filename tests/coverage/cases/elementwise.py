"""Functions that work element by element."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    HOLES,
    MATRIX,
    NUMBER,
    STRIDED,
    TENSOR,
    VECTOR,
    spread,
)

REAL, POSITIVE, UNIT, ABOVE, ANGLE = (-2.0, 2.0), (0.3, 3.0), (-0.9, 0.9), (1.1, 3.0), (-1.4, 1.4)


def unary(function, low, high):
    """A number, a vector, and a matrix that is neither contiguous nor in C's order."""
    wide = spread(low, high, (4, 6))[::2, ::-2].T
    return [
        case(lambda x: function(x), spread(low, high)),
        case(lambda x: function(x), spread(low, high, (4,))),
        case(lambda x: function(x), wide),
    ]


def binary(function, first, second):
    """Two vectors, a matrix with a vector, and a column with a number."""
    second = (second[0] + 0.013, second[1] + 0.013)  # no ties
    return [
        case(lambda x, y: function(x, y), spread(*first, (4,)), spread(*second, (4,))),
        case(lambda x, y: function(x, y), spread(*first, (2, 3)), spread(*second, (3,))),
        case(lambda x, y: function(x, y), spread(*first, (3, 1)), spread(*second)),
    ]


CASES: Table = {}
for _domain, _functions in {
    REAL: (
        np.negative, np.positive, np.exp, np.exp2, np.expm1, np.sin, np.cos, np.arctan, np.sinh,
        np.cosh, np.tanh, np.arcsinh, np.square, np.sinc, np.deg2rad, np.radians, np.rad2deg,
        np.degrees, np.absolute, np.fabs, np.conjugate, np.real, np.real_if_close, np.i0,
        np.sign, np.floor, np.ceil, np.trunc, np.rint, np.fix,
    ),
    POSITIVE: (
        np.log, np.log2, np.log10, np.log1p, np.sqrt, np.cbrt, np.reciprocal, np.angle, np.imag,
    ),
    UNIT: (np.arcsin, np.arccos, np.arctanh),
    ABOVE: (np.arccosh,),
    ANGLE: (np.tan,),
}.items():  # fmt: skip
    CASES |= {f"np.{f.__name__}": unary(f, *_domain) for f in _functions}
for _domains, _functions in {
    (REAL, REAL): (
        np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin,
        np.logaddexp, np.logaddexp2, np.hypot, np.arctan2, np.copysign,
    ),
    (REAL, POSITIVE): (np.divide, np.true_divide, np.remainder, np.mod, np.fmod, np.heaviside,
                       np.floor_divide),
    (POSITIVE, REAL): (np.power, np.float_power),
}.items():  # fmt: skip
    CASES |= {f"np.{f.__name__}": binary(f, *_domains) for f in _functions}

CASES |= {
    "np.abs": [
        case(lambda x: np.abs(x), VECTOR),
        case(lambda x: abs(x), MATRIX),
        case(lambda x: np.abs(x).sum(axis=0), TENSOR),
    ],
    "np.clip": [
        case(lambda x: np.clip(x, -0.5, 0.8), VECTOR),
        case(lambda x: np.clip(x, None, 0.8), MATRIX),
        case(lambda x: np.clip(x, -0.5, None), STRIDED),
        case(lambda x: x.clip(-0.5, 0.5), MATRIX),
        case(lambda x, y: np.clip(x, y, y + 0.5), MATRIX, spread(-0.5, 0.5, (4,))),
    ],
    "np.where": [
        case(lambda x, y: np.where(x > 0, x, y), VECTOR, VECTOR[::-1]),
        case(lambda x: np.where(x > 0, x, 0.0), MATRIX),
        case(lambda x: np.where(np.isnan(x), 0.0, x * x), np.nan_to_num(HOLES)),
        case(lambda x, y: np.where(x[:, :1] > 0, x, y), MATRIX, NUMBER),
    ],
    "np.select": [
        case(lambda x: np.select([x > 1, x > 0], [x * x, x], -x), VECTOR),
        case(lambda x: np.select([x < 0], [x * x]), MATRIX),
        case(lambda x, y: np.select([x > y, x < y], [x, y]), MATRIX, spread(-1, 1, (4,))),
    ],
    "np.piecewise": [
        case(lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda x: -x, lambda x: x * x]), VECTOR),
        case(lambda x: np.piecewise(x, [x < 0], [lambda x: x**3, 1.0]), MATRIX),
        case(lambda x: np.piecewise(x, [x < 0], [2.0]), VECTOR),
    ],
    "np.choose": [
        case(lambda x: np.choose(np.array([0, 1, 1, 0, 0]), [x, x * x]), VECTOR),
        case(lambda x: np.choose(1, [x, x * x]), MATRIX),
        case(lambda x: np.choose(np.array([0, 1, 1, 0]), [x, -x]), MATRIX),
    ],
    "np.nan_to_num": [
        case(lambda x: np.nan_to_num(x), VECTOR),
        case(lambda x: np.nan_to_num(x, nan=2.0), MATRIX),
        case(lambda x: np.nan_to_num(x, posinf=1.0, neginf=-1.0), TENSOR),
    ],
    "np.round": [
        case(lambda x: np.round(x) + x, VECTOR),
        case(lambda x: np.round(x, 1) + x, MATRIX),
        case(lambda x: x.round(2) * x, VECTOR),
        case(lambda x: np.around(x, -1) + x, MATRIX),
    ],
    "np.astype": [
        case(lambda x: np.astype(x, np.float64), VECTOR, single=False),
        case(lambda x: x.astype(float), MATRIX, single=False),
        case(lambda x: np.astype(x, x.dtype) * x, STRIDED),
    ],
    "np.ldexp": [
        case(lambda x: np.ldexp(x, 3), VECTOR),
        case(lambda x: np.ldexp(x, np.array([1, 2, -1, 0])), MATRIX),
        case(lambda x: np.ldexp(x, -2), NUMBER),
    ],
    "np.modf": [
        case(lambda x: np.modf(x)[0], VECTOR),
        case(lambda x: np.modf(x)[0] + np.modf(x)[1], MATRIX),
        case(lambda x: np.modf(x)[0], NUMBER),
    ],
    "np.divmod": [
        case(lambda x: np.divmod(x, 0.7)[1], VECTOR),
        case(lambda x: divmod(x, 0.3)[1], NUMBER),
        case(lambda x, y: np.divmod(x, y)[1], MATRIX, spread(0.3, 2.0, (4,))),
    ],
}
