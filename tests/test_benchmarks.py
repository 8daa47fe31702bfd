"""The cases of the benchmarks: hand-written adjoints and generated gradients are both right."""

import inspect

import numpy as np
import pytest

from benchmarks.cases import CASES
from benchmarks.gradients import TOLERANCE, compare
from benchmarks.report import gradients
from benchmarks.timing import Timing, interleaved, readable

names = [case.name for case in CASES]


def numerical(case, arguments, name):
    """Central differences, extrapolated twice, of the user's function in plain Python."""
    position = list(inspect.signature(case.objective).parameters).index(name)
    point = np.atleast_1d(np.asarray(arguments[position], dtype=float))
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):

        def slope(h, index=index):
            values = []
            for step in (h, -h):
                moved = point.copy()
                moved[index] += step
                changed = moved if np.ndim(arguments[position]) else moved[0]
                values.append(
                    case.objective(*arguments[:position], changed, *arguments[position + 1 :])
                )
            return (values[0] - values[1]) / (2.0 * h)

        gradient[index] = (64.0 * slope(2.5e-4) - 20.0 * slope(5e-4) + slope(1e-3)) / 45.0
    return gradient if np.ndim(arguments[position]) else gradient[0]


@pytest.mark.jit
@pytest.mark.parametrize("case", CASES, ids=names)
def test_handwritten_adjoints(case):
    arguments = case.data(**case.small)
    value, by_hand = case.adjoint(*arguments, *case.workspace(*arguments))
    np.testing.assert_allclose(value, case.objective(*arguments), rtol=1e-12)
    for name, gradient in zip(case.wrt, by_hand, strict=True):
        expected = numerical(case, arguments, name)
        np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-8)


@pytest.mark.jit
@pytest.mark.parametrize("case", CASES, ids=names)
def test_generated_gradients(case):
    assert compare(case, case.data(**case.small), jit=False) < TOLERANCE


def test_interleaved_counts_each_side():
    calls = {"fast": 0, "slow": 0}

    def count(side):
        calls[side] += 1
        sum(range(1000 if side == "fast" else 20000))

    times = interleaved(
        {side: lambda side=side: count(side) for side in calls}, rounds=5, sample=1e-4
    )
    assert times["fast"].median < times["slow"].median
    assert all(time.least <= time.median for time in times.values())


def test_readable():
    assert [readable(s) for s in (2.0, 3.21e-3, 4.5e-6, 1e-9)] == [
        "2 s",
        "3.21 ms",
        "4.5 µs",
        "1 ns",
    ]


def test_losses_are_bold():
    from benchmarks.gradients import Row

    row = Row("a case", Timing(1.0, 1.0), Timing(2.0, 1.9), Timing(1.0, 0.9), 1e-15)
    assert "| **2.00** | 2.00 |" in gradients([row])
