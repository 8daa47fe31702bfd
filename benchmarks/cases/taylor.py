"""A thousand terms of the Taylor series of log(1 + x): a scalar recurrence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case


def log1p_series(x, terms):  # type: ignore[no-untyped-def]
    total = 0.0
    power = 1.0
    for k in range(1, terms + 1):
        power *= -x
        total -= power / k
    return total


def data(terms: int = 1000) -> tuple[Any, ...]:
    """A point inside the circle of convergence, where no term underflows."""
    return 0.9, terms


@njit(error_model="numpy")
def adjoint(x, terms, powers):  # type: ignore[no-untyped-def]
    total = 0.0
    power = 1.0
    for k in range(1, terms + 1):
        powers[k - 1] = power
        power *= -x
        total -= power / k
    x_bar = 0.0
    power_bar = 0.0
    for k in range(terms, 0, -1):
        power_bar -= 1.0 / k
        x_bar -= power_bar * powers[k - 1]
        power_bar *= -x
    return total, (x_bar,)


def workspace(x: Any, terms: Any) -> tuple[Any, ...]:
    """The powers of x, which the reverse sweep reads."""
    return (np.empty(terms),)


CASE = Case(
    "Taylor series, 1000 terms",
    log1p_series,
    ("x",),
    data,
    adjoint,
    workspace,
    {"terms": 7},
    loop=True,
)
