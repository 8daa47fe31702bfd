"""Densities of ``scipy.stats``, of whole numbers too; loaded only for programs that use it."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.registry import defines

_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


def standard(x, loc, scale):
    """The points in units of the scale, in double precision, as SciPy computes."""
    return np.asarray((x - loc) / scale, np.float64)


def _log(x):
    return np.log(np.asarray(x, np.float64))


def _logarithm(inside, value):
    """The logarithm of a density that is 0 where it is not ``inside``."""
    return np.where(inside, value, -np.inf)


@defines(stats.norm.logpdf)
def norm_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return -0.5 * z * z - _LOG_ROOT_2PI - _log(scale)


@defines(stats.norm.pdf)
def norm_pdf(x, loc=0, scale=1):
    return np.exp(norm_logpdf(x, loc, scale))


@defines(stats.t.logpdf)
def t_logpdf(x, df, loc=0, scale=1):
    z = standard(x, loc, scale)
    top = special.gammaln(0.5 * (df + 1)) - special.gammaln(0.5 * df)
    return top - 0.5 * np.log(df * math.pi) - _log(scale) - 0.5 * (df + 1) * np.log1p(z * z / df)


@defines(stats.t.pdf)
def t_pdf(x, df, loc=0, scale=1):
    return np.exp(t_logpdf(x, df, loc, scale))


@defines(stats.beta.logpdf)
def beta_logpdf(x, a, b, loc=0, scale=1):
    z = standard(x, loc, scale)
    inside = (z >= 0) & (z <= 1)
    z = np.where(inside, z, 0.5)
    value = special.xlog1py(b - 1.0, -z) + special.xlogy(a - 1.0, z)
    return _logarithm(inside, value - special.betaln(a, b) - _log(scale))


@defines(stats.beta.pdf)
def beta_pdf(x, a, b, loc=0, scale=1):
    return np.exp(beta_logpdf(x, a, b, loc, scale))


@defines(stats.gamma.logpdf)
def gamma_logpdf(x, a, loc=0, scale=1):
    z = standard(x, loc, scale)
    inside = z >= 0
    z = np.where(inside, z, 1.0)
    value = special.xlogy(a - 1.0, z) - z - special.gammaln(a)
    return _logarithm(inside, value - _log(scale))


@defines(stats.gamma.pdf)
def gamma_pdf(x, a, loc=0, scale=1):
    return np.exp(gamma_logpdf(x, a, loc, scale))


@defines(stats.chi2.logpdf)
def chi2_logpdf(x, df, loc=0, scale=1):
    return gamma_logpdf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.chi2.pdf)
def chi2_pdf(x, df, loc=0, scale=1):
    return np.exp(chi2_logpdf(x, df, loc, scale))


@defines(stats.expon.logpdf)
def expon_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return _logarithm(z >= 0, -z - _log(scale))


@defines(stats.expon.pdf)
def expon_pdf(x, loc=0, scale=1):
    return np.exp(expon_logpdf(x, loc, scale))


@defines(stats.uniform.logpdf)
def uniform_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return _logarithm((z >= 0) & (z <= 1), -_log(scale) + 0.0 * z)


@defines(stats.laplace.logpdf)
def laplace_logpdf(x, loc=0, scale=1):
    return -np.abs(standard(x, loc, scale)) - math.log(2.0) - _log(scale)


@defines(stats.cauchy.logpdf)
def cauchy_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return -math.log(math.pi) - np.log1p(z * z) - _log(scale)


@defines(stats.logistic.logpdf)
def logistic_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return special.log_expit(z) + special.log_expit(-z) - _log(scale)


@defines(stats.logistic.pdf)
def logistic_pdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return special.expit(z) * special.expit(-z) / scale


@defines(stats.lognorm.logpdf)
def lognorm_logpdf(x, s, loc=0, scale=1):
    z = standard(x, loc, scale)
    inside = z > 0
    logs = np.log(np.where(inside, z, 1.0))
    value = -0.5 * (logs / s) ** 2 - logs - _log(s) - _LOG_ROOT_2PI
    return _logarithm(inside, value - _log(scale))


@defines(stats.gumbel_r.logpdf)
def gumbel_r_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return -z - np.exp(-z) - _log(scale)


@defines(stats.gumbel_l.logpdf)
def gumbel_l_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return z - np.exp(z) - _log(scale)


@defines(stats.halfnorm.logpdf)
def halfnorm_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return _logarithm(z >= 0, 0.5 * math.log(2 / math.pi) - 0.5 * z * z - _log(scale))


@defines(stats.rayleigh.logpdf)
def rayleigh_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    inside = z >= 0
    z = np.where(inside, z, 1.0)
    return _logarithm(inside, np.log(z) - 0.5 * z * z - _log(scale))


@defines(stats.invgamma.logpdf)
def invgamma_logpdf(x, a, loc=0, scale=1):
    z = standard(x, loc, scale)
    inside = z > 0
    z = np.where(inside, z, 1.0)
    value = -(a + 1) * np.log(z) - special.gammaln(a) - 1.0 / z
    return _logarithm(inside, value - _log(scale))


@defines(stats.weibull_min.logpdf)
def weibull_min_logpdf(x, c, loc=0, scale=1):
    z = standard(x, loc, scale)
    inside = z > 0
    z = np.where(inside, z, 1.0)
    value = _log(c) + special.xlogy(c - 1, z) - z**c
    return _logarithm(inside, value - _log(scale))


@defines(stats.pareto.logpdf)
def pareto_logpdf(x, b, loc=0, scale=1):
    z = standard(x, loc, scale)
    inside = z >= 1
    z = np.where(inside, z, 1.0)
    return _logarithm(inside, _log(b) - (b + 1) * np.log(z) - _log(scale))


@defines(stats.halfcauchy.logpdf)
def halfcauchy_logpdf(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    return _logarithm(z >= 0, math.log(2.0 / math.pi) - np.log1p(z * z) - _log(scale))


@defines(stats.vonmises.logpdf)
def vonmises_logpdf(x, kappa, loc=0, scale=1):
    z = standard(x, loc, scale)
    kappa = np.asarray(kappa, np.float64)
    log_norm = math.log(2 * math.pi) + np.log(special.i0e(kappa))
    return kappa * special.cosm1(z) - log_norm - _log(scale)


@defines(stats.f.logpdf)
def f_logpdf(x, dfn, dfd, loc=0, scale=1):
    z = standard(x, loc, scale)
    n, m = 1.0 * np.asarray(dfn, np.float64), 1.0 * np.asarray(dfd, np.float64)
    inside = z >= 0
    z = np.where(inside, z, 1.0)
    value = 0.5 * m * np.log(m) + 0.5 * n * np.log(n) + special.xlogy(0.5 * n - 1, z)
    value = value - 0.5 * (n + m) * np.log(m + n * z) - special.betaln(0.5 * n, 0.5 * m)
    return _logarithm(inside, value - _log(scale))


@defines(stats.bernoulli.logpmf)
def bernoulli_logpmf(k, p, loc=0):
    return binom_logpmf(k, 1, p, loc)


@defines(stats.binom.logpmf)
def binom_logpmf(k, n, p, loc=0):
    n, p = np.asarray(n, np.float64), np.asarray(p, np.float64)
    m = np.asarray(k - loc, np.float64)
    inside = (m >= 0) & (m <= n) & (m == np.floor(m))
    m = np.where(inside, m, 0.0)
    ways = special.gammaln(n + 1) - special.gammaln(m + 1) - special.gammaln(n - m + 1)
    return _logarithm(inside, ways + special.xlogy(m, p) + special.xlog1py(n - m, -p))


@defines(stats.poisson.logpmf)
def poisson_logpmf(k, mu, loc=0):
    n, mu = np.asarray(k - loc, np.float64), np.asarray(mu, np.float64)
    inside = (n >= 0) & (n == np.floor(n))
    n = np.where(inside, n, 0.0)
    return _logarithm(inside, special.xlogy(n, mu) - special.gammaln(n + 1) - mu)


@defines(stats.poisson.pmf)
def poisson_pmf(k, mu, loc=0):
    return np.exp(poisson_logpmf(k, mu, loc))


@defines(stats.geom.logpmf)
def geom_logpmf(k, p, loc=0):
    n, p = np.asarray(k - loc, np.float64), np.asarray(p, np.float64)
    inside = (n >= 1) & (n == np.floor(n))
    n = np.where(inside, n, 1.0)
    return _logarithm(inside, special.xlog1py(n - 1, -p) + np.log(p))


@defines(stats.nbinom.logpmf)
def nbinom_logpmf(k, n, p, loc=0):
    m, n, p = np.asarray(k - loc, np.float64), np.asarray(n, np.float64), np.asarray(p, np.float64)
    inside = (m >= 0) & (m == np.floor(m))
    m = np.where(inside, m, 0.0)
    ways = special.gammaln(n + m) - special.gammaln(m + 1) - special.gammaln(n)
    return _logarithm(inside, ways + n * np.log(p) + special.xlog1py(m, -p))
