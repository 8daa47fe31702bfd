"""``reduce``, ``accumulate``, ``reduceat`` and ``outer`` of NumPy's ufuncs."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of, first
from adgen.transpiler.library.registry import as_usual, defines, refuse

# Reductions and running totals that are functions of NumPy, which are faster than loops in order.


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


# All others, in order: one text for all ufuncs of two operands.


def _elements(operation, array, dtype):
    """The elements in the dtype that the results have."""
    a = np.asarray(array)
    if operation is np.logical_xor:
        return a != 0
    if dtype is not None:
        return np.asarray(a, dtype)
    return a.astype(operation(a[:0], a[:0]).dtype)


def _total(operation, a, start):
    """The elements along the first axis, one after the other; ``start`` is what nothing gives."""
    if start is None and a.shape[0] == 0:
        raise ValueError("zero-size array to reduction operation which has no identity")
    if start is None:
        total = a[0]
    elif a.ndim == 1:
        total = np.asarray(start, a.dtype)
    else:
        total = np.full(a.shape[1:], start, a.dtype)
    for k in range(1 if start is None else 0, a.shape[0]):
        total = operation(total, a[k])
    return total


def _over_several(operation, a, over, start, initial):
    """The elements along axes whose order is free; ``initial`` counts once."""
    kind = a.dtype
    for k in tuple(range(a.ndim))[::-1]:
        if k in over:
            a = _total(operation, first(a, k), start)
    return a if initial is None else operation(np.asarray(initial, kind), a)


def _accumulated(operation, a, axis):
    total = np.copy(a)
    running = first(total, axis)
    for k in range(1, running.shape[0]):
        running[k] = operation(running[k - 1], running[k])
    return total


def _of_runs(operation, a, indices, axis):
    """The totals from each index to the next one; the element alone where that is not greater."""
    rows, places = first(a, axis), np.asarray(indices)
    totals = np.empty((places.shape[0],) + rows.shape[1:], a.dtype)
    for j in range(places.shape[0]):
        begin = places[j]
        if begin < 0 or begin >= rows.shape[0]:
            raise IndexError("an index of reduceat is out of bounds")
        end = places[j + 1] if j + 1 < places.shape[0] else rows.shape[0]
        totals[j] = rows[begin]
        for k in range(begin + 1, end):
            totals[j] = operation(totals[j], rows[k])
    return np.moveaxis(totals, 0, axis)


def _enter_reduce(operation, start, in_any_order):
    @defines(operation.reduce)
    def reduce(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=None):
        as_usual(out)
        if where is not None:
            refuse(
                "this reduction with `where`",
                "select the elements before: `np.logaddexp.reduce(x[mask])`",
            )
        total = _elements(operation, array, dtype)
        over = axes_of(total, axis)
        if len(over) == 1:
            begin = start if initial is None else initial
            total = _total(operation, first(total, over[0]), begin)
        elif not in_any_order:
            raise ValueError("not reorderable, so at most one axis may be specified")
        else:
            total = _over_several(operation, total, over, start, initial)
        return np.expand_dims(total, over) if keepdims else total


def _enter_accumulate(operation):
    @defines(operation.accumulate)
    def accumulate(array, axis=0, dtype=None, out=None):
        as_usual(out)
        return _accumulated(operation, _elements(operation, array, dtype), axis)


def _enter_reduceat(operation):
    @defines(operation.reduceat)
    def reduceat(array, indices, axis=0, dtype=None, out=None):
        as_usual(out)
        return _of_runs(operation, _elements(operation, array, dtype), indices, axis)


def _enter_outer(operation):
    @defines(operation.outer)
    def outer(a, b, /):
        a, b = np.asarray(a), np.asarray(b)
        if np.ndim(a) == 0 or np.ndim(b) == 0:
            return operation(a, b)
        return operation(a.reshape(a.shape + (1,) * b.ndim), b)


# What nothing gives; that alone is reduced over several axes whose order is free.
_IDENTITIES: dict[np.ufunc, float] = {
    np.logaddexp: -np.inf, np.logaddexp2: -np.inf, np.hypot: 0.0, np.bitwise_and: -1,
    np.bitwise_or: 0, np.bitwise_xor: 0, np.logical_xor: False, np.gcd: 0,
}  # fmt: skip
_WITHOUT_IDENTITY = (
    np.subtract, np.divide, np.power, np.floor_divide, np.remainder, np.fmod, np.arctan2,
    np.copysign,
)  # fmt: skip
_COMPARISONS = (
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
)  # fmt: skip
_BY_NUMPY = (np.add, np.multiply, np.logical_and, np.logical_or, np.maximum, np.minimum)
_EXTREMES = (np.fmax, np.fmin, np.lcm)

for _ufunc in (*_IDENTITIES, *_EXTREMES, *_WITHOUT_IDENTITY):
    _enter_reduce(_ufunc, _IDENTITIES.get(_ufunc), _ufunc not in _WITHOUT_IDENTITY)
for _ufunc in (*_BY_NUMPY, *_IDENTITIES, *_EXTREMES, *_WITHOUT_IDENTITY):
    if _ufunc not in (np.add, np.multiply):
        _enter_accumulate(_ufunc)
    _enter_reduceat(_ufunc)
for _ufunc in (*_BY_NUMPY, *_IDENTITIES, *_EXTREMES, *_WITHOUT_IDENTITY, *_COMPARISONS,
               np.heaviside, np.float_power):  # fmt: skip
    _enter_outer(_ufunc)
