"""Products of vectors, matrices and tensors."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first, interleaved, without
from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import defines, fits, surely_equal


@defines(np.kron)
def kron(a, b):
    a, b = np.asarray(a), np.asarray(b)
    one = (1,) * (b.ndim - a.ndim) + a.shape
    two = (1,) * (a.ndim - b.ndim) + b.shape
    ones = (1,) * len(one)
    product = a.reshape(interleaved(one, ones)) * b.reshape(interleaved(ones, two))
    return product.reshape(tuple([m * n for m, n in zip(one, two)]))


@defines(np.tensordot)
def tensordot(a, b, axes=2):
    a, b = np.asarray(a), np.asarray(b)
    if isinstance(axes, int):
        over_a, over_b = tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    else:
        over_a, over_b = axes
        over_a = tuple(over_a) if isinstance(over_a, (tuple, list)) else (over_a,)
        over_b = tuple(over_b) if isinstance(over_b, (tuple, list)) else (over_b,)
        over_a = tuple([k % a.ndim for k in over_a])
        over_b = tuple([k % b.ndim for k in over_b])
    _check_alike(a, b, over_a, over_b)
    kept_a = without(tuple(range(a.ndim)), over_a)
    kept_b = without(tuple(range(b.ndim)), over_b)
    left, right = a.transpose(kept_a + over_a), b.transpose(over_b + kept_b)
    if len(kept_a) == 0 and len(kept_b) == 0:
        return np.sum(left * right)
    inner = _size_of(a, over_a)
    product = np.dot(
        left.reshape((_size_of(a, kept_a), inner)), right.reshape((inner, _size_of(b, kept_b)))
    )
    return product.reshape(tuple([a.shape[k] for k in kept_a] + [b.shape[k] for k in kept_b]))


def _check_alike(a, b, over_a, over_b):
    if len(over_a) != len(over_b):
        raise ValueError("shape-mismatch for sum")
    for one, two in zip(over_a, over_b):
        if a.shape[one] != b.shape[two]:
            raise ValueError("shape-mismatch for sum")


def _size_of(a, axes):
    """How many elements the array has over the axes."""
    size = 1
    for k in axes:
        size *= a.shape[k]
    return size


@defines(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    one, two = first(np.asarray(a), axisa), first(np.asarray(b), axisb)
    if surely_equal(one.shape[0], 2) and surely_equal(two.shape[0], 2):
        return np.asarray(one[0] * two[1] - one[1] * two[0])
    if surely_equal(one.shape[0], 2):
        b0, b1, b2 = _components(two)
        parts = (one[1] * b2, -(one[0] * b2), one[0] * b1 - one[1] * b0)
    elif surely_equal(two.shape[0], 2):
        a0, a1, a2 = _components(one)
        parts = (-(a2 * two[1]), a2 * two[0], a0 * two[1] - a1 * two[0])
    else:
        a0, a1, a2 = _components(one)
        b0, b1, b2 = _components(two)
        parts = (a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0)
    return np.stack(parts, axis=axisc if np.ndim(parts[0]) else 0)


def _components(vectors):
    """The components of vectors in space, along the first axis."""
    fits(vectors, 0, 3)
    return vectors[0], vectors[1], vectors[2]


if hasattr(np, "matvec"):  # new in NumPy 2.2

    @defines(np.matvec)
    def matvec(x1, x2, /):
        x1, x2 = np.asarray(x1), np.asarray(x2)
        return np.matmul(x1, x2[..., None])[..., 0] if x2.ndim > 1 else np.matmul(x1, x2)

    @defines(np.vecmat)
    def vecmat(x1, x2, /):
        x1, x2 = conjugated(np.asarray(x1)), np.asarray(x2)
        return np.matmul(x1[..., None, :], x2)[..., 0, :] if x1.ndim > 1 else np.matmul(x1, x2)
