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
        for k, by in zip(axis, shift):
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
    if isinstance(repeats, (np.ndarray, list, tuple)):
        refuse("`np.repeat` with a count per element", "fill an array in a loop")
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    source = first(a, axis)
    rest = source.shape[1:]
    out = np.empty((source.shape[0], repeats) + rest, a.dtype)
    out[...] = source[:, np.newaxis]
    return np.moveaxis(out.reshape((source.shape[0] * repeats,) + rest), 0, axis)


@defines(np.pad)
def pad(array, pad_width, mode="constant", constant_values=0):
    a = np.asarray(array)
    if isinstance(pad_width, int):
        widths = ((pad_width, pad_width),) * a.ndim
    elif isinstance(pad_width[0], int):
        both = pad_width if len(pad_width) == 2 else (pad_width[0], pad_width[0])
        widths = (both,) * a.ndim
    else:
        widths = pad_width if len(pad_width) == a.ndim else (pad_width[0],) * a.ndim
    for k, (before, after) in enumerate(widths):
        a = np.moveaxis(_padded(first(a, k), before, after, mode, constant_values), 0, k)
    return a


def _padded(a, before, after, mode, constant):
    """More elements before and after along the first axis."""
    n = a.shape[0]
    out = np.empty((before + n + after,) + a.shape[1:], a.dtype)
    out[before : before + n] = a
    if mode == "constant":
        out[:before] = constant
        out[before + n :] = constant
    elif mode == "edge":
        out[:before] = a[0]
        out[before + n :] = a[n - 1]
    elif mode == "wrap":
        for k in range(before):
            out[before - 1 - k] = a[n - 1 - k % n]
        for k in range(after):
            out[before + n + k] = a[k % n]
    elif mode == "symmetric":
        for k in range(before):
            out[before - 1 - k] = a[_reflected(k, n)]
        for k in range(after):
            out[before + n + k] = a[n - 1 - _reflected(k, n)]
    elif mode == "reflect":
        for k in range(before):
            out[before - 1 - k] = a[_bounced(k + 1, n)]
        for k in range(after):
            out[before + n + k] = a[n - 1 - _bounced(k + 1, n)]
    else:
        refuse("`np.pad` in this mode", "use constant, edge, wrap, reflect or symmetric")
    return out


def _reflected(k, n):
    """The place of ``k`` in 0, 1, …, n-1, n-1, …, 1, 0, 0, 1, …"""
    place = k % (2 * n)
    return place if place < n else 2 * n - 1 - place


def _bounced(k, n):
    """The place of ``k`` in 0, 1, …, n-1, n-2, …, 1, 0, 1, …"""
    period = max(2 * n - 2, 1)
    place = k % period
    return place if place < n else period - place


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
