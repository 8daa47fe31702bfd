"""An Asian call option by Monte Carlo on given normal numbers: its price and its Greeks.

A path is a geometric Brownian motion; what is paid is its mean beyond the strike, if any.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case, Peer, autograd_numpy, jax_numpy, on_numpy_of


def price(spot, volatility, rate, strike, years, normals):
    steps = normals.shape[1]
    dt = years / steps
    drift = (rate - 0.5 * volatility**2) * dt
    spread = volatility * math.sqrt(dt)
    total = 0.0
    for i in range(normals.shape[0]):
        value = spot
        mean = 0.0
        for t in range(steps):
            value *= math.exp(drift + spread * normals[i, t])
            mean += value / steps
        if mean > strike:
            total += mean - strike
    return math.exp(-rate * years) * total / normals.shape[0]


def price_of_arrays(spot, volatility, rate, strike, years, normals):
    dt = years / normals.shape[1]
    drift = (rate - 0.5 * volatility**2) * dt
    moves = drift + volatility * np.sqrt(dt) * normals
    means = np.mean(spot * np.exp(np.cumsum(moves, axis=1)), axis=1)
    return np.exp(-rate * years) * np.mean(np.maximum(means - strike, 0.0))


def in_torch() -> Any:
    import torch

    def of_torch(spot, volatility, rate, strike, years, normals):
        dt = years / normals.shape[1]
        drift = (rate - 0.5 * volatility**2) * dt
        moves = drift + volatility * math.sqrt(dt) * normals
        means = (spot * torch.exp(torch.cumsum(moves, 1))).mean(1)
        return torch.exp(-rate * years) * torch.clamp(means - strike, min=0.0).mean()

    return of_torch


def data(paths: int = 10_000, steps: int = 50) -> tuple[Any, ...]:
    """An option at the money for a year."""
    normals = np.random.default_rng(0).normal(size=(paths, steps))
    return 100.0, 0.25, 0.03, 100.0, 1.0, normals


# Of a path, the tangents of its mean by spot, volatility and rate are sums beside that of the
# values: no path is stored.
@njit(error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def adjoint(spot, volatility, rate, strike, years, normals):
    n, steps = normals.shape
    dt = years / steps
    root = math.sqrt(dt)
    drift = (rate - 0.5 * volatility * volatility) * dt
    total = by_volatility = by_rate = paid = 0.0
    for i in range(n):
        value, walk = spot, 0.0
        mean = mean_by_volatility = mean_by_rate = 0.0
        for t in range(steps):
            walk += normals[i, t]
            value *= math.exp(drift + volatility * root * normals[i, t])
            time = (t + 1) * dt
            mean += value
            mean_by_volatility += value * (root * walk - volatility * time)
            mean_by_rate += value * time
        mean /= steps
        if mean > strike:
            total += mean - strike
            paid += mean
            by_volatility += mean_by_volatility / steps
            by_rate += mean_by_rate / steps
    scale = math.exp(-rate * years) / n
    return scale * total, (
        scale * paid / spot,
        scale * by_volatility,
        scale * (by_rate - years * total),
    )


def workspace(*arguments: Any) -> tuple[Any, ...]:
    """Nothing."""
    return ()


CASE = Case(
    "Asian option, 10,000 paths of 50 steps",
    {"loops": price, "numpy": price_of_arrays},
    ("spot", "volatility", "rate"),
    data,
    adjoint,
    workspace,
    {
        "jax": Peer(on_numpy_of(jax_numpy, price_of_arrays)),
        "torch": Peer(in_torch),
        "autograd": Peer(on_numpy_of(autograd_numpy, price_of_arrays)),
    },
    {"paths": 7, "steps": 5},
)
