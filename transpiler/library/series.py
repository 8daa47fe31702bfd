"""Functions of samples in a row: interpolation, convolution, differences, polynomials that fit."""

from __future__ import annotations

import math

import numpy as np

from adgen.transpiler.library.axes import axes_of, first
from adgen.transpiler.library.complex_numbers import conjugated, squared
from adgen.transpiler.library.registry import defines, refuse


@defines(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    xp, fp = np.asarray(xp, np.float64), np.asarray(fp, np.float64)
    x = np.asarray(x, np.float64)
    if xp.shape[0] == 0:
        raise ValueError("array of sample points is empty")
    if xp.shape[0] != fp.shape[0]:
        raise ValueError("fp and xp are not of the same length.")
    if period is not None:
        left, right = None, None
        x, xp, fp = _in_period(x, xp, fp, abs(period))
    last = xp.shape[0] - 1
    j = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, last - 1)
    y = (fp[j + 1] - fp[j]) / (xp[j + 1] - xp[j]) * (x - xp[j]) + fp[j]
    y = np.where(x == xp[last], fp[last], y)
    y = np.where(x > xp[last], fp[last] if right is None else right, y)
    return np.where(x < xp[0], fp[0] if left is None else left, y)


def _in_period(x, xp, fp, period):
    """The points and the data within one period, the data with a neighbour at both ends."""
    xp = xp % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
    return x % period, xp, np.concatenate((fp[-1:], fp, fp[:1]))


def _full(a, v):
    n, m = a.shape[0], v.shape[0]
    total = np.zeros(n + m - 1, np.result_type(a.dtype, v.dtype))
    for i in range(n):
        for j in range(m):
            total[i + j] += a[i] * v[j]
    return total


def _part(full, n, m, mode):
    """The middle of a convolution of ``n`` and ``m`` samples."""
    if mode == "full":
        return full
    longer, shorter = max(n, m), min(n, m)
    if mode == "valid":
        return full[shorter - 1 : longer]
    if mode != "same":
        refuse("this mode of a convolution", "use 'full', 'same' or 'valid'")
    start = (shorter - 1) // 2
    return full[start : start + longer]


@defines(np.convolve)
def convolve(a, v, mode="full"):
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    _check_filled(a, v)
    return _part(_full(a, v), a.shape[0], v.shape[0], mode)


def _check_filled(a, v):
    if a.shape[0] == 0 or v.shape[0] == 0:
        raise ValueError("neither array of a convolution can be empty")


@defines(np.correlate)
def correlate(a, v, mode="valid"):
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    _check_filled(a, v)
    if a.shape[0] < v.shape[0]:  # the longer one is slid over, and the result turned
        return _part(_full(conjugated(v), a[::-1]), v.shape[0], a.shape[0], mode)[::-1]
    return _part(_full(a, conjugated(v)[::-1]), a.shape[0], v.shape[0], mode)


@defines(np.vander)
def vander(x, N=None, increasing=False):
    x = np.asarray(x)
    columns = x.shape[0] if N is None else N
    powers = np.empty((x.shape[0], columns), np.result_type(x.dtype, np.int64))
    for i in range(x.shape[0]):
        power = np.ones_like(x[i])
        for k in range(columns):
            powers[i, k if increasing else columns - 1 - k] = power
            power = power * x[i]
    return powers


@defines(np.polyfit)
def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    if full or cov:
        refuse("`np.polyfit` with `full` or `cov`", "leave them out")
    x, y = np.asarray(x), np.asarray(y)
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if x.shape[0] == 0:
        raise TypeError("expected non-empty vector for x")
    if y.ndim < 1 or y.ndim > 2:
        raise TypeError("expected 1D or 2D array for y")
    if x.shape[0] != y.shape[0]:
        raise TypeError("expected x and y to have same length")
    left, right = np.vander(1.0 * x, deg + 1), np.asarray(y, np.float64)
    if w is not None:
        w = np.asarray(w)
        if w.shape[0] != y.shape[0]:
            raise TypeError("expected w and y to have the same length")
        left = left * w[:, np.newaxis]
        right = right * w if np.ndim(right) == 1 else right * w[:, np.newaxis]
    scale = np.sqrt(np.sum(squared(left), axis=0))
    found = np.linalg.lstsq(left / scale, right, rcond)[0]
    return found / scale if np.ndim(right) == 1 else found / scale[:, np.newaxis]


@defines(np.unwrap)
def unwrap(p, discont=None, axis=-1, *, period=2 * math.pi):
    p = np.asarray(p)
    ahead = first(p, axis)
    step = ahead[1:] - ahead[:-1]
    half = period / 2
    turned = np.mod(step + half, period) - half
    turned = np.where((turned == -half) & (step > 0), half, turned)
    least = half if discont is None else max(discont, half)
    shift = np.where(np.abs(step) < least, 0.0, turned - step)
    rest = ahead[1:] + np.cumsum(shift, axis=0)
    return np.moveaxis(np.concatenate((ahead[:1], rest), axis=0), 0, axis)


def _slopes(f, spacing, axis, order):
    """Central differences inside, one-sided ones of first or second order at the ends."""
    y = first(f, axis)
    slopes = np.empty(y.shape, f.dtype)
    if np.ndim(spacing) == 0:
        slopes[1:-1] = (y[2:] - y[:-2]) / (2.0 * spacing)
        if order == 1:
            slopes[0] = (y[1] - y[0]) / spacing
            slopes[-1] = (y[-1] - y[-2]) / spacing
        else:
            slopes[0] = (-1.5 * y[0] + 2.0 * y[1] - 0.5 * y[2]) / spacing
            slopes[-1] = (0.5 * y[-3] - 2.0 * y[-2] + 1.5 * y[-1]) / spacing
        return np.moveaxis(slopes, 0, axis)
    steps = (spacing[1:] - spacing[:-1]).reshape((-1,) + (1,) * (f.ndim - 1))
    before, after = steps[:-1], steps[1:]
    slopes[1:-1] = (
        y[:-2] * (-after / (before * (before + after)))
        + y[1:-1] * ((after - before) / (before * after))
        + y[2:] * (before / (after * (before + after)))
    )
    if order == 1:
        slopes[0] = (y[1] - y[0]) / steps[0]
        slopes[-1] = (y[-1] - y[-2]) / steps[-1]
    else:
        slopes[0] = _at_end(y[0], y[1], y[2], steps[0], steps[1])
        slopes[-1] = -_at_end(y[-1], y[-2], y[-3], steps[-1], steps[-2])
    return np.moveaxis(slopes, 0, axis)


def _at_end(y0, y1, y2, one, two):
    """The slope of the parabola through three points, at the first of them."""
    return (
        y0 * (-(2.0 * one + two) / (one * (one + two)))
        + y1 * ((one + two) / (one * two))
        - y2 * (one / (two * (one + two)))
    )


@defines(np.gradient)
def gradient(f, *varargs, axis=None, edge_order=1):
    if np.asarray(f).dtype == np.bool_:
        raise TypeError("the truth values of an array are not subtracted")
    f = 1.0 * np.asarray(f)
    axes = axes_of(f, axis)
    for k in axes:
        if f.shape[k] < edge_order + 1:
            raise ValueError("Shape of array too small to calculate a numerical gradient")
    spacings = varargs if len(varargs) > 0 else (1.0,)
    if len(spacings) == 1:
        spacings = spacings * len(axes)
    found = tuple([_slopes(f, spacing, k, edge_order) for spacing, k in zip(spacings, axes)])
    return found[0] if len(axes) == 1 else found


@defines(np.corrcoef)
def corrcoef(x, y=None, rowvar=True, bias=None, ddof=None):
    spread = np.cov(x, y, rowvar)
    if np.ndim(spread) == 0:
        return spread / spread
    deviation = np.sqrt(np.diagonal(spread))
    found = spread / deviation[:, np.newaxis] / deviation[np.newaxis, :]
    return np.clip(found, -1, 1)
