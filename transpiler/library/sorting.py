"""Elements in order, different elements, and how many are in each bin."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import defines, refuse


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


@defines(np.lexsort)
def lexsort(keys, axis=-1):
    order = np.argsort(keys[0], axis=axis, kind="stable")
    for key in keys[1:]:
        rank = np.argsort(np.take_along_axis(key, order, axis), axis=axis, kind="stable")
        order = np.take_along_axis(order, rank, axis)
    return order


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
        if x[k] < 0:
            raise ValueError("'list' argument must have no negative elements")
        length = max(length, x[k] + 1)
    if weights is None:
        counts = np.zeros(length, np.int64)
        for k in range(x.shape[0]):
            counts[x[k]] += 1
        return counts
    weights = np.asarray(weights)
    if weights.shape[0] != x.shape[0]:
        raise ValueError("The weights and list don't have the same length.")
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
        if weights.shape[0] != a.shape[0]:
            raise ValueError("weights should have the same shape as a.")
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
    edges = np.linspace(low, high, bins + 1)
    return edges.astype(np.float32) if a.dtype == np.float32 else edges
