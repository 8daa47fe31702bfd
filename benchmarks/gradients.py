"""Generated gradients against hand-written adjoints: one row per case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

import adgen
from benchmarks.case import Case
from benchmarks.cases import rosenbrock, taylor
from benchmarks.primal import compiled
from benchmarks.timing import Timing, interleaved

TOLERANCE = 1e-9
POINTS = 1000  # of a case that is timed inside a compiled loop

Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Row:
    """What was measured of a case; ``difference`` is between the two gradients, relative."""

    name: str
    primal: Timing
    generated: Timing
    handwritten: Timing
    difference: float

    @property
    def to_primal(self) -> float:
        """Time of value and gradient over time of the user's function under ``numba.njit``."""
        return self.generated.median / self.primal.median

    @property
    def to_handwritten(self) -> float:
        """Time of the generated gradient over time of the hand-written one."""
        return self.generated.median / self.handwritten.median


def measure(case: Case) -> Row:
    """Check a case, then time its three sides; raises AssertionError if the gradients differ."""
    arguments = case.data()
    difference = compare(case, arguments)
    sides = _sides_in_a_loop(case, arguments) if case.loop else _sides(case, arguments)
    times = interleaved(sides)
    calls = POINTS if case.loop else 1
    primal, generated, handwritten = (
        Timing(times[side].median / calls, times[side].least / calls)
        for side in ("primal", "generated", "handwritten")
    )
    return Row(case.name, primal, generated, handwritten, difference)


def compare(case: Case, arguments: Arguments, jit: bool = True) -> float:
    """The greatest difference of the two gradients, relative to the greatest entry of each."""
    value, gradients = adgen.value_and_grad(case.objective, case.wrt, jit=jit)(*arguments)
    expected, by_hand = case.adjoint(*arguments, *case.workspace(*arguments))
    differences = [_difference(value, expected)]
    differences += [_difference(a, b) for a, b in zip(gradients, by_hand, strict=True)]
    worst = max(differences)
    assert worst < TOLERANCE, f"{case.name}: gradients differ by {worst:.1e}"
    return worst


def _difference(a: Any, b: Any) -> float:
    return float(np.max(np.abs(np.subtract(a, b))) / (np.max(np.abs(b)) or 1.0))


def _sides(case: Case, arguments: Arguments) -> dict[str, Callable[[], Any]]:
    primal = compiled(case.objective)
    generated = adgen.value_and_grad(case.objective, case.wrt)
    workspace = case.workspace(*arguments)
    return {
        "primal": lambda: primal(*arguments),
        "generated": lambda: generated(*arguments),
        "handwritten": lambda: case.adjoint(*arguments, *workspace),
    }


def _sides_in_a_loop(case: Case, arguments: Arguments) -> dict[str, Callable[[], Any]]:
    """For calls of a microsecond: a compiled loop over many first arguments calls each side."""
    first, *others = arguments
    rest, workspace = tuple(others), case.workspace(*arguments)
    points = np.random.default_rng(1).uniform(0.1, 0.9, size=(POINTS, *np.shape(first)))
    function, adjoint = compiled(case.objective), case.adjoint
    objective = adgen.differentiate(wrt=case.wrt)(case.objective)

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


@dataclass(frozen=True)
class Overhead:
    """Seconds of a call from Python of a gradient that takes almost no time itself."""

    name: str
    generated: Timing
    handwritten: Timing


def measure_overheads() -> list[Overhead]:
    """A gradient of a number and one of a small array, against dispatchers of Numba."""
    found = []
    for name, case, arguments in (
        ("of a number", taylor.CASE, taylor.data(terms=1)),
        ("of an array", rosenbrock.CASE, rosenbrock.data(n=3)),
    ):
        sides = _sides(case, arguments)
        times = interleaved({side: sides[side] for side in ("generated", "handwritten")})
        found.append(Overhead(name, times["generated"], times["handwritten"]))
    return [*found, _mixed_overhead()]


def _mixed_overhead() -> Overhead:
    """The same for two numbers, two arrays and a count."""
    x = np.array([2.0, 3.0, 4.0])
    arguments = 1.5, 2.5, x, x + 1.0, 3
    generated = adgen.value_and_grad(mixed, wrt=(0, 2, 3))

    @njit(error_model="numpy")
    def by_hand(a: Any, b: Any, x: Any, y: Any, n: Any) -> Any:
        x_bar, y_bar = np.empty_like(x), np.empty_like(y)
        scale, total = a * b * n, 0.0
        for i in range(x.shape[0]):
            total += x[i] * y[i]
            x_bar[i], y_bar[i] = scale * y[i], scale * x[i]
        return scale * total, (b * n * total, x_bar, y_bar)

    times = interleaved(
        {"generated": lambda: generated(*arguments), "by hand": lambda: by_hand(*arguments)}
    )
    return Overhead(
        "of two arrays and a number, five arguments", times["generated"], times["by hand"]
    )


def mixed(a: Any, b: Any, x: Any, y: Any, n: Any) -> Any:
    """A function of numbers, arrays and a count."""
    return a * b * np.sum(x * y) * n


def measure_all(cases: Sequence[Case]) -> list[Row]:
    """All rows, each printed as soon as it is known."""
    rows = []
    for case in cases:
        print(f"{case.name} …", flush=True)
        rows.append(measure(case))
    return rows
