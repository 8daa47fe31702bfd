"""Distributions of ``scipy.stats`` over positive numbers, with location 0 and scale 1."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.scipy_stats_families import (
    above_zero,
    continuous,
    finite_above_zero,
)
from adgen.transpiler.library.scipy_stats_of_reals import (
    EULER,
    LOG_ROOT_2PI,
    log_normal_density,
)

_LOG_2 = math.log(2.0)
_ROOT_HALF = math.sqrt(0.5)


def _moment_from(shape, least, value):
    """A moment where there is one: where a shape is above a bound; else it is infinite."""
    return np.where(shape > least, value, np.inf)


def _above(shape, least):
    """A shape where it is above a bound, else one that is."""
    return np.where(shape > least, shape, least + 1.0)


continuous(
    stats.expon,
    logpdf=lambda z: -z,
    sf=lambda z: np.exp(-z),
    logsf=lambda z: -z,
    isf=lambda q: -np.log(q),
    ppf=lambda q: -np.log1p(-q),
    mean=lambda: 1.0,
    var=lambda: 1.0,
    entropy=lambda: 1.0,
    cdf=lambda z: -np.expm1(-z),
)  # fmt: skip

continuous(
    stats.gamma,
    logpdf=lambda z, a: special.xlogy(a - 1.0, z) - z - special.gammaln(a),
    cdf=lambda z, a: special.gammainc(a, z),
    sf=lambda z, a: special.gammaincc(a, z),
    ppf=lambda q, a: special.gammaincinv(a, q),
    isf=lambda q, a: special.gammainccinv(a, q),
    mean=lambda a: a,
    var=lambda a: a,
)  # fmt: skip

continuous(
    stats.chi2,
    logpdf=lambda z, df: (
        special.xlogy(0.5 * df - 1.0, z) - 0.5 * z - special.gammaln(0.5 * df) - 0.5 * _LOG_2 * df
    ),
    cdf=lambda z, df: special.chdtr(df, z),
    sf=lambda z, df: special.chdtrc(df, z),
    ppf=lambda q, df: 2.0 * special.gammaincinv(0.5 * df, q),
    isf=lambda q, df: special.chdtri(df, q),
    mean=lambda df: df,
    var=lambda df: 2.0 * df,
)  # fmt: skip

continuous(
    stats.chi,
    logpdf=lambda z, df: (
        _LOG_2 - 0.5 * _LOG_2 * df - special.gammaln(0.5 * df)
        + special.xlogy(df - 1.0, z) - 0.5 * z * z
    ),
    cdf=lambda z, df: special.gammainc(0.5 * df, 0.5 * z * z),
    sf=lambda z, df: special.gammaincc(0.5 * df, 0.5 * z * z),
    ppf=lambda q, df: np.sqrt(2.0 * special.gammaincinv(0.5 * df, q)),
    isf=lambda q, df: np.sqrt(2.0 * special.gammainccinv(0.5 * df, q)),
)  # fmt: skip

continuous(
    stats.lognorm, above_zero,
    cdf=lambda z, s: special.ndtr(np.log(z) / s),
    logcdf=lambda z, s: special.log_ndtr(np.log(z) / s),
    sf=lambda z, s: special.ndtr(-np.log(z) / s),
    logsf=lambda z, s: special.log_ndtr(-np.log(z) / s),
    logpdf=lambda z, s: log_normal_density(np.log(z) / s) - np.log(z) - np.log(s),
    ppf=lambda q, s: np.exp(s * special.ndtri(q)),
    isf=lambda q, s: np.exp(-s * special.ndtri(q)),
    mean=lambda s: np.exp(0.5 * s * s),
    var=lambda s: np.expm1(s * s) * np.exp(s * s),
    entropy=lambda s: 0.5 + LOG_ROOT_2PI + np.log(s),
)  # fmt: skip

continuous(
    stats.invgamma, above_zero,
    logpdf=lambda z, a: -(a + 1.0) * np.log(z) - special.gammaln(a) - 1.0 / z,
    cdf=lambda z, a: special.gammaincc(a, 1.0 / z),
    sf=lambda z, a: special.gammainc(a, 1.0 / z),
    ppf=lambda q, a: 1.0 / special.gammainccinv(a, q),
    isf=lambda q, a: 1.0 / special.gammaincinv(a, q),
    mean=lambda a: _moment_from(a, 1.0, 1.0 / (_above(a, 1.0) - 1.0)),
    var=lambda a: _moment_from(
        a, 2.0, 1.0 / ((_above(a, 2.0) - 1.0) ** 2 * (_above(a, 2.0) - 2.0))
    ),
)  # fmt: skip


def _weibull_variance(c):
    return special.gamma(1.0 + 2.0 / c) - special.gamma(1.0 + 1.0 / c) ** 2


continuous(
    stats.weibull_min,
    logpdf=lambda z, c: np.log(c) + special.xlogy(c - 1.0, z) - z**c,
    cdf=lambda z, c: -np.expm1(-(z**c)),
    sf=lambda z, c: np.exp(-(z**c)),
    logsf=lambda z, c: -(z**c),
    ppf=lambda q, c: (-np.log1p(-q)) ** (1.0 / c),
    isf=lambda q, c: (-np.log(q)) ** (1.0 / c),
    mean=lambda c: special.gamma(1.0 + 1.0 / c),
    var=_weibull_variance,
    entropy=lambda c: EULER * (1.0 - 1.0 / c) - np.log(c) + 1.0,
)  # fmt: skip

continuous(
    stats.invweibull, above_zero,
    logpdf=lambda z, c: np.log(c) - (c + 1.0) * np.log(z) - z ** (-c),
    cdf=lambda z, c: np.exp(-(z ** (-c))),
    sf=lambda z, c: -np.expm1(-(z ** (-c))),
    ppf=lambda q, c: (-np.log(q)) ** (-1.0 / c),
    isf=lambda q, c: (-np.log1p(-q)) ** (-1.0 / c),
    entropy=lambda c: 1.0 + EULER + EULER / c - np.log(c),
)  # fmt: skip

continuous(
    stats.rayleigh, finite_above_zero,
    logpdf=lambda z: np.log(z) - 0.5 * z * z,
    cdf=lambda z: -np.expm1(-0.5 * z * z),
    sf=lambda z: np.exp(-0.5 * z * z),
    logsf=lambda z: -0.5 * z * z,
    ppf=lambda q: np.sqrt(-2.0 * np.log1p(-q)),
    isf=lambda q: np.sqrt(-2.0 * np.log(q)),
    mean=lambda: math.sqrt(0.5 * math.pi),
    var=lambda: 2.0 - 0.5 * math.pi,
    entropy=lambda: 0.5 * EULER + 1.0 - 0.5 * _LOG_2,
)  # fmt: skip

continuous(
    stats.maxwell,
    logpdf=lambda z: 0.5 * math.log(2.0 / math.pi) + special.xlogy(2.0, z) - 0.5 * z * z,
    cdf=lambda z: special.gammainc(1.5, 0.5 * z * z),
    sf=lambda z: special.gammaincc(1.5, 0.5 * z * z),
    ppf=lambda q: np.sqrt(2.0 * special.gammaincinv(1.5, q)),
    isf=lambda q: np.sqrt(2.0 * special.gammainccinv(1.5, q)),
    mean=lambda: 2.0 * math.sqrt(2.0 / math.pi),
    var=lambda: 3.0 - 8.0 / math.pi,
    entropy=lambda: EULER + LOG_ROOT_2PI - 0.5,
)  # fmt: skip

continuous(
    stats.nakagami,
    logpdf=lambda z, nu: (
        _LOG_2 + special.xlogy(nu, nu) - special.gammaln(nu)
        + special.xlogy(2.0 * nu - 1.0, z) - nu * z * z
    ),
    cdf=lambda z, nu: special.gammainc(nu, nu * z * z),
    sf=lambda z, nu: special.gammaincc(nu, nu * z * z),
    ppf=lambda q, nu: np.sqrt(special.gammaincinv(nu, q) / nu),
    isf=lambda q, nu: np.sqrt(special.gammainccinv(nu, q) / nu),
)  # fmt: skip

continuous(
    stats.halfnorm,
    logpdf=lambda z: 0.5 * math.log(2.0 / math.pi) - 0.5 * z * z,
    cdf=lambda z: special.erf(_ROOT_HALF * z),
    sf=lambda z: 2.0 * special.ndtr(-z),
    ppf=lambda q: special.ndtri(0.5 * (1.0 + q)),
    isf=lambda q: -special.ndtri(0.5 * q),
    mean=lambda: math.sqrt(2.0 / math.pi),
    var=lambda: 1.0 - 2.0 / math.pi,
    entropy=lambda: 0.5 * math.log(0.5 * math.pi) + 0.5,
)  # fmt: skip

continuous(
    stats.halfcauchy,
    logpdf=lambda z: math.log(2.0 / math.pi) - np.log1p(z * z),
    cdf=lambda z: 2.0 / math.pi * np.arctan(z),
    sf=lambda z: 2.0 / math.pi * np.arctan2(1.0, z),
    ppf=lambda q: np.tan(0.5 * math.pi * q),
    isf=lambda q: 1.0 / np.tan(0.5 * math.pi * q),
    entropy=lambda: math.log(2.0 * math.pi),
)  # fmt: skip

continuous(
    stats.halflogistic,
    logpdf=lambda z: _LOG_2 + special.log_expit(z) + special.log_expit(-z),
    cdf=lambda z: np.tanh(0.5 * z),
    sf=lambda z: 2.0 * special.expit(-z),
    ppf=lambda q: 2.0 * np.arctanh(q),
    isf=lambda q: np.log(2.0 / q - 1.0),
    mean=lambda: 2.0 * _LOG_2,
    var=lambda: math.pi**2 / 3.0 - 4.0 * _LOG_2**2,
    entropy=lambda: 2.0 - _LOG_2,
)  # fmt: skip

# Inverse Gaussian: the first passage of a random walk with drift


def _log_first_part(z, mu):
    return special.log_ndtr((z / mu - 1.0) / np.sqrt(z))


def _log_second_part(z, mu):
    return 2.0 / mu + special.log_ndtr(-(z / mu + 1.0) / np.sqrt(z))


def _log_passed(z, mu):
    return np.logaddexp(_log_first_part(z, mu), _log_second_part(z, mu))


def _log_not_passed(z, mu):
    top = special.log_ndtr((1.0 - z / mu) / np.sqrt(z))
    return top + np.log1p(-np.exp(_log_second_part(z, mu) - top))


def _log_passage(z, mu):
    return -LOG_ROOT_2PI - 1.5 * np.log(z) - 0.5 * (z / mu - 1.0) ** 2 / z


continuous(
    stats.invgauss, finite_above_zero,
    logpdf=_log_passage,
    cdf=lambda z, mu: np.exp(_log_passed(z, mu)),
    logcdf=_log_passed,
    sf=lambda z, mu: np.exp(_log_not_passed(z, mu)),
    logsf=_log_not_passed,
    mean=lambda mu: mu,
    var=lambda mu: mu**3,
)  # fmt: skip

continuous(
    stats.wald, finite_above_zero,
    logpdf=lambda z: _log_passage(z, 1.0),
    cdf=lambda z: np.exp(_log_passed(z, 1.0)),
    logcdf=lambda z: _log_passed(z, 1.0),
    sf=lambda z: np.exp(_log_not_passed(z, 1.0)),
    logsf=lambda z: _log_not_passed(z, 1.0),
    mean=lambda: 1.0,
    var=lambda: 1.0,
)  # fmt: skip

continuous(
    stats.levy, above_zero,
    logpdf=lambda z: -LOG_ROOT_2PI - 1.5 * np.log(z) - 0.5 / z,
    cdf=lambda z: special.erfc(np.sqrt(0.5 / z)),
    sf=lambda z: special.erf(np.sqrt(0.5 / z)),
    ppf=lambda q: special.ndtri(0.5 * q) ** (-2.0),
    isf=lambda q: 0.5 * special.erfinv(q) ** (-2.0),
)  # fmt: skip

continuous(
    stats.rice, valid=lambda b: b >= 0,
    logpdf=lambda z, b: np.log(z) - 0.5 * (z - b) ** 2 + np.log(special.i0e(z * b)),
)  # fmt: skip

continuous(
    stats.fisk, above_zero,
    logpdf=lambda z, c: np.log(c) - np.log(z) - 2.0 * np.logaddexp(
        0.5 * c * np.log(z), -0.5 * c * np.log(z)
    ),
    cdf=lambda z, c: special.expit(c * np.log(z)),
    sf=lambda z, c: special.expit(-c * np.log(z)),
    logcdf=lambda z, c: special.log_expit(c * np.log(z)),
    logsf=lambda z, c: special.log_expit(-c * np.log(z)),
    ppf=lambda q, c: np.exp(special.logit(q) / c),
    isf=lambda q, c: np.exp(-special.logit(q) / c),
)  # fmt: skip

continuous(
    stats.lomax,
    logpdf=lambda z, c: np.log(c) - (c + 1.0) * np.log1p(z),
    cdf=lambda z, c: -np.expm1(-c * np.log1p(z)),
    sf=lambda z, c: np.exp(-c * np.log1p(z)),
    logsf=lambda z, c: -c * np.log1p(z),
    ppf=lambda q, c: np.expm1(-np.log1p(-q) / c),
    isf=lambda q, c: np.expm1(-np.log(q) / c),
    entropy=lambda c: 1.0 + 1.0 / c - np.log(c),
)  # fmt: skip

continuous(
    stats.gompertz,
    logpdf=lambda z, c: np.log(c) + z - c * np.expm1(z),
    cdf=lambda z, c: -np.expm1(-c * np.expm1(z)),
    sf=lambda z, c: np.exp(-c * np.expm1(z)),
    ppf=lambda q, c: np.log1p(-np.log1p(-q) / c),
    isf=lambda q, c: np.log1p(-np.log(q) / c),
)  # fmt: skip

continuous(
    stats.betaprime, finite_above_zero,
    logpdf=lambda z, a, b: (
        special.xlogy(a - 1.0, z) - special.xlog1py(a + b, z) - special.betaln(a, b)
    ),
)  # fmt: skip


def _ratio_of_variances(z, n, m):
    scaled = 0.5 * m * np.log(m) + 0.5 * n * np.log(n) + special.xlogy(0.5 * n - 1.0, z)
    return scaled - 0.5 * (n + m) * np.log(m + n * z) - special.betaln(0.5 * n, 0.5 * m)


def _variance_of_ratio(n, m):
    above = _above(m, 4.0)
    finite = 2.0 * above**2 * (n + above - 2.0) / (n * (above - 2.0) ** 2 * (above - 4.0))
    return _moment_from(m, 4.0, finite)


continuous(
    stats.f,
    logpdf=_ratio_of_variances,
    cdf=lambda z, n, m: special.fdtr(n, m, z),
    sf=lambda z, n, m: special.fdtrc(n, m, z),
    ppf=lambda q, n, m: special.fdtri(n, m, q),
    mean=lambda n, m: _moment_from(m, 2.0, _above(m, 2.0) / (_above(m, 2.0) - 2.0)) + 0.0 * n,
    var=_variance_of_ratio,
)  # fmt: skip
