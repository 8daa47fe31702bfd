"""Distributions of vectors in ``scipy.stats``; loaded only for programs that use it."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.registry import defines, refuse

_LOG_2PI = math.log(2 * math.pi)


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
