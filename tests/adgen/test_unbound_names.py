"""Names that only some paths bind: read as in Python, UnboundLocalError included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

v = np.array([0.5, -1.0, 2.0, 1.5])


def counter(x, n):
    for i in range(n):
        x = x * 1.5
    return x * i


def stepped(x, n):
    for i in range(5, n, -2):
        t = x * i
    return t


def over_items(x, n):
    for i, row in enumerate(v[:n]):
        t = row * x
    return t * i


def branch(x, n):
    if n > 1:
        t = x * 2.0
    x = x + 1.0
    return t * x


def other_branch(x, n):
    if n > 1:
        x = x * 2.0
    else:
        t = x * x
    return t + x


def nested(x, n):
    if n > 0:
        if n > 2:
            t = x * 2.0
        else:
            u = x
    else:
        u = x * 3.0
    return u * x if n < 3 else t


def array(x, n):
    if n > 1:
        t = x * v
    return np.sum(t[:2] * t[1:3])


def pair(x, n):
    for k in range(n):
        a, b = x * k, x + k
    return a * b


def previous(x, n):
    total = 0.0
    for i in range(4):
        if i >= n:
            total += last * x  # noqa: F821
        if i > 0:
            last = x * i  # noqa: F841
    return total


def branch_in_loop(x, n):
    for i in range(4):
        if i > n:
            t = x * i
    return t


def kept(x, n):
    if n > 2:
        t = x * 3.0
    for i in range(n - 2):
        t = x * i
    return t


def kept_or_replaced(x, n):
    if n == 1:
        t = x * 3.0
    for i in range(n - 2):
        t = x * i
    return t


def broken(x, n):
    for i in range(n):
        if x > 2.0 * i:
            t = 2.0 * x
            break
        u = x * i
    return t + u if n > 1 else x


def continued(x, n):
    for i in range(n):
        if i == 0:
            continue
        t = x * i
    return t


def left_early(x, n):
    total = 0.0
    for i in range(6):
        if v[i % 4] < 0.0:
            if i > n:
                break
            t = x
        else:
            t = x * 2.0
        total += t * x
    return total * t


def returned(x, n):
    if n > 1:
        t = x * 2.0
    else:
        return x * 3.0
    return t * t


def conditional(x, n):
    while x < n:
        y = x
        x = x * 2.0
    return y * x


def endless(x, n):
    while True:
        y = x * 2.0
        x = x * 2.0
        if x > n:
            break
    return y * x


def endless_late(x, n):
    while True:
        x = x * 2.0
        if x > n:
            break
        y = x
    return y * x


def deleted(x, n):
    t = x * 2.0
    if n > 1:
        del t
    return t


def enclosing(x, n):
    if n > 1:
        t = x * 2.0

    def inner(y):
        return y * t

    return inner(x) + x


def with_else(x, n):
    for i in range(n):
        if i == 3:
            t = x * 2.0
            break
    else:
        t = x * 3.0
    return t + i


def two_loops(x, n):
    for i in range(n):
        for j in range(i):
            t = x * j
    return t * j + i


def unrolled(x, n):
    for k in (1, 2, 3):
        if k > n:
            continue
        t = x * k
    return t


def bound_where_it_leaves(x, n):
    for i in range(1, n):
        if i > 2:
            t = x * i
            break
        if i > n:
            x = x * t
    return t


def again(x, n):
    if n > 1:
        t = x * 2.0
    y = x
    if n > 1:
        y = y * t
    return y


FUNCTIONS = [
    counter, stepped, over_items, branch, other_branch, nested, array, pair, previous,
    branch_in_loop, kept, kept_or_replaced, broken, continued, left_early, returned, conditional,
    endless, endless_late, deleted, enclosing, with_else, two_loops, unrolled,
    bound_where_it_leaves, again,
]  # fmt: skip


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """The value, or the type and the text of the exception."""
    try:
        return float(call(*args))
    except NameError as error:
        return type(error), str(error)


def agrees(function: Callable[..., Any], x: float, n: int, jit: bool) -> None:
    """Value, gradient, pullback and tangent are Python's; so are the exceptions."""
    made = adgen.differentiate(function, jit=jit)
    want = outcome(function, x, n)
    assert outcome(made, x, n) == (want if isinstance(want, tuple) else pytest.approx(want))
    slope = want
    if not isinstance(want, tuple):
        slope = (function(x + 1e-6, n) - function(x - 1e-6, n)) / 2e-6
    calls = [
        made.grad,
        lambda *args: made.vjp(*args)[1](1.0),
        lambda *args: made.jvp(args, (1.0, 0))[1],
    ]
    for call in calls:
        got = outcome(call, x, n)
        assert got == (slope if isinstance(slope, tuple) else pytest.approx(slope, rel=1e-6))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_names_are_bound_where_python_binds_them(function):
    for n in (-1, 0, 1, 2, 3, 4, 6):
        agrees(function, 0.7, n, jit=False)


@pytest.mark.jit
@pytest.mark.parametrize("function", [counter, previous, array, left_early, conditional])
def test_the_same_under_numba(function):
    for n in (0, 1, 2, 4):
        agrees(function, 0.7, n, jit=True)
