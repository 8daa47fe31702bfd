"""The Gaussian mixture as array code; formula and loops are in ``benchmarks/cases/gmm.py``."""

from __future__ import annotations

import numpy as np


def log_likelihood_arrays(alphas, means, factors, x, gamma, m, offset):  # type: ignore[no-untyped-def]
    n, d = x.shape
    log_det = np.sum(factors[:, :d], axis=1)
    terms = []
    for k in range(len(alphas)):
        scaled = (x - means[k]) @ triangle(factors[k], d).T
        terms.append(alphas[k] + log_det[k] - 0.5 * np.sum(scaled**2, axis=1))
    squares = np.sum(np.exp(2.0 * factors[:, :d])) + np.sum(factors[:, d:] ** 2)
    prior = 0.5 * gamma**2 * squares - m * np.sum(log_det)
    total = np.sum(log_sum_exp(np.stack(terms)))
    return total - n * log_sum_exp(alphas) + prior + offset


def triangle(factor, d):  # type: ignore[no-untyped-def]
    Q = np.diag(np.exp(factor[:d]))
    columns, rows = np.triu_indices(d, 1)
    Q[rows, columns] = factor[d:]
    return Q


def log_sum_exp(terms):  # type: ignore[no-untyped-def]
    """Over the first axis."""
    largest = np.max(terms, axis=0)
    return largest + np.log(np.sum(np.exp(terms - largest), axis=0))
