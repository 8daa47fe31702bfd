"""Where the elements of an array lie in memory: what decides if ``reshape`` gives a view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Layout:
    """The axes of an array in memory; axes of length 1 do not count.

    ``order``: from the outermost to the innermost, or None if that is not known.
    ``joined``: triples ``(a, b, sign)`` where a step along ``a`` is the whole length of ``b``,
    in the same direction or against it.  ``unit``: pairs ``(axis, sign)`` of axes whose
    neighbours are neighbours in memory.  These two are None where they are not known.
    """

    order: tuple[int, ...] | None
    joined: frozenset[tuple[int, int, int]] | None
    unit: frozenset[tuple[int, int]] | None


UNKNOWN = Layout(None, None, None)


def dense(order: Iterable[int], ones: Sequence[bool]) -> Layout:
    """The layout of an array that fills one stretch of memory, with its axes in that order."""
    axes = tuple(axis for axis in order if not ones[axis])
    joined = frozenset((a, b, 1) for a, b in zip(axes, axes[1:], strict=False))
    return Layout(axes, joined, frozenset((axis, 1) for axis in axes[-1:]))


def c_order(ones: Sequence[bool]) -> Layout:
    """The layout of an array in C's order."""
    return dense(range(len(ones)), ones)


def layout_of_array(array: np.ndarray[Any, Any]) -> Layout | None:
    """The layout of an array that is not in C's order; None for one that is."""
    if array.flags.c_contiguous:
        return None
    return _layout(array.shape, array.strides, array.itemsize)


@lru_cache(256)
def _layout(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> Layout:
    """The same from what decides it; calls ask for the same few again and again."""
    axes = [axis for axis, extent in enumerate(shape) if extent != 1]
    order = tuple(sorted(axes, key=lambda axis: -abs(strides[axis])))
    for outer, inner in zip(order, order[1:], strict=False):
        if abs(strides[outer]) <= (shape[inner] - 1) * abs(strides[inner]):
            return UNKNOWN  # elements that overlap
    if order and 0 < abs(strides[order[-1]]) < itemsize:
        return UNKNOWN
    joined = frozenset(
        (a, b, sign)
        for a in axes for b in axes for sign in (1, -1)
        if a != b and strides[a] == sign * shape[b] * strides[b]
    )  # fmt: skip
    unit = frozenset(
        (axis, sign) for axis in axes for sign in (1, -1) if strides[axis] == sign * itemsize
    )
    return Layout(None if 0 in (strides[axis] for axis in axes) else order, joined, unit)
