"""Series of ``np.polynomial``: sums of powers and of orthogonal polynomials, the lowest first.

A sum is computed by Clenshaw's recurrence (DLMF 3.11.15) from what polynomials of one degree are
made of: ``p[k+1] = a(k) p[k] - b(k) p[k-1]`` (DLMF 18.9).
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from adgen.transpiler.library.registry import defines


def _coefficients(x, c, tensor):
    """The coefficients as floats; those of several series by an axis for each axis of ``x``."""
    c = 1.0 * np.asarray(c)
    if tensor and np.ndim(x) > 0 and c.ndim > 1:
        return c.reshape(c.shape + (1,) * np.ndim(x))
    return c


def _points(x):
    """Where a series is evaluated; a number of Python's decides no dtype."""
    return np.asarray(x) if isinstance(x, (tuple, list)) else x


def _sum(x, c, tensor, step, back):
    """``step(k, x)`` is ``a(k)``, ``back(k)`` is ``b(k)``."""
    x = _points(x)
    c = _coefficients(x, c, tensor)
    one = c[0] * 0.0 + 0.0 * x
    two = one
    for k in range(c.shape[0] - 1, -1, -1):
        one, two = c[k] + step(k, x) * one - back(k + 1) * two, one
    return one


@defines(polynomial.polyval)
def polyval(x, c, tensor=True):
    x = _points(x)
    c = _coefficients(x, c, tensor)
    total = c[0] * 0.0 + 0.0 * x
    for k in range(c.shape[0] - 1, -1, -1):
        total = c[k] + total * x
    return total


@defines(chebyshev.chebval)
def chebval(x, c, tensor=True):
    return _sum(x, c, tensor, lambda k, x: x if k == 0 else 2.0 * x, lambda k: 1.0)


@defines(legendre.legval)
def legval(x, c, tensor=True):
    return _sum(x, c, tensor, lambda k, x: (2 * k + 1) / (k + 1) * x, lambda k: k / (k + 1))


@defines(hermite.hermval)
def hermval(x, c, tensor=True):
    return _sum(x, c, tensor, lambda k, x: 2.0 * x, lambda k: 2.0 * k)


@defines(hermite_e.hermeval)
def hermeval(x, c, tensor=True):
    return _sum(x, c, tensor, lambda k, x: x, lambda k: 1.0 * k)


@defines(laguerre.lagval)
def lagval(x, c, tensor=True):
    return _sum(x, c, tensor, lambda k, x: (2 * k + 1 - x) / (k + 1), lambda k: k / (k + 1))


@defines(polynomial.polyval2d)
def polyval2d(x, y, c):
    return polyval(np.asarray(y), polyval(np.asarray(x), c), tensor=False)


@defines(polynomial.polyvalfromroots)
def polyvalfromroots(x, r, tensor=True):
    x, r = _points(x), 1.0 * np.asarray(r)
    if tensor and np.ndim(x) > 0:
        r = r.reshape(r.shape + (1,) * np.ndim(x))
    return np.prod(x - r, axis=0)


def _all_to(x, deg, step, back):
    """The polynomials up to a degree, along a last axis."""
    x = 1.0 * np.atleast_1d(x)
    found = np.empty((deg + 1,) + x.shape, x.dtype)
    found[0] = 0.0 * x + 1.0
    for k in range(deg):
        before = found[k - 1] if k > 0 else 0.0 * x
        found[k + 1] = step(k, x) * found[k] - back(k) * before
    return np.moveaxis(found, 0, -1)


@defines(polynomial.polyvander)
def polyvander(x, deg):
    return _all_to(x, deg, lambda k, x: x, lambda k: 0.0)


@defines(chebyshev.chebvander)
def chebvander(x, deg):
    return _all_to(x, deg, lambda k, x: x if k == 0 else 2.0 * x, lambda k: 1.0)


@defines(legendre.legvander)
def legvander(x, deg):
    return _all_to(x, deg, lambda k, x: (2 * k + 1) / (k + 1) * x, lambda k: k / (k + 1))


@defines(hermite.hermvander)
def hermvander(x, deg):
    return _all_to(x, deg, lambda k, x: 2.0 * x, lambda k: 2.0 * k)


@defines(hermite_e.hermevander)
def hermevander(x, deg):
    return _all_to(x, deg, lambda k, x: x, lambda k: 1.0 * k)


@defines(laguerre.lagvander)
def lagvander(x, deg):
    return _all_to(x, deg, lambda k, x: (2 * k + 1 - x) / (k + 1), lambda k: k / (k + 1))


@defines(polynomial.polyder)
def polyder(c, m=1, scl=1, axis=0):
    c = np.moveaxis(1.0 * np.asarray(c), axis, 0)
    for _ in (None,) * m:
        if c.shape[0] == 1:  # of a constant a constant is left
            c = c * 0.0
        else:
            powers = np.arange(1, c.shape[0]).reshape((-1,) + (1,) * (c.ndim - 1))
            c = c[1:] * powers.astype(c.dtype) * scl
    return np.moveaxis(c, 0, axis)


@defines(polynomial.polyadd)
def polyadd(c1, c2):
    a, b = _floats(c1), _floats(c2)
    if a.ndim > 1 or b.ndim > 1:
        raise ValueError("Coefficient array is not 1-d")
    return _without_zeros(np.polyadd(a[::-1], b[::-1])[::-1])


@defines(polynomial.polysub)
def polysub(c1, c2):
    a, b = _floats(c1), _floats(c2)
    if a.ndim > 1 or b.ndim > 1:
        raise ValueError("Coefficient array is not 1-d")
    return _without_zeros(np.polysub(a[::-1], b[::-1])[::-1])


@defines(polynomial.polymul)
def polymul(c1, c2):
    a, b = _floats(c1), _floats(c2)
    if a.ndim > 1 or b.ndim > 1:
        raise ValueError("Coefficient array is not 1-d")
    return _without_zeros(np.convolve(a, b))


def _floats(c):
    return 1.0 * np.atleast_1d(c)


def _without_zeros(c):
    """A polynomial up to its last coefficient that is not 0."""
    count = c.shape[0]
    while count > 1 and c[count - 1] == 0:
        count -= 1
    return c[:count]
