"""Two products of matrices in a row, ``k2mm`` of Polybench and NPBench: ``α A B C + β D``, squared.

In loops it is written as the sums are defined, with the inner one last.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case, Peer, autograd_numpy, jax_numpy, on_numpy_of


def energy(alpha, beta, A, B, C, D):
    first = np.zeros((A.shape[0], B.shape[1]))
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            s = 0.0
            for k in range(A.shape[1]):
                s += A[i, k] * B[k, j]
            first[i, j] = alpha * s
    total = 0.0
    for i in range(A.shape[0]):
        for j in range(C.shape[1]):
            s = beta * D[i, j]
            for k in range(B.shape[1]):
                s += first[i, k] * C[k, j]
            total += s * s
    return total


def energy_of_arrays(alpha, beta, A, B, C, D):
    E = alpha * A @ B @ C + beta * D
    return np.sum(E * E)


def in_torch() -> Any:
    def of_torch(alpha, beta, A, B, C, D):
        E = alpha * A @ B @ C + beta * D
        return (E * E).sum()

    return of_torch


def data(n: int = 200, m: int = 220, p: int = 180, q: int = 240) -> tuple[Any, ...]:
    """Matrices whose product has elements of the size of one."""
    rng = np.random.default_rng(0)
    shapes = ((n, m), (m, p), (p, q), (n, q))
    A, B, C, D = (rng.normal(size=shape) / shape[1] ** 0.5 for shape in shapes)
    return 1.5, 1.2, A, B, C, D


@njit(error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def adjoint(alpha, beta, A, B, C, D, AB, E, AB_bar, A_bar, B_bar, C_bar, D_bar):
    np.dot(A, B, AB)
    np.dot(AB, C, E)
    total = 0.0
    for i in range(E.shape[0]):
        for j in range(E.shape[1]):
            e = alpha * E[i, j] + beta * D[i, j]
            total += e * e
            D_bar[i, j] = 2.0 * beta * e
            E[i, j] = 2.0 * alpha * e
    np.dot(AB.T, E, C_bar)
    np.dot(E, C.T, AB_bar)
    np.dot(A.T, AB_bar, B_bar)
    np.dot(AB_bar, B.T, A_bar)
    return total, (A_bar, B_bar, C_bar, D_bar)


def workspace(alpha: Any, beta: Any, A: Any, B: Any, C: Any, D: Any) -> tuple[Any, ...]:
    """The inner product, the result and its cotangent, that of the inner one, the gradients."""
    inner = A.shape[0], B.shape[1]
    gradients = (np.empty_like(matrix) for matrix in (A, B, C, D))
    return np.empty(inner), np.empty_like(D), np.empty(inner), *gradients


CASE = Case(
    "two products (k2mm), 200 × 220 × 180 × 240",
    {"loops": energy, "numpy": energy_of_arrays},
    ("A", "B", "C", "D"),
    data,
    adjoint,
    workspace,
    {
        "jax": Peer(on_numpy_of(jax_numpy, energy_of_arrays)),
        "torch": Peer(in_torch),
        "autograd": Peer(on_numpy_of(autograd_numpy, energy_of_arrays)),
    },
    {"n": 5, "m": 6, "p": 4, "q": 3},
)
