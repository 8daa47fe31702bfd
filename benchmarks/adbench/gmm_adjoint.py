"""The adjoint of the Gaussian mixture as an expert writes it: both sweeps of a point at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit


@njit(error_model="numpy")
def _unpack(factors, d, gamma, m, Q, Q_bar, log_det):
    prior = 0.0
    for k in range(factors.shape[0]):
        log_det[k] = 0.0
        p = d
        for c in range(d):
            Q[k, c, c] = math.exp(factors[k, c])
            log_det[k] += factors[k, c]
            for r in range(c + 1, d):
                Q[k, r, c] = factors[k, p]
                p += 1
            for r in range(c, d):
                prior += 0.5 * gamma**2 * Q[k, r, c] ** 2
                Q_bar[k, r, c] = gamma**2 * Q[k, r, c]
        prior -= m * log_det[k]
    return prior


@njit(error_model="numpy")
def _pack(Q, Q_bar, weights, m, factors_bar):
    for k in range(Q.shape[0]):
        d = p = Q.shape[1]
        for c in range(d):
            factors_bar[k, c] = Q_bar[k, c, c] * Q[k, c, c] + weights[k] - m
            for r in range(c + 1, d):
                factors_bar[k, p] = Q_bar[k, r, c]
                p += 1


# One flat function for the points: forward and reverse of a point in one iteration, no tape.
@njit(error_model="numpy")
def _points(alphas, means, x, Q, log_det, Q_bar, means_bar, weights, terms, y, q):
    n, d = x.shape
    components = alphas.shape[0]
    for k in range(components):
        weights[k] = 0.0
        for c in range(d):
            means_bar[k, c] = 0.0
    total = 0.0
    for i in range(n):
        largest = -np.inf
        for k in range(components):
            for c in range(d):
                y[k, c] = x[i, c] - means[k, c]
            distance = 0.0
            for r in range(d):
                v = 0.0
                for c in range(r + 1):
                    v += Q[k, r, c] * y[k, c]
                q[k, r] = v
                distance += v * v
            terms[k] = alphas[k] + log_det[k] - 0.5 * distance
            largest = max(largest, terms[k])
        s = 0.0
        for k in range(components):
            terms[k] = math.exp(terms[k] - largest)
            s += terms[k]
        total += largest + math.log(s)
        for k in range(components):
            weight = terms[k] / s
            weights[k] += weight
            for r in range(d):
                q_bar = -weight * q[k, r]
                for c in range(r + 1):
                    Q_bar[k, r, c] += q_bar * y[k, c]
                    means_bar[k, c] -= q_bar * Q[k, r, c]
    return total


@njit(error_model="numpy")
def adjoint(
    alphas, means, factors, x, gamma, m, offset,
    Q, Q_bar, log_det, weights, terms, y, q, alphas_bar, means_bar, factors_bar,
):  # fmt: skip
    n, d = x.shape
    value = offset + _unpack(factors, d, gamma, m, Q, Q_bar, log_det)
    value += _points(alphas, means, x, Q, log_det, Q_bar, means_bar, weights, terms, y, q)
    _pack(Q, Q_bar, weights, m, factors_bar)
    largest = -np.inf
    for k in range(alphas.shape[0]):
        largest = max(largest, alphas[k])
    s = 0.0
    for k in range(alphas.shape[0]):
        s += math.exp(alphas[k] - largest)
    for k in range(alphas.shape[0]):
        alphas_bar[k] = weights[k] - n * math.exp(alphas[k] - largest) / s
    return value - n * (largest + math.log(s)), (alphas_bar, means_bar, factors_bar)


def workspace(
    alphas: Any, means: Any, factors: Any, x: Any, gamma: Any, m: Any, offset: Any
) -> tuple[Any, ...]:
    """Triangles and their cotangents, one row per component of the current point, gradients."""
    components, d = means.shape
    triangles = np.zeros((components, d, d)), np.zeros((components, d, d))
    vectors = np.empty(components), np.empty(components), np.empty(components)
    rows = np.empty((components, d)), np.empty((components, d))
    gradients = np.empty_like(alphas), np.empty_like(means), np.empty_like(factors)
    return (*triangles, *vectors, *rows, *gradients)
