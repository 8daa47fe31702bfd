"""Lotka–Volterra by the classical Runge–Kutta method: 10,000 steps of a scalar recurrence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case, Peer


def velocity(prey, predators, rates):
    met = prey * predators
    return rates[0] * prey - rates[1] * met, rates[2] * met - rates[3] * predators


def final_population(state, rates, steps, dt):
    x, y = state[0], state[1]
    for _ in range(steps):
        k1x, k1y = velocity(x, y, rates)
        k2x, k2y = velocity(x + 0.5 * dt * k1x, y + 0.5 * dt * k1y, rates)
        k3x, k3y = velocity(x + 0.5 * dt * k2x, y + 0.5 * dt * k2y, rates)
        k4x, k4y = velocity(x + dt * k3x, y + dt * k3y, rates)
        x += dt / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
        y += dt / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y)
    return x * x + y * y


def velocities(state, rates):
    met = state[0] * state[1]
    return np.array([rates[0] * state[0] - rates[1] * met, rates[2] * met - rates[3] * state[1]])


def final_population_of_arrays(state, rates, steps, dt):
    for _ in range(steps):
        k1 = velocities(state, rates)
        k2 = velocities(state + 0.5 * dt * k1, rates)
        k3 = velocities(state + 0.5 * dt * k2, rates)
        k4 = velocities(state + dt * k3, rates)
        state = state + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum(state**2)


def _steps(stack: Any) -> Any:
    """One Runge–Kutta step of arrays, for peers that have a ``stack``."""

    def velocities(state, rates):
        met = state[0] * state[1]
        return stack([rates[0] * state[0] - rates[1] * met, rates[2] * met - rates[3] * state[1]])

    def step(state, rates, dt):
        k1 = velocities(state, rates)
        k2 = velocities(state + 0.5 * dt * k1, rates)
        k3 = velocities(state + 0.5 * dt * k2, rates)
        k4 = velocities(state + dt * k3, rates)
        return state + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)

    return step


def in_jax() -> Any:
    import jax
    import jax.numpy as jnp

    one = _steps(jnp.stack)

    def of_jax(state, rates, steps, dt):
        state, _ = jax.lax.scan(lambda s, _: (one(s, rates, dt), None), state, None, length=steps)
        return jnp.sum(state**2)

    return of_jax


def _written_out(stack: Any) -> Any:
    one = _steps(stack)

    def of_peer(state, rates, steps, dt):
        for _ in range(steps):
            state = one(state, rates, dt)
        return (state**2).sum()

    return of_peer


def in_torch() -> Any:
    import torch

    return _written_out(torch.stack)


def in_autograd() -> Any:
    import autograd.numpy as anp

    return _written_out(anp.array)


def data(steps: int = 10_000) -> tuple[Any, ...]:
    """Ten units of time from a state off the equilibrium."""
    return np.array([1.0, 0.5]), np.array([1.5, 1.0, 0.8, 1.2]), steps, 1e-3


@njit(error_model="numpy")
def adjoint(state, rates, steps, dt, xs, ys, state_bar, rates_bar):
    a, b, c, d = rates[0], rates[1], rates[2], rates[3]
    h, s = 0.5 * dt, dt / 6.0
    x, y = state[0], state[1]
    for t in range(steps):
        xs[t] = x
        ys[t] = y
        m1 = x * y
        k1x, k1y = a * x - b * m1, c * m1 - d * y
        x2, y2 = x + h * k1x, y + h * k1y
        m2 = x2 * y2
        k2x, k2y = a * x2 - b * m2, c * m2 - d * y2
        x3, y3 = x + h * k2x, y + h * k2y
        m3 = x3 * y3
        k3x, k3y = a * x3 - b * m3, c * m3 - d * y3
        x4, y4 = x + dt * k3x, y + dt * k3y
        m4 = x4 * y4
        k4x, k4y = a * x4 - b * m4, c * m4 - d * y4
        x += s * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
        y += s * (k1y + 2.0 * k2y + 2.0 * k3y + k4y)
    value = x * x + y * y
    x_bar, y_bar = 2.0 * x, 2.0 * y
    a_bar = b_bar = c_bar = d_bar = 0.0
    for t in range(steps - 1, -1, -1):
        x, y = xs[t], ys[t]
        m1 = x * y
        x2, y2 = x + h * (a * x - b * m1), y + h * (c * m1 - d * y)
        m2 = x2 * y2
        x3, y3 = x + h * (a * x2 - b * m2), y + h * (c * m2 - d * y2)
        m3 = x3 * y3
        x4, y4 = x + dt * (a * x3 - b * m3), y + dt * (c * m3 - d * y3)
        m4 = x4 * y4
        # Stage by stage: p, q are the cotangents of a stage's two rates, u, v of its state.
        p4, q4 = s * x_bar, s * y_bar
        m_bar = c * q4 - b * p4
        u4, v4 = a * p4 + m_bar * y4, m_bar * x4 - d * q4
        p3, q3 = 2.0 * p4 + dt * u4, 2.0 * q4 + dt * v4
        m_bar = c * q3 - b * p3
        u3, v3 = a * p3 + m_bar * y3, m_bar * x3 - d * q3
        p2, q2 = 2.0 * p4 + h * u3, 2.0 * q4 + h * v3
        m_bar = c * q2 - b * p2
        u2, v2 = a * p2 + m_bar * y2, m_bar * x2 - d * q2
        p1, q1 = p4 + h * u2, q4 + h * v2
        m_bar = c * q1 - b * p1
        x_bar += u4 + u3 + u2 + a * p1 + m_bar * y
        y_bar += v4 + v3 + v2 + m_bar * x - d * q1
        a_bar += p4 * x4 + p3 * x3 + p2 * x2 + p1 * x
        b_bar -= p4 * m4 + p3 * m3 + p2 * m2 + p1 * m1
        c_bar += q4 * m4 + q3 * m3 + q2 * m2 + q1 * m1
        d_bar -= q4 * y4 + q3 * y3 + q2 * y2 + q1 * y
    state_bar[0], state_bar[1] = x_bar, y_bar
    rates_bar[0], rates_bar[1], rates_bar[2], rates_bar[3] = a_bar, b_bar, c_bar, d_bar
    return value, (state_bar, rates_bar)


def workspace(state: Any, rates: Any, steps: Any, dt: Any) -> tuple[Any, ...]:
    """The states of every step and the two gradients."""
    return np.empty(steps), np.empty(steps), np.empty_like(state), np.empty_like(rates)


CASE = Case(
    "Lotka–Volterra, RK4, 10,000 steps",
    {"loops": final_population, "numpy": final_population_of_arrays},
    ("state", "rates"),
    data,
    adjoint,
    workspace,
    {
        "jax": Peer(in_jax),
        "torch": Peer(in_torch, {"steps": 200}, 50.0),
        "autograd": Peer(in_autograd, {"steps": 200}, 50.0),
    },
    {"steps": 5},
    scalar=True,
)
