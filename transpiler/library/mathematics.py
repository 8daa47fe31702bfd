"""Functions of Python's ``math`` that are no ufuncs, and what NumPy says of numbers."""

from __future__ import annotations

import math

import numpy as np

from adgen.transpiler.library.registry import constant, refuse


def prod(iterable, *, start=1):
    """``math.prod``."""
    result = start
    for item in iterable:
        result = result * item
    return result


def dist(p, q):
    """``math.dist``."""
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    total = 0.0
    for a, b in zip(p, q):
        total += (a - b) ** 2
    return math.sqrt(total)


def hypot(*coordinates):
    """``math.hypot`` of any number of coordinates."""
    if len(coordinates) == 2:
        return float(np.hypot(*coordinates))
    scale = 0.0
    for x in coordinates:
        scale = max(scale, constant(abs(x)))
    total = 0.0
    if np.isinf(scale):
        return float(scale)
    if scale == 0.0:
        for x in coordinates:
            total += abs(x)
        return float(total)
    for x in coordinates:
        total += (x / scale) ** 2
    return float(scale * math.sqrt(total))


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    """``math.isclose``."""
    if a == b:
        return True
    if np.isinf(a) or np.isinf(b):
        return False
    return abs(a - b) <= max(rel_tol * max(abs(a), abs(b)), abs_tol)


def factorial(n):
    """``math.factorial``; of what is computed, as far as 64 bits go."""
    if n < 0:
        raise ValueError("factorial() not defined for negative values")
    if n > 20:
        raise OverflowError("the factorial of more than 20 does not fit in 64 bits")
    result = 1
    for k in range(2, n + 1):
        result *= k
    return result


def comb(n, k):
    """``math.comb``; of what is computed, as far as 64 bits go."""
    if n < 0 or k < 0:
        raise ValueError("comb() takes no negative numbers")
    if n > 62:
        raise OverflowError("binomial coefficients of more than 62 may not fit in 64 bits")
    result = 1
    if k > n:
        return 0
    for j in range(1, min(k, n - k) + 1):
        result = result * (n - j + 1) // j
    return result


def perm(n, k=None):
    """``math.perm``; of what is computed, as far as 64 bits go."""
    if k is None:
        return factorial(n)
    if n < 0 or k < 0:
        raise ValueError("perm() takes no negative numbers")
    if n > 20:
        raise OverflowError("the permutations of more than 20 may not fit in 64 bits")
    result = 1
    if k > n:
        return 0
    for j in range(n - k + 1, n + 1):
        result *= j
    return result


def isqrt(n):
    """``math.isqrt``."""
    if n < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    root = int(math.sqrt(n))
    while root * root > n:
        root -= 1
    while (root + 1) * (root + 1) <= n:
        root += 1
    return root


def gcd(*integers):
    """``math.gcd``."""
    result = 0
    for n in integers:
        a, b = result, abs(n)
        while b != 0:
            a, b = b, a % b
        result = a
    return result


def lcm(*integers):
    """``math.lcm``."""
    result = 1
    for n in integers:
        if n == 0:
            return 0
        result = result // gcd(result, n) * abs(n)
    return result


def fsum(seq):
    """``math.fsum``."""
    refuse("`math.fsum` rounds once, which is not compiled", "write `sum(...)`, or `np.sum(...)`")


def remainder(x, y):
    """``math.remainder``."""
    refuse("`math.remainder` is not compiled", "write `x - y * np.rint(x / y)`")


FUNCTIONS = {
    math.prod: prod,
    math.dist: dist,
    math.hypot: hypot,
    math.isclose: isclose,
    math.factorial: factorial,
    math.comb: comb,
    math.perm: perm,
    math.isqrt: isqrt,
    math.gcd: gcd,
    math.lcm: lcm,
    math.fsum: fsum,
    math.remainder: remainder,
}
