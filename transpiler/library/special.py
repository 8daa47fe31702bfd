"""Functions of ``scipy.special`` that others define; loaded only for programs that use SciPy."""

from __future__ import annotations

import math

import numpy as np
from scipy import special
from scipy.special import _ufuncs

from adgen.transpiler.library.axes import axes_of
from adgen.transpiler.library.registry import constant, defines, refuse


@defines(special.zeta)
def zeta(x, q=None, out=None):
    if out is not None:
        refuse("`special.zeta` with `out`", "write `out[:] = special.zeta(...)`")
    return _ufuncs._riemann_zeta(x) if q is None else _ufuncs._zeta(x, q)


@defines(special.polygamma)
def polygamma(n, x):
    if isinstance(n, int):
        if n == 0:
            return special.psi(x)
        return (-1.0) ** (n + 1) * special.gamma(n + 1.0) * _ufuncs._zeta(n + 1.0, x)
    higher = (-1.0) ** (n + 1) * special.gamma(n + 1.0) * _ufuncs._zeta(n + 1, x)
    return np.where(n == 0, special.psi(x), higher)


@defines(special.multigammaln)
def multigammaln(a, d):
    total = d * (d - 1) * 0.25 * math.log(math.pi)
    for j in range(d):
        total = total + special.loggamma(a - j / 2.0)
    return total


def _top(a, axis):
    """The largest elements, 0 where they are infinite: any number gives the same result."""
    top = np.max(a, axis=axis, keepdims=True)
    return constant(np.where(np.isfinite(top), top, 0.0))


@defines(special.logsumexp)
def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    a = np.asarray(a)
    top = _top(a, axis)
    weights = np.exp(a - top)
    if b is not None:
        weights = b * weights
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    top = top if keepdims else np.squeeze(top, axis=axes_of(a, axis))
    if return_sign:
        return np.log(np.abs(total)) + top, np.sign(total)
    return np.log(total) + top


@defines(special.softmax)
def softmax(x, axis=None):
    x = np.asarray(x)
    weights = np.exp(x - _top(x, axis))
    return weights / np.sum(weights, axis=axis, keepdims=True)


@defines(special.log_softmax)
def log_softmax(x, axis=None):
    x = np.asarray(x)
    below = x - _top(x, axis)
    return below - np.log(np.sum(np.exp(below), axis=axis, keepdims=True))


@defines(np.i0)
def i0(x):
    return special.i0(x)
