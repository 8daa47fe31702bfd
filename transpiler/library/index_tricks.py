"""Arrays and indices written in brackets: ``np.r_``, ``np.c_``, ``np.s_``, ``np.mgrid``."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import defines, refuse


@defines(np.mgrid.__getitem__)
def mgrid(key):
    if not isinstance(key, tuple):
        return _steps(key)
    rows = tuple([_steps(part) for part in key])
    return np.stack(np.meshgrid(*rows, indexing="ij"))


@defines(np.ogrid.__getitem__)
def ogrid(key):
    if not isinstance(key, tuple):
        return _steps(key)
    return np.meshgrid(*[_steps(part) for part in key], indexing="ij", sparse=True)


def _steps(part):
    """The numbers of a slice; those of a step ``5j`` are five, the end among them."""
    start = 0 if part.start is None else part.start
    step = 1 if part.step is None else part.step
    if isinstance(step, complex):
        return np.linspace(start, part.stop, int(abs(step)))
    return np.arange(start, part.stop, step)


@defines(np.s_.__getitem__)
def s_(item):
    return item


@defines(np.index_exp.__getitem__)
def index_exp(item):
    return item if isinstance(item, tuple) else (item,)


@defines(np.r_.__getitem__)
def r_(key):
    parts = _parts(key)
    kind = np.result_type(*parts)
    return np.concatenate([np.atleast_1d(np.asarray(part, kind)) for part in parts], axis=0)


@defines(np.c_.__getitem__)
def c_(key):
    parts = _parts(key)
    kind = np.result_type(*parts)
    return np.concatenate([_as_columns(np.asarray(part, kind)) for part in parts], axis=-1)


def _parts(key):
    """What stands in the brackets: numbers, whose dtype does not count, and arrays."""
    return [_part(part) for part in (key if isinstance(key, tuple) else (key,))]


def _part(part):
    if isinstance(part, str):
        refuse("`np.r_` with a string of axes", "call `np.stack` or `np.concatenate`")
    if isinstance(part, slice):
        return _steps(part)
    return np.asarray(part) if np.ndim(part) > 0 else part


def _as_columns(a):
    return a if a.ndim > 1 else np.atleast_1d(a)[:, np.newaxis]


@defines(np.indices)
def indices(dimensions, dtype=int, sparse=False):
    rows = [np.arange(n).astype(dtype) for n in dimensions]
    grids = np.meshgrid(*rows, indexing="ij", sparse=sparse)
    return tuple(grids) if sparse else np.stack(grids)


@defines(np.fromfunction)
def fromfunction(function, shape, *, dtype=float, **kwargs):
    places = np.indices(shape, dtype=dtype)
    return function(*[places[k] for k in range(len(shape))], **kwargs)


@defines(np.unravel_index)
def unravel_index(indices, shape, order="C"):
    left, found = np.asarray(indices), ()
    extents = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    count = 1
    for extent in extents:
        count = count * extent
    if np.any((left < 0) | (left >= count)):
        raise ValueError("index is out of bounds for an array of that shape")
    for extent in extents[::-1] if order == "C" else extents:
        found = (left % extent, *found) if order == "C" else (*found, left % extent)
        left = left // extent
    return found


@defines(np.ravel_multi_index)
def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    if mode != "raise":
        refuse("`np.ravel_multi_index` with a mode", "clip or wrap the indices before")
    place = 0
    pairs = list(zip(multi_index, dims))
    for index, extent in pairs if order == "C" else pairs[::-1]:
        if np.any((np.asarray(index) < 0) | (np.asarray(index) >= extent)):
            raise ValueError("invalid entry in coordinates array")
        place = place * extent + np.asarray(index)
    return place
