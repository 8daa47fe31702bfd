"""Running sums and products, differences."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.registry import as_usual, defines


@defines(np.cumsum)
def cumsum(a, axis=None, dtype=None, out=None):
    as_usual(dtype, out)
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    total = np.empty(a.shape, np.sum(a).dtype)
    total[...] = a
    running = first(total, axis)
    for k in range(1, running.shape[0]):
        running[k] += running[k - 1]
    return total


@defines(np.cumprod)
def cumprod(a, axis=None, dtype=None, out=None):
    as_usual(dtype, out)
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    product = np.empty(a.shape, np.sum(a).dtype)
    product[...] = a
    running = first(product, axis)
    for k in range(1, running.shape[0]):
        running[k] *= running[k - 1]
    return product


@defines(np.nancumsum)
def nancumsum(a, axis=None, dtype=None, out=None):
    as_usual(dtype, out)
    return np.cumsum(np.where(np.isnan(a), 0.0, a), axis=axis)


@defines(np.diff)
def diff(a, n=1, axis=-1, prepend=None, append=None):
    a = np.asarray(a)
    if prepend is not None:
        a = np.concatenate((prepend, a), axis=axis)
    if append is not None:
        a = np.concatenate((a, append), axis=axis)
    difference = first(a, axis)
    for _ in (None,) * n:
        difference = difference[1:] - difference[:-1]
    return np.moveaxis(difference, 0, axis)


@defines(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    a = np.ravel(ary)
    difference = a[1:] - a[:-1]
    if to_begin is not None:
        difference = np.concatenate((np.ravel(to_begin), difference))
    if to_end is not None:
        difference = np.concatenate((difference, np.ravel(to_end)))
    return difference
