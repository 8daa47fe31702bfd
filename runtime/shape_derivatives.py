"""Derivatives of the incomplete gamma and beta functions by their parameters of shape.

They have no closed form.  The series and the continued fractions of the functions themselves are
differentiated term by term: Moore, Algorithm AS 187 (Applied Statistics 31, 1982); Boik and
Robinson-Cox, Derivatives of the Incomplete Beta Function (J. Stat. Softw. 3, 1998); the fractions
by the method of Lentz (DLMF 3.10, 8.9, 8.17).  The functions of numbers are compiled as they are
(``machine_shape_derivatives.py``); those of their names without ``_of_numbers`` take arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special
from scipy.special import _ufuncs as hidden

LONGEST = 1_000_000  # terms; some times the root of the largest parameter are needed
SMALL = 1e-17  # what a term may leave of a sum


def log_power(a: float, x: float, log_gamma: float) -> float:
    """``log(x^a e^-x / Γ(a))``; where large terms would cancel, by Stirling's series."""
    if a < 20.0:
        return a * math.log(x) - x - log_gamma
    part = (x - a) / a
    rest = math.log1p(part) if abs(part) < 0.5 else math.log(x / a)
    squared = 1.0 / (a * a)
    series = 1.0 / 360.0 - squared * (1.0 / 1260.0 - squared / 1680.0)
    correction = (1.0 / 12.0 - squared * series) / a
    return a * (rest - part) + 0.5 * math.log(a / (2.0 * math.pi)) - correction


def gamma_slopes(
    a: float, x: float, log_gamma: float, psi: float, trigamma: float
) -> tuple[float, float]:
    """The first and second derivative of ``gammainc(a, x)`` by ``a``.

    ``log_gamma``, ``psi``, ``trigamma``: log Γ and its first two derivatives at ``a``.
    """
    if not (a > 0.0 and x >= 0.0) or math.isinf(a):
        return math.nan, math.nan
    if x == 0.0 or math.isinf(x):
        return 0.0, 0.0
    if x < a + 1.0:
        return gamma_by_series(a, x, log_gamma, psi, trigamma)
    return gamma_by_fraction(a, x, log_gamma, psi, trigamma)


def gamma_by_series(
    a: float, x: float, log_gamma: float, psi: float, trigamma: float
) -> tuple[float, float]:
    """Those of ``x^a e^-x / Γ(a + 1) Σ x^n / ((a + 1) ... (a + n))``."""
    term, first, second = 1.0, 0.0, 0.0  # of the logarithm of a term, the derivatives
    total, total_1, total_2 = 1.0, 0.0, 0.0
    for n in range(1, LONGEST):
        inverse = 1.0 / (a + n)
        term *= x * inverse
        first -= inverse
        second += inverse * inverse
        curved = term * (first * first + second)
        total += term
        total_1 += term * first
        total_2 += curved
        if x < a + n and abs(curved) <= SMALL * abs(total_2) and term <= SMALL * total:
            break
    scale = math.exp(log_power(a, x, log_gamma)) / a
    along = math.log(x) - psi - 1.0 / a  # ψ(a + 1) = ψ(a) + 1 / a
    bent = along * along - trigamma + 1.0 / (a * a)
    return (
        scale * (along * total + total_1),
        scale * (bent * total + 2.0 * along * total_1 + total_2),
    )


def gamma_by_fraction(
    a: float, x: float, log_gamma: float, psi: float, trigamma: float
) -> tuple[float, float]:
    """Those of ``1 - x^a e^-x / Γ(a) / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...))``."""
    b = x + 1.0 - a
    e, e_1, e_2 = b, -1.0, 0.0  # both run u' = b + p / u, from different beginnings
    c, c_1, c_2 = 1e300, 0.0, 0.0
    log_h, first, second = -math.log(b), 1.0 / b, 1.0 / (b * b)
    for n in range(1, LONGEST):
        p = n * (a - n)
        b += 2.0
        c, c_1, c_2 = next_convergent(b, -1.0, p, n, 0.0, c, c_1, c_2)
        e, e_1, e_2 = next_convergent(b, -1.0, p, n, 0.0, e, e_1, e_2)
        more = log_derivatives(c, c_1, c_2, e, e_1, e_2)
        log_h, first, second = log_h + more[0], first + more[1], second + more[2]
        if are_settled(more, first, second):
            break
    above = math.exp(log_power(a, x, log_gamma) + log_h)
    along = math.log(x) - psi + first
    return -above * along, -above * (along * along - trigamma + second)


def log_derivatives(
    c: float, c_1: float, c_2: float, e: float, e_1: float, e_2: float
) -> tuple[float, float, float]:
    """``log(c / e)`` and its two derivatives."""
    bent = c_2 / c - (c_1 / c) ** 2 - e_2 / e + (e_1 / e) ** 2
    return math.log(c / e), c_1 / c - e_1 / e, bent


def are_settled(more: tuple[float, float, float], first: float, second: float) -> bool:
    """Whether a factor has changed nothing: not the fraction, and none of its derivatives."""
    return (
        abs(more[0]) <= 2e-16
        and abs(more[1]) <= SMALL + 1e-16 * abs(first)
        and abs(more[2]) <= SMALL + 1e-16 * abs(second)
    )


def next_convergent(
    b: float, b_1: float, p: float, p_1: float, p_2: float, u: float, u_1: float, u_2: float
) -> tuple[float, float, float]:
    """``b + p / u`` with two derivatives; ``b`` is linear."""
    ratio, log_slope = p / u, u_1 / u
    bent = p_2 / u - 2.0 * p_1 / u * log_slope - ratio * (u_2 / u - 2.0 * log_slope * log_slope)
    return b + ratio, b_1 + p_1 / u - ratio * log_slope, bent


def beta_slopes(
    a: float,
    b: float,
    x: float,
    da: float,
    db: float,
    log_beta: float,
    psi: tuple[float, float, float],
    trigamma: tuple[float, float, float],
) -> tuple[float, float]:
    """The first and second derivative of ``betainc(a, b, x)`` along ``(da, db)``.

    ``psi``, ``trigamma``: of ``a``, ``b`` and ``a + b``.
    """
    if not (a > 0.0 and b > 0.0 and 0.0 <= x <= 1.0) or math.isinf(a + b):
        return math.nan, math.nan
    if x in (0.0, 1.0):
        return 0.0, 0.0
    log_x, log_y, sign = math.log(x), math.log1p(-x), 1.0
    rising = da * psi[0] + db * psi[1] - (da + db) * psi[2]
    bending = da * da * trigamma[0] + db * db * trigamma[1] - (da + db) ** 2 * trigamma[2]
    if x * (a + b + 2.0) > a + 1.0:  # I_x(a, b) = 1 - I_(1 - x)(b, a)
        a, b, da, db, x, log_x, log_y, sign = b, a, db, da, 1.0 - x, log_y, log_x, -1.0
    log_h, first, second = beta_fraction(a, b, x, da, db)
    value = math.exp(a * log_x + b * log_y - log_beta + log_h) / a
    along = da * (log_x - 1.0 / a) + db * log_y - rising + first
    return (
        sign * value * along,
        sign * value * (along * along + da * da / (a * a) - bending + second),
    )


def beta_fraction(a: float, b: float, x: float, da: float, db: float) -> tuple[float, float, float]:
    """The logarithm of ``1 / (1 + d_1 / (1 + d_2 / ...))``, and two derivatives of it."""
    e, e_1, e_2 = 1.0, 0.0, 0.0  # both run u' = 1 + d / u, one a step behind
    c, c_1, c_2 = 1.0, 0.0, 0.0
    log_h, first, second = 0.0, 0.0, 0.0
    for n in range(1, LONGEST):
        m = n // 2
        if n % 2 == 0:
            top, top_1, top_2 = m * (b - m) * x, m * db * x, 0.0
        else:
            top = -(a + m) * (a + b + m) * x
            top_1 = -(da * (a + b + m) + (a + m) * (da + db)) * x
            top_2 = -2.0 * da * (da + db) * x
        low = a + n - 1.0
        r, s = 1.0 / low, 1.0 / (low + 1.0)
        under, under_1 = r * s, -r * s * (r + s) * da
        under_2 = r * s * ((r + s) ** 2 + r * r + s * s) * da * da
        p, p_1 = top * under, top_1 * under + top * under_1
        p_2 = top_2 * under + 2.0 * top_1 * under_1 + top * under_2
        if n > 1:
            c, c_1, c_2 = next_convergent(1.0, 0.0, p, p_1, p_2, c, c_1, c_2)
        e, e_1, e_2 = next_convergent(1.0, 0.0, p, p_1, p_2, e, e_1, e_2)
        more = log_derivatives(c, c_1, c_2, e, e_1, e_2)
        log_h, first, second = log_h + more[0], first + more[1], second + more[2]
        if n > 2 and are_settled(more, first, second):
            break
    return log_h, first, second


def gammainc_slope_of_numbers(a: float, x: float, order: int) -> float:
    """The first or second derivative of ``gammainc(a, x)`` by ``a``, for numbers."""
    slopes = gamma_slopes(a, x, special.gammaln(a), special.psi(a), hidden._zeta(2.0, a))
    return slopes[order - 1]


def betainc_slope_of_numbers(
    a: float, b: float, x: float, da: float, db: float, order: int
) -> float:
    """The first or second derivative of ``betainc(a, b, x)`` along ``(da, db)``, for numbers."""
    psi = special.psi(a), special.psi(b), special.psi(a + b)
    trigamma = hidden._zeta(2.0, a), hidden._zeta(2.0, b), hidden._zeta(2.0, a + b)
    return beta_slopes(a, b, x, da, db, special.betaln(a, b), psi, trigamma)[order - 1]


_gammainc_slope = np.vectorize(gammainc_slope_of_numbers, otypes=[np.float64])
_betainc_slope = np.vectorize(betainc_slope_of_numbers, otypes=[np.float64])


def _typed(function: Callable[..., Any], ufunc: np.ufunc, *args: Any) -> Any:
    """The result in the dtype that SciPy's ufunc gives for these arguments."""
    with np.errstate(all="ignore"):
        ones = (arg.dtype.type(1) if hasattr(arg, "dtype") else arg for arg in args)
        kind = ufunc(*ones).dtype
        return np.asarray(function(*args), kind)[()]


def gammainc_by_a(a: Any, x: Any) -> Any:
    """The derivative of ``special.gammainc(a, x)`` by ``a``: arrays that broadcast."""
    return _typed(lambda a, x: _gammainc_slope(a, x, 1), special.gammainc, a, x)


def gammainc_by_a_twice(a: Any, x: Any) -> Any:
    """The second derivative of ``special.gammainc(a, x)`` by ``a``."""
    return _typed(lambda a, x: _gammainc_slope(a, x, 2), special.gammainc, a, x)


def _along(da: float, db: float, order: int) -> Callable[..., Any]:
    return lambda a, b, x: _betainc_slope(a, b, x, da, db, order)


def betainc_by_a(a: Any, b: Any, x: Any) -> Any:
    """The derivative of ``special.betainc(a, b, x)`` by ``a``: arrays that broadcast."""
    return _typed(_along(1.0, 0.0, 1), special.betainc, a, b, x)


def betainc_by_b(a: Any, b: Any, x: Any) -> Any:
    """The derivative of ``special.betainc(a, b, x)`` by ``b``."""
    return _typed(_along(0.0, 1.0, 1), special.betainc, a, b, x)


def betainc_by_a_twice(a: Any, b: Any, x: Any) -> Any:
    """The second derivative of ``special.betainc(a, b, x)`` by ``a``."""
    return _typed(_along(1.0, 0.0, 2), special.betainc, a, b, x)


def betainc_by_a_and_b(a: Any, b: Any, x: Any) -> Any:
    """The derivative of ``special.betainc(a, b, x)`` by ``a`` and ``b``, by polarisation."""

    def mixed(a: Any, b: Any, x: Any) -> Any:
        both = _betainc_slope(a, b, x, 1.0, 1.0, 2)
        return 0.5 * (both - _betainc_slope(a, b, x, 1.0, 0.0, 2)
                      - _betainc_slope(a, b, x, 0.0, 1.0, 2))  # fmt: skip

    return _typed(mixed, special.betainc, a, b, x)


def betainc_by_b_twice(a: Any, b: Any, x: Any) -> Any:
    """The second derivative of ``special.betainc(a, b, x)`` by ``b``."""
    return _typed(_along(0.0, 1.0, 2), special.betainc, a, b, x)
