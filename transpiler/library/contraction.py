"""The product of two arrays summed over some axes, as a product of matrices."""

from __future__ import annotations

import numpy as np


def contracted(a, b, stack, left, inner, right):
    """``a`` has axes (stack, left, inner), ``b`` has (stack, inner, right): so many of each.

    The result has (stack, left, right).
    """
    if inner == 0:
        wide = a.reshape(a.shape + (1,) * right)
        return wide * b.reshape(b.shape[:stack] + (1,) * left + b.shape[stack:])
    if left == 0 and right == 0:
        return np.sum(a * b, axis=tuple(range(stack, stack + inner)))
    rows, columns = a.shape[stack : stack + left], b.shape[stack + inner :]
    x, y = _merged(a, stack, left, inner), _merged(b, stack, inner, right)
    if stack > 0 and left == 0:
        product = np.sum(x[..., np.newaxis] * y, axis=-2)
    elif stack > 0 and right == 0:
        product = np.sum(x * y[..., np.newaxis, :], axis=-1)
    else:
        product = x @ y
    if left < 2 and right < 2:
        return product
    return product.reshape(a.shape[:stack] + rows + columns)


def _merged(x, stack, first, second):
    """Each group of axes as one axis; a group of none has no axis."""
    if first < 2 and second < 2:
        return x
    shape = x.shape[:stack]
    if first > 0:
        shape = (*shape, _count(x.shape[stack : stack + first]))
    if second > 0:
        shape = (*shape, _count(x.shape[stack + first :]))
    return x.reshape(shape)


def _count(extents):
    count = 1
    for extent in extents:
        count *= extent
    return count


def diagonal_of(a, first, second):
    """The diagonal of two axes of one length, as the last axis."""
    if a.shape[first] != a.shape[second]:
        raise ValueError("einsum: the axes of a repeated subscript have different lengths")
    return np.diagonal(a, axis1=first, axis2=second)
