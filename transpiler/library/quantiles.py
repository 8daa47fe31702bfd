"""Medians, quantiles and percentiles, by every method that NumPy has."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of, first, without
from adgen.transpiler.library.dtypes import counts
from adgen.transpiler.library.registry import as_usual, defines, refuse


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
    return np.sort(a.transpose(over + others).reshape((-1,) + rest), axis=0), rest


def _with_axes(result, a, axis, keepdims, ahead=0):
    """The result with the axes that are gone put back with length 1, behind some of its own."""
    if not keepdims:
        return result
    return np.expand_dims(result, tuple([ahead + k for k in axes_of(np.asarray(a), axis)]))


@defines(np.median)
def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    as_usual(out)
    ordered, rest = _columns(a, axis)
    n = ordered.shape[0]
    if n == 0:
        middle = np.mean(ordered, axis=0)
    else:
        middle = np.mean(np.stack((ordered[(n - 1) // 2], ordered[n // 2])), axis=0)
        middle = np.where(np.isnan(ordered[n - 1]), np.nan, middle)
    return _with_axes(middle, a, axis, keepdims)


_OFFSETS = {
    "interpolated_inverted_cdf": (0.0, 1.0), "hazen": (0.5, 0.5), "weibull": (0.0, 0.0),
    "median_unbiased": (1 / 3.0, 1 / 3.0), "normal_unbiased": (3 / 8.0, 3 / 8.0),
}  # fmt: skip
_CONTINUOUS = {"linear": 0, "averaged_inverted_cdf": 0, "midpoint": 0, **_OFFSETS}


def _place(n, q, method):
    """Where a quantile of ``n`` elements stands among them, counted from 0; whole or between."""
    if method == "linear":
        return (n - 1) * q
    if method == "lower":
        return np.floor((n - 1) * q)
    if method == "higher":
        return np.ceil((n - 1) * q)
    if method == "nearest":
        return np.rint((n - 1) * q)
    if method == "midpoint":
        return 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q))
    if method == "averaged_inverted_cdf":
        return n * q - 1
    if method == "inverted_cdf":
        return np.maximum(np.ceil(n * q - 1), 0.0)
    if method == "closest_observation":
        place = n * q - 1.5
        below = np.floor(place)
        return np.maximum(np.where((place == below) & (below % 2 == 1), below, below + 1), 0.0)
    if method not in _OFFSETS:
        refuse("a quantile by a method that NumPy does not have", "leave the method out")
    alpha, beta = _OFFSETS[method]
    return n * q + (alpha + q * (1 - alpha - beta)) - 1


def _weight(place, low, method):
    """How much of the upper neighbour a quantile takes, if it stands between the first and last."""
    if method == "averaged_inverted_cdf":
        return np.where(place == low, 0.5, 1.0)
    if method == "midpoint":
        return np.where(place == low, 0.0, 0.5)
    return place - low


def _found(ordered, n, q, method):
    """The quantile of the first ``n`` of the ordered elements, as NumPy interpolates."""
    if not 0 <= q <= 1:
        raise ValueError("Quantiles must be in the range [0, 1]")
    place = _place(n, q, method)
    if method not in _CONTINUOUS:
        return ordered[int(place)]
    floor = int(np.floor(place))
    if floor < 0:
        return ordered[0]
    if floor >= n - 1:
        return ordered[n - 1]
    below, above = ordered[floor], ordered[floor + 1]
    t = np.asarray(_weight(place, floor, method), ordered.dtype)
    step = above - below
    return above - step * (1 - t) if t >= 0.5 else below + step * t


@defines(np.quantile)
def quantile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    as_usual(out)
    if weights is not None:
        return _weighted(a, q, axis, method, keepdims, weights)
    ordered, rest = _columns(a, axis)
    if method in _CONTINUOUS and counts(ordered) and ordered.dtype != np.bool_:
        ordered = ordered.astype(np.float64)
    last = ordered.shape[0] - 1
    if np.ndim(q) == 0:
        found = _found(ordered, last + 1, q, method)
        found = _unless_nan(ordered[last], found)
        return _with_axes(found, a, axis, keepdims)
    q = np.asarray(q)
    places = np.ravel(q)
    kind = ordered.dtype if method not in _CONTINUOUS else np.result_type(ordered.dtype, q.dtype)
    found = np.empty((places.shape[0],) + rest, kind)
    for k in range(places.shape[0]):
        one = _found(ordered, last + 1, places[k], method)
        found[k] = _unless_nan(ordered[last], one)
    return _with_axes(found.reshape(q.shape + rest), a, axis, keepdims, q.ndim)


def _unless_nan(last, found):
    """What was found, but nan where the last element, in order, is one."""
    return found if counts(last) else np.where(np.isnan(last), np.nan, found)


def _weighted(a, q, axis, method, keepdims, weights):
    """By the inverse of the distribution function, whose steps are the weights."""
    if method != "inverted_cdf":
        raise ValueError("Only method 'inverted_cdf' supports weights")
    a, wide = np.asarray(a), np.asarray(weights)
    if axis is None:
        a, wide = np.ravel(a), np.ravel(wide)
    elif isinstance(axis, tuple):
        refuse("a weighted quantile over several axes", "reshape them to one")
    elif wide.ndim < a.ndim:
        column = wide.reshape((-1,) + (1,) * (a.ndim - 1))
        wide = np.moveaxis(np.zeros(first(a, axis).shape, wide.dtype) + column, 0, axis)
    along = 0 if axis is None else axis
    order = np.argsort(a, axis=along, kind="stable")
    ordered = first(np.take_along_axis(a, order, along), along)
    steps = np.cumsum(first(np.take_along_axis(wide, order, along), along), axis=0)
    rest = ordered.shape[1:]
    columns, steps = ordered.reshape((a.shape[along], -1)), steps.reshape((a.shape[along], -1))
    places = np.ravel(np.asarray(q))
    found = np.empty((places.shape[0], columns.shape[1]), columns.dtype)
    for j in range(columns.shape[1]):
        risen = steps[:, j] / steps[-1, j]
        for k in range(places.shape[0]):
            place = np.searchsorted(np.where(risen == 0, -1.0, risen), places[k])
            last = columns.shape[0] - 1
            found[k, j] = _unless_nan(columns[last, j], columns[min(place, last), j])
    if np.ndim(q) == 0:
        one = found[0, 0] if len(rest) == 0 else found[0].reshape(rest)
        return one if axis is None else _with_axes(one, a, axis, keepdims)
    return _with_axes(found.reshape(np.shape(q) + rest), a, axis, keepdims, np.ndim(q))


@defines(np.percentile)
def percentile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    part = np.asarray(q) / 100.0
    return np.quantile(a, part, axis, out, overwrite_input, method, keepdims, weights=weights)


# Of the numbers among NaN


@defines(np.nanmedian)
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    if counts(a):
        return np.median(a, axis, out, keepdims=keepdims)
    return np.nanquantile(a, 0.5, axis, out, keepdims=keepdims)


def _numbers_first(ordered):
    """Columns of numbers with the NaN behind them, and how many numbers there are in each."""
    columns = ordered.reshape((ordered.shape[0], -1))
    return columns, np.sum(~np.isnan(columns), axis=0)


@defines(np.nanquantile)
def nanquantile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    as_usual(out, weights)
    if counts(a):
        return np.quantile(a, q, axis, method=method, keepdims=keepdims)
    ordered, rest = _columns(a, axis)
    columns, lengths = _numbers_first(ordered)
    single = np.ndim(q) == 0
    q = np.asarray([q]) if single else np.asarray(q)
    places = np.ravel(q)
    kind = ordered.dtype if single else np.result_type(ordered.dtype, q.dtype)
    found = np.empty((places.shape[0], columns.shape[1]), kind)
    for k in range(places.shape[0]):
        for j in range(columns.shape[1]):
            if lengths[j] == 0:
                found[k, j] = np.nan
            else:
                found[k, j] = _found(columns[:, j], lengths[j], places[k], method)
    if not single:
        return _with_axes(found.reshape(q.shape + rest), a, axis, keepdims, q.ndim)
    one = found[0, 0] if len(rest) == 0 else found.reshape(rest)
    return _with_axes(one, a, axis, keepdims)


@defines(np.nanpercentile)
def nanpercentile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    part = np.asarray(q) / 100.0
    return np.nanquantile(a, part, axis, out, overwrite_input, method, keepdims, weights=weights)
