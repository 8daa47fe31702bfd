"""Special functions of SciPy, each derivative in closed form (formulas: DLMF, dlmf.nist.gov).

Where the derivative with respect to a parameter has no closed form, it is refused.
Loaded only for programs that have imported ``scipy.special``.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special as sp
from scipy.special import _ufuncs as hidden

from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives.kinds import (
    NONZERO,
    POSITIVE,
    REAL,
    UNIT,
    Domain,
    Elementwise,
    Explicit,
    NoDerivative,
    Refused,
    Unknown,
)
from adgen.transpiler.primitives.table import primitive

ROOT_PI, ROOT_2PI = math.sqrt(math.pi), math.sqrt(2 * math.pi)
DEGREE = math.pi / 180
PROBABILITY, PARAMETER = Domain(0.05, 0.95), Domain(0.1, 0.9)
NO_FORMULA = Unknown("it has no closed form")


def _one(function, rule, domain=REAL, **facts):  # type: ignore[no-untyped-def]
    primitive(function, Elementwise(rule), domain=domain, **facts)


def _two(function, first, second, domain=POSITIVE, **facts):  # type: ignore[no-untyped-def]
    primitive(function, Elementwise(first, second), domain=domain, **facts)


# Gamma and beta (DLMF 5.2, 5.9, 5.12)

_one(sp.gamma, lambda t, y, x: t * y * sp.psi(x), POSITIVE, complex=True)
_one(sp.rgamma, lambda t, y, x: -t * y * sp.psi(x), POSITIVE, complex=True)
_one(sp.gammaln, lambda t, y, x: t * sp.psi(x), POSITIVE)
_one(sp.loggamma, lambda t, y, x: t * sp.psi(x), POSITIVE, complex=True)
primitive(sp.gammasgn, NoDerivative("piecewise constant"), elementwise=True, domain=NONZERO)


def _trigamma(x):  # type: ignore[no-untyped-def]
    if x.is_complex:
        raise Refused(
            "of complex numbers SciPy has no trigamma function",
            "let what the derivative is by reach it as real numbers alone",
        )
    return hidden._zeta(2.0, x)


_one(sp.psi, lambda t, y, x: t * _trigamma(x), POSITIVE, complex=True,
     formula="t * special.zeta(2.0, x)")  # fmt: skip
_two(hidden._zeta, NO_FORMULA, lambda t, z, x, q: -t * x * hidden._zeta(x + 1, q),
     (Domain(1.5, 4.0), POSITIVE))  # fmt: skip
_one(hidden._riemann_zeta, NO_FORMULA, Domain(1.5, 4.0))


_two(sp.beta, lambda t, z, a, b: t * z * (sp.psi(a) - sp.psi(a + b)),
     lambda t, z, a, b: t * z * (sp.psi(b) - sp.psi(a + b)))  # fmt: skip
_two(sp.betaln, lambda t, z, a, b: t * (sp.psi(a) - sp.psi(a + b)),
     lambda t, z, a, b: t * (sp.psi(b) - sp.psi(a + b)))  # fmt: skip
_two(sp.poch, lambda t, y, z, m: t * y * (sp.psi(z + m) - sp.psi(z)),
     lambda t, y, z, m: t * y * sp.psi(z + m))  # fmt: skip
_two(sp.binom, lambda t, z, n, k: t * z * (sp.psi(n + 1) - sp.psi(n - k + 1)),
     lambda t, z, n, k: t * z * (sp.psi(n - k + 1) - sp.psi(k + 1)),
     (Domain(3.1, 6.0), Domain(0.3, 2.7)))  # fmt: skip

# Error functions and the normal distribution (DLMF 7.2, 7.10, 7.17)

_one(sp.erf, lambda t, y, x: t * (2 / ROOT_PI) * np.exp(-x * x), complex=True)
_one(sp.erfc, lambda t, y, x: t * (-2 / ROOT_PI) * np.exp(-x * x), complex=True)
_one(sp.erfcx, lambda t, y, x: t * (2 * x * y - 2 / ROOT_PI), complex=True)
_one(sp.erfi, lambda t, y, x: t * (2 / ROOT_PI) * np.exp(x * x), complex=True)
_one(sp.dawsn, lambda t, y, x: t * (1 - 2 * x * y), complex=True)
_one(sp.erfinv, lambda t, y, x: t * (ROOT_PI / 2) * np.exp(y * y), UNIT)
_one(sp.erfcinv, lambda t, y, x: t * (-ROOT_PI / 2) * np.exp(y * y), PROBABILITY)
_one(sp.ndtr, lambda t, y, x: t * (1 / ROOT_2PI) * np.exp(-0.5 * x * x), complex=True)
_one(sp.log_ndtr, lambda t, y, x: t * (1 / ROOT_2PI) * np.exp(-0.5 * x * x - y), complex=True)
_one(sp.ndtri, lambda t, y, p: t * ROOT_2PI * np.exp(0.5 * y * y), PROBABILITY)
_one(sp.ndtri_exp, lambda t, y, x: t * ROOT_2PI * np.exp(x + 0.5 * y * y), Domain(-3.0, -0.1))
_two(sp.owens_t,
     lambda t, z, h, a: t * (-0.5 / ROOT_2PI) * np.exp(-0.5 * h * h)
     * sp.erf(a * h * math.sqrt(0.5)),
     lambda t, z, h, a: t * np.exp(-0.5 * h * h * (1 + a * a)) / (2 * math.pi * (1 + a * a)),
     REAL)  # fmt: skip

# Logistic functions and entropies

_one(sp.expit, lambda t, y, x: t * y * (1 - y))
_one(sp.log_expit, lambda t, y, x: t * sp.expit(-x))
_one(sp.logit, lambda t, y, x: t / (x * (1 - x)), PROBABILITY)


def _ratio(t, x, y):  # type: ignore[no-untyped-def]
    """The product ``t x / y``, and 0 where x is 0 whatever y is."""
    return np.where(x == 0, 0.0, t * x / np.where(x == 0, 1.0, y))


_two(sp.xlogy, lambda t, z, x, y: t * np.log(y), lambda t, z, x, y: _ratio(t, x, y),
     (NONZERO, POSITIVE), complex=True)  # fmt: skip
_two(sp.xlog1py, lambda t, z, x, y: t * np.log1p(y), lambda t, z, x, y: _ratio(t, x, 1 + y),
     (NONZERO, POSITIVE), complex=True)  # fmt: skip
_one(sp.entr, lambda t, y, x: -t * (np.log(x) + 1), POSITIVE)
_two(sp.rel_entr, lambda t, z, x, y: t * (np.log(x / y) + 1), lambda t, z, x, y: -t * x / y)
_two(sp.kl_div, lambda t, z, x, y: t * np.log(x / y), lambda t, z, x, y: t * (1 - x / y))
_two(sp.huber, lambda t, z, d, r: t * np.where(np.abs(r) <= d, 0.0, np.abs(r) - d),
     lambda t, z, d, r: t * np.clip(r, -d, d), (Domain(0.8, 1.2), REAL))  # fmt: skip


def _slant(d, r):  # type: ignore[no-untyped-def]
    return np.sqrt(1 + r * r / (d * d))


_two(sp.pseudo_huber, lambda t, z, d, r: t * (2 * z / d - r * r / (d * _slant(d, r))),
     lambda t, z, d, r: t * r / _slant(d, r), (POSITIVE, REAL))  # fmt: skip

# Bessel functions (DLMF 10.6, 10.29): the order has no derivative

_one(sp.j0, lambda t, y, x: -t * sp.j1(x))
_one(sp.j1, lambda t, y, x: t * 0.5 * (sp.j0(x) - sp.jv(2, x)))
_one(sp.y0, lambda t, y, x: -t * sp.y1(x), POSITIVE)
_one(sp.y1, lambda t, y, x: t * 0.5 * (sp.y0(x) - sp.yv(2, x)), POSITIVE)
_one(sp.i0, lambda t, y, x: t * sp.i1(x))
_one(sp.i1, lambda t, y, x: t * 0.5 * (sp.i0(x) + sp.iv(2, x)))
_one(sp.i0e, lambda t, y, x: t * (sp.i1e(x) - np.sign(x) * y), NONZERO, kink="0 at 0")
_one(sp.i1e, lambda t, y, x: t * (0.5 * (sp.i0e(x) + sp.ive(2, x)) - np.sign(x) * y), NONZERO)
_one(sp.k0, lambda t, y, x: -t * sp.k1(x), POSITIVE)
_one(sp.k1, lambda t, y, x: t * -0.5 * (sp.k0(x) + sp.kv(2, x)), POSITIVE)
_one(sp.k0e, lambda t, y, x: t * (y - sp.k1e(x)), POSITIVE)
_one(sp.k1e, lambda t, y, x: t * (y - 0.5 * (sp.k0e(x) + sp.kve(2, x))), POSITIVE)


def _bessel(function, rule, **facts):  # type: ignore[no-untyped-def]
    whole = Domain(1, 3, integer=True) if function in (sp.yn, sp.kn) else POSITIVE
    _two(function, Unknown("the order of a Bessel function is a parameter"), rule,
         (whole, POSITIVE), **facts)  # fmt: skip


for _function in (sp.jv, sp.yv):
    _bessel(_function, lambda t, z, v, x, f=_function: t * 0.5 * (f(v - 1, x) - f(v + 1, x)),
            complex=True)  # fmt: skip
_bessel(sp.yn, lambda t, z, n, x: t * 0.5 * (sp.yv(n - 1, x) - sp.yv(n + 1, x)))
_bessel(sp.iv, lambda t, z, v, x: t * 0.5 * (sp.iv(v - 1, x) + sp.iv(v + 1, x)),
        complex=True)  # fmt: skip
_bessel(sp.kn, lambda t, z, n, x: t * -0.5 * (sp.kv(n - 1, x) + sp.kv(n + 1, x)))
_bessel(sp.kv, lambda t, z, v, x: t * -0.5 * (sp.kv(v - 1, x) + sp.kv(v + 1, x)),
        complex=True)  # fmt: skip
_bessel(sp.ive, lambda t, z, v, x: t * (0.5 * (sp.ive(v - 1, x) + sp.ive(v + 1, x))
                                        - np.sign(x) * z))  # fmt: skip
_bessel(sp.kve, lambda t, z, v, x: t * (z - 0.5 * (sp.kve(v - 1, x) + sp.kve(v + 1, x))),
        complex=True)  # fmt: skip

# Elliptic and exponential integrals (DLMF 19.4, 6.2, 8.19)


def _ellipk_slope(k, e, m):  # type: ignore[no-untyped-def]
    return (e - (1 - m) * k) / (2 * m * (1 - m))


_one(sp.ellipk, lambda t, y, m: t * _ellipk_slope(y, sp.ellipe(m), m), PARAMETER)
_one(sp.ellipkm1, lambda t, y, p: -t * _ellipk_slope(y, sp.ellipe(1 - p), 1 - p), PARAMETER)
_one(sp.ellipe, lambda t, y, m: t * (y - sp.ellipk(m)) / (2 * m), PARAMETER)


def _root(phi, m):  # type: ignore[no-untyped-def]
    return np.sqrt(1 - m * np.sin(phi) ** 2)


_two(sp.ellipkinc, lambda t, z, phi, m: t / _root(phi, m),
     lambda t, z, phi, m: t * (_ellipk_slope(z, sp.ellipeinc(phi, m), m)
                               - np.sin(2 * phi) / (4 * (1 - m) * _root(phi, m))),
     (Domain(-1.4, 1.4), PARAMETER))  # fmt: skip
_two(sp.ellipeinc, lambda t, z, phi, m: t * _root(phi, m),
     lambda t, z, phi, m: t * (z - sp.ellipkinc(phi, m)) / (2 * m),
     (Domain(-1.4, 1.4), PARAMETER))  # fmt: skip
_one(sp.expi, lambda t, y, x: t * np.exp(x) / x, NONZERO, complex=True)
_one(sp.exp1, lambda t, y, x: -t * np.exp(-x) / x, POSITIVE, complex=True)


def _expn_slope(n, x):  # type: ignore[no-untyped-def]
    """That of order 0 is no function of the family any more."""
    return np.where(n == 0, np.exp(-x) * (1 + x) / (x * x), sp.expn(np.maximum(n - 1, 0), x))


_two(sp.expn, Unknown("the order is an integer"), lambda t, z, n, x: -t * _expn_slope(n, x),
     (Domain(2, 4, integer=True), POSITIVE))  # fmt: skip
_one(sp.spence, lambda t, y, z: t * np.log(z) / (1 - z), Domain(1.1, 3.0), kink="nan at 1",
     complex=True)  # fmt: skip
_two(sp.hyp0f1, NO_FORMULA, lambda t, y, v, z: t * sp.hyp0f1(v + 1, z) / v, complex=True)
primitive(sp.hyp1f1, Elementwise(NO_FORMULA, NO_FORMULA,
          lambda t, y, a, b, x: t * (a / b) * sp.hyp1f1(a + 1, b + 1, x)),
          domain=POSITIVE, complex=True)  # fmt: skip

primitive(sp.hyp2f1, Elementwise(NO_FORMULA, NO_FORMULA, NO_FORMULA,
          lambda t, y, a, b, c, x: t * (a * b / c) * sp.hyp2f1(a + 1, b + 1, c + 1, x)),
          operands=("a", "b", "c", "x"),
          domain=(POSITIVE, POSITIVE, POSITIVE, Domain(-0.8, 0.8)), complex=True)  # fmt: skip
primitive(sp.hyperu, Elementwise(NO_FORMULA, NO_FORMULA,
          lambda t, y, a, b, x: -t * a * sp.hyperu(a + 1, b + 1, x)),
          domain=(POSITIVE, POSITIVE, Domain(0.2, 0.9)))  # fmt: skip

# Lambert's W (DLMF 4.13.4), Wright's omega, the Faddeeva function (7.10.2), Voigt's profile

primitive(hidden._lambertw, Elementwise(lambda t, w, z, k, tol: t * np.exp(-w) / (1 + w),
          Unknown("it names a branch"), Unknown("it is a tolerance")),
          domain=(POSITIVE, Domain(0, 1, integer=True), Domain(1e-9, 1e-8)),
          kink="infinite at -1/e", complex=True)  # fmt: skip
_one(sp.wrightomega, lambda t, y, z: t * y / (1 + y), complex=True)
_one(sp.wofz, lambda t, y, z: t * (2j / ROOT_PI - 2 * z * y), complex=True)


def _faddeeva_slope(x, s, g):  # type: ignore[no-untyped-def]
    """``w'((x + i g) / (s √2))``."""
    return 2j / ROOT_PI - math.sqrt(2.0) * (x + 1j * g) / s * sp.wofz(
        (x + 1j * g) / (s * math.sqrt(2.0))
    )


primitive(sp.voigt_profile, Elementwise(
              lambda t, y, x, s, g: t * np.real(_faddeeva_slope(x, s, g))
              / (2 * ROOT_PI * s * s),
              lambda t, y, x, s, g: -t * (y / s + np.real(_faddeeva_slope(x, s, g)
              * (x + 1j * g)) / (2 * ROOT_PI * s * s * s)),
              lambda t, y, x, s, g: -t * np.imag(_faddeeva_slope(x, s, g))
              / (2 * ROOT_PI * s * s)),
          domain=(REAL, POSITIVE, POSITIVE))  # fmt: skip

# Elementary functions under SciPy's name

_one(sp.exp2, lambda t, y, x: t * y * math.log(2.0))
_one(sp.exp10, lambda t, y, x: t * y * math.log(10.0), Domain(-1.0, 1.0))
_one(sp.expm1, lambda t, y, x: t * (y + 1), complex=True)
_one(sp.log1p, lambda t, y, x: t / (1 + x), POSITIVE, complex=True)
_one(sp.exprel, lambda t, y, x: t * 0.5 * sp.hyp1f1(2.0, 3.0, x))  # (e^x - 1) / x
_one(sp.cosm1, lambda t, y, x: -t * np.sin(x))
_one(sp.cbrt, lambda t, y, x: t / (3 * y * y), POSITIVE)
_one(sp.sindg, lambda t, y, x: t * DEGREE * sp.cosdg(x))
_one(sp.cosdg, lambda t, y, x: -t * DEGREE * sp.sindg(x))
_one(sp.cotdg, lambda t, y, x: -t * DEGREE * (1 + y * y), Domain(10.0, 80.0))
_two(sp.powm1, lambda t, z, x, y: t * y * x ** (y - 1), lambda t, z, x, y: t * (z + 1) * np.log(x))
_one(sp.tandg, lambda t, y, x: t * DEGREE * (1 + y * y))

# Pairs of integrals (DLMF 6.2, 7.2)


def _kind(types, attrs):  # type: ignore[no-untyped-def]
    x = types[0]
    dtype = x.dtype if x.dtype.char in "fFD" else np.dtype(np.float64)
    return (Array(dtype, x.ones) if isinstance(x, Array) else Scalar(dtype),) * 2


def _pair(function, first, second, results, **facts):  # type: ignore[no-untyped-def]
    """Two results for each element, with the slope of each."""

    def vjp(gs, ys, x):  # type: ignore[no-untyped-def]
        parts = [
            g * slope(x) for g, slope in zip(gs, (first, second), strict=True) if g is not None
        ]
        return (parts[0] if len(parts) == 1 else parts[0] + parts[1],)

    def jvp(ts, ys, x, wanted):  # type: ignore[no-untyped-def]
        return ts[0] * first(x), ts[0] * second(x)

    primitive(function, Explicit(jvp, vjp), types=_kind, operands=("x",), results=results,
              shape=lambda shapes, attrs: (shapes[0],) * 2, complex=True, **facts)  # fmt: skip


_pair(sp.sici, lambda x: np.sin(x) / x, lambda x: np.cos(x) / x, ("si", "ci"), kink="nan at 0",
      formula="(t * np.sin(x) / x, t * np.cos(x) / x)")  # fmt: skip
_pair(sp.shichi, lambda x: np.sinh(x) / x, lambda x: np.cosh(x) / x, ("shi", "chi"),
      kink="nan at 0", formula="(t * np.sinh(x) / x, t * np.cosh(x) / x)")  # fmt: skip
_pair(sp.fresnel, lambda x: np.sin(0.5 * math.pi * x * x),
      lambda x: np.cos(0.5 * math.pi * x * x), ("s", "c"),
      formula="(t * np.sin(math.pi / 2 * x * x), t * np.cos(math.pi / 2 * x * x))")  # fmt: skip
