"""Elements put in and taken out, and written by flat places or masks."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.dtypes import check_cast
from adgen.transpiler.library.registry import defines, refuse


def _along(arr, axis):
    """The array with the axis that changes first, and that axis; flat for None."""
    arr = np.asarray(arr)
    if axis is None:
        return np.ravel(arr), 0
    return first(arr, axis), axis


@defines(np.delete)
def delete(arr, obj, axis=None):
    a, axis = _along(arr, axis)
    n = a.shape[0]
    kept = np.ones(n, np.bool_)
    if isinstance(obj, int):
        if not -n <= obj < n:
            raise IndexError("index is out of bounds for the axis")
        kept[obj] = False
    elif isinstance(obj, slice):
        kept[obj] = False
    else:
        kept[np.asarray(obj)] = False
    return np.moveaxis(a[kept], 0, axis)


@defines(np.insert)
def insert(arr, obj, values, axis=None):
    if isinstance(obj, slice):
        refuse("`np.insert` at a slice", "give it the indices: np.insert(x, [0, 2], values)")
    a, axis = _along(arr, axis)
    if np.ndim(obj) == 0:
        return np.moveaxis(_inserted_at(a, obj, values), 0, axis)
    places = np.asarray(obj)
    places = np.where(places < 0, places + a.shape[0], places)
    order = np.argsort(places, kind="stable")
    target = np.empty_like(places)
    for k in range(places.shape[0]):
        target[order[k]] = places[order[k]] + k
    out = np.empty((a.shape[0] + places.shape[0],) + a.shape[1:], a.dtype)
    old = np.ones(out.shape[0], np.bool_)
    old[target] = False
    out[old] = a
    out[target] = values if np.ndim(values) < 2 or axis == 0 else first(values, axis)
    return np.moveaxis(out, 0, axis)


def _inserted_at(a, place, values):
    """One place: the values are rows, as many as there are."""
    n = a.shape[0]
    if not -n <= place <= n:
        raise IndexError("index is out of bounds for the axis")
    place = place + n if place < 0 else place
    values = np.asarray(values)
    count = values.shape[0] if np.ndim(values) == a.ndim else 1
    out = np.empty((n + count,) + a.shape[1:], a.dtype)
    out[:place] = a[:place]
    out[place : place + count] = values
    out[place + count :] = a[place:]
    return out


@defines(np.trim_zeros)
def trim_zeros(filt, trim="fb", axis=None):
    a = np.asarray(filt)
    if axis is not None or np.ndim(a) != 1:
        refuse("`np.trim_zeros` along axes", "slice the array")
    start, stop = 0, a.shape[0]
    if trim != "b" and trim != "B":
        while start < stop and a[start] == 0:
            start += 1
    if trim != "f" and trim != "F":
        while stop > start and a[stop - 1] == 0:
            stop -= 1
    return a[start:stop]


@defines(np.put)
def put(a, ind, v, mode="raise"):
    if mode != "raise":
        refuse("`np.put` with a mode", "compute the indices before")
    places, values = np.ravel(np.asarray(ind)), np.ravel(np.asarray(v))
    shape, size = a.shape, a.size
    if size == 0 and places.shape[0] > 0:
        raise IndexError("cannot replace elements of an empty array")
    for k in range(places.shape[0] if values.shape[0] > 0 else 0):
        if not -size <= places[k] < size:
            raise IndexError("index is out of bounds for the array")
        a[unraveled(places[k] % size, shape)] = values[k % values.shape[0]]


def unraveled(number, shape):
    """The indices of the ``number``-th place of a shape."""
    place = ()
    for extent in shape[::-1]:
        place = (number % extent, *place)
        number = number // extent
    return place


@defines(np.putmask)
def putmask(a, /, mask, values):
    if np.ndim(values) > 0:
        check_cast(values, a, "safe")
    mask, values = np.ravel(np.asarray(mask)), np.ravel(np.asarray(values))
    shape = a.shape
    for k in range(mask.shape[0]):
        if mask[k]:
            a[unraveled(k, shape)] = values[k % values.shape[0]]


@defines(np.place)
def place(arr, mask, vals):
    if np.ndim(vals) > 0 and not isinstance(vals, (list, tuple)):  # NumPy cuts off the others
        check_cast(vals, arr, "safe")
    mask, values = np.ravel(np.asarray(mask)), np.ravel(np.asarray(vals))
    shape, count = arr.shape, 0
    for k in range(mask.shape[0]):
        if mask[k]:
            arr[unraveled(k, shape)] = values[count % values.shape[0]]
            count += 1


@defines(np.copyto)
def copyto(dst, src, casting="same_kind", where=None):
    check_cast(src, dst, casting)
    if where is None:
        dst[...] = src
    else:
        dst[...] = np.where(where, src, dst)


@defines(np.fill_diagonal)
def fill_diagonal(a, val, wrap=False):
    if wrap or a.ndim != 2:
        refuse("`np.fill_diagonal` of more than a matrix, or `wrap`", "write it as a loop")
    values = np.ravel(np.asarray(val))
    for k in range(min(a.shape[0], a.shape[1])):
        a[k, k] = values[k % values.shape[0]]
