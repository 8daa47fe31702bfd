"""Control flow is that of Python: branches, loops and every way out of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.frontend.running import agrees

X = np.array([0.5, -1.25, 2.0, 3.5, -0.75])
M = np.arange(12.0).reshape(3, 4) / 4.0 - 1.0


def elif_chain(x, n):
    if n < 0:
        y = x[0]
    elif n == 0:
        y = x[1]
    elif n < 3:
        y = x[2] * n
    else:
        y = -1.5
    return y


def early_return(x, n):
    if n < 0:
        return 1.5
    y = x[0] * 2
    if n == 0:
        return y
    y = y + x[1]
    return y * n


def return_from_nested_loops(x, n):
    total = 0.0
    for i in range(5):
        for j in range(i):
            total += x[i] * x[j]
            if total < -n:
                return total * 100
        if total > n:
            return total + i
    return total


def break_and_continue(x, n):
    total = 0.0
    for i in range(5):
        if x[i] < 0:
            continue
        if i > n:
            break
        total += x[i]
    return total


def tails_after_partial_exits(x, n):
    total = 0.0
    for i in range(5):
        if i % 2 == 0:
            if x[i] > n:
                continue
            y = x[i]
        else:
            y = -x[i]
        total += y
        if total > 3.0:
            if n > 1:
                break
            total -= 1.0
        total *= 1.5
    return total


def for_else(x, n):
    for i in range(n):
        if x[i] > 1.5:
            found = x[i]
            break
    else:
        found = -1.0
    return found


def for_else_return(x, n):
    for i in range(n):
        if x[i] > 1.5:
            return x[i]
    else:
        return -3.0


def while_else(x, n):
    k = 0
    while k < n:
        if x[k] > 1.5:
            break
        k += 1
    else:
        return -1.0 * k
    return x[k] + k


def break_of_the_outer_loop_in_else(x, n):
    total = 0.0
    for i in range(4):
        for j in range(n):
            if x[j] > i:
                break
            total += x[j]
        else:
            total += 10.0
            break
        total -= 0.5
    return total


def while_true(x, n):
    k = 0
    total = 0.0
    while True:
        total += x[k]
        k += 1
        if k > n:
            break
        if total > 100.0:
            return 0.0
    return total


def while_with_a_walrus(x, n):
    k = 0
    total = 0.0
    while (k := k + 1) < n:
        if x[k] > 3.0:
            break
        total += x[k]
    else:
        total += 100.0
    return total + k


def while_condition_that_writes(x, n):
    def bump():
        x[0] += 1.0
        return x[0]

    count = 0
    while bump() < n:
        count += 1
        if count > 10:
            break
    return count * x[0]


def stop_before_the_first(x, n):
    k = 7
    for k in range(n, n):
        pass
    return k + x[0]


def negative_steps(x, n):
    total = 0.0
    for i in range(4, -1, -1):
        total = total * 0.5 + x[i]
    for i in range(n, -n, -2):
        total += i
    return total


def index_survives_the_loop(x, n):
    for i in range(n + 1):
        y = x[i]
    return y * i


def value_of_the_iteration_before(x, n):
    total = 0.0
    for i in range(5):
        if i > 0:
            total += x[i] * before  # noqa: F821  (from the iteration before)
        before = x[i]  # noqa: F841  (read by the next iteration)
    return total


def int_becomes_float(x, n):
    total = 0
    for i in range(5):
        total += x[i]
    return total


def bool_becomes_int(x, n):
    flag = False
    for _ in range(4):
        flag = flag + 1
    return flag * x[0]


def counts_primes(x, n):
    count = 0
    for k in range(2, 30):
        for d in range(2, k):
            if k % d == 0:
                break
        else:
            count += 1
    return count * x[0]


def swaps(x, n):
    a, b = x[0], x[1]
    for _ in range(n):
        a, b = b, a + b
    (a, c), b = (b, a), 2.0 * a
    return a, b, c


def ternaries(x, n):
    y = x[0] if n > 0 else x[1] if n == 0 else 2.0
    z = (x[2] if x[2] > 0 else -x[2]) + (1 if n else 0)
    return y * z


def short_circuit(x, n):
    i = 0
    while i < 5 and x[i] < 3.0:
        i += 1
    found = n < 5 and x[n] > 0 or n > 100
    guarded = n == 0 or 10 // n > 2
    return i + 0.5 * found + 0.25 * guarded


def chained(x, n):
    return (0 < n < 3 <= 4) * 1.0 + (x[0] < x[1] < x[2]) * 2.0 + (-1 < n != 2) * 4.0


def unrolled(x, n):
    total = 0.0
    for w, k in ((0.5, 0), (1.5, 2), (2.5, 1)):
        if k == n:
            continue
        if total > 100.0:
            break
        total += w * x[k]
    else:
        total += 1000.0
    for part in (x[0], x[1:3], 2.0):
        total = total + np.sum(part)
    return total


def leaves_an_unrolled_loop(x, n):
    for k in (0, 1, 2):
        if x[k] < n:
            return x[k] * 10
    return 0.5


def zips(x, n):
    total = 0.0
    for i, (a, b) in enumerate(zip(x, x[1:])):
        total += i * a * b
    for a, b in zip(x, (1.0, 2.0, 3.0)) if False else zip((1.0, 2.0), (3.0, 4.0)):
        total += a * b
    for k, a in enumerate(x, start=2):
        total += k * a
    for a in reversed(x):
        total = total * 0.5 + a
    for k in reversed(range(1, n + 1)):
        total += k / 2
    return total


def raises_on_a_path_not_taken(x, n):
    if n > 50:
        raise ValueError("too large")
    assert n < 60, "n"
    return x[0]


def loop_in_a_branch(x, n):
    if n > 1:
        y = 0.0
        for v in x:
            y += v
    else:
        y = 1.0
        while y < 10:
            y *= 2
    return y


def flags_by_hand(x, n):
    found = False
    i = 0
    while not found and i < 5:
        if x[i] > n:
            found = True
        else:
            i += 1
    return float(i) if found else -1.0


def dead_code(x, n):
    return x[0]
    return x[1] + undefined  # noqa: F821


def always_left(x, n):
    for i in range(n + 1):
        return x[i]
    return 3.0


PROGRAMS: list[Callable[..., Any]] = [
    thing
    for name, thing in list(globals().items())
    if getattr(thing, "__module__", None) == __name__ and name != "agrees" and callable(thing)
]


@pytest.mark.parametrize("n", [-1, 0, 1, 2, 3])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_agrees_with_python(program: Callable[..., Any], n: int) -> None:
    try:
        program(X.copy(), n)
    except (UnboundLocalError, IndexError):
        pytest.skip("Python raises")
    agrees(program, X, n)


def test_recurrence_of_a_stencil() -> None:
    def heat(x, steps):
        u = x.copy()
        v = x.copy()
        for _ in range(steps):
            for i in range(1, len(u) - 1):
                v[i] = u[i] + 0.1 * (u[i - 1] - 2 * u[i] + u[i + 1])
            u, v = v, u
        return u

    for steps in (0, 1, 4):
        agrees(heat, X, steps)


def test_mathematics_of_the_design_example() -> None:
    def loss(w, b, m, y):
        total = 0.0
        for i in range(m.shape[0]):
            z = b
            for j in range(m.shape[1]):
                z += m[i, j] * w[j]
            total += np.log1p(np.exp(-y[i] * z))
        return total / m.shape[0]

    agrees(loss, np.array([0.1, -0.2, 0.3, 0.4]), 0.5, M, np.array([1.0, -1.0, 1.0]))


@pytest.mark.parametrize("a", [7, -7, 0, 6])
@pytest.mark.parametrize("b", [3, -3, 2])
def test_arithmetic_of_integers(a: int, b: int) -> None:
    agrees(
        lambda a, b: (
            a // b, a % b, a / b, a**2, 2 ** abs(b), -a, +a, ~a, a & b, a | b, a ^ b, abs(a),
            divmod(a, b)[0] if False else a - b, a**-2 if a else 0.0, 2 ** (b - b), (a > b) + True,
        ),
        a, b,
    )  # fmt: skip


@pytest.mark.parametrize("a", [2.5, -2.5])
def test_arithmetic_of_floats(a: float) -> None:
    agrees(
        lambda a: (
            a // 2, a % 2, a % -0.7, a**3, a**-2, math.floor(a), int(a), round(a), float(int(a)),
            bool(a), not a, min(a, 1.0), max(a, -1.0, 3.0), abs(a), a if a > 0 else -a,
        ),
        a,
    )  # fmt: skip
