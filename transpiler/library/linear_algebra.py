"""Norms, powers and products of matrices; measures of matrices by their singular values."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of, count_of, without
from adgen.transpiler.library.complex_numbers import conjugated, squared
from adgen.transpiler.library.dtypes import counts
from adgen.transpiler.library.registry import as_usual, defines


@defines(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    x = np.asarray(x)
    if counts(x):
        x = x.astype(np.float64)
    if axis is None and ord is None:
        return np.sqrt(np.sum(squared(x), keepdims=keepdims))
    matrix = len(axis) == 2 if isinstance(axis, tuple) else axis is None and x.ndim == 2
    if matrix:
        return _matrix_norm(x, ord, (0, 1) if axis is None else axis, keepdims)
    if axis is None and x.ndim != 1:
        raise ValueError("Improper number of dimensions to norm.")
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    if ord is None or ord == 2:
        return np.sqrt(np.sum(squared(x), axis=axis, keepdims=keepdims))
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims, initial=0.0)
    if ord == -np.inf:
        return np.min(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum((x != 0).astype(x.dtype), axis=axis, keepdims=keepdims)
    return np.sum(np.abs(x) ** ord, axis=axis, keepdims=keepdims) ** (1.0 / ord)


def _matrix_norm(x, ord, axes, keepdims):
    rows, columns = axes
    if ord is None or ord == "fro":
        return np.sqrt(np.sum(squared(x), axis=axes, keepdims=keepdims))
    if ord == "nuc" or ord == 2 or ord == -2:
        return _spectral_norm(x, ord, axes, keepdims)
    if ord != 1 and ord != -1 and ord != np.inf and ord != -np.inf:
        raise ValueError("Invalid norm order for matrices.")
    across, along = (rows, columns) if ord == 1 or ord == -1 else (columns, rows)
    sums = np.sum(np.abs(x), axis=across, keepdims=True)
    if ord == 1 or ord == np.inf:
        largest = np.max(sums, axis=along, keepdims=True, initial=0.0)
    else:
        largest = np.min(sums, axis=along, keepdims=True)
    return largest if keepdims else np.squeeze(largest, axis=axes)


def _spectral_norm(x, ord, axes, keepdims):
    s = np.linalg.svd(np.moveaxis(x, axes, (-2, -1)), compute_uv=False)
    if ord == "nuc":
        result = np.sum(s, axis=-1)
    else:
        result = np.max(s, axis=-1, initial=0.0) if ord == 2 else np.min(s, axis=-1)
    return np.expand_dims(result, axes) if keepdims else result


@defines(np.linalg.vector_norm)
def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    x = np.asarray(x)
    over = axes_of(x, axis)
    if len(over) == 1:
        return np.linalg.norm(x, ord, over[0], keepdims)
    others = without(tuple(range(x.ndim)), over)
    count = count_of(x, over)
    flat = x.transpose(over + others).reshape((count,) + tuple([x.shape[k] for k in others]))
    found = np.linalg.norm(flat, ord, 0)
    return np.expand_dims(found, over) if keepdims else found


@defines(np.linalg.svdvals)
def svdvals(x, /):
    return np.linalg.svd(x, compute_uv=False)


@defines(np.linalg.tensorsolve)
def tensorsolve(a, b, axes=None):
    a, b = np.asarray(a), np.asarray(b)
    if axes is not None:
        for k in axes:
            a = np.moveaxis(a, k, -1)
    shape = a.shape[b.ndim - a.ndim :]
    count = 1
    for extent in shape:
        count *= extent
    if a.size != count**2:
        raise np.linalg.LinAlgError(
            "the leading axes of `a` have not as many elements as its others"
        )
    return np.linalg.solve(a.reshape((-1, count)), np.ravel(b)).reshape(shape)


@defines(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    a = np.asarray(a)
    shape = a.shape[ind:] + a.shape[:ind]
    count = 1
    for extent in a.shape[ind:]:
        count *= extent
    return np.linalg.inv(a.reshape((-1, count))).reshape(shape)


@defines(np.linalg.matrix_norm)
def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


@defines(np.linalg.cond)
def cond(x, p=None):
    x = np.asarray(x)
    if x.size == 0:
        raise np.linalg.LinAlgError("cond is not defined on empty arrays")
    if p is not None and p != 2 and p != -2:
        if x.ndim == 2 and np.linalg.slogdet(x)[0] == 0:
            return np.inf + np.linalg.norm(x, p, (-2, -1))
        return np.linalg.norm(x, p, (-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, (-2, -1))
    s = np.linalg.svd(x, compute_uv=False)
    return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]


@defines(np.linalg.matrix_power)
def matrix_power(a, n):
    a = np.asarray(a)
    if a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    if n < 0:
        a = np.linalg.inv(a)
        n = -n
    if n == 0:
        return np.zeros(a.shape, a.dtype) + np.eye(a.shape[-1], dtype=a.dtype)
    return _power(a, n)


def _power(a, n):
    if n == 1:
        return a
    half = _power(a, n // 2)
    square = half @ half
    return square if n % 2 == 0 else square @ a


@defines(np.linalg.multi_dot)
def multi_dot(arrays, *, out=None):
    as_usual(out)
    if len(arrays) != 3:
        product = arrays[0]
        for array in arrays[1:]:
            product = product @ array
        return product
    one, two, three = arrays
    rows = np.shape(one)[0] if np.ndim(one) == 2 else 1
    columns = np.shape(three)[1] if np.ndim(three) == 2 else 1
    inner, outer_ = np.shape(two)
    if rows * outer_ * (inner + columns) < inner * columns * (rows + outer_):
        return (one @ two) @ three
    return one @ (two @ three)


@defines(np.linalg.matmul)
def matmul(x1, x2, /):
    return np.matmul(x1, x2)


@defines(np.linalg.outer)
def outer(x1, x2, /):
    return np.outer(x1, x2)


@defines(np.linalg.cross)
def cross(x1, x2, /, *, axis=-1):
    return np.cross(x1, x2, axis=axis)


@defines(np.linalg.tensordot)
def tensordot(x1, x2, /, *, axes=2):
    return np.tensordot(x1, x2, axes)


@defines(np.linalg.trace)
def trace(x, /, *, offset=0, dtype=None):
    return np.trace(x, offset, -2, -1, dtype)


@defines(np.linalg.diagonal)
def diagonal(x, /, *, offset=0):
    return np.diagonal(x, offset, -2, -1)


@defines(np.linalg.matrix_transpose, np.matrix_transpose)
def matrix_transpose(x, /):
    return np.swapaxes(x, -1, -2)


@defines(np.linalg.vecdot, np.vecdot)
def vecdot(x1, x2, /, *, axis=-1):
    x1, x2 = np.moveaxis(np.asarray(x1), axis, -1), np.moveaxis(np.asarray(x2), axis, -1)
    if x1.shape[-1] != x2.shape[-1]:
        raise ValueError("vecdot: the vectors have different lengths")
    products = conjugated(x1) * x2
    total = np.sum(products, axis=-1)
    return np.asarray(total, products.dtype) if counts(products) else total
