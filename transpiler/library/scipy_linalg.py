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
def solve(a, b):
    return np.linalg.solve(a, b)


@defines(linalg.norm)
def norm(a, ord=None, axis=None, keepdims=False, check_finite=True):
    return np.linalg.norm(a, ord, axis, keepdims)
