"""``reduce``, ``accumulate`` and ``outer`` of NumPy's ufuncs."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.registry import as_usual, defines


@defines(np.add.reduce)
def add_reduce(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=None):
    return np.sum(array, axis, dtype, out, keepdims, initial, where)


@defines(np.multiply.reduce)
def multiply_reduce(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=None):
    return np.prod(array, axis, dtype, out, keepdims, initial, where)


@defines(np.maximum.reduce)
def maximum_reduce(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=None):
    as_usual(dtype)
    return np.max(array, axis, out, keepdims, initial, where)


@defines(np.minimum.reduce)
def minimum_reduce(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=None):
    as_usual(dtype)
    return np.min(array, axis, out, keepdims, initial, where)


@defines(np.logical_and.reduce)
def logical_and_reduce(array, axis=0, dtype=None, out=None, keepdims=False):
    as_usual(dtype)
    return np.all(array, axis, out, keepdims)


@defines(np.logical_or.reduce)
def logical_or_reduce(array, axis=0, dtype=None, out=None, keepdims=False):
    as_usual(dtype)
    return np.any(array, axis, out, keepdims)


@defines(np.add.accumulate)
def add_accumulate(array, axis=0, dtype=None, out=None):
    return np.cumsum(array, axis, dtype, out)


@defines(np.multiply.accumulate)
def multiply_accumulate(array, axis=0, dtype=None, out=None):
    return np.cumprod(array, axis, dtype, out)


@defines(np.maximum.accumulate)
def maximum_accumulate(array, axis=0, dtype=None, out=None):
    as_usual(dtype, out)
    return _accumulated(np.maximum, array, axis)


@defines(np.minimum.accumulate)
def minimum_accumulate(array, axis=0, dtype=None, out=None):
    as_usual(dtype, out)
    return _accumulated(np.minimum, array, axis)


def _accumulated(operation, array, axis):
    total = np.copy(array)
    running = first(total, axis)
    for k in range(1, running.shape[0]):
        running[k] = operation(running[k - 1], running[k])
    return total


def _outer(operation, a, b):
    a, b = np.asarray(a), np.asarray(b)
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return operation(a, b)
    return operation(a.reshape(a.shape + (1,) * b.ndim), b)


@defines(np.add.outer)
def add_outer(a, b, /):
    return _outer(np.add, a, b)


@defines(np.subtract.outer)
def subtract_outer(a, b, /):
    return _outer(np.subtract, a, b)


@defines(np.multiply.outer)
def multiply_outer(a, b, /):
    return _outer(np.multiply, a, b)


@defines(np.divide.outer)
def divide_outer(a, b, /):
    return _outer(np.divide, a, b)


@defines(np.power.outer)
def power_outer(a, b, /):
    return _outer(np.power, a, b)


@defines(np.maximum.outer)
def maximum_outer(a, b, /):
    return _outer(np.maximum, a, b)


@defines(np.minimum.outer)
def minimum_outer(a, b, /):
    return _outer(np.minimum, a, b)
