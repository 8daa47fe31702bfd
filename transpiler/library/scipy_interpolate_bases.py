"""Splines of ``scipy.interpolate`` by their basis: evaluated by de Boor's recursion."""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from adgen.transpiler.library.registry import array_in_scipy, defines, refuse


@defines(interpolate.BSpline.__init__)
def hold_spline(self, t, c, k, extrapolate=True, axis=0):
    if axis != 0 or np.ndim(c) != 1:
        refuse("a `BSpline` of several columns", "make one for each column")
    self._t, self._c, self.k = np.asarray(t, np.float64), np.asarray(c, np.float64), k
    self.extrapolate = extrapolate


@array_in_scipy
@defines(interpolate.BSpline.__call__)
def spline_at(self, x, nu=0, extrapolate=None):
    knots, weights = (self._t, self._c) if hasattr(self, "_c") else (self.t, self.c)
    if np.ndim(weights) != 1:
        refuse("a `BSpline` of several columns", "make one for each column")
    if nu != 0:
        refuse("a derivative of a `BSpline`", "make it outside: slope = spline.derivative()")
    extrapolate = self.extrapolate if extrapolate is None else extrapolate
    points, degree = np.asarray(x, np.float64), self.k
    low, high = knots[degree], knots[knots.shape[0] - degree - 1]
    if isinstance(extrapolate, str):  # "periodic"
        points = low + (points - low) % (high - low)
    found = _de_boor(points, knots, weights, degree)
    if isinstance(extrapolate, bool) and not extrapolate:
        found = np.where((points < low) | (points > high), np.nan, found)
    return np.asarray(found)


@array_in_scipy
@defines(interpolate.splev)
def splev(x, tck, der=0, ext=0):
    if not isinstance(tck, tuple) or der != 0 or ext != 0:
        refuse("`splev` of a `BSpline`, with `der`, or with `ext`",
               "call the spline; make derivatives outside, by `splder`")  # fmt: skip
    knots, weights, degree = tck
    return np.asarray(_de_boor(np.asarray(x, np.float64), knots, weights, degree))


def _de_boor(x, t, c, k):
    """The weights around each point, averaged until one is left."""
    at = np.clip(np.searchsorted(t, x, side="right") - 1, k, t.shape[0] - k - 2)
    parts = [c[at - k + j] for j in range(k + 1)]
    for r in range(1, k + 1):
        for j in range(k, r - 1, -1):
            low, high = t[at - k + j], t[at + 1 + j - r]
            part = (x - low) / (high - low)
            parts[j] = (1.0 - part) * parts[j - 1] + part * parts[j]
    return parts[k]
