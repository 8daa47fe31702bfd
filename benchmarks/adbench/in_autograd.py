"""What of ADBench a user of HIPS Autograd writes otherwise: it cannot assign to elements."""

from __future__ import annotations

import autograd.numpy as np
from autograd.scipy.special import logsumexp


def gmm(alphas, means, factors, x, gamma, m, offset):
    n, d = x.shape
    columns, rows = np.triu_indices(d, 1)
    places = np.eye(d * d)[rows * d + columns]
    diagonal = np.exp(factors[:, :d])
    log_det = np.sum(factors[:, :d], axis=1)
    below = np.reshape(np.dot(factors[:, d:], places), (-1, d, d))
    Q = diagonal[:, None, :] * np.eye(d) + below
    transposed = np.transpose(Q, (0, 2, 1))
    scaled = np.matmul(x[None] - means[:, None], transposed)
    terms = alphas + log_det - 0.5 * np.sum(scaled**2, axis=2).T
    prior = 0.5 * gamma**2 * (np.sum(diagonal**2) + np.sum(factors[:, d:] ** 2))
    total = np.sum(logsumexp(terms, axis=1)) - n * logsumexp(alphas)
    return total + prior - m * np.sum(log_det) + offset
