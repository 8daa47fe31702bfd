"""Recursion: unrolled, descending and ascending loops, and the loop over steps."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees


def factorial(x):
    return 1.0 if x <= 1.0 else x * factorial(x - 1.0)


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def fast_power(x, n):
    if n == 0:
        return 1.0
    if n % 2 == 0:
        return fast_power(x * x, n // 2)
    return x * fast_power(x, n - 1)


def horner(coefficients, x, k):
    if k == len(coefficients):
        return 0.0
    return coefficients[k] + x * horner(coefficients, x, k + 1)


def fibonacci(x, n):
    return x * n if n < 2 else fibonacci(x, n - 1) + np.sin(fibonacci(x, n - 2))


def accumulated(x, n, product):
    if n == 0:
        return product
    return accumulated(x, n - 1, product * x)


def even(x, n):
    return x if n == 0 else odd(x * 1.1, n - 1)


def odd(x, n):
    if n == 0:
        return x * x
    return 2.0 * even(np.sin(x), n - 1)


def ackermann(x, m, n):
    if m == 0:
        return x * (n + 1)
    if n == 0:
        return ackermann(x, m - 1, 1)
    return ackermann(x, m - 1, int(ackermann(1.0, m, n - 1))) + x * x


def tree(weights, first, last, node):
    total = weights[node]
    for child in range(first[node], last[node]):
        total += tree(weights, first, last, child) * weights[node]
    return total


def squares(x, i):
    if i == len(x):
        return 0.0
    return x[i] * x[i] + squares(x, i + 1)


def doubled(a, i):
    if i == len(a):
        return
    a[i] = a[i - 1] * 2.0 + a[i]
    doubled(a, i + 1)


def filled_below(x):
    a = x.copy()
    doubled(a, 1)
    return np.sum(a)


CHILDREN = np.array([1, 3, 4, 5, 5]), np.array([3, 4, 5, 5, 5])
LINE = np.array([0.3, -0.7, 1.1, 0.4])

PROGRAMS = [
    (factorial, 4.5),
    (power, 1.3, 7),
    (power, 1.3, 0),
    (fast_power, 1.1, 13),
    (horner, LINE, 0.7, 0),
    (fibonacci, 0.6, 7),
    (accumulated, 1.1, 5, 2.0),
    (even, 0.3, 5),
    (ackermann, 0.7, 2, 2),
    (tree, LINE[[0, 1, 2, 3, 0]], *CHILDREN, 0),
    (squares, LINE, 0),
    (filled_below, LINE),
]


def name(program):
    return f"{program[0].__name__}{len(program)}"


@pytest.mark.parametrize("program", PROGRAMS, ids=name)
def test_value_gradient_and_tangent(program):
    agrees(*program)


@pytest.mark.jit
@pytest.mark.parametrize("program", PROGRAMS[2::3], ids=name)
def test_compiled(program):
    agrees(*program, jit=True)


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_ten_thousand_calls_deep(jit):
    compiled = adgen.differentiate(power, jit=jit)
    assert compiled(1.0, 10_000) == 1.0
    assert compiled.grad(1.0, 10_000) == 10_000.0
    for call in (compiled, compiled.grad):
        with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
            call(1.0, 10_001)
