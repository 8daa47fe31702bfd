"""More of ``scipy.stats``: quantiles, tails, and densities of further distributions."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.registry import defines
from adgen.transpiler.library.scipy_stats import _log, _logarithm, _standard


@defines(stats.norm.ppf)
def norm_ppf(q, loc=0, scale=1):
    return special.ndtri(np.asarray(q, np.float64)) * scale + loc


@defines(stats.norm.isf)
def norm_isf(q, loc=0, scale=1):
    return -special.ndtri(np.asarray(q, np.float64)) * scale + loc


@defines(stats.expon.sf)
def expon_sf(x, loc=0, scale=1):
    return np.exp(-np.maximum(_standard(x, loc, scale), 0.0))


@defines(stats.expon.logsf)
def expon_logsf(x, loc=0, scale=1):
    return -np.maximum(_standard(x, loc, scale), 0.0)


@defines(stats.expon.ppf)
def expon_ppf(q, loc=0, scale=1):
    q = np.asarray(q, np.float64)
    return np.where((q >= 0) & (q <= 1), -np.log1p(-q), np.nan) * scale + loc


@defines(stats.logistic.pdf)
def logistic_pdf(x, loc=0, scale=1):
    z = _standard(x, loc, scale)
    return special.expit(z) * special.expit(-z) / scale


@defines(stats.logistic.cdf)
def logistic_cdf(x, loc=0, scale=1):
    return special.expit(_standard(x, loc, scale))


@defines(stats.logistic.sf)
def logistic_sf(x, loc=0, scale=1):
    return special.expit(-_standard(x, loc, scale))


@defines(stats.logistic.ppf)
def logistic_ppf(q, loc=0, scale=1):
    return special.logit(np.asarray(q, np.float64)) * scale + loc


@defines(stats.gumbel_r.cdf)
def gumbel_r_cdf(x, loc=0, scale=1):
    return np.exp(-np.exp(-_standard(x, loc, scale)))


@defines(stats.halfcauchy.logpdf)
def halfcauchy_logpdf(x, loc=0, scale=1):
    z = _standard(x, loc, scale)
    return _logarithm(z >= 0, math.log(2.0 / math.pi) - np.log1p(z * z) - _log(scale))


@defines(stats.vonmises.logpdf)
def vonmises_logpdf(x, kappa, loc=0, scale=1):
    z = _standard(x, loc, scale)
    kappa = np.asarray(kappa, np.float64)
    log_norm = math.log(2 * math.pi) + np.log(special.i0e(kappa))
    return kappa * special.cosm1(z) - log_norm - _log(scale)


@defines(stats.f.logpdf)
def f_logpdf(x, dfn, dfd, loc=0, scale=1):
    z = _standard(x, loc, scale)
    n, m = 1.0 * np.asarray(dfn, np.float64), 1.0 * np.asarray(dfd, np.float64)
    inside = z >= 0
    z = np.where(inside, z, 1.0)
    value = 0.5 * m * np.log(m) + 0.5 * n * np.log(n) + special.xlogy(0.5 * n - 1, z)
    value = value - 0.5 * (n + m) * np.log(m + n * z) - special.betaln(0.5 * n, 0.5 * m)
    return _logarithm(inside, value - _log(scale))


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
