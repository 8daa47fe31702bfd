"""How many elements are in each bin, or how much they weigh."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import defines, refuse


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
def histogram(a, bins=10, range=None, density=None, weights=None):
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
    if isinstance(bins, str):
        refuse("bins by the name of a rule", "say how many: `bins=10`")
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


@defines(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    return _edges(np.ravel(np.asarray(a)), bins, range)


@defines(np.histogram2d)
def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    if isinstance(bins, (tuple, list)):
        pair = bins if len(bins) == 2 else [np.asarray(bins), np.asarray(bins)]
    else:
        if np.ndim(bins) > 0 and len(bins) < 3:
            raise ValueError("bins of an array of one or two numbers: give them as a list")
        pair = [bins, bins]
    heights, edges = np.histogramdd((x, y), pair, range, density, weights)
    return heights, edges[0], edges[1]


@defines(np.histogramdd)
def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    columns = _columns(sample, bins)
    each = bins if isinstance(bins, (tuple, list)) else [bins] * len(columns)
    limits = [None] * len(columns) if range is None else range
    edges = [_edges(a, own, ends) for a, own, ends in zip(columns, each, limits)]
    shape = tuple([own.shape[0] - 1 for own in edges])
    weights = None if weights is None else np.asarray(weights)
    if weights is not None and weights.shape[0] != columns[0].shape[0]:
        raise ValueError("The weights and list don't have the same length.")
    heights = np.zeros(shape)
    for k in _counted(columns[0].shape[0]):
        places, inside = (), True
        for a, own in zip(columns, edges):
            place = np.searchsorted(own, a[k], side="right") - 1
            if a[k] == own[-1]:
                place = own.shape[0] - 2
            inside = inside and 0 <= place < own.shape[0] - 1
            places = (*places, place)
        if inside:
            heights[places] += 1.0 if weights is None else weights[k]
    if density:
        total = np.sum(heights)
        for axis, own in enumerate(edges):
            widths = own[1:] - own[:-1]
            heights = heights / widths.reshape((1,) * axis + (-1,) + (1,) * (len(edges) - axis - 1))
        heights = heights / total
    return heights, edges


def _columns(sample, bins):
    """The coordinates one by one; of a matrix as many as there are rules for bins."""
    if isinstance(sample, (tuple, list)):
        return [np.asarray(part) for part in sample]
    if not isinstance(bins, (tuple, list)):
        refuse("`np.histogramdd` of a matrix without bins for each column", "give them as a list")
    sample = np.asarray(sample)
    return [sample[:, k] for k in tuple(_counted(len(bins)))]
