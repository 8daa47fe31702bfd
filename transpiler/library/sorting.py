"""Elements in order."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import defines, of_table


@defines(np.sort)
def sort(a, axis=-1, kind=None, order=None, stable=None):
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    return np.take_along_axis(a, np.argsort(a, axis=axis), axis)


def sort_in_place(a, axis=-1, kind=None, order=None, stable=None):
    """``a.sort()``."""
    a[...] = sort(a, axis)


@defines(np.partition)
def partition(a, kth, axis=-1, kind="introselect", order=None):
    a = np.asarray(a)
    if axis is None:
        a = np.ravel(a)
        axis = 0
    return np.take_along_axis(a, np.argpartition(a, kth, axis=axis), axis)


@defines(np.lexsort)
def lexsort(keys, axis=-1):
    order = np.argsort(keys[0], axis=axis, kind="stable")
    for key in keys[1:]:
        rank = np.argsort(np.take_along_axis(key, order, axis), axis=axis, kind="stable")
        order = np.take_along_axis(order, rank, axis)
    return order


@defines(np.searchsorted)
def searchsorted(a, v, side="left", sorter=None):
    a = np.asarray(a) if sorter is None else np.asarray(a)[sorter]
    return of_table(np.searchsorted, a, v, side=side)
