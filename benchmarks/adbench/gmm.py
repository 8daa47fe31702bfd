"""The log-likelihood of a Gaussian mixture, as loops and as array code.

For points x_i and components k with weight alpha_k, mean mu_k and inverse square root
covariance Q_k, lower triangular with a positive diagonal:

    sum_i log sum_k exp(alpha_k + log det Q_k - |Q_k (x_i - mu_k)|² / 2)
    - n log sum_k exp(alpha_k) + the log-density of a Wishart prior of each Q_k

``factors[k]`` holds the logarithms of the diagonal of Q_k, then what is below it, column by
column.  ``offset`` is the sum of all terms that depend on the sizes alone.
"""

from __future__ import annotations

import math

import numpy as np


def log_likelihood_loops(alphas, means, factors, x, gamma, m, offset):
    n, d = x.shape
    components = alphas.shape[0]
    Q = np.zeros((components, d, d))
    log_det = np.zeros(components)
    prior = 0.0
    for k in range(components):
        p = d
        for c in range(d):
            Q[k, c, c] = np.exp(factors[k, c])
            log_det[k] += factors[k, c]
            for r in range(c + 1, d):
                Q[k, r, c] = factors[k, p]
                p += 1
            for r in range(c, d):
                prior += 0.5 * gamma**2 * Q[k, r, c] ** 2
        prior -= m * log_det[k]
    total = 0.0
    terms = np.zeros(components)
    for i in range(n):
        for k in range(components):
            distance = 0.0
            for r in range(d):
                q = 0.0
                for c in range(r + 1):
                    q += Q[k, r, c] * (x[i, c] - means[k, c])
                distance += q * q
            terms[k] = alphas[k] + log_det[k] - 0.5 * distance
        total += log_sum_exp_1d(terms)
    return total - n * log_sum_exp_1d(alphas) + prior + offset


def log_sum_exp_1d(terms):
    largest = terms[0]
    for k in range(1, terms.shape[0]):
        largest = max(largest, terms[k])
    total = 0.0
    for k in range(terms.shape[0]):
        total += np.exp(terms[k] - largest)
    return largest + np.log(total)


def log_likelihood_arrays(alphas, means, factors, x, gamma, m, offset):
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


def triangle(factor, d):
    Q = np.diag(np.exp(factor[:d]))
    columns, rows = np.triu_indices(d, 1)
    Q[rows, columns] = factor[d:]
    return Q


def log_sum_exp(terms):
    """Over the first axis."""
    largest = np.max(terms, axis=0)
    return largest + np.log(np.sum(np.exp(terms - largest), axis=0))


def constants(n: int, d: int, components: int, gamma: float, m: int) -> float:
    """The terms of the objective that no parameter enters."""
    freedom = d + m + 1
    log_gamma = 0.25 * d * (d - 1) * math.log(math.pi)
    log_gamma += sum(math.lgamma(0.5 * (freedom - j)) for j in range(d))
    wishart = freedom * d * (math.log(gamma) - 0.5 * math.log(2.0)) - log_gamma
    return -0.5 * n * d * math.log(2.0 * math.pi) - components * wishart
