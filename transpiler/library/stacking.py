"""Arrays put together and taken apart."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.registry import as_usual, defines, refuse


@defines(np.concatenate)
def concatenate(arrays, axis=0, out=None, dtype=None):
    as_usual(out)
    if isinstance(arrays, np.ndarray):
        if arrays.shape[0] == 0:
            raise ValueError("need at least one array to concatenate")
        return _end_to_end(arrays, axis)
    if axis is None:
        arrays = [np.ravel(a) for a in arrays]
        axis = 0
    model = np.asarray(arrays[0])
    axis = axis % model.ndim
    extent = 0
    for a in arrays:
        extent += np.shape(a)[axis]
    shape = model.shape[:axis] + (extent,) + model.shape[axis + 1 :]
    joined = np.empty(shape, np.result_type(*arrays) if dtype is None else dtype)
    start = 0
    for a in arrays:
        end = start + np.shape(a)[axis]
        first(joined, axis)[start:end] = first(np.asarray(a), axis)
        start = end
    return joined


def _end_to_end(parts, axis):
    """The parts of an array put together along an axis of theirs."""
    if axis is None:
        return np.ravel(parts)
    shape = parts.shape[1:]
    if not -len(shape) <= axis < len(shape):
        refuse("`np.concatenate` along an axis that the parts do not have", "count from axis 0")
    axis = axis % len(shape)
    turned = np.moveaxis(parts, 0, axis) if axis else parts
    return turned.reshape(shape[:axis] + (parts.shape[0] * shape[axis],) + shape[axis + 1 :])


@defines(np.stack)
def stack(arrays, axis=0, out=None, dtype=None):
    as_usual(out)
    if isinstance(arrays, np.ndarray):
        return np.moveaxis(arrays, 0, axis).copy()
    if np.ndim(arrays[0]) == 0:
        return np.array(arrays)
    model = np.asarray(arrays[0])
    axis = axis % (model.ndim + 1)
    shape = model.shape[:axis] + (len(arrays),) + model.shape[axis:]
    stacked = np.empty(shape, np.result_type(*arrays) if dtype is None else dtype)
    for k, a in enumerate(arrays):
        first(stacked, axis)[k] = a
    return stacked


@defines(np.vstack)
def vstack(tup, dtype=None):
    return np.concatenate([np.atleast_2d(a) for a in tup], axis=0, dtype=dtype)


@defines(np.hstack)
def hstack(tup, dtype=None):
    arrays = [np.atleast_1d(a) for a in tup]
    return np.concatenate(arrays, axis=0 if arrays[0].ndim == 1 else 1, dtype=dtype)


@defines(np.dstack)
def dstack(tup, dtype=None):
    return np.concatenate([np.atleast_3d(a) for a in tup], axis=2, dtype=dtype)


@defines(np.column_stack)
def column_stack(tup):
    columns = [a.reshape((-1, 1)) if np.ndim(a) == 1 else a for a in tup]
    return np.concatenate(columns, axis=1)


@defines(np.append)
def append(arr, values, axis=None):
    if axis is None:
        return np.concatenate((np.ravel(arr), np.ravel(values)))
    return np.concatenate((arr, values), axis=axis)


@defines(np.block)
def block(arrays):
    depth, rank = _depth(arrays), _rank(arrays)
    if depth == 0 and rank == 0:
        return np.array(arrays)
    return _joined(arrays, max(rank, depth), depth)


def _depth(arrays):
    return 1 + _depth(arrays[0]) if isinstance(arrays, (list, tuple)) else 0


def _rank(arrays):
    if not isinstance(arrays, (list, tuple)):
        return np.ndim(arrays)
    most = 0
    for part in arrays:
        most = max(most, _rank(part))
    return most


def _joined(arrays, rank, depth):
    """Nested lists put together, the innermost along the last axis."""
    if not isinstance(arrays, (list, tuple)):
        a = np.atleast_1d(arrays)
        return a.reshape((1,) * (rank - a.ndim) + a.shape)
    return np.concatenate([_joined(part, rank, depth - 1) for part in arrays], axis=-depth)


@defines(np.broadcast_arrays)
def broadcast_arrays(*args):
    total = 0
    for a in args:
        total = total + 0 * np.asarray(a)
    return tuple([np.broadcast_to(a, np.shape(total)) for a in args])


def _each(function, arrays):
    return tuple([function(a) for a in arrays])


@defines(np.atleast_1d)
def atleast_1d(*arys):
    if len(arys) != 1:
        return _each(np.atleast_1d, arys)
    a = arys[0]
    return np.array([a]) if np.ndim(a) == 0 else np.asarray(a)


@defines(np.atleast_2d)
def atleast_2d(*arys):
    if len(arys) != 1:
        return _each(np.atleast_2d, arys)
    a = np.atleast_1d(arys[0])
    return a[np.newaxis, :] if a.ndim == 1 else a


@defines(np.atleast_3d)
def atleast_3d(*arys):
    if len(arys) != 1:
        return _each(np.atleast_3d, arys)
    a = np.atleast_1d(arys[0])
    if a.ndim == 1:
        return a[np.newaxis, :, np.newaxis]
    return a[:, :, np.newaxis] if a.ndim == 2 else a


@defines(np.split)
def split(ary, indices_or_sections, axis=0):
    a = first(np.asarray(ary), axis)
    if isinstance(indices_or_sections, int):
        size = a.shape[0] // indices_or_sections
        if size * indices_or_sections != a.shape[0]:
            raise ValueError("array split does not result in an equal division")
        parts = [a[k * size : (k + 1) * size] for k in tuple(range(indices_or_sections))]
    else:
        ends = (*indices_or_sections, a.shape[0])
        starts = (0, *indices_or_sections)
        parts = [a[start:end] for start, end in zip(starts, ends)]
    return [np.moveaxis(part, 0, axis) for part in parts]


@defines(np.array_split)
def array_split(ary, indices_or_sections, axis=0):
    if not isinstance(indices_or_sections, int):
        return np.split(ary, indices_or_sections, axis)
    a = first(np.asarray(ary), axis)
    size, longer = divmod(a.shape[0], indices_or_sections)
    sections = tuple(range(indices_or_sections))
    starts = [k * size + min(k, longer) for k in sections]
    ends = [(k + 1) * size + min(k + 1, longer) for k in sections]
    return [np.moveaxis(a[start:end], 0, axis) for start, end in zip(starts, ends)]


@defines(np.vsplit)
def vsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 0)


@defines(np.hsplit)
def hsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 0 if ary.ndim == 1 else 1)


@defines(np.dsplit)
def dsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 2)
