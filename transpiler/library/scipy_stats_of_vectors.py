"""Distributions of vectors in ``scipy.stats``; loaded only for programs that use it."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.registry import defines, is_one, refuse

_LOG_2PI = math.log(2 * math.pi)
_ROUNDING = 10 * float(np.finfo(np.float64).eps)  # by which probabilities may miss 1


@defines(stats.dirichlet.logpdf)
def dirichlet_logpdf(x, alpha):
    x, alpha = np.asarray(x), np.asarray(alpha)
    if np.ndim(x) != 1:
        refuse("`dirichlet.logpdf` of more than one point", "loop over the points")
    _check_simplex(x, alpha)
    top = special.gammaln(np.sum(alpha)) - np.sum(special.gammaln(alpha))
    return top + np.sum(special.xlogy(alpha - 1.0, x))


def _check_simplex(x, alpha):
    if x.shape[0] != alpha.shape[0]:
        raise ValueError("Vector 'x' must have the same number of entries as 'alpha'")
    if np.any(alpha <= 0):
        raise ValueError("All parameters must be greater than 0")
    if np.any(x < 0):
        raise ValueError("Each entry in 'x' must be greater than or equal to zero.")
    if np.any(x > 1):
        raise ValueError("Each entry in 'x' must be smaller or equal one.")
    if np.any((x == 0) & (alpha < 1)):
        raise ValueError(
            "Each entry in 'x' must be greater than zero if its alpha is less than one."
        )
    if np.abs(np.sum(x) - 1.0) > 10e-10:
        raise ValueError("The input vector 'x' must lie within the normal simplex.")


@defines(stats.dirichlet.pdf)
def dirichlet_pdf(x, alpha):
    return np.exp(dirichlet_logpdf(x, alpha))


@defines(stats.multivariate_normal.logpdf)
def multivariate_normal_logpdf(x, mean=None, cov=1, allow_singular=False):
    _regular(allow_singular)
    x = np.asarray(x, np.float64)
    away = x if mean is None else x - mean
    if np.ndim(cov) == 2 and is_one(cov, 0) and np.ndim(x) < 2:  # points of one dimension
        return multivariate_normal_logpdf(away, None, cov[0, 0])
    if np.ndim(cov) == 2:
        root = np.linalg.cholesky(np.asarray(cov, np.float64))
        points = away.reshape(-1, root.shape[0]).T if np.ndim(away) > 2 else away.T
        distance = np.sum(np.linalg.solve(root, points) ** 2, axis=0)
        distance = np.squeeze(np.reshape(distance, np.shape(away)[:-1]))  # as SciPy does
        logarithm, count = np.sum(np.log(np.diagonal(root))), root.shape[0]
        return -0.5 * (distance + count * _LOG_2PI) - logarithm
    spread = np.asarray(cov, np.float64)
    if mean is None or np.ndim(mean) == 0:  # of one dimension
        return -0.5 * (away * away / spread + _LOG_2PI + np.log(spread))
    count = np.shape(away)[-1]
    logarithm = count * np.log(spread) if np.ndim(cov) == 0 else np.sum(np.log(spread))
    distance = np.sum(away * away / spread, axis=-1)
    return -0.5 * (distance + count * _LOG_2PI + logarithm)


def _regular(allow_singular):
    if allow_singular:
        refuse("`multivariate_normal` with `allow_singular`", "give it a regular matrix")


@defines(stats.multivariate_normal.pdf)
def multivariate_normal_pdf(x, mean=None, cov=1, allow_singular=False):
    return np.exp(multivariate_normal_logpdf(x, mean, cov, allow_singular))


@defines(stats.multivariate_normal.entropy)
def multivariate_normal_entropy(mean=None, cov=1):
    if np.ndim(cov) == 2:
        logarithm, count = np.linalg.slogdet(np.asarray(cov, np.float64))[1], np.shape(cov)[0]
        return 0.5 * (count * (1.0 + _LOG_2PI) + logarithm)
    spread = np.asarray(cov, np.float64)
    if np.ndim(cov) == 1:
        return 0.5 * (np.shape(cov)[0] * (1.0 + _LOG_2PI) + np.sum(np.log(spread)))
    count = 1 if mean is None or np.ndim(mean) == 0 else np.shape(mean)[0]
    return 0.5 * count * (1.0 + _LOG_2PI + np.log(spread))


@defines(stats.dirichlet.mean)
def dirichlet_mean(alpha):
    alpha = np.asarray(alpha)
    return alpha / np.sum(alpha)


@defines(stats.dirichlet.var)
def dirichlet_var(alpha):
    alpha = np.asarray(alpha)
    total = np.sum(alpha)
    return alpha * (total - alpha) / (total * total * (total + 1.0))


@defines(stats.multivariate_t.logpdf)
def multivariate_t_logpdf(x, loc=None, shape=1, df=1):
    x, spread = np.asarray(x, np.float64), np.asarray(shape, np.float64)
    if spread.ndim < 2:
        refuse("`multivariate_t` with a shape that is no matrix", "give it a matrix: s * np.eye(n)")
    if df <= 0:
        raise ValueError("'df' must be greater than zero.")
    away = x if loc is None else x - loc
    if is_one(spread, 0) and np.ndim(x) < 2:  # points of one dimension
        return stats.t.logpdf(away, df, 0.0, np.sqrt(spread[0, 0]))
    root, count = np.linalg.cholesky(spread), spread.shape[0]
    points = away.reshape(-1, count).T if np.ndim(away) > 2 else away.T
    distance = np.sum(np.linalg.solve(root, points) ** 2, axis=0)
    distance = np.squeeze(np.reshape(distance, np.shape(away)[:-1]))  # as SciPy does
    top = special.gammaln(0.5 * (df + count)) - special.gammaln(0.5 * df)
    scale = 0.5 * count * np.log(df * math.pi) + np.sum(np.log(np.diagonal(root)))
    return top - scale - 0.5 * (df + count) * np.log1p(distance / df)


@defines(stats.multivariate_t.pdf)
def multivariate_t_pdf(x, loc=None, shape=1, df=1, allow_singular=False):
    if allow_singular:
        refuse("`multivariate_t` with `allow_singular`", "give it a regular matrix")
    return np.exp(multivariate_t_logpdf(x, loc, shape, df))


@defines(stats.multinomial.logpmf)
def multinomial_logpmf(x, n, p):
    x, p = np.asarray(x, np.float64), np.asarray(p, np.float64)
    if p.ndim != 1 or np.ndim(n) != 0:
        refuse("`multinomial` with several vectors of probabilities", "loop over them")
    if x.shape[-1] != p.shape[0]:
        raise ValueError("Size of each quantile should be size of p")
    rest = 1.0 - np.sum(p[:-1])
    last = np.where(np.abs(rest - p[-1]) > _ROUNDING, rest, p[-1])  # as SciPy does
    p = np.concatenate((p[:-1], np.reshape(last, (1,))))
    inside = np.all((x >= 0) & (x == np.floor(x)), axis=-1) & (np.sum(x, axis=-1) == n)
    counts = np.where((x >= 0) & (x <= n), x, 0.0)
    value = np.sum(special.xlogy(counts, p) - special.gammaln(counts + 1.0), axis=-1)
    value = np.where(inside, value + special.gammaln(np.asarray(n, np.float64) + 1.0), -np.inf)
    return np.where(np.all((p >= 0) & (p <= 1)) & (n >= 0), value, np.nan)


@defines(stats.multinomial.pmf)
def multinomial_pmf(x, n, p):
    return np.exp(multinomial_logpmf(x, n, p))
