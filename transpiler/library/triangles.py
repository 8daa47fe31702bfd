"""Diagonals and triangles of matrices."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import as_usual, defines, view_in_numpy


def _size(rows, columns, offset):
    """The number of elements on a diagonal, and where it starts."""
    row, column = max(-offset, 0), max(offset, 0)
    return max(min(rows - row, columns - column), 0), row, column


@view_in_numpy
@defines(np.diagonal)
def diagonal(a, offset=0, axis1=0, axis2=1):
    matrices = np.moveaxis(a, (axis1, axis2), (-2, -1))
    count, row, column = _size(matrices.shape[-2], matrices.shape[-1], offset)
    out = np.empty(matrices.shape[:-2] + (count,), a.dtype)
    for i in range(count):
        out[..., i] = matrices[..., row + i, column + i]
    return out


@defines(np.trace)
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    as_usual(dtype, out)
    if a.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    if axis1 % a.ndim == axis2 % a.ndim:
        raise ValueError("axis1 and axis2 cannot be the same")
    if a.ndim > 2:
        return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)
    matrix = a.T if axis1 % 2 == 1 else a
    count, row, column = _size(matrix.shape[0], matrix.shape[1], offset)
    total = np.sum(matrix).dtype.type(0)
    for i in range(count):
        total += matrix[row + i, column + i]
    return total


@defines(np.diag)
def diag(v, k=0):
    v = np.asarray(v)
    if v.ndim == 2:
        return np.diagonal(v, k)
    n = v.shape[0] + abs(k)
    out = np.zeros((n, n), v.dtype)
    row, column = max(-k, 0), max(k, 0)
    for i in range(v.shape[0]):
        out[row + i, column + i] = v[i]
    return out


@defines(np.diagflat)
def diagflat(v, k=0):
    return np.diag(np.ravel(v), k)


@defines(np.tril)
def tril(m, k=0):
    out = np.zeros_like(m)
    for i in range(m.shape[-2]):
        end = min(max(i + k + 1, 0), m.shape[-1])
        out[..., i, :end] = m[..., i, :end]
    return out


@defines(np.triu)
def triu(m, k=0):
    out = np.zeros_like(m)
    for i in range(m.shape[-2]):
        start = min(max(i + k, 0), m.shape[-1])
        out[..., i, start:] = m[..., i, start:]
    return out


@defines(np.tril_indices)
def tril_indices(n, k=0, m=None):
    return _places(n, n if m is None else m, -n, k + 1)


@defines(np.triu_indices)
def triu_indices(n, k=0, m=None):
    return _places(n, n if m is None else m, k, n + (n if m is None else m) + abs(k))


@defines(np.tril_indices_from)
def tril_indices_from(arr, k=0):
    return np.tril_indices(arr.shape[0], k, arr.shape[1])


@defines(np.triu_indices_from)
def triu_indices_from(arr, k=0):
    return np.triu_indices(arr.shape[0], k, arr.shape[1])


@defines(np.diag_indices_from)
def diag_indices_from(arr):
    for extent in arr.shape[1:]:
        if extent != arr.shape[0]:
            raise ValueError("All dimensions of input must be of equal length")
    return np.diag_indices(arr.shape[0], arr.ndim)


@defines(np.tri)
def tri(N, M=None, k=0, dtype=float):
    return np.tril(np.ones((N, N if M is None else M), dtype), k)


@defines(np.diag_indices)
def diag_indices(n, ndim=2):
    return (np.arange(n),) * ndim


def _places(n, m, first, end):
    """Rows and columns of what lies from ``first`` up to ``end`` off the diagonal, row by row."""
    count = 0
    for i in range(n):
        count += max(min(max(i + end, 0), m) - min(max(i + first, 0), m), 0)
    rows, columns = np.empty(count, np.int64), np.empty(count, np.int64)
    place = 0
    for i in range(n):
        for j in range(min(max(i + first, 0), m), min(max(i + end, 0), m)):
            rows[place], columns[place] = i, j
            place += 1
    return rows, columns
