"""Running sums and products, differences."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.registry import as_usual, defines


@defines(np.cumsum)
def cumsum(a, axis=None, dtype=None, out=None):
    as_usual(out)
    a = np.asarray(a) if dtype is None else np.asarray(a, dtype)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    total = np.empty(a.shape, np.sum(a).dtype if dtype is None else dtype)
    total[...] = a
    running = first(total, axis)
    for k in range(1, running.shape[0]):
        running[k] += running[k - 1]
    return total


@defines(np.cumprod)
def cumprod(a, axis=None, dtype=None, out=None):
    as_usual(out)
    a = np.asarray(a) if dtype is None else np.asarray(a, dtype)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    product = np.empty(a.shape, np.sum(a).dtype if dtype is None else dtype)
    product[...] = a
    running = first(product, axis)
    for k in range(1, running.shape[0]):
        running[k] *= running[k - 1]
    return product


@defines(np.nancumsum)
def nancumsum(a, axis=None, dtype=None, out=None):
    return np.cumsum(np.where(np.isnan(a), 0, a), axis, dtype, out)


@defines(np.nancumprod)
def nancumprod(a, axis=None, dtype=None, out=None):
    return np.cumprod(np.where(np.isnan(a), 1, a), axis, dtype, out)


@defines(np.cumulative_sum)
def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    return _from_start(np.cumsum(x, axis, dtype, out), 0, axis, include_initial)


@defines(np.cumulative_prod)
def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    return _from_start(np.cumprod(x, axis, dtype, out), 1, axis, include_initial)


def _from_start(running, start, axis, included):
    """The running values, with the value before the first element if it is included."""
    if not included:
        return running
    axis = 0 if axis is None else axis
    rows = first(running, axis)
    before = np.full((1,) + rows.shape[1:], start, rows.dtype)
    return np.moveaxis(np.concatenate((before, rows)), 0, axis)


@defines(np.diff)
def diff(a, n=1, axis=-1, prepend=None, append=None):
    a = np.asarray(a)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    if prepend is not None:
        a = np.concatenate((_edge(prepend, a, axis), a), axis=axis)
    if append is not None:
        a = np.concatenate((a, _edge(append, a, axis)), axis=axis)
    difference = first(a, axis)
    for _ in (None,) * n:
        difference = difference[1:] - difference[:-1]
    return np.moveaxis(difference, 0, axis)


def _edge(given, a, axis):
    """What is put before or behind: of a number as much as ``a`` has across the axis."""
    if np.ndim(given) > 0:
        return np.asarray(given)
    return np.moveaxis(np.full(first(a, axis)[:1].shape, given), 0, axis)


@defines(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    a = np.ravel(ary)
    difference = a[1:] - a[:-1]
    if to_begin is not None:
        difference = np.concatenate((np.asarray(np.ravel(to_begin), a.dtype), difference))
    if to_end is not None:
        difference = np.concatenate((difference, np.asarray(np.ravel(to_end), a.dtype)))
    return difference
