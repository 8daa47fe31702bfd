"""Piecewise polynomials of ``scipy.interpolate``, made in the program or before it.

An interpolant keeps breakpoints ``_x`` and coefficients ``_c``, the highest power first, as SciPy's
own objects do.  Which piece a point lies in has no derivative: at a breakpoint, the piece behind it
says what the slope is.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.registry import array_in_scipy, defines, refuse


@array_in_scipy
@defines(interpolate.PPoly.__call__)
def value_at(self, x, nu=0, extrapolate=None):
    if not isinstance(self, interpolate.PPoly):
        refuse("an interpolant that is no `PPoly`", "use `CubicSpline`, or `PPoly.from_spline`")
    extrapolate = self.extrapolate if extrapolate is None else extrapolate
    points, (knots, pieces) = np.asarray(x, np.float64), _parts(self)
    if isinstance(extrapolate, str):  # "periodic"
        points = knots[0] + (points - knots[0]) % (knots[-1] - knots[0])
    flat = points.reshape(-1)
    at = np.clip(np.searchsorted(knots, flat, side="right") - 1, 0, knots.shape[0] - 2)
    wide = (-1,) + (1,) * (pieces.ndim - 2)
    away = (flat - knots[at]).reshape(wide)
    degree = pieces.shape[0] - 1
    found = np.zeros((flat.shape[0],) + pieces.shape[2:])
    for k in range(degree - nu + 1):
        factor = 1.0
        for m in range(nu):
            factor *= degree - k - m
        found = found * away + factor * pieces[k][at]
    if isinstance(extrapolate, bool) and not extrapolate:
        outside = (flat < knots[0]) | (flat > knots[-1])
        found = np.where(outside.reshape(wide), np.nan, found)
    if points.ndim == 0:
        return np.asarray(found[0])
    found = found.reshape(points.shape + pieces.shape[2:])
    return _placed(found, points.ndim, self.axis)


def _parts(self):
    """Breakpoints and coefficients: SciPy has renamed where it keeps them."""
    return (self._x, self._c) if hasattr(self, "_c") else (self.x, self.c)


def _placed(found, rank, axis):
    """With the axes of the points where the axis of the samples was."""
    order = tuple(range(rank, rank + axis)) + tuple(range(rank))
    order = order + tuple(range(rank + axis, found.ndim))
    return found.transpose(order) if axis > 0 else found


def _samples(x, y, axis):
    x, y = np.asarray(x, np.float64), np.asarray(y)
    if x.ndim != 1:
        raise ValueError("`x` must be 1-dimensional.")
    if x.shape[0] < 2:
        raise ValueError("`x` must contain at least 2 elements.")
    if np.any(x[1:] <= x[:-1]):
        raise ValueError("`x` must be strictly increasing sequence.")
    rows = first(y, axis).astype(np.float64)
    if rows.shape[0] != x.shape[0]:
        raise ValueError("The length of `y` along `axis` doesn't match the length of `x`")
    return x, rows, (x[1:] - x[:-1]).reshape((-1,) + (1,) * (rows.ndim - 1))


def _kept(self, x, rows, widths, slopes, axis, rank, extrapolate):
    """The interpolant with these values and slopes at its breakpoints."""
    means = (rows[1:] - rows[:-1]) / widths
    bend = (slopes[:-1] + slopes[1:] - 2.0 * means) / widths
    linear = (means - slopes[:-1]) / widths - bend
    self._x = x
    self._c = np.stack((bend / widths, linear, slopes[:-1], rows[:-1]))
    self.axis = axis % rank
    self.extrapolate = extrapolate


@defines(interpolate.CubicHermiteSpline.__init__)
def hold_hermite(self, x, y, dydx, axis=0, extrapolate=None):
    x, rows, widths = _samples(x, y, axis)
    slopes = first(np.asarray(dydx, np.float64), axis)
    extrapolate = True if extrapolate is None else extrapolate
    _kept(self, x, rows, widths, slopes, axis, np.ndim(y), extrapolate)


# Splines with two continuous derivatives


@defines(interpolate.CubicSpline.__init__)
def hold_spline(self, x, y, axis=0, bc_type="not-a-knot", extrapolate=None):
    x, rows, widths = _samples(x, y, axis)
    if isinstance(bc_type, str) and bc_type == "periodic":
        slopes = _periodic_slopes(rows, widths)
        extrapolate = "periodic" if extrapolate is None else extrapolate
    else:
        start, end = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
        slopes = _spline_slopes(rows, widths, start, end)
    extrapolate = True if extrapolate is None else extrapolate
    _kept(self, x, rows, widths, slopes, axis, np.ndim(y), extrapolate)


def _condition(kind):
    """The order of the derivative that is given at an end, and its value."""
    if not isinstance(kind, str):
        return kind
    if kind == "clamped":
        return 1, 0.0
    if kind == "natural":
        return 2, 0.0
    raise ValueError(f"bc_type={kind} is not allowed.")


def _spline_slopes(y, h, start, end):
    """Slopes at the breakpoints: the solution of a system with three diagonals."""
    count = y.shape[0]
    means = (y[1:] - y[:-1]) / h
    h = h.reshape(-1)
    free_start, free_end = isinstance(start, str), isinstance(end, str)
    free_start = free_start and start == "not-a-knot"
    free_end = free_end and end == "not-a-knot"
    below, middle, above = np.zeros(count), np.zeros(count), np.zeros(count)
    right = np.zeros(y.shape)
    for i in range(1, count - 1):
        below[i], middle[i], above[i] = h[i], 2.0 * (h[i - 1] + h[i]), h[i - 1]
        right[i] = 3.0 * (h[i] * means[i - 1] + h[i - 1] * means[i])
    if free_start:
        if count == 2 or (count == 3 and free_end):  # a line, a parabola
            middle[0], above[0], right[0] = 1.0, float(count - 2), (count - 1) * means[0]
        else:
            d = h[0] + h[1]
            middle[0], above[0] = h[1], d
            right[0] = ((h[0] + 2.0 * d) * h[1] * means[0] + h[0] * h[0] * means[1]) / d
    else:
        order, value = _condition(start)
        if order == 1:
            middle[0], right[0] = 1.0, value
        elif order == 2:
            middle[0], above[0] = 2.0, 1.0
            right[0] = 3.0 * means[0] - 0.5 * h[0] * value
        else:
            raise ValueError("The specified derivative order must be 1 or 2.")
    if free_end:
        if count == 2 or (count == 3 and free_start):
            middle[-1], below[-1], right[-1] = 1.0, float(count - 2), (count - 1) * means[-1]
        else:
            d = h[-1] + h[-2]
            middle[-1], below[-1] = h[-2], d
            right[-1] = (h[-1] * h[-1] * means[-2] + (2.0 * d + h[-1]) * h[-2] * means[-1]) / d
    else:
        order, value = _condition(end)
        if order == 1:
            middle[-1], right[-1] = 1.0, value
        elif order == 2:
            middle[-1], below[-1] = 2.0, 1.0
            right[-1] = 3.0 * means[-1] + 0.5 * h[-1] * value
        else:
            raise ValueError("The specified derivative order must be 1 or 2.")
    return _solved(below, middle, above, right)


def _solved(below, middle, above, right):
    """Elimination along the diagonals."""
    count = middle.shape[0]
    pivots, found = middle.copy(), right.copy()
    for i in range(1, count):
        part = below[i] / pivots[i - 1]
        pivots[i] -= part * above[i - 1]
        found[i] -= part * found[i - 1]
    found[count - 1] = found[count - 1] / pivots[count - 1]
    for k in range(count - 1):
        i = count - 2 - k
        found[i] = (found[i] - above[i] * found[i + 1]) / pivots[i]
    return found


def _periodic_slopes(y, h):
    """Slopes where the last breakpoint is the first one again."""
    count = y.shape[0] - 1
    means = (y[1:] - y[:-1]) / h
    h = h.reshape(-1)
    if not np.allclose(y[0], y[-1], rtol=1e-15, atol=1e-15):
        raise ValueError("The first and last `y` point along axis must be identical (within "
                         "machine precision) when bc_type='periodic'.")  # fmt: skip
    matrix, right = np.zeros((count, count)), np.zeros((count,) + y.shape[1:])
    for i in range(count):
        before = (i - 1) % count
        matrix[i, before] += h[i]
        matrix[i, i] += 2.0 * (h[before] + h[i])
        matrix[i, (i + 1) % count] += h[before]
        right[i] = 3.0 * (h[i] * means[before] + h[before] * means[i])
    slopes = np.linalg.solve(matrix, right.reshape((count, -1))).reshape(right.shape)
    return np.concatenate((slopes, slopes[:1]))


# Slopes from the neighbours alone


@defines(interpolate.PchipInterpolator.__init__)
def hold_pchip(self, x, y, axis=0, extrapolate=None):
    x, rows, h = _samples(x, y, axis)
    means = (rows[1:] - rows[:-1]) / h
    slopes = np.zeros(rows.shape)
    if rows.shape[0] == 2:
        slopes[0], slopes[1] = means[0], means[0]
    else:
        slopes[1:-1] = _harmonic(means[:-1], means[1:], h[:-1], h[1:])
        slopes[0] = _end_slope(h[0], h[1], means[0], means[1])
        slopes[-1] = _end_slope(h[-1], h[-2], means[-1], means[-2])
    extrapolate = True if extrapolate is None else extrapolate
    _kept(self, x, rows, h, slopes, axis, np.ndim(y), extrapolate)


def _harmonic(one, two, h, k):
    """The weighed harmonic mean, and 0 where there is an extremum."""
    flat = one * two <= 0
    first_weight, second_weight = 2.0 * k + h, k + 2.0 * h
    inverse = first_weight / np.where(flat, 1.0, one) + second_weight / np.where(flat, 1.0, two)
    return np.where(flat, 0.0, (first_weight + second_weight) / np.where(flat, 1.0, inverse))


def _end_slope(h, k, one, two):
    """Of a parabola through three points, kept from overshooting."""
    slope = ((2.0 * h + k) * one - h * two) / (h + k)
    wrong = np.sign(slope) != np.sign(one)
    steep = (np.sign(one) != np.sign(two)) & (np.abs(slope) > 3.0 * np.abs(one))
    return np.where(wrong, 0.0, np.where(steep, 3.0 * one, slope))


@defines(interpolate.Akima1DInterpolator.__init__)
def hold_akima(self, x, y, axis=0, *, method="akima", extrapolate=None):
    if method not in ("akima", "makima"):
        raise NotImplementedError(f"`method`={method} is unsupported.")
    x, rows, h = _samples(x, y, axis)
    means = (rows[1:] - rows[:-1]) / h
    if rows.shape[0] == 2:
        slopes = np.concatenate((means, means))
    else:
        low, high = 2.0 * means[:1] - means[1:2], 2.0 * means[-1:] - means[-2:-1]
        m = np.concatenate((2.0 * low - means[:1], low, means, high, 2.0 * high - means[-1:]))
        slopes = _akima_slopes(m, method == "makima")
    _kept(self, x, rows, h, slopes, axis, np.ndim(y), False if extrapolate is None else extrapolate)


def _akima_slopes(m, modified):
    """The slopes on both sides, each weighed by how the others beyond it differ."""
    changes = np.abs(m[1:] - m[:-1])
    if modified:
        changes = changes + 0.5 * np.abs(m[1:] + m[:-1])
    behind, ahead = changes[2:], changes[:-2]
    total = behind + ahead
    uneven = total > 1e-9 * np.max(total)
    weighed = (behind * m[1:-2] + ahead * m[2:-1]) / np.where(uneven, total, 1.0)
    return np.where(uneven, weighed, 0.5 * (m[3:] + m[:-3]))


# Straight lines


@defines(interpolate.interp1d.__init__)
def hold_lines(
    self, x, y, kind="linear", axis=-1, copy=True, bounds_error=None, fill_value=np.nan,
    assume_sorted=False,
):  # fmt: skip
    x, y = np.asarray(x), np.asarray(y)
    if kind != "linear" or y.ndim != 1:
        refuse("`interp1d` of another kind than linear, or of several columns",
               "use `CubicSpline`, or one `interp1d` for each column")  # fmt: skip
    order = np.argsort(x)
    self.x, self.y, self._kind = x[order], y[order].astype(np.float64), kind
    self._extrapolate = isinstance(fill_value, str)
    ends = fill_value if isinstance(fill_value, tuple) else (fill_value, fill_value)
    self._fill_value_below, self._fill_value_above = (0.0, 0.0) if self._extrapolate else ends
    self.bounds_error = not self._extrapolate if bounds_error is None else bounds_error


@array_in_scipy
@defines(interpolate.interp1d.__call__)
def on_lines(self, x):
    if not isinstance(self, interpolate.interp1d):
        refuse("an interpolant that is no `interp1d`", "use `CubicSpline`")
    if self._kind != "linear" or np.ndim(self.y) != 1:
        refuse("`interp1d` of another kind than linear, or of several columns",
               "use `CubicSpline`, or one `interp1d` for each column")  # fmt: skip
    points, knots, values = np.asarray(x), self.x, self.y
    high = np.clip(np.searchsorted(knots, points), 1, knots.shape[0] - 1)
    low = high - 1
    slope = (values[high] - values[low]) / (knots[high] - knots[low])
    found = slope * (points - knots[low]) + values[low]
    if self._extrapolate:
        return np.asarray(found)
    below, above = points < knots[0], points > knots[-1]
    if self.bounds_error and (np.any(below) or np.any(above)):
        raise ValueError("A value in x_new is outside of the interpolation range")
    ends = np.squeeze(self._fill_value_below), np.squeeze(self._fill_value_above)
    return np.asarray(np.where(below, ends[0], np.where(above, ends[1], found)))
