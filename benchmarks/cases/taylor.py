"""A thousand terms of the Taylor series of the sine: a scalar recurrence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case, Peer


def sine(x, terms):
    term = total = x
    for k in range(1, terms):
        term = -term * x * x / (2 * k * (2 * k + 1))
        total = total + term
    return total


def sine_of_arrays(x, terms):
    k = np.arange(1, terms)
    ratios = -x * x / (2 * k * (2 * k + 1))
    return x + np.sum(x * np.cumprod(ratios))


def in_jax() -> Any:
    import jax
    import jax.numpy as jnp

    def of_jax(x, terms):
        def step(carried, k):
            term, total = carried
            term = -term * x * x / (2.0 * k * (2.0 * k + 1.0))
            return (term, total + term), None

        (_, total), _ = jax.lax.scan(step, (x, x), jnp.arange(1.0, terms))
        return total

    return of_jax


def data(terms: int = 1000) -> tuple[Any, ...]:
    """A point where cancellation leaves most of the digits."""
    return 2.5, terms


@njit(error_model="numpy")
def adjoint(x, terms, kept):
    total = x
    term = x
    square = x * x
    for k in range(1, terms):
        kept[k] = term
        term = -term * square / (2 * k * (2 * k + 1))
        total += term
    x_bar = 1.0
    square_bar = 0.0
    term_bar = 0.0
    for k in range(terms - 1, 0, -1):
        scaled = -(term_bar + 1.0) / (2 * k * (2 * k + 1))
        square_bar += scaled * kept[k]
        term_bar = scaled * square
    x_bar += term_bar + 2.0 * x * square_bar
    return total, (x_bar,)


def workspace(x: Any, terms: Any) -> tuple[Any, ...]:
    """The terms, which the reverse sweep reads."""
    return (np.empty(terms),)


CASE = Case(
    "Taylor sine, 1000 terms",
    {"loops": sine, "numpy": sine_of_arrays},
    ("x",),
    data,
    adjoint,
    workspace,
    {
        "jax": Peer(in_jax),
        "torch": Peer(lambda: sine),
        "autograd": Peer(lambda: sine),
    },
    {"terms": 7},
    scalar=True,
)
