"""Gradients of a microsecond, called inside a compiled loop: no call from Python is timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

import adgen
from benchmarks.case import Adjoint, Case
from benchmarks.cases import rosenbrock, taylor
from benchmarks.primal import compiled
from benchmarks.timing import Timing, interleaved

POINTS = 1000


@dataclass(frozen=True)
class Inside:
    """What was measured of one function."""

    name: str
    primal: Timing
    generated: Timing
    handwritten: Timing

    @property
    def to_primal(self) -> float:
        """Time of value and gradient over time of the user's function under ``numba.njit``."""
        return self.generated.median / self.primal.median

    @property
    def to_handwritten(self) -> float:
        """Time of the generated gradient over time of the hand-written one."""
        return self.generated.median / self.handwritten.median


def measure() -> list[Inside]:
    """Rosenbrock's function and the Taylor series, each against its hand-written adjoint."""
    x = rosenbrock.data()[0]
    given = (np.empty_like(x),)
    return [
        _measure("Rosenbrock, n = 10, the hand given its result", rosenbrock.CASE,
                 rosenbrock.adjoint, given),
        _measure("Rosenbrock, n = 10, a fresh result on both sides", rosenbrock.CASE,
                 rosenbrock.adjoint_of_its_own, ()),
        _measure("Taylor sine, 1000 terms", taylor.CASE, taylor.adjoint,
                 taylor.workspace(*taylor.data())),
    ]  # fmt: skip


def _measure(name: str, case: Case, adjoint: Adjoint, workspace: tuple[Any, ...]) -> Inside:
    times = interleaved(_sides(case, adjoint, workspace), budget=1.0)
    sides = (times[side].times(1 / POINTS) for side in ("primal", "generated", "handwritten"))
    return Inside(name, *sides)


def _sides(
    case: Case, adjoint: Adjoint, workspace: tuple[Any, ...]
) -> dict[str, Callable[[], Any]]:
    """Compiled loops over many first arguments."""
    first, *others = case.data()
    rest = tuple(others)
    points = np.random.default_rng(1).uniform(0.1, 0.9, size=(POINTS, *np.shape(first)))
    function = compiled(case.styles["loops"])
    objective = adgen.differentiate(wrt=case.wrt)(case.styles["loops"])

    @njit(error_model="numpy")
    def primal(points: Any, rest: Any) -> float:
        total = 0.0
        for k in range(points.shape[0]):
            total += function(points[k], *rest)
        return total

    @njit(error_model="numpy")
    def generated(points: Any, rest: Any) -> float:
        total = 0.0
        for k in range(points.shape[0]):
            value, gradients = objective.value_and_grad(points[k], *rest)
            total += value + _some(gradients[0])
        return total

    @njit(error_model="numpy")
    def handwritten(points: Any, rest: Any, workspace: Any) -> float:
        total = 0.0
        for k in range(points.shape[0]):
            value, gradients = adjoint(points[k], *rest, *workspace)
            total += value + _some(gradients[0])
        return total

    return {
        "primal": lambda: primal(points, rest),
        "generated": lambda: generated(points, rest),
        "handwritten": lambda: handwritten(points, rest, workspace),
    }


def _some(gradient: Any) -> Any:
    """A number out of a gradient, so that no compiler can leave it out."""
    return np.asarray(gradient).ravel()[0]


@overload(_some)
def _some_compiled(gradient):  # type: ignore[no-untyped-def]  # Numba compares signatures
    if isinstance(gradient, types.Array):
        return lambda gradient: gradient[0]
    return lambda gradient: gradient
