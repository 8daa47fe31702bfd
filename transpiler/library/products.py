"""Products of vectors, matrices and tensors."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first, interleaved, without
from adgen.transpiler.library.registry import defines, refuse


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
    kept_a = without(tuple(range(a.ndim)), over_a)
    kept_b = without(tuple(range(b.ndim)), over_b)
    left, right = a.transpose(kept_a + over_a), b.transpose(over_b + kept_b)
    if len(kept_a) == 0 and len(kept_b) == 0:
        return np.sum(left * right)
    inner = 1
    for k in over_a:
        inner *= a.shape[k]
    product = np.dot(left.reshape((-1, inner)), right.reshape((inner, -1)))
    return product.reshape(tuple([a.shape[k] for k in kept_a] + [b.shape[k] for k in kept_b]))


@defines(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    a0, a1, a2 = _three(first(np.asarray(a), axisa))
    b0, b1, b2 = _three(first(np.asarray(b), axisb))
    parts = (a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0)
    return np.stack(parts, axis=axisc if np.ndim(parts[0]) else 0)


def _three(vectors):
    """The three components; two-dimensional vectors lie in the plane."""
    return vectors[0], vectors[1], vectors[2]


@defines(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    x = np.asarray(x)
    if axis is None and ord is None:
        return np.sqrt(np.sum(x * x, keepdims=keepdims))
    matrix = len(axis) == 2 if isinstance(axis, tuple) else axis is None and x.ndim == 2
    if matrix:
        return _matrix_norm(x, ord, (0, 1) if axis is None else axis, keepdims)
    if ord is None or ord == 2:
        return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == -np.inf:
        return np.min(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(np.where(x != 0, 1.0, 0.0), axis=axis, keepdims=keepdims)
    return np.sum(np.abs(x) ** ord, axis=axis, keepdims=keepdims) ** (1.0 / ord)


def _matrix_norm(x, ord, axes, keepdims):
    rows, columns = axes
    if ord is None or ord == "fro":
        return np.sqrt(np.sum(x * x, axis=axes, keepdims=keepdims))
    if ord != 1 and ord != -1 and ord != np.inf and ord != -np.inf:
        refuse("a matrix norm by singular values", "use the orders None, 'fro', 1, -1, inf, -inf")
    across, along = (rows, columns) if ord == 1 or ord == -1 else (columns, rows)
    sums = np.sum(np.abs(x), axis=across, keepdims=True)
    if ord == 1 or ord == np.inf:
        largest = np.max(sums, axis=along, keepdims=True)
    else:
        largest = np.min(sums, axis=along, keepdims=True)
    return largest if keepdims else np.squeeze(largest, axis=axes)
