"""Arrays compared as a whole, and elements counted."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import defines


@defines(np.isclose)
def isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    a, b = np.asarray(a), np.asarray(b)
    near = (np.abs(a - b) <= atol + rtol * np.abs(b)) & np.isfinite(b)
    close = near | (a == b)
    return close | (np.isnan(a) & np.isnan(b)) if equal_nan else close


@defines(np.allclose)
def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    return bool(np.all(np.isclose(a, b, rtol, atol, equal_nan)))


@defines(np.array_equal)
def array_equal(a1, a2, equal_nan=False):
    a, b = np.asarray(a1), np.asarray(a2)
    if a.shape != b.shape:
        return False
    same = a == b
    return bool(np.all(same | (np.isnan(a) & np.isnan(b)) if equal_nan else same))


@defines(np.array_equiv)
def array_equiv(a1, a2):
    a, b = np.asarray(a1), np.asarray(a2)
    fits = True
    for n, m in zip(a.shape[::-1], b.shape[::-1]):
        fits = fits and (n == m or n == 1 or m == 1)
    if not fits:
        return False
    return bool(np.all(a == b))


@defines(np.count_nonzero)
def count_nonzero(a, axis=None, *, keepdims=False):
    return np.sum(np.asarray(a) != 0, axis=axis, keepdims=keepdims)
