"""The logistic loss of a linear model."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case, Peer, autograd_numpy, jax_numpy, on_numpy_of


def loss(w, b, X, y):
    total = 0.0
    for i in range(X.shape[0]):
        z = b
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += np.log1p(np.exp(-y[i] * z))
    return total / X.shape[0]


def loss_of_arrays(w, b, X, y):
    return np.mean(np.log1p(np.exp(-y * (X @ w + b))))


def in_torch() -> Any:
    import torch

    return lambda w, b, X, y: torch.log1p(torch.exp(-y * (X @ w + b))).mean()


def data(n: int = 1000, m: int = 20) -> tuple[Any, ...]:
    """A seeded classification problem with ``n`` cases of ``m`` features."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, m))
    w = rng.normal(size=m)
    y = np.where(X @ w + rng.normal(size=n) > 0, 1.0, -1.0)
    return 0.5 * w, 0.1, X, y


@njit(error_model="numpy")
def adjoint(w, b, X, y, w_bar):
    n, m = X.shape
    total = 0.0
    b_bar = 0.0
    scale = 1.0 / n
    for j in range(m):
        w_bar[j] = 0.0
    for i in range(n):
        z = b
        for j in range(m):
            z += X[i, j] * w[j]
        e = math.exp(-y[i] * z)
        total += math.log1p(e)
        z_bar = -y[i] * e / (1.0 + e) * scale
        for j in range(m):
            w_bar[j] += X[i, j] * z_bar
        b_bar += z_bar
    return total / n, (w_bar, b_bar)


def workspace(w: Any, b: Any, X: Any, y: Any) -> tuple[Any, ...]:
    """The gradient with respect to ``w``."""
    return (np.empty_like(w),)


CASE = Case(
    "logistic regression, 1000 × 20",
    {"loops": loss, "numpy": loss_of_arrays},
    ("w", "b"),
    data,
    adjoint,
    workspace,
    {
        "jax": Peer(on_numpy_of(jax_numpy, loss_of_arrays)),
        "torch": Peer(in_torch),
        "autograd": Peer(on_numpy_of(autograd_numpy, loss_of_arrays)),
    },
    {"n": 6, "m": 3},
)
