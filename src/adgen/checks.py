"""Derivatives compared with differences of the function itself, and with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.runtime import trees
from adgen.transpiler.errors import AdgenError

if TYPE_CHECKING:
    from adgen.differentiable import Differentiable

STEPS = (1e-4, 5e-5)  # times the size of the argument: two central differences, extrapolated


class CheckFailed(AdgenError, AssertionError):
    """A derivative and the differences of the function disagree."""


def check(
    function: Differentiable, args: tuple[Any, ...], rtol: float = 1e-6, directions: int = 3
) -> None:
    """Compare reverse mode, forward mode and extrapolated central differences.

    Along random directions; error of the differences O(h**4) (Richardson 1911).
    Raises CheckFailed with the numbers.
    """
    rng = np.random.default_rng(0)
    positions = function.positions
    value, pullback = function.vjp(*args)
    seed = _random_like(rng, value)
    gradients = pullback(seed)
    gradients = gradients if function.packed else (gradients,)
    for _ in range(directions):
        along = {k: _random_like(rng, args[k]) for k in positions}
        reverse = sum(_dot(g, along[k]) for k, g in zip(positions, gradients, strict=True))
        tangents = tuple(along.get(k) for k in range(len(args)))
        _, tangent = function.jvp(args, tangents)
        forward = _dot(seed, tangent)
        differences = _differences(function, args, along, seed)
        scale = max(abs(reverse), abs(differences), 1.0)
        if abs(reverse - forward) > 1e-9 * scale:
            raise CheckFailed(f"reverse mode gives {reverse!r}, forward mode {forward!r}")
        if abs(reverse - differences) > rtol * scale:
            raise CheckFailed(f"reverse mode gives {reverse!r}, differences {differences!r}")


def _differences(
    function: Differentiable, args: tuple[Any, ...], along: dict[int, Any], seed: Any
) -> float:
    def at(h: float) -> float:
        moved = [
            _moved(value, along[k], h) if k in along else _copied(value)
            for k, value in enumerate(args)
        ]
        return _dot(seed, function(*moved))

    coarse, fine = ((at(h) - at(-h)) / (2 * h) for h in STEPS)
    return float((4 * fine - coarse) / 3)


def _moved(value: Any, direction: Any, h: float) -> Any:
    if isinstance(value, tuple):
        return tuple(_moved(v, d, h) for v, d in zip(value, direction, strict=True))
    moved = value + h * np.asarray(direction)
    return float(moved) if isinstance(value, float) else np.asarray(moved, np.asarray(value).dtype)


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _random_like(rng: np.random.Generator, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_random_like(rng, part) for part in value)
    if isinstance(value, np.ndarray) and value.ndim:
        return rng.normal(size=value.shape).astype(value.dtype)
    return float(rng.normal())


def _dot(first: Any, second: Any) -> float:
    pairs = zip(trees.leaves(first), trees.leaves(second), strict=True)
    return float(sum(np.sum(np.asarray(a) * np.asarray(b)) for a, b in pairs))
