"""Prices of a million call options by Black and Scholes, as array operations and as a loop.

The gradient of their sum by spot prices, volatilities and the rate: delta, vega and rho.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, vectorize

from adgen.runtime import vector_math as vmath
from benchmarks.case import Case


def normal_below(x):  # type: ignore[no-untyped-def]
    """The probability that a standard normal number is below x."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


normals_below = vectorize(normal_below)


def worth(spot, strike, years, volatility, rate):  # type: ignore[no-untyped-def]
    spread = volatility * np.sqrt(years)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    d2 = d1 - spread
    price = spot * normals_below(d1) - strike * np.exp(-rate * years) * normals_below(d2)
    return np.sum(price)


def worth_in_a_loop(spot, strike, years, volatility, rate):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(spot.shape[0]):
        spread = volatility[i] * math.sqrt(years[i])
        d1 = math.log(spot[i] / strike[i]) + (rate + 0.5 * volatility[i] ** 2) * years[i]
        d1 /= spread
        d2 = d1 - spread
        discount = math.exp(-rate * years[i])
        total += spot[i] * normal_below(d1) - strike[i] * discount * normal_below(d2)
    return total


def data(n: int = 1_000_000) -> tuple[Any, ...]:
    """Options around the money, from one month to two years."""
    rng = np.random.default_rng(0)
    spot = rng.uniform(50.0, 150.0, n)
    strike = spot * rng.uniform(0.7, 1.3, n)
    years = rng.uniform(1 / 12, 2.0, n)
    return spot, strike, years, rng.uniform(0.1, 0.5, n), 0.03


# The chain rule for each line, with what adgen has too: vector functions, sums in any order.
# (The closed formulas of the Greeks would save an exponential; they are no adjoint.)
@njit(error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def adjoint(spot, strike, years, volatility, rate, spot_bar, volatility_bar):  # type: ignore[no-untyped-def]
    density = 1.0 / math.sqrt(2.0 * math.pi)
    half = math.sqrt(0.5)
    total = rate_bar = 0.0
    for i in range(spot.shape[0]):
        root = math.sqrt(years[i])
        spread = volatility[i] * root
        drift = rate + 0.5 * volatility[i] * volatility[i]
        d1 = (vmath.log(spot[i] / strike[i]) + drift * years[i]) / spread
        d2 = d1 - spread
        below1 = 0.5 + 0.5 * vmath.erf(half * d1)
        below2 = 0.5 + 0.5 * vmath.erf(half * d2)
        discounted = strike[i] * vmath.exp(-rate * years[i])
        total += spot[i] * below1 - discounted * below2
        d2_bar = -discounted * density * vmath.exp(-0.5 * d2 * d2)
        d1_bar = spot[i] * density * vmath.exp(-0.5 * d1 * d1) + d2_bar
        top_bar = d1_bar / spread
        spread_bar = -d2_bar - top_bar * d1
        spot_bar[i] = below1 + top_bar / spot[i]
        volatility_bar[i] = spread_bar * root + top_bar * volatility[i] * years[i]
        rate_bar += years[i] * (top_bar + discounted * below2)
    return total, (spot_bar, volatility_bar, rate_bar)


def workspace(spot: Any, strike: Any, years: Any, volatility: Any, rate: Any) -> tuple[Any, ...]:
    """The gradients with respect to spot prices and volatilities."""
    return np.empty_like(spot), np.empty_like(spot)


WRT = ("spot", "volatility", "rate")
CASE = Case(
    "Black–Scholes, arrays, 1,000,000", worth, WRT, data, adjoint, workspace, {"n": 6}
)  # fmt: skip
LOOP = Case(
    "Black–Scholes, loop, 1,000,000", worth_in_a_loop, WRT, data, adjoint, workspace, {"n": 6}
)  # fmt: skip
