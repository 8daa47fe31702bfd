"""``name := value`` in every place, with Python's scopes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.language.agreement import agree

X = np.array([0.5, -1.5, 2.0])


def in_conditions(x: float, n: int) -> float:
    if (y := x * x) > 1 and (z := y * n) > 2:
        return z + y
    elif (w := n + 1) > 3 or (v := w * x) > 2:
        return w * x
    else:
        return v + w
    return y


def negated(x: float, n: int) -> float:
    if not ((y := x * n) > 1 and (z := y * x) > 1):
        return y
    return z


def in_a_while(x: float, n: int) -> float:
    total = 0.0
    while (n := n - 1) > 0:
        total += x * n
    return total + n


def newton(x: float, n: int) -> float:
    y, steps = x, 0
    while abs(step := (y * y - x) / (2 * y)) > 1e-3 and (steps := steps + 1) < 50:
        y -= step
    return y - step


def in_expressions(x: float, n: int) -> float:
    y = (a := x * 2) + a * (_b := n) if (c := x > 0) else (a := x)
    z = [d := y, d * d, (e := d + 1) * 2]
    return z[1] + z[2] + e + a + d + (1.0 if c else 0.0)


def in_a_conditional_expression(x: float, n: int) -> float:
    return (z * 3 if n > 1 and (z := x * n) > 1 else x) + n


def in_comprehensions(x: float, n: int) -> float:
    listed = [last := v * x for v in (1.0, 2.0, 3.0)]
    total = sum((tail := x * i) for i in range(1, 4))
    found = any((witness := i * x) > 3 for i in range(8))
    return total + tail + last + listed[0] + (witness if found else 0.0)


def in_calls(x: float, n: int) -> float:
    def twice(value: float) -> float:
        return (kept := value * 2) + kept

    return twice(y := x * n) * y


def in_loops(x: Any, n: int) -> Any:
    best = x[0]
    for i in range(n):
        if (v := x[i] * x[i]) > best:
            best = v
    return best + v


def in_subscripts(x: Any, n: int) -> Any:
    return x[k := 1] * x[k - 1] + np.sum((y := x * 2)[k:]) + y[0]


def whose_else_returns(x: float, n: int) -> float:
    if n > 1:
        for i in range(n):
            if (a := x * i) > 1 or (b := a * x) > 2:
                x = x + a
            else:
                x = x + b
        else:
            return x + a
    return x * x


PROGRAMS = [
    whose_else_returns,
    in_conditions, negated, in_a_while, newton, in_expressions, in_a_conditional_expression,
    in_comprehensions, in_calls,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [0, 1, 2, 5])
@pytest.mark.parametrize("x", [0.4, 1.3])
def test_walrus(program: Any, x: float, n: int) -> None:
    agree(program, x, n)


def test_walrus_of_arrays() -> None:
    agree(in_loops, X, 3)
    agree(in_subscripts, X, 3)


@pytest.mark.jit
def test_walrus_in_machine_code() -> None:
    agree(newton, 1.3, 2, jit=True)
    agree(in_loops, X, 3, jit=True)


def perhaps(x: float) -> float:
    if x > 0 and (y := x * x) > 1:
        return x
    return y


@pytest.mark.parametrize("x", [2.0, 0.5, -1.0])
def test_names_that_a_test_may_not_bind(x: float) -> None:
    agree(perhaps, x)
