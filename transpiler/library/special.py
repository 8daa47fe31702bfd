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


@defines(special.lambertw)
def lambertw(z, k=0, tol=1e-8):
    return _ufuncs._lambertw(z, np.asarray(k, np.int64), tol)


def _spherical(function, sign, n, z, derivative):
    """A spherical Bessel function, or its derivative (DLMF 10.51.2, 10.51.5)."""
    n = np.asarray(n, np.int64)
    if not derivative:
        return function(n, z)
    value = function(n, z)
    return n.astype(value.dtype) / z * value + sign * function(n + 1, z)


def _in_double(z):
    """SciPy computes these of float32 in double precision."""
    z = np.asarray(z)
    return z.astype(np.result_type(z, np.float64))


@defines(special.spherical_jn)
def spherical_jn(n, z, derivative=False):
    return _spherical(_ufuncs._spherical_jn, -1.0, n, _in_double(z), derivative)


@defines(special.spherical_yn)
def spherical_yn(n, z, derivative=False):
    return _spherical(_ufuncs._spherical_yn, -1.0, n, _in_double(z), derivative)


@defines(special.spherical_in)
def spherical_in(n, z, derivative=False):
    return _spherical(_ufuncs._spherical_in, 1.0, n, _in_double(z), derivative)


@defines(special.spherical_kn)
def spherical_kn(n, z, derivative=False):
    return _spherical(_ufuncs._spherical_kn, -1.0, n, z, derivative)


def _differences(function, v, z, n, phase):
    """The ``n``-th derivative of a Bessel function (DLMF 10.6.7, 10.29.5)."""
    v, factor = np.asarray(v), 1.0
    total = function(v - n, z)
    for k in tuple(range(1, n + 1)):
        factor = phase * factor * (n - k + 1) / k
        total = total + factor * function(v - n + 2 * k, z)
    return total / 2.0**n


@defines(special.jvp)
def jvp(v, z, n=1):
    return _differences(special.jv, v, z, n, -1.0)


@defines(special.yvp)
def yvp(v, z, n=1):
    return _differences(special.yv, v, z, n, -1.0)


@defines(special.ivp)
def ivp(v, z, n=1):
    return _differences(special.iv, v, z, n, 1.0)


@defines(special.kvp)
def kvp(v, z, n=1):
    return (-1.0) ** n * _differences(special.kv, v, z, n, 1.0)


@defines(special.factorial)
def factorial(n, exact=False, extend="zero"):
    if exact or extend != "zero":
        refuse("`special.factorial` of Python's long integers, or of all numbers", "gamma(n + 1)")
    n = np.asarray(n, np.float64)
    return np.where(n < 0, 0.0, special.gamma(1.0 + n))


@defines(special.comb)
def comb(N, k, *, exact=False, repetition=False):
    if exact:
        refuse("`special.comb` with `exact`", "call `math.comb`, or leave it out")
    N, k = np.asarray(N), np.asarray(k)
    if repetition:
        return np.where((k == 0) & (N >= 0), 1.0, special.binom(N + k - 1, k))
    return np.where((k <= N) & (N >= 0) & (k >= 0), special.binom(N, k), 0.0)


@defines(special.perm)
def perm(N, k, exact=False):
    if exact:
        refuse("`special.perm` with `exact`", "call `math.perm`, or leave it out")
    N, k = np.asarray(N), np.asarray(k)
    return np.where((k <= N) & (N >= 0) & (k >= 0), special.poch(N - k + 1, k), 0.0)


if hasattr(special, "softplus"):  # new in SciPy 1.15

    @defines(special.softplus)
    def softplus(x):
        return np.logaddexp(0.0, x)
