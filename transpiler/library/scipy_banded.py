"""Banded matrices of SciPy, whose diagonals are rows; loaded only for programs that use it."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import defines


@defines(linalg.solve_banded)
def solve_banded(l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True):
    below, above = l_and_u
    ab, b = np.asarray(ab), np.asarray(b)
    if ab.shape[1] != b.shape[0]:
        raise ValueError("shapes of ab and b are not compatible.")
    if ab.shape[0] != below + above + 1:
        raise ValueError("invalid values for the number of lower and upper diagonals")
    n = ab.shape[1]
    a = np.zeros((n, n), np.result_type(ab.dtype, b.dtype))
    for j in range(n):
        for i in range(max(0, j - above), min(n, j + below + 1)):
            a[i, j] = ab[above + i - j, j]
    return np.linalg.solve(a, b)


def _as_float(a):
    """LAPACK computes in floating point."""
    a = np.asarray(a)
    return a.astype(np.float64) if np.result_type(a.dtype, np.int64) == np.int64 else a


def _below(ab):
    """The diagonals above the main one as those below it, which is the first row then."""
    width, n = ab.shape[0] - 1, ab.shape[1]
    out = np.zeros(ab.shape, ab.dtype)
    for k in range(width + 1):
        out[k, : max(n - k, 0)] = ab[width - k, min(k, n) :]
    return conjugated(out)


@defines(linalg.cholesky_banded)
def cholesky_banded(ab, overwrite_ab=False, lower=False, check_finite=True):
    ab = _as_float(ab)
    if lower:
        return _root(ab, ab)
    width, n = ab.shape[0] - 1, ab.shape[1]
    root = conjugated(_root(_below(ab), np.zeros(ab.shape, ab.dtype)))
    out = ab.copy()  # what is outside the matrix stays as it is
    for k in range(width + 1):
        out[width - k, min(k, n) :] = root[k, : max(n - k, 0)]
    return out


def _root(ab, rest):
    """Cholesky's factor, column by column, over ``rest``: each number meets a band of others."""
    out = rest.copy()
    width, n = ab.shape[0] - 1, ab.shape[1]
    for j in range(n):
        for i in range(j, min(n, j + width + 1)):
            total = ab[i - j, j]
            for k in range(max(0, i - width), j):
                total = total - out[i - k, k] * np.conjugate(out[j - k, k])
            if i > j:
                out[i - j, j] = total / out[0, j]
            else:
                square = np.real(total)
                if not square > 0:
                    raise np.linalg.LinAlgError(f"{j + 1}-th leading minor not positive definite")
                out[0, j] = np.sqrt(square)
    return out


@defines(linalg.cho_solve_banded)
def cho_solve_banded(cb_and_lower, b, overwrite_b=False, check_finite=True):
    root, lower = cb_and_lower
    root, b = _as_float(root), _as_float(b)
    root = root if lower else _below(root)
    width, n = root.shape[0] - 1, root.shape[1]
    x = np.zeros(b.shape, np.result_type(root.dtype, b.dtype))
    for i in range(n):
        total = b[i] + x[i]
        for k in range(max(0, i - width), i):
            total = total - root[i - k, k] * x[k]
        x[i] = total / root[0, i]
    for i in range(n - 1, -1, -1):
        total = x[i]
        for k in range(i + 1, min(n, i + width + 1)):
            total = total - np.conjugate(root[k - i, i]) * x[k]
        x[i] = total / root[0, i]
    return x


@defines(linalg.solveh_banded)
def solveh_banded(ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True):
    return linalg.cho_solve_banded((linalg.cholesky_banded(ab, lower=lower), lower), b)
