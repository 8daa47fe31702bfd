"""Matrices of a form that SciPy makes, and systems of them; loaded only where it is used."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import defines, refuse


@defines(linalg.block_diag)
def block_diag(*arrs):
    parts = [np.atleast_2d(a) for a in arrs]
    rows, columns = 0, 0
    for part in parts:
        rows, columns = rows + part.shape[0], columns + part.shape[1]
    out = np.zeros((rows, columns), np.result_type(*parts))
    i, j = 0, 0
    for part in parts:
        out[i : i + part.shape[0], j : j + part.shape[1]] = part
        i, j = i + part.shape[0], j + part.shape[1]
    return out


def _vector(c):
    """SciPy stacks the matrices since 1.17, and made one of all numbers before."""
    c = np.atleast_1d(c)
    if c.ndim > 1:
        refuse("a structured matrix of several vectors", "loop over the vectors")
    return c


@defines(linalg.toeplitz)
def toeplitz(c, r=None):
    c = _vector(c)
    r = conjugated(c) if r is None else _vector(r)
    out = np.empty((c.shape[0], r.shape[0]), np.result_type(c.dtype, r.dtype))
    for i in range(c.shape[0]):
        for j in range(r.shape[0]):
            out[i, j] = c[i - j] if i >= j else r[j - i]
    return out


@defines(linalg.hankel)
def hankel(c, r=None):
    c = _vector(c)
    n = c.shape[0]
    r = np.zeros_like(c) if r is None else _vector(r)
    out = np.empty((n, r.shape[0]), np.result_type(c.dtype, r.dtype))
    for i in range(n):
        for j in range(r.shape[0]):
            out[i, j] = c[i + j] if i + j < n else r[i + j - n + 1]
    return out


@defines(linalg.circulant)
def circulant(c):
    c = _vector(c)
    n = c.shape[0]
    out = np.empty((n, n), c.dtype)
    for i in range(n):
        for j in range(n):
            out[i, j] = c[(i - j) % n]
    return out


def _of(c_or_cr):
    if isinstance(c_or_cr, tuple):
        return _in_double(linalg.toeplitz(c_or_cr[0], c_or_cr[1]))
    return _in_double(linalg.toeplitz(c_or_cr))


def _in_double(a):
    """SciPy computes in double precision, of numbers of single precision, too."""
    return a.astype(np.result_type(a.dtype, np.float64))


@defines(linalg.solve_toeplitz)
def solve_toeplitz(c_or_cr, b, check_finite=True):
    return np.linalg.solve(_of(c_or_cr), _in_double(np.asarray(b)))


@defines(linalg.matmul_toeplitz)
def matmul_toeplitz(c_or_cr, x, check_finite=False, workers=None):
    return _of(c_or_cr) @ _in_double(np.asarray(x))


@defines(linalg.khatri_rao)
def khatri_rao(a, b):
    a, b = np.asarray(a), np.asarray(b)
    product = a[:, None, :] * b[None, :, :]
    return product.reshape((a.shape[0] * b.shape[0], a.shape[1]))


if hasattr(linalg, "kron"):  # not in SciPy 1.17 any more

    @defines(linalg.kron)
    def kron(a, b):
        return np.kron(a, b)
