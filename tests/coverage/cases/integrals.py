"""Integrals of samples and of functions."""

from __future__ import annotations

import numpy as np
from scipy import integrate

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, TENSOR, VECTOR

ODD, EVEN, NINE = np.sin(np.arange(7.0)), np.cos(np.arange(8.0)), np.sin(1.3 * np.arange(9.0))
STEPS = np.cumsum(0.4 + 0.1 * np.cos(np.arange(8.0)))
SAMPLES = np.sin(np.arange(14.0)).reshape(7, 2)


def _bell(t, k):
    return np.exp(-k * t * t)


def _of_samples(function, single=True):
    """Rules that take distances or points, along any axis.

    ``single``: whether SciPy's dtype does not depend on whether the number of samples is even.
    """
    return [
        case(lambda y: function(y), ODD),
        case(lambda y, d: function(y, dx=d), EVEN, 0.3, single=single),
        case(lambda y, x: function(y, x=x), EVEN, STEPS, single=single),
        case(lambda y, x: function(y, x=x, axis=0), SAMPLES, STEPS[:7]),
        case(lambda y: function(y, axis=1), TENSOR),
        case(lambda y: function(y), MATRIX[:, :2], single=single),
    ]


CASES: Table = {
    "integrate.trapezoid": _of_samples(integrate.trapezoid),
    "integrate.cumulative_trapezoid": [
        *_of_samples(integrate.cumulative_trapezoid),
        case(lambda y, x: integrate.cumulative_trapezoid(y, x, initial=0), EVEN, STEPS),
        case(lambda y, x: integrate.cumulative_trapezoid(y, x, axis=0), SAMPLES, 0.5 + SAMPLES),
    ],
    "integrate.simpson": [
        *_of_samples(integrate.simpson, single=False),
        case(lambda y, x: integrate.simpson(y, x), ODD, STEPS[:7]),
        case(lambda y, x: integrate.simpson(y, x, axis=0), SAMPLES, 0.5 + SAMPLES),
    ],
    "integrate.cumulative_simpson": [
        *_of_samples(integrate.cumulative_simpson, single=False),
        case(lambda y, x: integrate.cumulative_simpson(y, x=x, initial=0), ODD, STEPS[:7]),
        case(lambda y, i: integrate.cumulative_simpson(y, dx=0.2, initial=i), EVEN, 0.7),
    ],
    "integrate.romb": [
        case(lambda y: integrate.romb(y), NINE),
        case(lambda y, d: integrate.romb(y, d), VECTOR, 0.3),
        case(lambda y: integrate.romb(y, 0.5, axis=0), MATRIX),
        case(lambda y: integrate.romb(y, axis=1), TENSOR),
        case(lambda y: integrate.romb(y), VECTOR[:2]),
    ],
    "integrate.fixed_quad": [
        case(lambda a, b: integrate.fixed_quad(np.cos, a, b)[0], 0.3, 1.7),
        case(lambda b, k: integrate.fixed_quad(_bell, -b, b, (k,), n=9)[0], 1.2, 0.7),
        case(lambda k: integrate.fixed_quad(lambda t: np.sin(k[:, None] * t), 0, 1, n=7)[0],
             VECTOR),
    ],
}  # fmt: skip
