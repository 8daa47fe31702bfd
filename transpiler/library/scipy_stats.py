"""Densities and distribution functions of ``scipy.stats``; loaded only for programs that use it."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.registry import defines, refuse

_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


def _logarithm(inside, value):
    """The logarithm of a density that is 0 where it is not ``inside``."""
    return np.where(inside, value, -np.inf)


@defines(stats.norm.logpdf)
def norm_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return -0.5 * z * z - _LOG_ROOT_2PI - np.log(scale)


@defines(stats.norm.pdf)
def norm_pdf(x, loc=0, scale=1):
    return np.exp(norm_logpdf(x, loc, scale))


@defines(stats.norm.cdf)
def norm_cdf(x, loc=0, scale=1):
    return special.ndtr((x - loc) / scale)


@defines(stats.norm.logcdf)
def norm_logcdf(x, loc=0, scale=1):
    return special.log_ndtr((x - loc) / scale)


@defines(stats.norm.sf)
def norm_sf(x, loc=0, scale=1):
    return special.ndtr(-(x - loc) / scale)


@defines(stats.norm.logsf)
def norm_logsf(x, loc=0, scale=1):
    return special.log_ndtr(-(x - loc) / scale)


@defines(stats.t.logpdf)
def t_logpdf(x, df, loc=0, scale=1):
    z = (x - loc) / scale
    top = special.gammaln(0.5 * (df + 1)) - special.gammaln(0.5 * df)
    return top - 0.5 * np.log(df * math.pi) - np.log(scale) - 0.5 * (df + 1) * np.log1p(z * z / df)


@defines(stats.t.pdf)
def t_pdf(x, df, loc=0, scale=1):
    return np.exp(t_logpdf(x, df, loc, scale))


@defines(stats.t.cdf)
def t_cdf(x, df, loc=0, scale=1):
    return special.stdtr(df, (x - loc) / scale)


@defines(stats.beta.logpdf)
def beta_logpdf(x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    inside = (z >= 0) & (z <= 1)
    z = np.where(inside, z, 0.5)
    value = special.xlog1py(b - 1.0, -z) + special.xlogy(a - 1.0, z)
    return _logarithm(inside, value - special.betaln(a, b) - np.log(scale))


@defines(stats.beta.pdf)
def beta_pdf(x, a, b, loc=0, scale=1):
    return np.exp(beta_logpdf(x, a, b, loc, scale))


@defines(stats.beta.cdf)
def beta_cdf(x, a, b, loc=0, scale=1):
    return special.betainc(a, b, np.clip((x - loc) / scale, 0.0, 1.0))


@defines(stats.gamma.logpdf)
def gamma_logpdf(x, a, loc=0, scale=1):
    z = (x - loc) / scale
    inside = z >= 0
    z = np.where(inside, z, 1.0)
    value = special.xlogy(a - 1.0, z) - z - special.gammaln(a)
    return _logarithm(inside, value - np.log(scale))


@defines(stats.gamma.pdf)
def gamma_pdf(x, a, loc=0, scale=1):
    return np.exp(gamma_logpdf(x, a, loc, scale))


@defines(stats.gamma.cdf)
def gamma_cdf(x, a, loc=0, scale=1):
    return special.gammainc(a, np.maximum((x - loc) / scale, 0.0))


@defines(stats.chi2.logpdf)
def chi2_logpdf(x, df, loc=0, scale=1):
    return gamma_logpdf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.chi2.pdf)
def chi2_pdf(x, df, loc=0, scale=1):
    return np.exp(chi2_logpdf(x, df, loc, scale))


@defines(stats.chi2.cdf)
def chi2_cdf(x, df, loc=0, scale=1):
    return gamma_cdf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.expon.logpdf)
def expon_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return _logarithm(z >= 0, -z - np.log(scale))


@defines(stats.expon.pdf)
def expon_pdf(x, loc=0, scale=1):
    return np.exp(expon_logpdf(x, loc, scale))


@defines(stats.expon.cdf)
def expon_cdf(x, loc=0, scale=1):
    return -np.expm1(-np.maximum((x - loc) / scale, 0.0))


@defines(stats.uniform.logpdf)
def uniform_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return _logarithm((z >= 0) & (z <= 1), -np.log(scale) + 0.0 * z)


@defines(stats.laplace.logpdf)
def laplace_logpdf(x, loc=0, scale=1):
    return -np.abs((x - loc) / scale) - math.log(2.0) - np.log(scale)


@defines(stats.cauchy.logpdf)
def cauchy_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return -math.log(math.pi) - np.log1p(z * z) - np.log(scale)


@defines(stats.logistic.logpdf)
def logistic_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return special.log_expit(z) + special.log_expit(-z) - np.log(scale)


@defines(stats.lognorm.logpdf)
def lognorm_logpdf(x, s, loc=0, scale=1):
    z = (x - loc) / scale
    inside = z > 0
    logs = np.log(np.where(inside, z, 1.0))
    value = -0.5 * (logs / s) ** 2 - logs - np.log(s) - _LOG_ROOT_2PI
    return _logarithm(inside, value - np.log(scale))


@defines(stats.poisson.logpmf)
def poisson_logpmf(k, mu, loc=0):
    n = k - loc
    inside = (n >= 0) & (n == np.floor(n))
    n = np.where(inside, n, 0.0)
    return _logarithm(inside, special.xlogy(n, mu) - special.gammaln(n + 1) - mu)


@defines(stats.poisson.pmf)
def poisson_pmf(k, mu, loc=0):
    return np.exp(poisson_logpmf(k, mu, loc))


@defines(stats.poisson.cdf)
def poisson_cdf(k, mu, loc=0):
    n = np.floor(k - loc)
    return np.where(n >= 0, special.gammaincc(np.maximum(n, 0.0) + 1, mu), 0.0)


@defines(stats.dirichlet.logpdf)
def dirichlet_logpdf(x, alpha):
    x, alpha = np.asarray(x), np.asarray(alpha)
    if np.ndim(x) != 1:
        refuse("`dirichlet.logpdf` of more than one point", "loop over the points")
    top = special.gammaln(np.sum(alpha)) - np.sum(special.gammaln(alpha))
    return top + np.sum(special.xlogy(alpha - 1.0, x))


@defines(stats.multivariate_normal.logpdf)
def multivariate_normal_logpdf(x, mean=None, cov=1, allow_singular=False):
    if np.ndim(cov) != 2 or allow_singular:
        refuse("`multivariate_normal.logpdf` without a matrix `cov`", "give it a regular matrix")
    root = np.linalg.cholesky(cov)
    away = np.asarray(x) if mean is None else x - mean
    count = root.shape[0]
    logarithm = np.sum(np.log(np.diagonal(root)))
    if np.ndim(away) == 1:
        distance = np.sum(np.linalg.solve(root, away) ** 2)
    else:
        distance = np.sum(np.linalg.solve(root, away.T) ** 2, axis=0)
    return -0.5 * distance - logarithm - count * _LOG_ROOT_2PI


@defines(stats.multivariate_normal.pdf)
def multivariate_normal_pdf(x, mean=None, cov=1, allow_singular=False):
    return np.exp(multivariate_normal_logpdf(x, mean, cov, allow_singular))
