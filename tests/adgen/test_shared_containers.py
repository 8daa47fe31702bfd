"""Who shares what with whom: programs that change containers and lists through several names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.adgen.containers import agrees

# ruff: noqa: D103

PROGRAMS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []


def program(*args: Any) -> Callable[..., Any]:
    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS.append((function, args))
        return function

    return enter


@program(1.5, 4)
def swagivenlists(x, n):
    a = [x]
    b = [2 * x]
    for i in range(n):
        a, b = b, a
        a[0] += 1.0
    return a, b


@program(1.5, 4)
def nested_alias(x, n):
    d = {"a": [x, x]}
    e = {"b": d["a"]}
    for i in range(n):
        e["b"][i % 2] += i
    return d, e


@program(1.5, 3)
def same_inner(x, n):
    row = [0.0, x]
    m = [row] * 2
    m[0][0] = 5.0
    return m, row


@program(np.arange(3.0), 3)
def arrays_in_lists(x, n):
    xs = [x, x]
    xs[0][0] = 9.0
    xs[1] += 1.0
    return xs, x


@program(np.arange(3.0), 3)
def arrays_in_dict(x, n):
    d = {"x": x}
    for i in range(n):
        d["x"][i] = d["x"][i - 1] * 2 + 1
    y = d["x"]
    y *= 2
    return x, d


@program(1.5, 3)
def closure(x, n):
    log = []

    def f(v):
        log.append(v)
        return v * 2

    for i in range(n):
        x = f(x)
    return x, log


@program(1.5, 3)
def cond_append(x, n):
    xs = []
    for i in range(n):
        if x > 2:
            xs.append(x)
        elif x > 1.8:
            xs.append(-x)
            xs.append(x)
        x *= 1.2
    return xs, len(xs)


@program(1.5, 6)
def leaves(x, n):
    xs = []
    for i in range(n):
        if i == 4:
            break
        if i == 1:
            continue
        xs.append(x * i)
    else:
        xs.append(0.0)
    return xs


@program(1.5, 6)
def early(x, n):
    xs = [x]
    while True:
        xs.append(xs[-1] * 1.5)
        if xs[-1] > n:
            return xs


@program({"a": 1.0, "b": {"c": [2.0]}}, 2.0)
def replaced(given, x):
    q = given["b"]
    given["b"] = {"c": [x]}
    q["c"].append(x)
    given["b"]["c"].append(7.0)
    return q, given


@program(1.5, 3)
def two_names_grow(x, n):
    a = []
    b = a
    for i in range(n):
        a.append(x * i)
        b.append(-1.0)
    return a, b, a is b


@program(1.5, 3)
def rebind_copy(x, n):
    a = [x]
    for i in range(n):
        b = a
        a = a + [x * i]
        b[0] = 3.0
    return a


@program(1.5, 3)
def rebind_copy2(x, n):
    a = [x]
    b = [0.0]
    for i in range(n):
        b = a
        a = list(a)
        a.append(x)
    return a, b


@program(1.5, 3)
def dictgrow(x, n):
    d = {"h": [], "n": 0}
    for i in range(n):
        d["h"].append(x + i)
        d["n"] += 1
    return d


@program(1.5, 5)
def ring(x, n):
    q = [x, 2 * x, 3 * x]
    for i in range(n):
        v = q.pop(0)
        q.append(v * 2)
    return q


@program(1.5, 5)
def clears(x, n):
    q = []
    tot = 0.0
    for i in range(n):
        q.append(x * i)
        if len(q) == 2:
            tot += sum(q)
            q.clear()
    return tot, q


@program(1.5, 5)
def resets(x, n):
    q = []
    tot = 0.0
    for i in range(n):
        q.append(x * i)
        if len(q) == 2:
            tot += sum(q)
            q = []
    return tot, q


@program(1.5, 3)
def ints(x, n):
    xs = []
    for i in range(n):
        xs.append(i)
    ys = [x]
    for k in xs:
        ys.append(ys[k] + k)
    return xs, ys, xs[0] + 1, sum(xs)


@program(1.5, 3)
def mixed(x, n):
    xs = [x, "a", None, np.ones(2)]
    xs[1] = 3.0
    for i in range(n):
        xs[0] = xs[0] * 2
    return xs


@program(1.5, 3)
def inner_lists(x, n):
    t = 0.0
    for i in range(n):
        row = []
        for j in range(i + 1):
            row.append(x * j)
        t += sum(row) + row[-1]
    return t


@program(1.5, 3)
def popped_array(x, n):
    hs = [np.ones(2) * x]
    for i in range(n):
        hs.append(hs[-1] * 2)
    v = hs.pop()
    hs.append(np.zeros(2))
    return v, hs[-1], hs[0]


@program(1.5, 3)
def replaced_array(x, n):
    hs = []
    for i in range(n):
        hs.append(np.ones(2) * i)
    v = hs[0]
    hs[0] = np.full(2, x)
    return v, hs


@program(1.5, 4)
def while_both(x, n):
    todo = [n]
    done = []
    while todo:
        k = todo.pop()
        done.append(k * x)
        if k > 1:
            todo.append(k - 1)
            todo.append(k - 2)
    return done


@program(1.5, 4)
def star(x, n):
    def f(a, *rest, k=0, **kw):
        return a + sum(rest) + k + sum(kw.values())

    xs = [x, 2.0, 3.0]
    d = {"k": 1.0, "z": x}
    return f(*xs, **d), [*xs, *range(2)], {**d, "k": 5.0}


@program([1.0, 2.0], 3)
def enum_write(xs, n):
    for i, v in enumerate(xs):
        xs[i] = v * 2
        if i + 1 < len(xs):
            xs[i + 1] = 10.0
    return sum(xs)


@program([1.0, 2.0, 3.0], 3)
def minmax(xs, n):
    return min(xs), max(xs), sorted([3, 1, 2]), xs[::-1], xs[-2:], any(xs), all([])


@program(np.arange(4.0), 2)
def list_of_an_array(x, n):
    xs = list(x)
    xs[0] = x[2]
    xs.append(x[1])
    return xs, xs[:3]


@program(np.arange(4.0), 2)
def items_of_an_array(x, n):
    ys = [float(v) for v in x]
    ys[1] = 7.0
    return ys


@pytest.mark.parametrize(
    ("function", "args"), PROGRAMS, ids=lambda part: getattr(part, "__name__", "")
)
def test_as_in_python(function, args):
    agrees(function, *args)
