"""Polynomials by their coefficients, the highest power first."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.dtypes import counts
from adgen.transpiler.library.registry import defines, refuse


@defines(np.polyval)
def polyval(p, x):
    p = np.asarray(p)
    value = 0 * np.asarray(x)
    for coefficient in p:
        value = value * x + coefficient
    return value


@defines(np.polyder)
def polyder(p, m=1):
    p = np.asarray(p)
    for _ in (None,) * m:
        powers = np.arange(p.shape[0] - 1, 0, -1)
        p = p[:-1] * powers
    return p


@defines(np.polyint)
def polyint(p, m=1, k=None):
    p = 1.0 * np.asarray(p)
    if p.ndim > 1:
        raise ValueError("the coefficients of a polynomial are to be an array of one axis")
    for step in tuple(range(m)):
        constant = 0.0 if k is None else np.ravel(k)[step if np.ndim(k) > 0 else 0]
        powers = np.arange(p.shape[0], 0, -1)
        p = np.concatenate((p / powers, np.full(1, constant)))
    return p


@defines(np.polymul)
def polymul(a1, a2):
    a, b = np.atleast_1d(a1), np.atleast_1d(a2)
    if a.ndim > 1 or b.ndim > 1:
        raise ValueError("Polynomial must be 1d only.")
    return np.convolve(_trimmed(a), _trimmed(b))


def _trimmed(p):
    """Without zeros of the highest powers; 0 if nothing is left."""
    n, start = p.shape[0], 0
    if n == 0:
        return np.zeros(1, p.dtype)
    while start < n - 1 and p[start] == 0:
        start += 1
    return p[start:]


@defines(np.polyadd)
def polyadd(a1, a2):
    a, b = _of_one_length(np.atleast_1d(a1), np.atleast_1d(a2))
    return a + b


@defines(np.polysub)
def polysub(a1, a2):
    a, b = _of_one_length(np.atleast_1d(a1), np.atleast_1d(a2))
    return a - b


def _of_one_length(a, b):
    """Both with zeros before the shorter one."""
    n = max(a.shape[0], b.shape[0])
    return _filled(a, n), _filled(b, n)


def _filled(a, n):
    """A polynomial with ``n`` coefficients; several, by the further axes, are to have them."""
    if a.ndim > 1:
        if a.shape[0] < n:
            raise ValueError("all the input arrays must have same number of dimensions")
        return a
    out = np.zeros(n, a.dtype)
    out[n - a.shape[0] :] = a
    return out


@defines(np.roots)
def roots(p):
    refuse("`np.roots`", "find one root by Newton's method, in a loop")


@defines(np.poly)
def poly(seq_of_zeros):
    zeros = np.atleast_1d(seq_of_zeros)
    if zeros.ndim == 2:
        zeros = np.linalg.eigvals(zeros)
    dtype = np.float64 if counts(zeros) else zeros.dtype
    found = np.zeros(zeros.shape[0] + 1, dtype)
    found[0] = 1.0
    for k in range(zeros.shape[0]):
        found[1 : k + 2] = found[1 : k + 2] - zeros[k] * found[: k + 1]
    return found
