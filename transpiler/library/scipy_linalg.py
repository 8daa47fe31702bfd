"""Systems of SciPy's linear algebra, norms and inverses; loaded only for programs that use it."""

from __future__ import annotations

import inspect

import numpy as np
from scipy import linalg

from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.dtypes import counts
from adgen.transpiler.library.registry import defines, of_table, refuse


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
    turned = conjugated(np.asarray(c))
    if lower:
        half = linalg.solve_triangular(c, b, lower=True)
        return linalg.solve_triangular(turned, half, trans=1, lower=True)
    half = linalg.solve_triangular(turned, b, trans=1)
    return linalg.solve_triangular(c, half)


@defines(linalg.solve_triangular)
def solve_triangular(
    a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True
):
    a, how = np.asarray(a), trans
    if trans == 2 or trans == "C":
        a, how = conjugated(a), 1
    return of_table(
        linalg.solve_triangular, a, b, trans=how, lower=lower, unit_diagonal=unit_diagonal
    )


def assumed(a, structure, lower):
    """The matrix that SciPy sees where it is told its structure: it reads no other elements."""
    if structure is None or structure in ("gen", "general", "banded"):
        return a
    if structure == "diagonal":
        return np.triu(np.tril(a))
    if structure == "tridiagonal":
        return np.triu(np.tril(a, 1), -1)
    if structure == "upper triangular" or structure == "lower triangular":
        return np.triu(a) if structure == "upper triangular" else np.tril(a)
    if structure not in _MIRRORED and structure not in _CONJUGATED:
        raise ValueError(f"{structure} is not a recognized matrix structure")
    half, other = (np.tril(a), np.tril(a, -1)) if lower else (np.triu(a), np.triu(a, 1))
    other = np.swapaxes(other, -1, -2)
    if structure in _MIRRORED or not np.iscomplexobj(a):
        return half + other
    inner = np.triu(np.tril(half))  # of the diagonal only the real parts count
    return half - 1j * np.imag(inner) + np.conjugate(other)


_MIRRORED = ("sym", "symmetric")
_CONJUGATED = ("her", "hermitian", "pos", "positive definite")


@defines(linalg.solve)
def solve(
    a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=None,
    transposed=False,
):  # fmt: skip
    a = assumed(np.asarray(a), assume_a, lower)
    if (assume_a == "pos" or assume_a == "positive definite") and a.ndim == 2 and np.ndim(b) <= 2:
        root = np.linalg.cholesky(a)  # which says where it is not
        return linalg.cho_solve((root, True), b)
    return np.linalg.solve(np.swapaxes(a, -1, -2) if transposed else a, b)


if "assume_a" in inspect.signature(linalg.inv).parameters:  # new in SciPy 1.17

    @defines(linalg.inv)
    def inv(a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False):
        a = assumed(np.asarray(a), assume_a, lower)
        if (assume_a == "pos" or assume_a == "positive definite") and a.ndim == 2:
            root = np.linalg.cholesky(a)
            return linalg.cho_solve((root, True), np.eye(a.shape[0], dtype=root.dtype))
        return of_table(linalg.inv, a)


@defines(linalg.pinv)
def pinv(a, *, atol=None, rtol=None, return_rank=False, check_finite=True):
    if atol is not None:
        refuse("a cutoff that is no part of the largest singular value",
               "say the part: `linalg.pinv(a, rtol=1e-10)`")  # fmt: skip
    a = np.asarray(a)
    found = np.linalg.pinv(a.astype(np.float64) if counts(a) else a, rtol=rtol)
    return (found, np.linalg.matrix_rank(a, rtol=rtol)) if return_rank else found


@defines(linalg.pinvh)
def pinvh(a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True):
    a = assumed(np.asarray(a), "hermitian", lower)
    return linalg.pinv(a, atol=atol, rtol=rtol, return_rank=return_rank)


@defines(linalg.lstsq)
def lstsq(
    a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True, lapack_driver=None
):
    a, b = np.asarray(a), np.asarray(b)
    if lapack_driver == "gelsy":
        refuse("`gelsy`, which computes no singular values", "leave `lapack_driver` out")
    if b.ndim != 2:
        refuse("whether the residual is a number depends on the rank of the matrix",
               "make the right side a matrix: `linalg.lstsq(a, b[:, None])[0][:, 0]`")  # fmt: skip
    x, residuals, rank, s = np.linalg.lstsq(a, b, rcond=-1 if cond is None else cond)
    return x, residuals, int(rank), s


@defines(linalg.norm)
def norm(a, ord=None, axis=None, keepdims=False, check_finite=True):
    return np.linalg.norm(a, ord, axis, keepdims)
