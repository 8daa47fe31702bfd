"""Distribution functions of ``scipy.stats``, their tails and quantiles."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.registry import defines
from adgen.transpiler.library.scipy_stats_densities import standard


@defines(stats.norm.cdf)
def norm_cdf(x, loc=0, scale=1):
    return special.ndtr(standard(x, loc, scale))


@defines(stats.norm.logcdf)
def norm_logcdf(x, loc=0, scale=1):
    return special.log_ndtr(standard(x, loc, scale))


@defines(stats.norm.sf)
def norm_sf(x, loc=0, scale=1):
    return special.ndtr(-standard(x, loc, scale))


@defines(stats.norm.logsf)
def norm_logsf(x, loc=0, scale=1):
    return special.log_ndtr(-standard(x, loc, scale))


@defines(stats.norm.ppf)
def norm_ppf(q, loc=0, scale=1):
    return special.ndtri(np.asarray(q, np.float64)) * scale + loc


@defines(stats.norm.isf)
def norm_isf(q, loc=0, scale=1):
    return -special.ndtri(np.asarray(q, np.float64)) * scale + loc


@defines(stats.t.logcdf)
def t_logcdf(x, df, loc=0, scale=1):
    return np.log(t_cdf(x, df, loc, scale))


@defines(stats.t.cdf)
def t_cdf(x, df, loc=0, scale=1):
    return special.stdtr(df, standard(x, loc, scale))


@defines(stats.beta.cdf)
def beta_cdf(x, a, b, loc=0, scale=1):
    return special.betainc(a, b, np.clip(standard(x, loc, scale), 0.0, 1.0))


@defines(stats.gamma.cdf)
def gamma_cdf(x, a, loc=0, scale=1):
    return special.gammainc(a, np.maximum(standard(x, loc, scale), 0.0))


@defines(stats.chi2.cdf)
def chi2_cdf(x, df, loc=0, scale=1):
    return gamma_cdf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.expon.cdf)
def expon_cdf(x, loc=0, scale=1):
    return -np.expm1(-np.maximum(standard(x, loc, scale), 0.0))


@defines(stats.expon.sf)
def expon_sf(x, loc=0, scale=1):
    return np.exp(-np.maximum(standard(x, loc, scale), 0.0))


@defines(stats.expon.logsf)
def expon_logsf(x, loc=0, scale=1):
    return -np.maximum(standard(x, loc, scale), 0.0)


@defines(stats.expon.ppf)
def expon_ppf(q, loc=0, scale=1):
    q = np.asarray(q, np.float64)
    return np.where((q >= 0) & (q <= 1), -np.log1p(-q), np.nan) * scale + loc


@defines(stats.logistic.cdf)
def logistic_cdf(x, loc=0, scale=1):
    return special.expit(standard(x, loc, scale))


@defines(stats.logistic.sf)
def logistic_sf(x, loc=0, scale=1):
    return special.expit(-standard(x, loc, scale))


@defines(stats.logistic.ppf)
def logistic_ppf(q, loc=0, scale=1):
    return special.logit(np.asarray(q, np.float64)) * scale + loc


@defines(stats.gumbel_r.cdf)
def gumbel_r_cdf(x, loc=0, scale=1):
    return np.exp(-np.exp(-standard(x, loc, scale)))


@defines(stats.poisson.cdf)
def poisson_cdf(k, mu, loc=0):
    n, mu = np.floor(np.asarray(k - loc, np.float64)), np.asarray(mu, np.float64)
    return np.where(n >= 0, special.gammaincc(np.maximum(n, 0.0) + 1, mu), 0.0)
