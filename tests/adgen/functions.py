"""Functions that tests of the front door differentiate; pickle finds them by their names."""

from __future__ import annotations

import numpy as np

import adgen


def square_sum(x):
    return np.sum(x * x)


def fourth(t):
    return t**4


def rotate(x, y, angle):
    return x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)


def scaled(x, power="one", *, scale=2.0):
    """Has a static argument, a default and a keyword."""
    if power == "one":
        return x * scale
    return x * x * scale


def smooth(u, kappa, steps):
    """Changes its first argument."""
    for _ in range(steps):
        u[1:-1] += kappa * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def loss(w, b, X, y):
    total = 0.0
    for i in range(X.shape[0]):
        z = b
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += np.log1p(np.exp(-y[i] * z))
    return total / X.shape[0]


@adgen.differentiate(wrt=("w", "b"))
def compiled_loss(w, b, X, y):
    """The mean logistic loss."""
    total = 0.0
    for i in range(X.shape[0]):
        z = b
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += np.log1p(np.exp(-y[i] * z))
    return total / X.shape[0]


def data(seed=0, n=6, m=3):
    """Arguments of ``loss``."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, m))
    return rng.normal(size=m), 0.3, X, np.sign(rng.normal(size=n))
