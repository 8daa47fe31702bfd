"""Distributions of ``scipy.stats`` over all real numbers, with location 0 and scale 1."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.scipy_stats_families import continuous, finite, real_line

EULER = 0.5772156649015329
LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


def log_normal_density(z):
    return -0.5 * z * z - LOG_ROOT_2PI


def any_shape(*shapes):
    """Whether all parameters are numbers."""
    known = True
    for shape in shapes:
        known = known & (shape == shape)
    return known


continuous(
    stats.norm, real_line,
    mean=lambda: 0.0,
    var=lambda: 1.0,
    entropy=lambda: LOG_ROOT_2PI + 0.5,
    cdf=special.ndtr,
    logcdf=special.log_ndtr,
    sf=lambda z: special.ndtr(-z),
    logsf=lambda z: special.log_ndtr(-z),
    ppf=special.ndtri,
    isf=lambda q: -special.ndtri(q),
)  # fmt: skip

continuous(
    stats.laplace, real_line,
    logpdf=lambda z: -np.abs(z) - math.log(2.0),
    cdf=lambda z: np.where(z > 0, 1.0 - 0.5 * np.exp(-np.abs(z)), 0.5 * np.exp(-np.abs(z))),
    sf=lambda z: np.where(z > 0, 0.5 * np.exp(-np.abs(z)), 1.0 - 0.5 * np.exp(-np.abs(z))),
    ppf=lambda q: np.where(q > 0.5, -np.log(2.0 * (1.0 - q)), np.log(2.0 * q)),
    isf=lambda q: np.where(q > 0.5, np.log(2.0 * (1.0 - q)), -np.log(2.0 * q)),
    mean=lambda: 0.0,
    var=lambda: 2.0,
    entropy=lambda: math.log(2.0) + 1.0,
)  # fmt: skip

continuous(
    stats.cauchy, real_line,
    logpdf=lambda z: -math.log(math.pi) - np.log1p(z * z),
    cdf=lambda z: np.arctan2(1.0, -z) / math.pi,
    sf=lambda z: np.arctan2(1.0, z) / math.pi,
    ppf=lambda q: np.tan(math.pi * q - 0.5 * math.pi),
    isf=lambda q: np.tan(0.5 * math.pi - math.pi * q),
    entropy=lambda: math.log(4.0 * math.pi),
)  # fmt: skip

continuous(
    stats.logistic, real_line,
    logpdf=lambda z: special.log_expit(z) + special.log_expit(-z),
    cdf=special.expit,
    sf=lambda z: special.expit(-z),
    logcdf=special.log_expit,
    logsf=lambda z: special.log_expit(-z),
    ppf=special.logit,
    isf=lambda q: -special.logit(q),
    mean=lambda: 0.0,
    var=lambda: math.pi**2 / 3.0,
    entropy=lambda: 2.0,
)  # fmt: skip

continuous(
    stats.gumbel_r, real_line,
    logpdf=lambda z: -z - np.exp(-z),
    cdf=lambda z: np.exp(-np.exp(-z)),
    logcdf=lambda z: -np.exp(-z),
    sf=lambda z: -np.expm1(-np.exp(-z)),
    ppf=lambda q: -np.log(-np.log(q)),
    isf=lambda q: -np.log(-np.log1p(-q)),
    mean=lambda: EULER,
    var=lambda: math.pi**2 / 6.0,
    entropy=lambda: EULER + 1.0,
)  # fmt: skip

continuous(
    stats.gumbel_l, real_line,
    logpdf=lambda z: z - np.exp(z),
    cdf=lambda z: -np.expm1(-np.exp(z)),
    sf=lambda z: np.exp(-np.exp(z)),
    logsf=lambda z: -np.exp(z),
    ppf=lambda q: np.log(-np.log1p(-q)),
    isf=lambda q: np.log(-np.log(q)),
    mean=lambda: -EULER,
    var=lambda: math.pi**2 / 6.0,
    entropy=lambda: EULER + 1.0,
)  # fmt: skip


def _student_entropy(df):
    half, next_half = 0.5 * df, 0.5 * (df + 1.0)
    spread = next_half * (special.psi(next_half) - special.psi(half))
    return spread + 0.5 * np.log(df) + special.betaln(half, 0.5)


def _student_variance(df):
    finite = df / (np.where(df > 2, df, 3.0) - 2.0)
    return np.where(df > 2, finite, np.where(df > 1, np.inf, np.nan))


continuous(
    stats.t, real_line,
    logpdf=lambda z, df: (
        special.gammaln(0.5 * (df + 1)) - special.gammaln(0.5 * df)
        - 0.5 * np.log(df * math.pi) - 0.5 * (df + 1) * np.log1p(z * z / df)
    ),
    cdf=lambda z, df: special.stdtr(df, z),
    sf=lambda z, df: special.stdtr(df, -z),
    ppf=lambda q, df: special.stdtrit(df, q),
    isf=lambda q, df: -special.stdtrit(df, q),
    mean=lambda df: np.where(df > 1, 0.0, np.inf),
    var=_student_variance,
    entropy=_student_entropy,
)  # fmt: skip

continuous(
    stats.skewnorm, real_line, any_shape,
    logpdf=lambda z, a: math.log(2.0) + log_normal_density(z) + special.log_ndtr(a * z),
    mean=lambda a: math.sqrt(2.0 / math.pi) * a / np.sqrt(1.0 + a * a),
    var=lambda a: 1.0 - 2.0 / math.pi * a * a / (1.0 + a * a),
)  # fmt: skip


def _log_exponential_part(z, k):
    return (0.5 / k - z) / k + special.log_ndtr(z - 1.0 / k)


continuous(
    stats.exponnorm, finite,
    logpdf=lambda z, k: _log_exponential_part(z, k) - np.log(k),
    cdf=lambda z, k: special.ndtr(z) - np.exp(_log_exponential_part(z, k)),
    sf=lambda z, k: special.ndtr(-z) + np.exp(_log_exponential_part(z, k)),
    mean=lambda k: k,
    var=lambda k: 1.0 + k * k,
)  # fmt: skip

continuous(
    stats.johnsonsu, real_line, lambda a, b: (b > 0) & (a == a),
    logpdf=lambda z, a, b: (
        np.log(b) - 0.5 * np.log1p(z * z) + log_normal_density(a + b * np.arcsinh(z))
    ),
    cdf=lambda z, a, b: special.ndtr(a + b * np.arcsinh(z)),
    sf=lambda z, a, b: special.ndtr(-a - b * np.arcsinh(z)),
    ppf=lambda q, a, b: np.sinh((special.ndtri(q) - a) / b),
    isf=lambda q, a, b: np.sinh((-special.ndtri(q) - a) / b),
)  # fmt: skip


def _power_of_distance(z, beta):
    return np.where(z == 0, 0.0, np.where(z == 0, 1.0, np.abs(z)) ** beta)


continuous(
    stats.gennorm, real_line,
    logpdf=lambda z, beta: (
        np.log(0.5 * beta) - special.gammaln(1.0 / beta) - _power_of_distance(z, beta)
    ),
    mean=lambda beta: 0.0,
    var=lambda beta: np.exp(special.gammaln(3.0 / beta) - special.gammaln(1.0 / beta)),
    entropy=lambda beta: 1.0 / beta - np.log(0.5 * beta) + special.gammaln(1.0 / beta),
)  # fmt: skip

continuous(
    stats.loggamma, real_line,
    logpdf=lambda z, c: c * z - np.exp(z) - special.gammaln(c),
    mean=special.psi,
    var=lambda c: special.polygamma(1, c),
)  # fmt: skip

continuous(
    stats.moyal, real_line,
    logpdf=lambda z: -0.5 * (z + np.exp(-z)) - LOG_ROOT_2PI,
    cdf=lambda z: special.erfc(np.exp(-0.5 * z) / math.sqrt(2.0)),
    sf=lambda z: special.erf(np.exp(-0.5 * z) / math.sqrt(2.0)),
    ppf=lambda q: -2.0 * np.log(math.sqrt(2.0) * special.erfcinv(q)),
    mean=lambda: EULER + math.log(2.0),
    var=lambda: 0.5 * math.pi**2,
)  # fmt: skip

continuous(
    stats.genlogistic, real_line,
    logpdf=lambda z, c: np.log(c) + c * special.log_expit(z) + special.log_expit(-z),
    cdf=lambda z, c: np.exp(c * special.log_expit(z)),
    logcdf=lambda z, c: c * special.log_expit(z),
    sf=lambda z, c: -np.expm1(c * special.log_expit(z)),
    mean=lambda c: EULER + special.psi(c),
    var=lambda c: math.pi**2 / 6.0 + special.polygamma(1, c),
)  # fmt: skip

continuous(
    stats.hypsecant, real_line,
    logpdf=lambda z: -math.log(math.pi) + math.log(2.0) - np.logaddexp(z, -z),
    cdf=lambda z: 2.0 / math.pi * np.arctan(np.exp(z)),
    sf=lambda z: 2.0 / math.pi * np.arctan(np.exp(-z)),
    ppf=lambda q: np.log(np.tan(0.5 * math.pi * q)),
    isf=lambda q: -np.log(np.tan(0.5 * math.pi * q)),
    mean=lambda: 0.0,
    var=lambda: 0.25 * math.pi**2,
)  # fmt: skip


def _mises_entropy(kappa):
    ratio = special.i1e(kappa) / special.i0e(kappa)
    return kappa * (1.0 - ratio) + np.log(2.0 * math.pi * special.i0e(kappa))


continuous(stats.vonmises, real_line, lambda kappa: kappa >= 0,
           logpdf=lambda z, kappa: (
               kappa * special.cosm1(z) - math.log(2.0 * math.pi) - np.log(special.i0e(kappa))
           ),
           entropy=_mises_entropy)  # fmt: skip
