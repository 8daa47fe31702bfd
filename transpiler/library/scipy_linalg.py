"""Functions of ``scipy.linalg`` that others define; loaded only for programs that use it."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import defines, refuse


@defines(linalg.cholesky)
def cholesky(a, lower=False, overwrite_a=False, check_finite=True):
    # NumPy reads the lower triangle: SciPy's choice of it is the transpose
    root = np.linalg.cholesky(a if lower else conjugated(np.swapaxes(a, -1, -2)))
    return root if lower else conjugated(np.swapaxes(root, -1, -2))


@defines(linalg.cho_factor)
def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    a = np.asarray(a)
    root = linalg.cholesky(a, lower)
    other = np.triu(a, 1) if lower else np.tril(a, -1)
    return root + other, lower


@defines(linalg.cho_solve)
def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    c, lower = c_and_lower
    if np.iscomplexobj(c):
        refuse("`cho_solve` of a complex matrix", "call `np.linalg.solve` with the matrix itself")
    half = linalg.solve_triangular(c, b, trans=0 if lower else 1, lower=lower)
    return linalg.solve_triangular(c, half, trans=1 if lower else 0, lower=lower)


@defines(linalg.solve)
def solve(
    a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=None,
    transposed=False,
):  # fmt: skip
    a = np.asarray(a)
    if assume_a is not None and assume_a not in ("gen", "general"):
        # SciPy reads one triangle, and takes the other for its mirror image
        half = np.tril(a) if lower else np.triu(a)
        other = np.tril(a, -1) if lower else np.triu(a, 1)
        a = half + np.swapaxes(other, -1, -2)
    return np.linalg.solve(np.swapaxes(a, -1, -2) if transposed else a, b)


@defines(linalg.solve_banded)
def solve_banded(l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True):
    below, above = l_and_u
    ab = np.asarray(ab)
    n = ab.shape[1]
    a = np.zeros((n, n), np.result_type(ab.dtype, np.asarray(b).dtype))
    for j in range(n):
        for i in range(max(0, j - above), min(n, j + below + 1)):
            a[i, j] = ab[above + i - j, j]
    return np.linalg.solve(a, b)


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


@defines(linalg.toeplitz)
def toeplitz(c, r=None):
    c = np.atleast_1d(c)
    r = conjugated(c) if r is None else np.atleast_1d(r)
    _one_vector(np.ndim(c) + np.ndim(r) == 2)
    out = np.empty((c.shape[0], r.shape[0]), np.result_type(c.dtype, r.dtype))
    for i in range(c.shape[0]):
        for j in range(r.shape[0]):
            out[i, j] = c[i - j] if i >= j else r[j - i]
    return out


@defines(linalg.circulant)
def circulant(c):
    c = np.atleast_1d(c)
    _one_vector(np.ndim(c) == 1)
    n = c.shape[0]
    out = np.empty((n, n), c.dtype)
    for i in range(n):
        for j in range(n):
            out[i, j] = c[(i - j) % n]
    return out


def _one_vector(is_one):
    if not is_one:  # SciPy stacks the matrices since 1.17, and made one of all numbers before
        refuse("a structured matrix of several vectors", "loop over the vectors")


@defines(linalg.norm)
def norm(a, ord=None, axis=None, keepdims=False, check_finite=True):
    return np.linalg.norm(a, ord, axis, keepdims)
