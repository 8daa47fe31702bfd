"""Rosenbrock's function of ten variables: a call so small that overheads show."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case


def rosenbrock(x):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(x.shape[0] - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def data(n: int = 10) -> tuple[Any, ...]:
    """A point away from the minimum."""
    return (np.random.default_rng(0).uniform(-1.5, 1.5, size=n),)


@njit(error_model="numpy")
def adjoint(x, x_bar):  # type: ignore[no-untyped-def]
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


def workspace(x: Any) -> tuple[Any, ...]:
    """The gradient."""
    return (np.empty_like(x),)


CASE = Case(
    "Rosenbrock, n = 10",
    rosenbrock,
    ("x",),
    data,
    adjoint,
    workspace,
    {"n": 4},
    loop=True,
)


@njit(error_model="numpy")
def adjoint_of_its_own(x):  # type: ignore[no-untyped-def]
    """The same, but the gradient is a fresh array, as every generated call returns one."""
    return adjoint(x, np.empty_like(x))


FRESH = Case(
    "Rosenbrock, n = 10, by hand with a fresh result",
    rosenbrock,
    ("x",),
    data,
    adjoint_of_its_own,
    lambda x: (),
    {"n": 4},
    loop=True,
)
