"""Interpolants: evaluated at points that vary, through values that vary, made before and inside."""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import TALL

AT = np.array([0.0, 0.4, 1.1, 1.9, 2.3, 3.2])
VALUES = np.sin(2.0 * AT) + 0.1 * AT
POINTS = np.array([-0.3, 0.2, 1.0, 1.5, 2.9, 3.5])
INSIDE = np.array([0.1, 0.7, 1.3, 3.0])
SPLINE = interpolate.CubicSpline(AT, np.stack((VALUES, VALUES**2), axis=1))
BASES = interpolate.make_interp_spline(AT, VALUES)
FIT = interpolate.splrep(AT, VALUES)
LINES = interpolate.interp1d(AT, VALUES, bounds_error=False, fill_value=(0.2, 0.7))


def _through(make):
    """Interpolants through values at points, along any axis."""
    return [
        case(lambda y, t: make(AT, y)(t), VALUES, INSIDE, single=False),
        case(lambda y, t: make(AT[:4], y, axis=1)(t), TALL.T, INSIDE[:2], single=False),
        case(lambda y, x: make(x, y)(1.3, 1), VALUES, AT, single=False),
        case(lambda y: make(AT[:2], y)(0.3), VALUES[:2], single=False),
        case(lambda y, t: make(AT[:3], y, extrapolate=True)(t), VALUES[:3], POINTS, single=False),
    ]


def _with_ends(kind, values=VALUES):
    spline = interpolate.CubicSpline
    return case(lambda y, t: spline(AT, y, bc_type=kind)(t), values, POINTS, single=False)


CASES: Table = {
    "interpolate.CubicSpline": [
        *_through(interpolate.CubicSpline),
        *(_with_ends(kind) for kind in (
            "natural", "clamped", ("natural", "not-a-knot"), ((1, 0.3), (2, -0.5)))),
        case(lambda y, t: interpolate.CubicSpline(AT, np.append(y, y[0]), bc_type="periodic")(t),
             VALUES[:-1], POINTS, single=False),
        case(lambda t: SPLINE(t) + SPLINE(t, nu=2), POINTS, single=False),
    ],
    "interpolate.PchipInterpolator": _through(interpolate.PchipInterpolator),
    "interpolate.Akima1DInterpolator": [
        *_through(interpolate.Akima1DInterpolator),
        case(lambda y, t: interpolate.Akima1DInterpolator(AT, y, method="makima")(t),
             VALUES, INSIDE, single=False),
    ],
    "interpolate.CubicHermiteSpline": [
        case(lambda y, s, t: interpolate.CubicHermiteSpline(AT, y, s)(t),
             VALUES, 2.0 * np.cos(2.0 * AT), POINTS, single=False),
    ],
    "interpolate.interp1d": [
        case(lambda y, t: interpolate.interp1d(AT, y, fill_value="extrapolate")(t),
             VALUES, POINTS, single=False),
        case(lambda y, x: interpolate.interp1d(x, y)(1.3), VALUES[::-1], AT[::-1], single=False),
        case(lambda t: LINES(t), POINTS, single=False),
    ],
    "interpolate.BSpline": [
        case(lambda c, t: interpolate.BSpline(BASES.t, c, 3)(t), VALUES, POINTS, single=False),
        case(lambda t: BASES(t), POINTS.reshape(2, 3), single=False),
        case(lambda c: interpolate.BSpline(BASES.t, c, 3, extrapolate=False)(0.9), VALUES,
             single=False),
    ],
    "interpolate.splev": [
        case(lambda t: interpolate.splev(t, FIT), POINTS, single=False),
        case(lambda c: interpolate.splev(INSIDE, (BASES.t, c, 3)), VALUES, single=False),
        case(lambda t: interpolate.splev(t, FIT), 0.9, single=False),
    ],
}  # fmt: skip
