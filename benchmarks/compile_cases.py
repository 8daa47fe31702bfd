"""Six functions of some thirty lines, as their first gradient is timed: their text and data.

JAX is given the same text where that is how it is written for JAX; where the text has loops or
assigns to elements, its twin does the same with ``lax.scan`` and array operations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class FirstGradient:
    """A function, arguments, what it is differentiated by, and what JAX is given instead."""

    name: str
    function: Any  # written in Python: a plain function
    data: Callable[[], Arguments]
    wrt: tuple[int, ...]
    jax_twin: Callable[[], Callable[..., Any]] | None = None  # None: the same text

    def for_jax(self) -> Callable[..., Any]:
        """The function that JAX compiles."""
        if self.jax_twin is not None:
            return self.jax_twin()
        import jax

        return FunctionType(self.function.__code__, {"np": jax.numpy})


def net(W1, b1, W2, b2, W3, b3, X, Y):  # type: ignore[no-untyped-def]
    h1 = np.tanh(X @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    return np.mean((h2 @ W3 + b3 - Y) ** 2)


def _net_data() -> Arguments:
    """Weights of a net 20-64-32-4 and a batch of 128 cases."""
    rng = np.random.default_rng(0)
    widths = (20, 64, 32, 4)
    arguments: list[Any] = []
    for n, m in zip(widths, widths[1:], strict=False):
        arguments += [rng.normal(size=(n, m)) / np.sqrt(n), np.zeros(m)]
    return *arguments, rng.normal(size=(128, 20)), rng.normal(size=(128, 4))


def mixture(weights, means, scales, x):  # type: ignore[no-untyped-def]
    """The negative log-likelihood of a mixture of Gaussians with diagonal covariances."""
    n, d = x.shape
    components = weights.shape[0]
    terms = np.zeros(components)
    log_det = np.zeros(components)
    for k in range(components):
        for j in range(d):
            log_det[k] += scales[k, j]
    biggest = weights[0]
    for k in range(1, components):
        biggest = max(biggest, weights[k])
    normaliser = 0.0
    for k in range(components):
        normaliser += np.exp(weights[k] - biggest)
    normaliser = biggest + np.log(normaliser)
    total = 0.0
    for i in range(n):
        for k in range(components):
            distance = 0.0
            for j in range(d):
                z = (x[i, j] - means[k, j]) * np.exp(scales[k, j])
                distance += z * z
            terms[k] = weights[k] + log_det[k] - 0.5 * distance
        most = terms[0]
        for k in range(1, components):
            most = max(most, terms[k])
        likelihood = 0.0
        for k in range(components):
            likelihood += np.exp(terms[k] - most)
        total += most + np.log(likelihood)
    return n * normaliser - total


def _mixture_data() -> Arguments:
    rng = np.random.default_rng(1)
    shape = (5, 4)
    return (
        rng.normal(size=5),
        rng.normal(size=shape),
        0.1 * rng.normal(size=shape),
        rng.normal(size=(200, 4)),
    )


def _mixture_jax() -> Callable[..., Any]:
    import jax.numpy as jnp
    from jax.nn import logsumexp

    def twin(weights: Any, means: Any, scales: Any, x: Any) -> Any:
        z = (x[:, None, :] - means) * jnp.exp(scales)
        terms = weights + jnp.sum(scales, axis=1) - 0.5 * jnp.sum(z * z, axis=2)
        return x.shape[0] * logsumexp(weights) - jnp.sum(logsumexp(terms, axis=1))

    return twin


def predators(parameters, start, observed, dt):  # type: ignore[no-untyped-def]
    """How far a Lotka–Volterra model, solved by RK4, is from what was observed."""
    a, b, c, d = parameters[0], parameters[1], parameters[2], parameters[3]
    prey, hunters = start[0], start[1]
    error = 0.0
    for t in range(observed.shape[0]):
        k1 = a * prey - b * prey * hunters
        l1 = c * prey * hunters - d * hunters
        p = prey + 0.5 * dt * k1
        h = hunters + 0.5 * dt * l1
        k2 = a * p - b * p * h
        l2 = c * p * h - d * h
        p = prey + 0.5 * dt * k2
        h = hunters + 0.5 * dt * l2
        k3 = a * p - b * p * h
        l3 = c * p * h - d * h
        p = prey + dt * k3
        h = hunters + dt * l3
        k4 = a * p - b * p * h
        l4 = c * p * h - d * h
        prey = prey + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        hunters = hunters + dt / 6.0 * (l1 + 2.0 * l2 + 2.0 * l3 + l4)
        off_prey = prey - observed[t, 0]
        off_hunters = hunters - observed[t, 1]
        error += off_prey * off_prey + off_hunters * off_hunters
    return error / observed.shape[0]


def _predators_data() -> Arguments:
    parameters, start = np.array([1.1, 0.4, 0.1, 0.4]), np.array([10.0, 5.0])
    return parameters, start, np.random.default_rng(2).uniform(1.0, 10.0, (500, 2)), 0.01


def _predators_jax() -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp

    def slope(parameters: Any, state: Any) -> Any:
        a, b, c, d = parameters
        meetings = state[0] * state[1]
        return jnp.array([a * state[0] - b * meetings, c * meetings - d * state[1]])

    def twin(parameters: Any, start: Any, observed: Any, dt: Any) -> Any:
        def step(state: Any, seen: Any) -> Any:
            k1 = slope(parameters, state)
            k2 = slope(parameters, state + 0.5 * dt * k1)
            k3 = slope(parameters, state + 0.5 * dt * k2)
            k4 = slope(parameters, state + dt * k3)
            state = state + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            return state, jnp.sum((state - seen) ** 2)

        return jnp.sum(jax.lax.scan(step, start, observed)[1]) / observed.shape[0]

    return twin


def memory_cell(W, U, b, V, x, y):  # type: ignore[no-untyped-def]
    """A layer of LSTM cells over a sequence, and the squared error of a linear read-out."""
    steps = x.shape[0]
    width = b.shape[0] // 4
    hidden = np.zeros(width)
    cell = np.zeros(width)
    error = 0.0
    for t in range(steps):
        gates = W @ x[t] + U @ hidden + b
        forget = 1.0 / (1.0 + np.exp(-gates[:width]))
        admit = 1.0 / (1.0 + np.exp(-gates[width : 2 * width]))
        emit = 1.0 / (1.0 + np.exp(-gates[2 * width : 3 * width]))
        change = np.tanh(gates[3 * width :])
        cell = forget * cell + admit * change
        hidden = emit * np.tanh(cell)
        off = V @ hidden - y[t]
        error += np.sum(off * off)
    return error / steps


def _memory_cell_data() -> Arguments:
    rng = np.random.default_rng(3)
    inputs, width, outputs, steps = 6, 16, 3, 50
    return (
        rng.normal(size=(4 * width, inputs)) / np.sqrt(inputs),
        rng.normal(size=(4 * width, width)) / np.sqrt(width),
        np.zeros(4 * width),
        rng.normal(size=(outputs, width)) / np.sqrt(width),
        rng.normal(size=(steps, inputs)),
        rng.normal(size=(steps, outputs)),
    )


def _memory_cell_jax() -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp

    def twin(W: Any, U: Any, b: Any, V: Any, x: Any, y: Any) -> Any:
        width = b.shape[0] // 4

        def step(state: Any, data: Any) -> Any:
            hidden, cell = state
            gates = W @ data[0] + U @ hidden + b
            forget = 1.0 / (1.0 + jnp.exp(-gates[:width]))
            admit = 1.0 / (1.0 + jnp.exp(-gates[width : 2 * width]))
            emit = 1.0 / (1.0 + jnp.exp(-gates[2 * width : 3 * width]))
            cell = forget * cell + admit * jnp.tanh(gates[3 * width :])
            hidden = emit * jnp.tanh(cell)
            return (hidden, cell), jnp.sum((V @ hidden - data[1]) ** 2)

        start = jnp.zeros(width), jnp.zeros(width)
        return jnp.sum(jax.lax.scan(step, start, (x, y))[1]) / x.shape[0]

    return twin


def heat(start, conductivity, source, wanted, dt):  # type: ignore[no-untyped-def]
    """Heat in a rod of varying conductivity, by slices, against a wanted temperature."""
    u = start.copy()
    flux = np.zeros(start.shape[0] - 1)
    energy = 0.0
    for _ in range(100):
        flux[:] = conductivity * (u[1:] - u[:-1])
        u[1:-1] += dt * (flux[1:] - flux[:-1] + source[1:-1])
        u[0] = u[1]
        u[-1] = u[-2]
        energy += np.sum(flux * flux)
    off = u - wanted
    roughness = u[:-2] - 2.0 * u[1:-1] + u[2:]
    penalty = np.sum(np.abs(conductivity[1:] - conductivity[:-1]))
    misfit = np.sum(off * off)
    smooth = np.mean(np.sqrt(1.0 + roughness * roughness))
    return misfit + 1e-3 * smooth + 1e-3 * penalty + 1e-6 * energy


def _heat_data() -> Arguments:
    rng = np.random.default_rng(4)
    n = 200
    return rng.uniform(size=n), rng.uniform(0.1, 0.3, n - 1), rng.normal(size=n), np.zeros(n), 0.1


def _heat_jax() -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp

    def twin(start: Any, conductivity: Any, source: Any, wanted: Any, dt: Any) -> Any:
        def step(u: Any, _: Any) -> Any:
            flux = conductivity * (u[1:] - u[:-1])
            inner = u[1:-1] + dt * (flux[1:] - flux[:-1] + source[1:-1])
            u = jnp.concatenate([inner[:1], inner, inner[-1:]])
            return u, jnp.sum(flux * flux)

        u, energies = jax.lax.scan(step, start, None, length=100)
        off = u - wanted
        roughness = u[:-2] - 2.0 * u[1:-1] + u[2:]
        penalty = jnp.sum(jnp.abs(conductivity[1:] - conductivity[:-1]))
        smooth = jnp.mean(jnp.sqrt(1.0 + roughness * roughness))
        return jnp.sum(off * off) + 1e-3 * smooth + 1e-3 * penalty + 1e-6 * jnp.sum(energies)

    return twin


def options(spot, strike, years, rate, volatility, held):  # type: ignore[no-untyped-def]
    """The worth of a book of calls and puts after Black and Scholes, with a charge for risk."""
    deviation = volatility * np.sqrt(years)
    discount = np.exp(-rate * years)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / deviation
    d2 = d1 - deviation
    cdf1 = 0.5 * (1.0 + np.tanh(0.79788456 * (d1 + 0.044715 * d1**3)))
    cdf2 = 0.5 * (1.0 + np.tanh(0.79788456 * (d2 + 0.044715 * d2**3)))
    call = spot * cdf1 - strike * discount * cdf2
    put = call - spot + strike * discount
    delta = np.sum(held * cdf1)
    density = np.exp(-0.5 * d1 * d1) / np.sqrt(2.0 * np.pi)
    gamma = density / (spot * deviation)
    vega = spot * density * np.sqrt(years)
    worth = np.sum(np.where(held > 0.0, held * call, -held * put))
    charge = 0.01 * delta * delta + 0.1 * np.sum(gamma * gamma) + 1e-4 * np.mean(vega)
    return worth - charge


def _options_data() -> Arguments:
    rng = np.random.default_rng(5)
    n = 1000
    spot, strike = rng.uniform(50.0, 150.0, n), rng.uniform(50.0, 150.0, n)
    return (
        spot,
        strike,
        rng.uniform(0.1, 2.0, n),
        0.02,
        rng.uniform(0.1, 0.5, n),
        rng.normal(size=n),
    )


CASES = {
    case.name: case
    for case in (
        FirstGradient("net", net, _net_data, (0, 1, 2, 3, 4, 5)),
        FirstGradient("mixture", mixture, _mixture_data, (0, 1, 2), _mixture_jax),
        FirstGradient("predators", predators, _predators_data, (0, 1), _predators_jax),
        FirstGradient(
            "memory cell", memory_cell, _memory_cell_data, (0, 1, 2, 3), _memory_cell_jax
        ),
        FirstGradient("heat", heat, _heat_data, (0, 1, 2), _heat_jax),
        FirstGradient("options", options, _options_data, (0, 1, 2, 3, 4)),
    )
}
