"""The elements of an array in other places, or more than once."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of, first, interleaved
from adgen.transpiler.library.registry import defines, refuse, view_in_numpy


@view_in_numpy
@defines(np.broadcast_to)
def broadcast_to(array, shape):
    return _spread(np.asarray(array), shape)


def _spread(a, shape):
    out = np.empty(shape, a.dtype)
    out[...] = a
    return out


@view_in_numpy
@defines(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    if writeable:
        refuse("`sliding_window_view` with `writeable=True`", "write to the array itself")
    x = np.asarray(x)
    lengths = window_shape if isinstance(window_shape, (tuple, list)) else (window_shape,)
    given = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = tuple(range(x.ndim)) if axis is None else given
    if len(lengths) != len(axes):
        raise ValueError("Must provide matching length window_shape and axis")
    windows = x
    for length, place in zip(lengths, axes):
        windows = _windows(windows, length, place % x.ndim)
    return windows


def _windows(x, length, axis):
    """The windows along one axis; their elements lie along a new last one."""
    count = x.shape[axis] - length + 1
    if count < 1:
        raise ValueError("window shape cannot be larger than input array shape")
    source = first(x, axis)
    shifted = np.empty((length, count) + source.shape[1:], x.dtype)
    for k in range(length):
        shifted[k] = source[k : k + count]
    return np.moveaxis(np.moveaxis(shifted, 0, -1), 0, axis)


@defines(np.flip)
def flip(m, axis=None):
    m = np.asarray(m)
    for k in axes_of(m, axis):
        m = np.moveaxis(first(m, k)[::-1], 0, k)
    return m


@defines(np.flipud)
def flipud(m):
    return m[::-1]


@defines(np.fliplr)
def fliplr(m):
    return m[:, ::-1]


@defines(np.rot90)
def rot90(m, k=1, axes=(0, 1)):
    one, two = axes
    if k % 4 == 0:
        return m
    if k % 4 == 2:
        return np.flip(np.flip(m, one), two)
    if k % 4 == 1:
        return np.swapaxes(np.flip(m, two), one, two)
    return np.flip(np.swapaxes(m, one, two), two)


@defines(np.rollaxis)
def rollaxis(a, axis, start=0):
    source = axis % a.ndim
    target = start + a.ndim if start < 0 else start
    return np.moveaxis(a, source, target - 1 if source < target else target)


@defines(np.roll)
def roll(a, shift, axis=None):
    a = np.asarray(a)
    if axis is None:
        return _rolled(np.ravel(a), shift, 0).reshape(a.shape)
    if isinstance(axis, tuple):
        shifts = shift if isinstance(shift, (tuple, list)) else (shift,) * len(axis)
        for k, by in zip(axis, shifts):
            a = _rolled(a, by, k)
        return a
    return _rolled(a, shift, axis)


def _rolled(a, shift, axis):
    source = first(a, axis)
    out = np.empty_like(a)
    target = first(out, axis)
    n = source.shape[0]
    by = shift % max(n, 1)
    target[by:] = source[: n - by]
    target[:by] = source[n - by :]
    return out


@defines(np.tile)
def tile(A, reps):
    a = np.atleast_1d(A)
    counts = reps if isinstance(reps, (tuple, list)) else (reps,)
    counts = (1,) * (a.ndim - len(counts)) + tuple(counts)
    extents = (1,) * (len(counts) - a.ndim) + a.shape
    out = np.empty(interleaved(counts, extents), a.dtype)
    out[...] = a.reshape(interleaved((1,) * len(extents), extents))
    return out.reshape(tuple([count * extent for count, extent in zip(counts, extents)]))


@defines(np.repeat)
def repeat(a, repeats, axis=None):
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    source = first(a, axis)
    if np.ndim(repeats) > 0:
        return np.moveaxis(_repeated(source, np.asarray(repeats)), 0, axis)
    rest = source.shape[1:]
    out = np.empty((source.shape[0], repeats) + rest, a.dtype)
    out[...] = source[:, np.newaxis]
    return np.moveaxis(out.reshape((source.shape[0] * repeats,) + rest), 0, axis)


def _repeated(source, counts):
    """Each row as often as its count says."""
    counts = np.broadcast_to(counts, (source.shape[0],))
    total = 0
    for k in range(counts.shape[0]):
        total += counts[k]
    out = np.empty((total,) + source.shape[1:], source.dtype)
    place = 0
    for k in range(counts.shape[0]):
        for _ in range(counts[k]):
            out[place] = source[k]
            place += 1
    return out


@defines(np.resize)
def resize(a, new_shape):
    a = np.ravel(a)
    shape = new_shape if isinstance(new_shape, (tuple, list)) else (new_shape,)
    out = np.zeros(shape, a.dtype)  # of no elements
    flat = out.reshape(-1)
    for k in range(flat.shape[0] if a.shape[0] > 0 else 0):
        flat[k] = a[k % a.shape[0]]
    return out


@defines(np.meshgrid)
def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    arrays = [np.ravel(x) for x in xi]
    count = len(arrays)
    places = tuple(range(count))
    if indexing == "xy" and count > 1:
        places = (1, 0, *places[2:])
    shape = tuple([arrays[k].shape[0] for k in places])  # the exchange is its own inverse
    grids = ()
    for array, place in zip(arrays, places):
        grid = array.reshape((1,) * place + (-1,) + (1,) * (count - place - 1))
        grids = (*grids, grid if sparse else _spread(grid, shape))
    return grids


def as_lists(a):
    """``a.tolist()``."""
    if np.ndim(a) == 0:
        return a.item()
    if np.ndim(a) > 1:
        refuse(
            "`.tolist` of an array of several axes", "loop over its rows: [r.tolist() for r in x]"
        )
    return [item.item() for item in a]
