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


@defines(np.count_nonzero)
def count_nonzero(a, axis=None, *, keepdims=False):
    return np.sum(np.asarray(a) != 0, axis=axis, keepdims=keepdims)
