"""Axes as NumPy takes them, made plain."""

from __future__ import annotations

import numpy as np


def axes_of(a, axis):
    """The non-negative axes that ``axis`` means; all of them for None."""
    if axis is None:
        return tuple(range(a.ndim))
    over = ()
    for k in axis if isinstance(axis, tuple) else (axis,):
        np.moveaxis(a, k, 0)  # an axis that the array does not have is refused here
        over = (*over, k % a.ndim)
    return over


def count_of(a, axis):
    """The number of elements along the axes."""
    count = 1
    for k in axes_of(a, axis):
        count *= a.shape[k]
    return count


def first(a, axis):
    """The array with ``axis`` as its first axis: a view."""
    return np.moveaxis(a, axis, 0)


def interleaved(first, second):
    """``(1, 2), (3, 4)`` becomes ``(1, 3, 2, 4)``."""
    both = ()
    for one, two in zip(first, second):
        both = (*both, one, two)
    return both


def without(axes, others):
    """The axes that are not among the others."""
    kept = ()
    for k in axes:
        found = False
        for other in others:
            found = found or k == other
        if not found:
            kept = (*kept, k)
    return kept
