"""Steps of gradient descent on one vector, as rules from a gradient to the next vector."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Vector = np.ndarray[Any, Any]
Step = Callable[[Vector, Vector, int], Vector]  # (x, gradient, iteration) -> the next x
Gradient = Callable[[Vector, int], Vector]
Callback = Callable[[Vector, int, Vector], Any]


def descend(
    gradient: Gradient,
    x: Vector,
    step: Step,
    num_iters: int,
    callback: Callback | None,
    progress: bool,
) -> Vector:
    """``x`` after ``num_iters`` steps; ``callback(x, i, g)`` comes before each of them."""
    for i in _counted(num_iters, progress):
        g = gradient(x, i)
        if callback is not None:
            callback(x, i, g)
        x = step(x, g, i)
    return x


def momentum(step_size: float, mass: float) -> Step:
    """A velocity that remembers: ``mass`` is the part of it that stays."""
    velocity: Any = 0.0

    def step(x: Vector, g: Vector, i: int) -> Vector:
        nonlocal velocity
        velocity = mass * velocity - (1.0 - mass) * g
        return x + step_size * velocity

    return step


def root_mean_square(step_size: float, gamma: float, eps: float) -> Step:
    """Each coordinate scaled by the root of its mean squared gradient."""
    mean_square: Any = 1.0

    def step(x: Vector, g: Vector, i: int) -> Vector:
        nonlocal mean_square
        mean_square = gamma * mean_square + (1.0 - gamma) * (g * g)
        return x - step_size * g / (np.sqrt(mean_square) + eps)

    return step


def adaptive_moments(
    step_size: float, b1: float, b2: float, eps: float, weight_decay: float
) -> Step:
    """Adam; with ``weight_decay`` the weights shrink beside it (AdamW)."""
    first: Any = 0.0
    second: Any = 0.0

    def step(x: Vector, g: Vector, i: int) -> Vector:
        nonlocal first, second
        first = b1 * first + (1.0 - b1) * g
        second = b2 * second + (1.0 - b2) * (g * g)
        mean = first / (1.0 - b1 ** (i + 1))
        square = second / (1.0 - b2 ** (i + 1))
        moved = x - step_size * mean / (np.sqrt(square) + eps)
        return moved - step_size * weight_decay * x if weight_decay else moved

    return step


def quasi_newton(
    value_and_gradient: Callable[[Vector], tuple[float, Vector]],
    x: Vector,
    num_iters: int,
    memory: int,
    tolerance: float,
    callback: Callback | None,
    progress: bool,
) -> Vector:
    """The minimum that SciPy's L-BFGS finds from ``x``; ``callback(x, i, g)`` after each step."""
    from scipy.optimize import minimize

    latest: list[Vector] = [x, x]  # where the gradient was taken last, and the gradient
    count = _counted(num_iters, progress)

    def objective(at: Vector) -> tuple[float, Vector]:
        value, g = value_and_gradient(at.astype(x.dtype))
        latest[:] = at.copy(), g
        return float(value), g.astype(np.float64)

    def after_step(at: Vector) -> None:
        i = next(count)
        if callback is not None:
            if not np.array_equal(latest[0], at):
                objective(at)
            callback(at.astype(x.dtype), i, latest[1])

    found = minimize(
        objective,
        x.astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        callback=after_step,
        options={"maxiter": num_iters, "maxcor": memory, "gtol": tolerance, "ftol": tolerance},
    )
    if progress:
        sys.stderr.write("\n")
    minimum: Vector = found.x.astype(x.dtype)
    return minimum


def _counted(number: int, progress: bool) -> Iterator[int]:
    """``range(number)``; with ``progress`` a bar on the standard error grows along."""
    width, drawn = 40, -1
    for i in range(number):
        filled = width * i // number
        if progress and filled != drawn:
            drawn = filled
            sys.stderr.write(f"\r[{'#' * filled:{width}}] {i}/{number}")
            sys.stderr.flush()
        yield i
    if progress:
        sys.stderr.write(f"\r[{'#' * width}] {number}/{number}\n")
