"""Means, spreads and sums that pass over NaN."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of, count_of, first
from adgen.transpiler.library.registry import as_usual, defines


@defines(np.var)
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    as_usual(dtype, out)
    a = np.asarray(a)
    deviation = a - np.mean(a, axis=axis, keepdims=True)
    return np.sum(deviation * deviation, axis=axis, keepdims=keepdims) / (count_of(a, axis) - ddof)


@defines(np.std)
def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    as_usual(dtype, out)
    return np.sqrt(np.var(a, axis=axis, ddof=ddof, keepdims=keepdims))


@defines(np.average)
def average(a, axis=None, weights=None, returned=False, keepdims=False):
    a = np.asarray(a)
    if weights is None:
        mean, total = np.mean(a, axis=axis, keepdims=keepdims), 1.0 * count_of(a, axis)
    else:
        w = np.asarray(weights)
        if w.ndim != a.ndim:
            (k,) = axes_of(a, axis)
            w = w.reshape((1,) * k + (w.shape[0],) + (1,) * (a.ndim - k - 1))
        total = np.sum(w, axis=axis, keepdims=keepdims)
        mean = np.sum(a * w, axis=axis, keepdims=keepdims) / total
    return (mean, total) if returned else mean


@defines(np.amax)
def amax(a, axis=None, out=None, keepdims=False):
    as_usual(out)
    return np.max(a, axis=axis, keepdims=keepdims)


@defines(np.amin)
def amin(a, axis=None, out=None, keepdims=False):
    as_usual(out)
    return np.min(a, axis=axis, keepdims=keepdims)


@defines(np.ptp)
def ptp(a, axis=None, out=None, keepdims=False):
    as_usual(out)
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@defines(np.nansum)
def nansum(a, axis=None, dtype=None, out=None, keepdims=False):
    as_usual(dtype, out)
    return np.sum(np.where(np.isnan(a), 0.0, a), axis=axis, keepdims=keepdims)


@defines(np.nanprod)
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False):
    as_usual(dtype, out)
    return np.prod(np.where(np.isnan(a), 1.0, a), axis=axis, keepdims=keepdims)


@defines(np.nanmean)
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False):
    as_usual(dtype, out)
    count = np.sum(np.where(np.isnan(a), 0.0, 1.0), axis=axis, keepdims=keepdims)
    return np.nansum(a, axis=axis, keepdims=keepdims) / count


@defines(np.nanvar)
def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    as_usual(dtype, out)
    there = np.where(np.isnan(a), 0.0, 1.0)
    deviation = np.where(np.isnan(a), 0.0, a - np.nanmean(a, axis=axis, keepdims=True))
    count = np.sum(there, axis=axis, keepdims=keepdims)
    return np.sum(deviation * deviation, axis=axis, keepdims=keepdims) / (count - ddof)


@defines(np.nanstd)
def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    as_usual(dtype, out)
    return np.sqrt(np.nanvar(a, axis=axis, ddof=ddof, keepdims=keepdims))


@defines(np.nanmax)
def nanmax(a, axis=None, out=None, keepdims=False):
    as_usual(out)
    return np.max(np.where(np.isnan(a), -np.inf, a), axis=axis, keepdims=keepdims)


@defines(np.nanmin)
def nanmin(a, axis=None, out=None, keepdims=False):
    as_usual(out)
    return np.min(np.where(np.isnan(a), np.inf, a), axis=axis, keepdims=keepdims)


@defines(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None):
    x = np.atleast_2d(m)
    if not rowvar and x.shape[0] != 1:
        x = x.T
    if y is not None:
        z = np.atleast_2d(y)
        x = np.concatenate((x, z if rowvar or z.shape[0] == 1 else z.T), axis=0)
    deviation = x - np.mean(x, axis=1, keepdims=True)
    if ddof is None:
        ddof = 0 if bias else 1
    result = deviation @ deviation.T / (x.shape[1] - ddof)
    return result[0, 0] if np.ndim(m) == 1 and y is None else result


@defines(np.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    heights = first(np.asarray(y), axis)
    means = 0.5 * (heights[1:] + heights[:-1])
    if x is None:
        return np.sum(means * dx, axis=0)
    places = np.asarray(x)
    if places.ndim == 1:
        widths = (places[1:] - places[:-1]).reshape((-1,) + (1,) * (heights.ndim - 1))
    else:
        widths = first(places, axis)[1:] - first(places, axis)[:-1]
    return np.sum(means * widths, axis=0)
