"""Samples in a row: differences, interpolation, convolution, polynomials, histograms."""

from __future__ import annotations

import numpy as np
from scipy import integrate, signal

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    MATRIX,
    NUMBER,
    OTHER,
    POSITIVE,
    TENSOR,
    VECTOR,
    spread,
)

GRID, HEIGHTS = np.array([0.0, 1.0, 3.0, 4.0]), np.array([1.0, -0.5, 2.0, 0.3])
EDGES = np.array([-3.0, -0.5, 0.2, 3.0])
TIMES = np.linspace(0.0, 1.0, 4)


def _decay(y, t, rate):
    return -rate * y + t


def _oscillator(y, t, k, c):
    return [y[1], -k * y[0] - c * y[1]]


def _driven(t, y, rate):
    return np.sin(t) - rate * y


CASES: Table = {
    "np.diff": [
        case(lambda x: np.diff(x), VECTOR),
        case(lambda x: np.diff(x, n=2), MATRIX),
        case(lambda x: np.diff(x, axis=0), MATRIX),
        case(lambda x: np.diff(x, prepend=x[:1], append=x[-1:]), VECTOR),
        case(lambda x: np.diff(x, axis=1, prepend=0.0), TENSOR),
    ],
    "np.ediff1d": [
        case(lambda x: np.ediff1d(x), VECTOR),
        case(lambda x: np.ediff1d(x, to_begin=1.0), MATRIX),
        case(lambda x: np.ediff1d(x, to_end=x[0]), VECTOR),
    ],
    "np.gradient": [
        case(lambda x: np.gradient(x), VECTOR),
        case(lambda x: np.gradient(x, 0.5, axis=0), MATRIX),
        case(lambda x: np.gradient(x, axis=(0, 1))[1], MATRIX),
        case(lambda x: np.gradient(x, GRID, axis=1), MATRIX),
        case(lambda x: np.gradient(x, edge_order=2), VECTOR),
        case(lambda x: np.gradient(x, 0.5, GRID)[1], MATRIX),
        case(lambda x: np.gradient(x, np.cumsum(x * x + 0.1)), VECTOR),
    ],
    "np.trapezoid": [
        case(lambda x: np.trapezoid(x), VECTOR),
        case(lambda x, dx: np.trapezoid(x, axis=0, dx=dx), MATRIX, NUMBER),
        case(lambda x, y: np.trapezoid(x, y), MATRIX, GRID),
    ],
    "np.interp": [
        case(lambda x, f: np.interp(x, GRID, f), spread(0.1, 3.9, (5,)), HEIGHTS),
        case(lambda x, f, left: np.interp(x, GRID, f, left=left), VECTOR, HEIGHTS, 7.0),
        case(lambda x, p, f: np.interp(x, p, f), 1.7, GRID, HEIGHTS),
        case(lambda x, f: np.interp(x, GRID, f, right=2.0), spread(0.1, 5.9, (2, 3)), HEIGHTS),
        case(lambda x, f: np.interp(x, GRID, f, period=5.0), spread(0.1, 9.9, (3,)), HEIGHTS),
    ],
    "np.convolve": [
        case(lambda x, y: np.convolve(x, y), VECTOR, OTHER[:3]),
        case(lambda x, y: np.convolve(x, y, mode="same"), VECTOR, OTHER[:2]),
        case(lambda x, y: np.convolve(x, y, "valid"), VECTOR, OTHER[:3]),
        case(lambda x, y: np.convolve(x, y, "valid"), VECTOR[:3], OTHER),
        case(lambda x, y: np.convolve(x, y, "same"), VECTOR[:2], OTHER),
    ],
    "np.correlate": [
        case(lambda x, y: np.correlate(x, y), VECTOR, OTHER[:3]),
        case(lambda x, y: np.correlate(x, y, mode="full"), VECTOR, OTHER[:2]),
        case(lambda x, y: np.correlate(x, y, "same"), VECTOR, OTHER[:3]),
        case(lambda x, y: np.correlate(x, y, "same"), VECTOR[:3], OTHER[:4]),
        case(lambda x, y: np.correlate(x, y), VECTOR[:2], OTHER),
        case(lambda x, y: np.correlate(x, y, "full"), VECTOR[:3], OTHER),
    ],
    "np.polyval": [
        case(lambda p, x: np.polyval(p, x), VECTOR, NUMBER),
        case(lambda p, x: np.polyval(p, x), OTHER[:3], MATRIX),
        case(lambda x: np.polyval([1.0, 2.0, -1.0], x), VECTOR),
    ],
    "np.polyfit": [
        case(lambda y: np.polyfit(GRID, y, 2), HEIGHTS, single=False),
        case(lambda x, y: np.polyfit(x, y, 1), VECTOR, OTHER, single=False),
        case(lambda y, w: np.polyfit(GRID, y, 1, w=w), HEIGHTS, POSITIVE, single=False),
    ],
    "np.polyder": [
        case(lambda p: np.polyder(p), VECTOR),
        case(lambda p: np.polyder(p, 2), VECTOR),
        case(lambda p: np.polyint(p), VECTOR),
    ],
    "np.polymul": [
        case(lambda p, q: np.polymul(p, q), VECTOR, OTHER[:2]),
        case(lambda p, q: np.polyadd(p, q), VECTOR, OTHER[:2]),
        case(lambda p, q: np.polysub(p, q), VECTOR, OTHER),
    ],
    "np.vander": [
        case(lambda x: np.vander(x), VECTOR),
        case(lambda x: np.vander(x, 3), VECTOR),
        case(lambda x: np.vander(x, 4, increasing=True), OTHER),
    ],
    "np.unwrap": [
        case(lambda x: np.unwrap(x), 4.0 * VECTOR),
        case(lambda x: np.unwrap(x, axis=0), 4.0 * MATRIX),
        case(lambda x: np.unwrap(x, period=4.0), 3.0 * VECTOR),
        case(lambda x: np.unwrap(x, discont=4.0), 4.0 * VECTOR),
    ],
    "np.histogram": [
        case(lambda w: np.histogram(OTHER, EDGES, weights=w)[0], VECTOR),
        case(lambda w: np.histogram(OTHER, EDGES, weights=w, density=True)[0], VECTOR**2),
        case(lambda w: np.histogram(OTHER, 3, (-2.0, 2.0), weights=w)[0], VECTOR),
        case(lambda w: np.histogram(OTHER, bins=4, weights=w)[0], VECTOR),
        case(lambda x: np.histogram(x, 4, (-2.0, 2.0), weights=x * x)[0], VECTOR),
        case(lambda x: np.histogram(x, bins=3, density=True)[0], VECTOR, single=False),
    ],
    "np.bincount": [
        case(lambda w: np.bincount(np.array([0, 2, 2, 1, 0]), w), VECTOR, single=False),
        case(
            lambda w: np.bincount(np.array([0, 2, 2, 1, 0]), weights=w, minlength=5),
            VECTOR,
            single=False,
        ),
        case(lambda w: np.bincount(np.array([1, 1, 1, 1, 1]), w * w), VECTOR, single=False),
        case(lambda x: np.bincount(np.array([0, 2, 2]), minlength=5) * x, VECTOR, single=False),
    ],
    "signal.convolve": [
        case(lambda x, y: signal.convolve(x, y), VECTOR, OTHER[:3]),
        case(lambda x, y: signal.convolve(x, y, mode="same"), VECTOR, OTHER[:3]),
        case(lambda x, y: signal.convolve(x, y, mode="valid"), MATRIX, OTHER[:4].reshape(2, 2)),
    ],
    "integrate.odeint": [
        case(
            lambda y, k: integrate.odeint(_decay, y, TIMES, (k,)),
            1.2,
            0.8,
            exact=False,
            single=False,
        ),
        case(
            lambda y, k, c: integrate.odeint(_oscillator, y, TIMES, (k, c)),
            OTHER[:2],
            2.0,
            0.3,
            exact=False,
            single=False,
        ),
        case(
            lambda y, k: integrate.odeint(_driven, y, TIMES, (k,), tfirst=True),
            VECTOR,
            1.5,
            exact=False,
            single=False,
        ),
        case(
            lambda y, t: integrate.odeint(_decay, y, t, (0.5,)),
            OTHER[:2],
            TIMES,
            exact=False,
            single=False,
        ),
    ],
}
