"""Elements picked by arrays of indices, and put back: the loops behind ``x[rows, columns]``.

``v`` is an array whose leading axes the indices pick from.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.changing import unraveled
from adgen.transpiler.library.registry import alike, as_usual, defines, is_one


def _shape_of(indices):
    """The shape that the indices have together; numbers among them have none."""
    total = 0
    for index in indices:
        if np.ndim(index) > 0:
            total = index if np.ndim(total) == 0 else total + index
    return total


def _flat(indices):
    """The indices as vectors of one length, numbers as they are, and their common shape."""
    total = _shape_of(indices)
    flat = ()
    for index in indices:
        if np.ndim(index) > 0:
            index = index if alike(index, total) else np.broadcast_to(index, total.shape)
            index = index if np.ndim(index) == 1 else np.ravel(index)
        flat = (*flat, index)
    return flat, total.shape


def _length(flat):
    length = 0
    for index in flat:
        if np.ndim(index) > 0:
            length = index.shape[0]
    return length


def _at(flat, k):
    """The ``k``-th of the places that the indices name."""
    place = ()
    for index in flat:
        place = (*place, index if np.ndim(index) == 0 else index[k])
    return place


def gather(v, *indices):
    """``v[indices]``."""
    flat, shape = _flat(indices)
    n, rest = _length(flat), v.shape[len(indices) :]
    picked = np.empty((n,) + rest, v.dtype)
    for k in range(n):
        picked[k] = v[_at(flat, k)]
    return picked if len(shape) == 1 else picked.reshape(shape + rest)


def _rows(v, value, before, flat, shape):
    """The values by place, or what all places get."""
    rest = v.shape[len(flat) :]
    if np.ndim(value) == 0:
        return value
    if before > 0:
        wide = np.broadcast_to(value, rest[:before] + shape + rest[before:])
        axes = tuple(range(before, before + len(shape)))
        value = np.moveaxis(wide, axes, tuple(range(len(shape))))
    if np.ndim(value) <= len(rest):
        return value
    if np.ndim(value) == 1 + len(rest) and len(shape) == 1:
        if is_one(value, 0):
            return value[0]
        if value.shape[0] != _length(flat):
            raise ValueError("shape mismatch of values and indices")
        return value
    return np.broadcast_to(value, shape + rest).reshape((-1,) + rest)


def _row(v, rows, flat, k):
    return rows[k] if np.ndim(rows) > v.ndim - len(flat) else rows


def scatter(v, value, before, *indices):
    """``v[indices] = value``; ``before``: axes of the value ahead of those of the indices."""
    flat, shape = _flat(indices)
    rows = _rows(v, value, before, flat, shape)
    for k in range(_length(flat)):
        v[_at(flat, k)] = _row(v, rows, flat, k)


def accumulate(operation, v, value, before, *indices):
    """``operation.at(v, indices, value)``: repeated indices count each time."""
    flat, shape = _flat(indices)
    rows = _rows(v, value, before, flat, shape)
    for k in range(_length(flat)):
        place, row = _at(flat, k), _row(v, rows, flat, k)
        if operation is np.add:
            v[place] += row
        elif operation is np.subtract:
            v[place] -= row
        elif operation is np.multiply:
            v[place] *= row
        elif operation is np.divide:
            v[place] /= row
        else:
            v[place] = operation(v[place], row)


@defines(np.flatnonzero)
def flatnonzero(a):
    a = np.ravel(a)
    count = 0
    for i in range(a.shape[0]):
        if a[i] != 0:
            count += 1
    places = np.empty(count, np.int64)
    k = 0
    for i in range(a.shape[0]):
        if a[i] != 0:
            places[k] = i
            k += 1
    return places


@defines(np.nonzero)
def nonzero(a):
    places = np.flatnonzero(a)
    found = ()
    for k in tuple(range(a.ndim))[:0:-1]:
        found = (places % a.shape[k], *found)
        places = places // a.shape[k]
    return (places, *found)


@defines(np.argwhere)
def argwhere(a):
    return np.stack(np.nonzero(a), axis=1)


@defines(np.extract)
def extract(condition, arr):
    return gather(np.ravel(arr), np.flatnonzero(condition))


@defines(np.compress)
def compress(condition, a, axis=None):
    return np.take(a, np.flatnonzero(condition), axis)


@defines(np.take)
def take(a, indices, axis=None, out=None, mode="raise"):
    as_usual(out)
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    source = first(a, axis)
    if mode == "clip":
        indices = np.clip(np.asarray(indices), 0, source.shape[0] - 1)
    elif mode == "wrap":
        indices = np.asarray(indices) % source.shape[0]
    if np.ndim(indices) == 0:
        picked = source[indices]
        return picked.copy() if np.ndim(picked) > 0 else picked
    indices = np.asarray(indices)
    axes = tuple(range(indices.ndim))
    start = axis % a.ndim
    return np.moveaxis(gather(source, indices), axes, tuple(range(start, start + indices.ndim)))


@defines(np.ix_)
def ix_(*args):
    spread = ()
    for k, given in enumerate(args):
        index = np.asarray(given)
        if index.dtype == np.bool_:
            index = np.flatnonzero(index)
        place = (1,) * k + (index.shape[0],) + (1,) * (len(args) - k - 1)
        spread = (*spread, index.reshape(place))
    return spread


@defines(np.take_along_axis)
def take_along_axis(arr, indices, axis=-1):
    if axis is None:
        return gather(np.ravel(arr), indices)
    arr, indices = np.asarray(arr), np.asarray(indices)
    _check_ranks(arr, indices)
    wide, places = np.moveaxis(arr, axis, -1), np.moveaxis(indices, axis, -1)
    if wide.ndim > 1:
        across = _across(wide, places)
        wide, places = _stretched(wide, across), _stretched(places, across)
    rows, picks = wide.reshape((-1, wide.shape[-1])), places.reshape((-1, places.shape[-1]))
    picked = np.empty(picks.shape, arr.dtype)
    for i in range(picks.shape[0]):
        for k in range(picks.shape[1]):
            picked[i, k] = rows[i, picks[i, k]]
    return np.moveaxis(picked.reshape(places.shape), -1, axis)


@defines(np.put_along_axis)
def put_along_axis(arr, indices, values, axis):
    wide, places = np.moveaxis(arr, axis, -1), np.moveaxis(np.copy(indices), axis, -1)
    _check_ranks(wide, places)
    if wide.ndim > 1:
        across = _across(wide, places)
        places = _stretched(places, across)
    put = np.broadcast_to(np.copy(values), np.moveaxis(places, -1, axis).shape)
    new = np.moveaxis(put, axis, -1).reshape((-1, places.shape[-1]))
    rows, shape = places.reshape((-1, places.shape[-1])), places.shape[:-1]
    for i in range(rows.shape[0]):
        for k in range(rows.shape[1]):
            row = unraveled(i, shape)
            row = tuple([0 if is_one(wide, m) else index for m, index in enumerate(row)])
            wide[row + (rows[i, k],)] = new[i, k]


def _check_ranks(arr, indices):
    if arr.ndim != indices.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")


def _across(wide, places):
    """An array that has the shape of both but for the last axis; its numbers mean nothing."""
    for one, two in zip(wide.shape[:-1], places.shape[:-1]):
        if one != two and one != 1 and two != 1:
            raise IndexError("shape mismatch: `indices` do not fit the array across the axis")
    return np.any(wide, axis=-1) | np.any(places, axis=-1)


def _stretched(a, across):
    """The array with all its axes but the last as long as those of the other."""
    if alike(np.any(a, axis=-1), across):
        return a
    return np.broadcast_to(a, across.shape + a.shape[-1:])


def _best(a, better):
    """Where the first of the best elements of a vector is; a NaN is better than all."""
    if a.shape[0] == 0:
        raise ValueError("attempt to get the place of the best element of an empty sequence")
    place = 0
    for i in range(1, a.shape[0]):
        if (better(a[i], a[place]) or a[i] != a[i]) and a[place] == a[place]:
            place = i
    return np.asarray(place, np.int64)  # a number of NumPy's, whose dtype counts


def _best_along(a, axis, keepdims, better):
    if axis is None:
        place = _best(np.ravel(a), better)
        return np.full((1,) * a.ndim, place) if keepdims else place
    wide = np.moveaxis(a, axis, -1)
    if wide.ndim == 1:
        place = _best(wide, better)
        return np.array([place]) if keepdims else place
    rows = wide.reshape((-1, wide.shape[-1]))
    places = np.empty(rows.shape[0], np.int64)
    for i in range(rows.shape[0]):
        places[i] = _best(rows[i], better)
    shaped = places.reshape(wide.shape[:-1])
    return np.expand_dims(shaped, axis) if keepdims else shaped


@defines(np.argmax)
def argmax(a, axis=None, out=None, keepdims=False):
    return _best_along(np.asarray(a), axis, keepdims, lambda x, y: x > y)


@defines(np.argmin)
def argmin(a, axis=None, out=None, keepdims=False):
    return _best_along(np.asarray(a), axis, keepdims, lambda x, y: x < y)


def _numbers_only(a, axis, otherwise):
    """With another number for NaN; raises ValueError where nothing else is along the axis."""
    a = np.asarray(a)
    if a.dtype.kind != "f":
        return a
    nothing = np.isnan(a)
    if np.any(np.all(nothing, axis=axis)):
        raise ValueError("All-NaN slice encountered")
    return np.where(nothing, np.asarray(otherwise, a.dtype), a)


@defines(np.nanargmax)
def nanargmax(a, axis=None, out=None, *, keepdims=False):
    return np.argmax(_numbers_only(a, axis, -np.inf), axis, out, keepdims=keepdims)


@defines(np.nanargmin)
def nanargmin(a, axis=None, out=None, *, keepdims=False):
    return np.argmin(_numbers_only(a, axis, np.inf), axis, out, keepdims=keepdims)
