"""Order statistics: elements picked by their places in order."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of, first, without
from adgen.transpiler.library.registry import as_usual, defines, refuse


@defines(np.sort)
def sort(a, axis=-1, kind=None, order=None, stable=None):
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    return np.take_along_axis(a, np.argsort(a, axis=axis), axis)


@defines(np.partition)
def partition(a, kth, axis=-1, kind="introselect", order=None):
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    return np.take_along_axis(a, np.argpartition(a, kth, axis=axis), axis)


def _columns(a, axis):
    """The elements along the axes as the first axis, in order; and the shape of the others."""
    a = np.asarray(a)
    if axis is None:
        return np.sort(np.ravel(a)), ()
    over = axes_of(a, axis)
    others = without(tuple(range(a.ndim)), over)
    rest = tuple([a.shape[k] for k in others])
    if len(over) == 1:
        return np.sort(first(a, over[0]), axis=0), rest
    count = 1
    for k in over:
        count *= a.shape[k]
    return np.sort(a.transpose(over + others).reshape((count,) + rest), axis=0), rest


def _with_axes(result, a, axis, keepdims):
    """The result with the axes that are gone put back with length 1."""
    if not keepdims:
        return result
    over = axes_of(np.asarray(a), axis)
    return np.expand_dims(result, over)


@defines(np.median)
def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    as_usual(out)
    ordered, rest = _columns(a, axis)
    n = ordered.shape[0]
    middle = 0.5 * (ordered[(n - 1) // 2] + ordered[n // 2])
    middle = np.where(np.isnan(ordered[n - 1]), np.nan, middle)
    return _with_axes(middle, a, axis, keepdims)


def _between(ordered, place):
    """What stands at a place that need not be whole: as NumPy interpolates."""
    last = ordered.shape[0] - 1
    low = min(max(int(np.floor(place)), 0), last)
    high = min(low + 1, last)
    t = place - low
    below, above = ordered[low], ordered[high]
    step = above - below
    at = above - step * (1 - t) if t >= 0.5 else below + step * t
    return np.where(np.isnan(ordered[last]), np.nan, at)


@defines(np.quantile)
def quantile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    as_usual(out, weights)
    if method != "linear":
        refuse("a quantile by another method than 'linear'", "leave the method out")
    ordered, rest = _columns(a, axis)
    last = ordered.shape[0] - 1
    if np.ndim(q) == 0:
        if not 0 <= q <= 1:
            raise ValueError("Quantiles must be in the range [0, 1]")
        return _with_axes(_between(ordered, q * last), a, axis, keepdims)
    if np.ndim(q) != 1 or keepdims:
        refuse("quantiles at more than a row of places", "give a number, or a vector of them")
    q = np.asarray(q)
    found = np.empty((q.shape[0],) + rest, ordered.dtype)
    for k in range(q.shape[0]):
        if not 0 <= q[k] <= 1:
            raise ValueError("Quantiles must be in the range [0, 1]")
        found[k] = _between(ordered, q[k] * last)
    return found


@defines(np.percentile)
def percentile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    return np.quantile(
        a, np.true_divide(q, 100), axis, out, overwrite_input, method, keepdims, weights=weights
    )


@defines(np.unique)
def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, equal_nan=True,
    sorted=True,
):  # fmt: skip
    if return_index or return_inverse or return_counts or axis is not None or not equal_nan:
        refuse("`np.unique` with more than the array", "count in a loop over its result")
    ordered = np.sort(np.ravel(np.asarray(ar)))
    count = 0
    for k in range(ordered.shape[0]):
        if k == 0 or _differ(ordered[k], ordered[k - 1]):
            count += 1
    kept = np.empty(count, ordered.dtype)
    place = 0
    for k in range(ordered.shape[0]):
        if k == 0 or _differ(ordered[k], ordered[k - 1]):
            kept[place] = ordered[k]
            place += 1
    return kept


def _differ(x, y):
    return x != y and not (np.isnan(x) and np.isnan(y))


@defines(np.bincount)
def bincount(x, weights=None, minlength=0):
    x = np.asarray(x)
    length = minlength
    for k in range(x.shape[0]):
        length = max(length, x[k] + 1)
    if weights is None:
        counts = np.zeros(length, np.int64)
        for k in range(x.shape[0]):
            counts[x[k]] += 1
        return counts
    weights = np.asarray(weights)
    sums = np.zeros(length)
    for k in range(x.shape[0]):
        sums[x[k]] += weights[k]
    return sums


@defines(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):  # noqa: A002
    a = np.ravel(np.asarray(a))
    edges = _edges(a, bins, range)
    count = edges.shape[0] - 1
    places = np.searchsorted(edges, a, side="right")
    if weights is None:
        heights = np.zeros(count, np.int64)
    else:
        weights = np.ravel(np.asarray(weights))
        heights = np.zeros(count, weights.dtype)
    for k in _counted(a.shape[0]):
        place = places[k] - 1
        if a[k] == edges[count]:
            place = count - 1
        if 0 <= place < count:
            heights[place] += 1 if weights is None else weights[k]
    if density:
        return heights / (edges[1:] - edges[:-1]) / np.sum(heights), edges
    return heights, edges


_counted = range


def _edges(a, bins, limits):
    if np.ndim(bins) > 0:
        return np.asarray(bins)
    if limits is not None:
        low, high = limits
    else:
        low, high = np.min(a), np.max(a)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)
