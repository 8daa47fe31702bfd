"""A net of one hidden layer on a batch of pictures: 784-128-10, cross entropy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case, Peer, autograd_numpy, jax_numpy, on_numpy_of


def loss(W1, b1, W2, b2, X, labels):
    total = 0.0
    for i in range(X.shape[0]):
        hidden = np.tanh(X[i] @ W1 + b1)
        logits = hidden @ W2 + b2
        largest = np.max(logits)
        total += largest + np.log(np.sum(np.exp(logits - largest))) - logits[labels[i]]
    return total / X.shape[0]


def loss_of_arrays(W1, b1, W2, b2, X, labels):
    logits = np.tanh(X @ W1 + b1) @ W2 + b2
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    normalizers = np.log(np.sum(np.exp(shifted), axis=1))
    return np.mean(normalizers - shifted[np.arange(X.shape[0]), labels])


def in_torch() -> Any:
    import torch

    def of_torch(W1, b1, W2, b2, X, labels):
        logits = torch.tanh(X @ W1 + b1) @ W2 + b2
        return torch.nn.functional.cross_entropy(logits, labels)

    return of_torch


def data(batch: int = 128, inputs: int = 784, hidden: int = 128) -> tuple[Any, ...]:
    """Seeded weights, pictures of values between 0 and 1, ten classes."""
    rng = np.random.default_rng(0)
    W1 = rng.normal(size=(inputs, hidden)) / math.sqrt(inputs)
    W2 = rng.normal(size=(hidden, 10)) / math.sqrt(hidden)
    b1, b2 = 0.1 * rng.normal(size=hidden), 0.1 * rng.normal(size=10)
    return W1, b1, W2, b2, rng.uniform(size=(batch, inputs)), rng.integers(10, size=batch)


@njit(error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def adjoint(W1, b1, W2, b2, X, labels, H, Z, H_bar, W1_bar, b1_bar, W2_bar, b2_bar):
    n, m = Z.shape
    k = b1.shape[0]
    np.dot(X, W1, H)
    for i in range(n):
        for j in range(k):
            H[i, j] = math.tanh(H[i, j] + b1[j])
    np.dot(H, W2, Z)
    b1_bar[:] = 0.0
    b2_bar[:] = 0.0
    total = 0.0
    scale = 1.0 / n
    for i in range(n):
        largest = -np.inf
        for j in range(m):
            Z[i, j] += b2[j]
            largest = max(largest, Z[i, j])
        total += largest - Z[i, labels[i]]
        s = 0.0
        for j in range(m):
            Z[i, j] = math.exp(Z[i, j] - largest)
            s += Z[i, j]
        total += math.log(s)
        for j in range(m):
            Z[i, j] *= scale / s
        Z[i, labels[i]] -= scale
        for j in range(m):
            b2_bar[j] += Z[i, j]
    np.dot(H.T, Z, W2_bar)
    np.dot(Z, W2.T, H_bar)
    for i in range(n):
        for j in range(k):
            H_bar[i, j] *= 1.0 - H[i, j] * H[i, j]
            b1_bar[j] += H_bar[i, j]
    np.dot(X.T, H_bar, W1_bar)
    return total * scale, (W1_bar, b1_bar, W2_bar, b2_bar)


def workspace(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, labels: Any) -> tuple[Any, ...]:
    """Activations of both layers, the cotangents of the first, the gradients."""
    n, k, m = X.shape[0], b1.shape[0], b2.shape[0]
    gradients = (np.empty_like(a) for a in (W1, b1, W2, b2))
    return np.empty((n, k)), np.empty((n, m)), np.empty((n, k)), *gradients


CASE = Case(
    "MLP, 128 × 784-128-10",
    {"loops": loss, "numpy": loss_of_arrays},
    ("W1", "b1", "W2", "b2"),
    data,
    adjoint,
    workspace,
    {
        "jax": Peer(on_numpy_of(jax_numpy, loss_of_arrays)),
        "torch": Peer(in_torch),
        "autograd": Peer(on_numpy_of(autograd_numpy, loss_of_arrays)),
    },
    {"batch": 5, "inputs": 6, "hidden": 4},
)
