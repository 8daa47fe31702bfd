"""The heat equation in place, 1000 points and 1000 explicit steps: as loops and as slices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from benchmarks.case import Case, Peer


def energy(start, kappa, steps):
    u = start.copy()
    n = u.shape[0]
    for _ in range(steps):
        left = u[0]
        for i in range(1, n - 1):
            here = u[i]
            u[i] = here + kappa * (left - 2.0 * here + u[i + 1])
            left = here
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
    return total


def energy_of_slices(start, kappa, steps):
    u = start.copy()
    for _ in range(steps):
        u[1:-1] += kappa * (u[:-2] - 2.0 * u[1:-1] + u[2:])
    return np.sum(u * u)


def in_jax() -> Any:
    import jax
    import jax.numpy as jnp

    def of_jax(start, kappa, steps):
        def step(u, _):
            return u.at[1:-1].add(kappa * (u[:-2] - 2.0 * u[1:-1] + u[2:])), None

        u, _ = jax.lax.scan(step, start, None, length=steps)
        return jnp.sum(u * u)

    return of_jax


def in_torch() -> Any:
    import torch

    def of_torch(start, kappa, steps):
        u = start
        for _ in range(steps):
            inner = u[1:-1] + kappa * (u[:-2] - 2.0 * u[1:-1] + u[2:])
            u = torch.cat([u[:1], inner, u[-1:]])
        return torch.sum(u * u)

    return of_torch


def in_autograd() -> Any:
    import autograd.numpy as anp

    def of_autograd(start, kappa, steps):
        u = start
        for _ in range(steps):
            inner = u[1:-1] + kappa * (u[:-2] - 2.0 * u[1:-1] + u[2:])
            u = anp.concatenate([u[:1], inner, u[-1:]])
        return anp.sum(u * u)

    return of_autograd


def data(n: int = 1000, steps: int = 1000) -> tuple[Any, ...]:
    """A rough initial temperature and a stable step."""
    return np.random.default_rng(0).uniform(size=n), 0.2, steps


# adgen may reassociate the sums of its adjoint, so the expert may too: it is worth a factor of 3.
@njit(error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def adjoint(start, kappa, steps, changes, u, v, start_bar):
    n = start.shape[0]
    for i in range(n):
        u[i] = start[i]
    for t in range(steps):
        left = u[0]
        for i in range(1, n - 1):
            here = u[i]
            change = left - 2.0 * here + u[i + 1]
            changes[t, i] = change
            u[i] = here + kappa * change
            left = here
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
        v[i] = 2.0 * u[i]
    # v holds the cotangents of the inner points between two zeros: a gather, no scatter.
    first, last = v[0], v[n - 1]
    v[0] = v[n - 1] = 0.0
    kappa_bar = 0.0
    for t in range(steps - 1, -1, -1):
        first += kappa * v[1]
        last += kappa * v[n - 2]
        left = 0.0
        for i in range(1, n - 1):
            here = v[i]
            kappa_bar += here * changes[t, i]
            v[i] = here + kappa * (left - 2.0 * here + v[i + 1])
            left = here
    for i in range(1, n - 1):
        start_bar[i] = v[i]
    start_bar[0], start_bar[n - 1] = first, last
    return total, (start_bar, kappa_bar)


def workspace(start: Any, kappa: Any, steps: Any) -> tuple[Any, ...]:
    """The changes of every step, temperatures, their cotangents, the gradient."""
    n = start.shape[0]
    return np.empty((steps, n)), np.empty(n), np.empty(n), np.empty(n)


CASE = Case(
    "heat stencil, 1000 × 1000 steps",
    {"loops": energy, "numpy": energy_of_slices},
    ("start", "kappa"),
    data,
    adjoint,
    workspace,
    {"jax": Peer(in_jax), "torch": Peer(in_torch), "autograd": Peer(in_autograd)},
    {"n": 7, "steps": 3},
    scalar=True,
)
