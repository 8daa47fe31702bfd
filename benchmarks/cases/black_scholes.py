"""Prices of a million call options by Black and Scholes, as array operations and as a loop.

The gradient of their sum by spot prices, volatilities and the rate: delta, vega and rho.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from scipy.special import erf

from benchmarks.case import Case, Peer


def normal_below(x):
    """The probability that a standard normal number is below x."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def worth(spot, strike, years, volatility, rate):
    spread = volatility * np.sqrt(years)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    d2 = d1 - spread
    below1 = 0.5 * (1.0 + erf(d1 / np.sqrt(2.0)))
    below2 = 0.5 * (1.0 + erf(d2 / np.sqrt(2.0)))
    return np.sum(spot * below1 - strike * np.exp(-rate * years) * below2)


def worth_in_a_loop(spot, strike, years, volatility, rate):
    total = 0.0
    for i in range(spot.shape[0]):
        spread = volatility[i] * math.sqrt(years[i])
        d1 = math.log(spot[i] / strike[i]) + (rate + 0.5 * volatility[i] ** 2) * years[i]
        d1 /= spread
        d2 = d1 - spread
        discount = math.exp(-rate * years[i])
        total += spot[i] * normal_below(d1) - strike[i] * discount * normal_below(d2)
    return total


def on(xp: Any, erf: Any) -> Any:
    """The same for a peer's NumPy."""

    def worth(spot, strike, years, volatility, rate):
        spread = volatility * xp.sqrt(years)
        d1 = (xp.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
        d2 = d1 - spread
        below1 = 0.5 * (1.0 + erf(d1 / math.sqrt(2.0)))
        below2 = 0.5 * (1.0 + erf(d2 / math.sqrt(2.0)))
        return xp.sum(spot * below1 - strike * xp.exp(-rate * years) * below2)

    return worth


def in_jax() -> Any:
    import jax

    return on(jax.numpy, jax.scipy.special.erf)


def in_torch() -> Any:
    import torch

    return on(torch, torch.erf)


def in_autograd() -> Any:
    import autograd.numpy
    import autograd.scipy.special

    return on(autograd.numpy, autograd.scipy.special.erf)


def data(n: int = 1_000_000) -> tuple[Any, ...]:
    """Options around the money, from one month to two years."""
    rng = np.random.default_rng(0)
    spot = rng.uniform(50.0, 150.0, n)
    strike = spot * rng.uniform(0.7, 1.3, n)
    years = rng.uniform(1 / 12, 2.0, n)
    return spot, strike, years, rng.uniform(0.1, 0.5, n), 0.03


# The chain rule for each line, with what adgen has too: sums in any order.
# (The closed formulas of the Greeks would save an exponential; they are no adjoint.)
@njit(error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def adjoint(spot, strike, years, volatility, rate, spot_bar, volatility_bar):
    density = 1.0 / math.sqrt(2.0 * math.pi)
    half = math.sqrt(0.5)
    total = rate_bar = 0.0
    for i in range(spot.shape[0]):
        root = math.sqrt(years[i])
        spread = volatility[i] * root
        drift = rate + 0.5 * volatility[i] * volatility[i]
        d1 = (math.log(spot[i] / strike[i]) + drift * years[i]) / spread
        d2 = d1 - spread
        below1 = 0.5 + 0.5 * math.erf(half * d1)
        below2 = 0.5 + 0.5 * math.erf(half * d2)
        discounted = strike[i] * math.exp(-rate * years[i])
        total += spot[i] * below1 - discounted * below2
        d2_bar = -discounted * density * math.exp(-0.5 * d2 * d2)
        d1_bar = spot[i] * density * math.exp(-0.5 * d1 * d1) + d2_bar
        top_bar = d1_bar / spread
        spread_bar = -d2_bar - top_bar * d1
        spot_bar[i] = below1 + top_bar / spot[i]
        volatility_bar[i] = spread_bar * root + top_bar * volatility[i] * years[i]
        rate_bar += years[i] * (top_bar + discounted * below2)
    return total, (spot_bar, volatility_bar, rate_bar)


def workspace(spot: Any, strike: Any, years: Any, volatility: Any, rate: Any) -> tuple[Any, ...]:
    """The gradients with respect to spot prices and volatilities."""
    return np.empty_like(spot), np.empty_like(spot)


CASE = Case(
    "Black–Scholes, 1,000,000 options",
    {"loops": worth_in_a_loop, "numpy": worth},
    ("spot", "volatility", "rate"),
    data,
    adjoint,
    workspace,
    {"jax": Peer(in_jax), "torch": Peer(in_torch), "autograd": Peer(in_autograd)},
    {"n": 6},
)
