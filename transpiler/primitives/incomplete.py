"""The incomplete gamma and beta functions, their inverses, and Student's distribution.

By their points the slopes are densities (DLMF 8.8, 8.17).  By parameters of shape there is no
closed form: see ``runtime/shape_derivatives.py`` for how those are computed, and twice over; the
third derivatives by parameters of shape alone are not.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special as sp
from scipy.special import _ufuncs as hidden

from adgen.runtime import shape_derivatives as by_shape
from adgen.transpiler.primitives import typing
from adgen.transpiler.primitives.kinds import POSITIVE, REAL, Domain, Elementwise, Unknown
from adgen.transpiler.primitives.table import primitive

PROBABILITY = Domain(0.05, 0.95)
_TWO, _THREE = (POSITIVE, POSITIVE), (POSITIVE, POSITIVE, PROBABILITY)
_THIRD = Unknown("it is a third derivative by parameters of shape")


def _entered(function, *rules, domain):  # type: ignore[no-untyped-def]
    primitive(function, Elementwise(*rules), domain=domain)


def _derivative(function, like, *rules, domain):  # type: ignore[no-untyped-def]
    """A derivative by shape, as a function of its own that has derivatives."""
    names = ("a", "x") if len(rules) == 2 else ("a", "b", "x")
    primitive(function, Elementwise(*rules), types=typing.ufunc(like), operands=names,
              domain=domain)  # fmt: skip


# Gamma


def gamma_density(a, x):  # type: ignore[no-untyped-def]
    """x^(a-1) e^-x / Γ(a)."""
    return np.exp(sp.xlogy(a - 1, x) - x - sp.gammaln(a))


def gamma_slope(a, x):  # type: ignore[no-untyped-def]
    """The derivative of ``gammainc(a, x)`` by ``a``."""
    return a.call(by_shape.gammainc_by_a, x)


def _log_slope(a, x):  # type: ignore[no-untyped-def]
    """The derivative of the logarithm of the density by ``a``."""
    return np.log(x) - sp.psi(a)


_entered(sp.gammainc, lambda t, z, a, x: t * gamma_slope(a, x),
         lambda t, z, a, x: t * gamma_density(a, x), domain=_TWO)  # fmt: skip
_entered(sp.gammaincc, lambda t, z, a, x: -t * gamma_slope(a, x),
         lambda t, z, a, x: -t * gamma_density(a, x), domain=_TWO)  # fmt: skip
_entered(sp.gammaincinv, lambda t, z, a, p: -t * gamma_slope(a, z) / gamma_density(a, z),
         lambda t, z, a, p: t / gamma_density(a, z),
         domain=(POSITIVE, PROBABILITY))  # fmt: skip
_entered(sp.gammainccinv, lambda t, z, a, p: -t * gamma_slope(a, z) / gamma_density(a, z),
         lambda t, z, a, p: -t / gamma_density(a, z),
         domain=(POSITIVE, PROBABILITY))  # fmt: skip
_derivative(by_shape.gammainc_by_a, sp.gammainc,
            lambda t, z, a, x: t * a.call(by_shape.gammainc_by_a_twice, x),
            lambda t, z, a, x: t * gamma_density(a, x) * _log_slope(a, x),
            domain=_TWO)  # fmt: skip
_derivative(by_shape.gammainc_by_a_twice, sp.gammainc, _THIRD,
            lambda t, z, a, x: t * gamma_density(a, x)
            * (_log_slope(a, x) ** 2 - hidden._zeta(2.0, a)),
            domain=_TWO)  # fmt: skip

# Beta


def beta_density(a, b, x):  # type: ignore[no-untyped-def]
    """x^(a-1) (1-x)^(b-1) / B(a, b)."""
    return np.exp(sp.xlogy(a - 1, x) + sp.xlog1py(b - 1, -x) - sp.betaln(a, b))


def beta_slope_a(a, b, x):  # type: ignore[no-untyped-def]
    """The derivative of ``betainc(a, b, x)`` by ``a``."""
    return a.call(by_shape.betainc_by_a, b, x)


def beta_slope_b(a, b, x):  # type: ignore[no-untyped-def]
    """The derivative of ``betainc(a, b, x)`` by ``b``."""
    return a.call(by_shape.betainc_by_b, b, x)


_entered(sp.betainc,
         lambda t, z, a, b, x: t * beta_slope_a(a, b, x),
         lambda t, z, a, b, x: t * beta_slope_b(a, b, x),
         lambda t, z, a, b, x: t * beta_density(a, b, x), domain=_THREE)  # fmt: skip
_entered(sp.betaincc,
         lambda t, z, a, b, x: -t * beta_slope_a(a, b, x),
         lambda t, z, a, b, x: -t * beta_slope_b(a, b, x),
         lambda t, z, a, b, x: -t * beta_density(a, b, x), domain=_THREE)  # fmt: skip
_entered(sp.betaincinv,
         lambda t, z, a, b, p: -t * beta_slope_a(a, b, z) / beta_density(a, b, z),
         lambda t, z, a, b, p: -t * beta_slope_b(a, b, z) / beta_density(a, b, z),
         lambda t, z, a, b, p: t / beta_density(a, b, z), domain=_THREE)  # fmt: skip
_entered(sp.betainccinv,
         lambda t, z, a, b, p: -t * beta_slope_a(a, b, z) / beta_density(a, b, z),
         lambda t, z, a, b, p: -t * beta_slope_b(a, b, z) / beta_density(a, b, z),
         lambda t, z, a, b, p: -t / beta_density(a, b, z), domain=_THREE)  # fmt: skip


def _log_slope_a(a, b, x):  # type: ignore[no-untyped-def]
    """The derivative of the logarithm of the density by ``a``."""
    return np.log(x) - sp.psi(a) + sp.psi(a + b)


def _log_slope_b(a, b, x):  # type: ignore[no-untyped-def]
    """That by ``b``."""
    return np.log1p(-x) - sp.psi(b) + sp.psi(a + b)


def _bent(a, b, own):  # type: ignore[no-untyped-def]
    """The second derivative of the logarithm of the density by ``own``, one of the two."""
    return hidden._zeta(2.0, a + b) - hidden._zeta(2.0, own)


_derivative(by_shape.betainc_by_a, sp.betainc,
            lambda t, z, a, b, x: t * a.call(by_shape.betainc_by_a_twice, b, x),
            lambda t, z, a, b, x: t * a.call(by_shape.betainc_by_a_and_b, b, x),
            lambda t, z, a, b, x: t * beta_density(a, b, x) * _log_slope_a(a, b, x),
            domain=_THREE)  # fmt: skip
_derivative(by_shape.betainc_by_b, sp.betainc,
            lambda t, z, a, b, x: t * a.call(by_shape.betainc_by_a_and_b, b, x),
            lambda t, z, a, b, x: t * a.call(by_shape.betainc_by_b_twice, b, x),
            lambda t, z, a, b, x: t * beta_density(a, b, x) * _log_slope_b(a, b, x),
            domain=_THREE)  # fmt: skip
_derivative(by_shape.betainc_by_a_twice, sp.betainc, _THIRD, _THIRD,
            lambda t, z, a, b, x: t * beta_density(a, b, x)
            * (_log_slope_a(a, b, x) ** 2 + _bent(a, b, a)), domain=_THREE)  # fmt: skip
_derivative(by_shape.betainc_by_a_and_b, sp.betainc, _THIRD, _THIRD,
            lambda t, z, a, b, x: t * beta_density(a, b, x)
            * (_log_slope_a(a, b, x) * _log_slope_b(a, b, x) + hidden._zeta(2.0, a + b)),
            domain=_THREE)  # fmt: skip
_derivative(by_shape.betainc_by_b_twice, sp.betainc, _THIRD, _THIRD,
            lambda t, z, a, b, x: t * beta_density(a, b, x)
            * (_log_slope_b(a, b, x) ** 2 + _bent(a, b, b)), domain=_THREE)  # fmt: skip

# Student's distribution of n degrees of freedom: 1 - I(n / 2, 1 / 2; n / (n + x^2)) / 2 where x > 0


def student_density(n, x):  # type: ignore[no-untyped-def]
    """The density."""
    return np.exp(sp.gammaln(0.5 * (n + 1)) - sp.gammaln(0.5 * n) - 0.5 * np.log(n * math.pi)
                  - 0.5 * (n + 1) * np.log1p(x * x / n))  # fmt: skip


def _half_share(h, x):  # type: ignore[no-untyped-def]
    """``x^h / B(h, 1 / 2)``."""
    return np.exp(h * np.log(x) - sp.betaln(h, 0.5))


def _student_pull(n, x, share):  # type: ignore[no-untyped-def]
    """The density of the share times what the share changes by; finite where x is 0."""
    return _half_share(0.5 * n, share) * np.abs(x) / (n * np.sqrt(n + x * x))


def _share_slope(h, share):  # type: ignore[no-untyped-def]
    return h.call(by_shape.betainc_by_a, 0.5, share)


def _student_turn(n, x, share):  # type: ignore[no-untyped-def]
    return 0.5 * _share_slope(0.5 * n, share) + _student_pull(n, x, share)


def student_slope(n, x):  # type: ignore[no-untyped-def]
    """The derivative of ``stdtr(n, x)`` by ``n``."""
    return -0.5 * np.sign(x) * _student_turn(n, x, n / (n + x * x))


_entered(sp.stdtr, lambda t, z, n, x: t * student_slope(n, x),
         lambda t, z, n, x: t * student_density(n, x), domain=(POSITIVE, REAL))  # fmt: skip
_entered(sp.stdtrit, lambda t, z, n, p: -t * student_slope(n, z) / student_density(n, z),
         lambda t, z, n, p: t / student_density(n, z),
         domain=(Domain(1.0, 4.0), PROBABILITY))  # fmt: skip
