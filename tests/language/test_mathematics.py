"""Python's ``math`` beyond the ufuncs, and what NumPy says of numbers and types."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.language.agreement import agree

X = np.array([0.31, 0.23, 0.74])


def series(x: Any) -> float:
    return math.fmod(sum(x[0] ** k / math.factorial(k) for k in range(8)), 10.0)


def counted(x: Any) -> float:
    t = 0.0
    for n in range(1, 6):
        for k in range(n + 2):
            t += math.comb(n, k) * x[0] ** k + math.perm(n, k) * x[1] ** n
        t += math.factorial(n) * math.isqrt(10 * n) * math.gcd(n, 4) * math.lcm(n, 4) * x[2]
    return t * math.comb(10, 3) * math.perm(4) * math.isqrt(99) * math.gcd(12, 18, 27) * math.lcm()


def distances(x: Any) -> float:
    near = (
        math.isclose(x[0], 0.31, abs_tol=0.1)
        + 2 * math.isclose(x[1], 0.3)
        + 4 * math.isclose(0.0, 1e-12)
    )
    return (
        math.dist([x[0], 1.0], (2.0, x[1])) * math.prod(x) * math.prod([x[0], 2], start=3)
        + math.hypot(x[0], x[1], x[2]) * math.hypot(x[0]) * math.hypot(x[1], 2.0) * near
    )


def kinds(x: Any) -> float:
    if np.isscalar(x) or not np.isscalar(x[0]) or not np.isscalar("a"):
        return x[1]
    return x[0] * np.finfo(float).max * np.finfo(x.dtype).tiny + x[1] * np.iinfo(np.int32).max


def of_negative(x: Any) -> float:
    t = x[0]
    for n in range(2, -2, -1):
        t *= math.factorial(n)
    return t


def on_an_axis(x: Any) -> float:
    return math.hypot(x[0] - 0.31, x[1], x[2]) + math.hypot(0.0 * x[0], 0.0, 0.0)


PROGRAMS = (on_an_axis, series, counted, distances, kinds, of_negative)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_agrees_with_python(program: Any) -> None:
    agree(program, X)


@pytest.mark.jit
def test_compiled() -> None:
    agree(counted, X, jit=True)
