"""Rosenbrock's function of ten variables, called from Python: overheads are what shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case, Peer, autograd_numpy, jax_numpy, on_numpy_of


def rosenbrock(x):
    total = 0.0
    for i in range(x.shape[0] - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def rosenbrock_of_arrays(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def in_torch() -> Any:
    return lambda x: (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()


def data(n: int = 10) -> tuple[Any, ...]:
    """A point away from the minimum."""
    return (np.random.default_rng(0).uniform(-1.5, 1.5, size=n),)


@njit(error_model="numpy")
def adjoint(x, x_bar):
    n = x.shape[0]
    total = 0.0
    here = x[0]
    carried = 0.0
    for i in range(n - 1):
        following = x[i + 1]
        a = following - here * here
        b = 1.0 - here
        total += 100.0 * (a * a) + b * b
        x_bar[i] = carried - 400.0 * a * here - 2.0 * b
        carried = 200.0 * a
        here = following
    x_bar[n - 1] = carried
    return total, (x_bar,)


@njit(error_model="numpy")
def adjoint_of_its_own(x):
    """The same, but the gradient is a fresh array, as every generated call returns one."""
    return adjoint(x, np.empty_like(x))


CASE = Case(
    "Rosenbrock, n = 10, one call",
    {"loops": rosenbrock, "numpy": rosenbrock_of_arrays},
    ("x",),
    data,
    adjoint_of_its_own,
    lambda x: (),
    {
        "jax": Peer(on_numpy_of(jax_numpy, rosenbrock_of_arrays)),
        "torch": Peer(in_torch),
        "autograd": Peer(on_numpy_of(autograd_numpy, rosenbrock_of_arrays)),
    },
    {"n": 4},
)
