"""What a call from Python costs: gradients that take almost no time, against dispatchers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

import adgen
from benchmarks.cases import rosenbrock, taylor
from benchmarks.timing import Timing, interleaved


@dataclass(frozen=True)
class Overhead:
    """Seconds of a call from Python of a gradient that takes almost no time itself."""

    name: str
    generated: Timing
    handwritten: Timing


def measure() -> list[Overhead]:
    """A gradient of a number, of a small array, and of two of each."""
    number, array = taylor.data(terms=1), rosenbrock.data(n=3)
    of_number = adgen.value_and_grad(taylor.sine, ("x",))
    of_array = adgen.value_and_grad(rosenbrock.rosenbrock, ("x",))
    terms, result = taylor.workspace(*number), np.empty_like(array[0])
    of_number_by_hand: Any = taylor.adjoint
    of_array_by_hand: Any = rosenbrock.adjoint
    return [
        _measure(
            "of a number",
            lambda: of_number(*number),
            lambda: of_number_by_hand(*number, *terms),
        ),
        _measure("of an array", lambda: of_array(*array), lambda: of_array_by_hand(*array, result)),
        _of_both(),
    ]


def _of_both() -> Overhead:
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

    return _measure(
        "of two arrays and a number, five arguments",
        lambda: generated(*arguments),
        lambda: by_hand(*arguments),
    )


def mixed(a: Any, b: Any, x: Any, y: Any, n: Any) -> Any:
    """A function of numbers, arrays and a count."""
    return a * b * np.sum(x * y) * n


def _measure(name: str, generated: Callable[[], Any], by_hand: Callable[[], Any]) -> Overhead:
    times = interleaved({"generated": generated, "by hand": by_hand})
    return Overhead(name, times["generated"], times["by hand"])
