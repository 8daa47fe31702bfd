"""Means, spreads and sums that pass over NaN."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of, count_of, first
from adgen.transpiler.library.complex_numbers import conjugated, squared
from adgen.transpiler.library.conditional import counted
from adgen.transpiler.library.dtypes import counts
from adgen.transpiler.library.registry import as_usual, defines


@defines(np.var)
def var(
    a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None,
    correction=None,
):  # fmt: skip
    as_usual(out)
    a = np.asarray(a) if dtype is None else np.asarray(a, dtype)
    freedom = ddof if correction is None else correction
    if where is not None:
        chosen = np.asarray(where)
        center = np.mean(a, axis=axis, keepdims=True, where=chosen) if mean is None else mean
        deviation = np.where(chosen, a - center, np.asarray(0, np.asarray(center).dtype))
        if deviation.shape != a.shape:
            raise ValueError("`where` has more elements than what it chooses of")
        total = np.sum(squared(deviation), axis=axis, keepdims=keepdims)
        count = counted(a, chosen, axis, keepdims, np.asarray(total).dtype)
        return total / np.maximum(count - freedom, 0)
    center = np.mean(a, axis=axis, keepdims=True) if mean is None else mean
    deviation = a - center
    total = np.sum(squared(deviation), axis=axis, keepdims=keepdims)
    return total / max(count_of(a, axis) - freedom, 0)


@defines(np.std)
def std(
    a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None,
    correction=None,
):  # fmt: skip
    return np.sqrt(np.var(a, axis, dtype, out, ddof, keepdims, where, mean, correction))


@defines(np.average)
def average(a, axis=None, weights=None, returned=False, keepdims=False):
    a = np.asarray(a)
    if weights is None:
        mean, total = np.mean(a, axis=axis, keepdims=keepdims), 1.0 * count_of(a, axis)
    else:
        w = np.asarray(weights)
        kind = np.result_type(a.dtype, w.dtype)
        if counts(a):
            kind = np.result_type(kind, np.float64)
        a, w = a.astype(kind), w.astype(kind)
        axes = axes_of(a, axis)
        if w.ndim != a.ndim:
            w = w.reshape(w.shape + (1,) * (a.ndim - w.ndim))
            w = np.moveaxis(w, tuple(range(len(axes))), axes)
        elif len(axes) == a.ndim and axes != tuple(sorted(axes)) and w.shape != a.shape:
            w = np.moveaxis(w, tuple(range(len(axes))), axes)  # its axes are those of ``axis``
        weighed = a * w
        total = np.sum(w, axis=axis, keepdims=keepdims)
        if np.any(total == 0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        mean = np.sum(weighed, axis=axis, keepdims=keepdims) / total
        if returned:
            total = np.sum(0 * weighed + w, axis=axis, keepdims=keepdims)
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
    return np.sum(np.where(np.isnan(a), 0, a), axis=axis, keepdims=keepdims)


@defines(np.nanprod)
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False):
    as_usual(dtype, out)
    return np.prod(np.where(np.isnan(a), 1, a), axis=axis, keepdims=keepdims)


@defines(np.nanmean)
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, where=None):
    as_usual(dtype, out)
    there = _there(a, where)
    return np.mean(np.where(there, a, 0), axis=axis, keepdims=keepdims, where=there)


@defines(np.nanvar)
def nanvar(
    a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None,
    correction=None,
):  # fmt: skip
    as_usual(dtype, out)
    there = _there(a, where)
    filled = np.where(there, a, 0)
    freedom = ddof if correction is None else correction
    center = np.mean(filled, axis=axis, keepdims=True, where=there) if mean is None else mean
    deviation = np.where(there, filled - center, 0)
    total = np.sum(squared(deviation), axis=axis, keepdims=keepdims)
    left = counted(filled, there, axis, keepdims, np.asarray(total).dtype) - freedom
    return np.where(left > 0, total, np.nan) / np.where(left > 0, left, 1)


def _there(a, where):
    """Which elements are numbers, and chosen."""
    there = ~np.isnan(a)
    return there if where is None else there & where


@defines(np.nanstd)
def nanstd(
    a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None,
    correction=None,
):  # fmt: skip
    return np.sqrt(np.nanvar(a, axis, dtype, out, ddof, keepdims, where, mean, correction))


@defines(np.nanmax)
def nanmax(a, axis=None, out=None, keepdims=False):
    as_usual(out)
    if counts(a):
        return np.max(a, axis=axis, keepdims=keepdims)
    return np.max(np.where(np.isnan(a), -np.inf, a), axis=axis, keepdims=keepdims)


@defines(np.nanmin)
def nanmin(a, axis=None, out=None, keepdims=False):
    as_usual(out)
    if counts(a):
        return np.min(a, axis=axis, keepdims=keepdims)
    return np.min(np.where(np.isnan(a), np.inf, a), axis=axis, keepdims=keepdims)


@defines(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    as_usual(dtype)
    x = np.atleast_2d(m)
    x = np.asarray(x, np.result_type(x, np.float64))
    if not rowvar and np.ndim(m) != 1:
        x = x.T
    if y is not None:
        z = np.atleast_2d(y)
        z = np.asarray(z, np.result_type(z, np.float64))
        x = np.concatenate((x, z if rowvar or z.shape[0] == 1 else z.T), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    if fweights is None and aweights is None:
        deviation = x - np.mean(x, axis=1, keepdims=True)
        result = deviation @ conjugated(deviation.T) / max(x.shape[1] - ddof, 0)
    else:
        result = _weighed_cov(x, fweights, aweights, ddof)
    return np.squeeze(result)


def _weighed_cov(x, fweights, aweights, ddof):
    for given, name in ((fweights, "fweights"), (aweights, "aweights")):
        if given is not None:
            if np.ndim(given) != 1:
                raise RuntimeError(f"cannot handle multidimensional {name}")
            if np.shape(given)[0] != x.shape[1]:
                raise RuntimeError(f"incompatible numbers of samples and {name}")
    w = np.asarray(1.0 if fweights is None else fweights) * (1.0 if aweights is None else aweights)
    total = np.sum(w)
    deviation = x - np.sum(x * w, axis=1, keepdims=True) / total
    spread = 0.0 if aweights is None else np.sum(w * aweights)
    freedom = total - ddof * (1.0 if aweights is None else spread / total)
    return deviation @ conjugated((deviation * w).T) / np.maximum(freedom, 0.0)


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
