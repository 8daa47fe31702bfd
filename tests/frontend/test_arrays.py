"""Arrays are those of NumPy: elements, slices, views that share memory, writes through any name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.frontend.running import agrees

X = np.array([0.5, -1.25, 2.0, 3.5, -0.75])
M = np.arange(20.0).reshape(4, 5) / 4.0 - 1.0
SCALE = 2.5
WEIGHTS = np.array([1.0, -1.0, 0.5, 2.0, 0.25])
PAIRS = ((1.0, 2.0), (3.0, 4.0))


def reads(x, m, n):
    return x[n], x[-1], m[n, -2], m[n][1], m[1:3], m[::-1, ::2], m[:, n], m[..., 0], x[None, :2]


def writes_of_elements(x, m, n):
    x[n] = 3.0
    x[-1] += x[0]
    m[1, 2] *= 2
    m[n][0] = 7
    m[-1, n] -= m[0, 0]
    return x[n] + m[n, 0]


def writes_of_slices(x, m, n):
    x[1:3] = 0.0
    x[3:] = x[:2]
    m[1:, ::2] += 1.0
    m[0] = x
    m[:, 1] = m[:, 0] * 2
    m[2:4, 1:3] = m[0:2, 2:4]
    m[::-1] *= np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    return m


def overlapping(x, m, n):
    x[1:] = x[:-1]
    x[:-1] += x[1:] * 0.5
    x[:] = x[::-1]
    return x


def rows_are_views(x, m, n):
    row = m[1]
    row[0] = 3.0
    m[1, 1] = 4.0
    row += 1.0
    part = row[1:3]
    part[:] = part * 2
    return row[0] + row[1], part


def views_of_views(x, m, n):
    t = m.T
    t[0, 1] = 9.0
    t[2][1:3] = -1.0
    column = m[:, 3]
    column[::2] = 0.5
    flat = m.reshape(-1)
    flat[n] = 100.0
    back = x[::-1]
    back[0] = 8.0
    back[1:3][0] = 7.0
    return np.sum(t) + np.sum(flat), x


def rows_in_a_loop(x, m, n):
    total = 0.0
    for row in m:
        row[0] = row[1] * 2
        row *= 0.5
        total += np.sum(row)
    for k, column in enumerate(m.T):
        column[k % 4] = -1.0
    return total


def a_view_that_moves(x, m, n):
    row = m[0]
    for i in range(1, 4):
        row[0] += 1.0
        row = m[i]
    row[1] = 100.0
    return row


def rebinding_is_not_writing(x, m, n):
    y = x
    y = y * 2
    y[0] = 5.0
    x += 1.0
    z = x
    z[1] = 0.0
    return y, z


def copies(x, m, n):
    y = x.copy()
    y[0] = 1.0
    z = np.copy(y)
    z[1] = 2.0
    w = np.array(z)
    w[2] = 3.0
    f = m.flatten()
    f[0] = 4.0
    return y, z, w, f[:3]


def swapped_buffers(x, m, n):
    a = x.copy()
    b = np.zeros_like(x)
    for k in range(n + 2):
        b[1:] = a[:-1] * 0.5
        b[0] = k
        a, b = b, a
    return a, b


def grown_by_a_loop(x, m, n):
    total = 0.0
    for row in m:
        total = total + row
    return total


def accumulates(x, m, n):
    out = np.zeros(5)
    best = m[0]
    for row in m:
        out += row * x
        if np.sum(row) > np.sum(best):
            best = row
    return out, best


def one_of_two(x, m, n):
    y = x * 2 if n > 1 else x * 3
    y[0] = 1.0
    if n > 0:
        z = m[1]
    else:
        z = m[2]
    return y, np.sum(z)


def same_view_of_either(x, m, n):
    a, b = m * 1.0, m * 2.0
    c = a if n > 1 else b
    r = c[1]
    r[0] = 50.0
    return c, r


def in_a_callee(x, m, n):
    def fill(v, value):
        v[:] = value
        return v

    def row(a, i):
        return a[i]

    fill(m[1], 3.0)
    r = row(m, 2)
    r[1] = -7.0
    return fill(x[1:3], x[0])


def closures_see_later_values(x, m, n):
    scale = 1.0

    def scaled(v):
        return v * scale

    scale = 2.0
    a = scaled(x[0])
    scale = 3.0
    twice = lambda v: scaled(scaled(v))  # noqa: E731
    return a + twice(x[1])


def functions_as_values(x, m, n):
    def apply(f, v, k=2):
        for _ in range(k):
            v = f(v)
        return v

    def compose(f, g):
        return lambda v: f(g(v))

    return apply(np.tanh, x[0]) + apply(compose(np.sin, lambda v: v * 0.5), x[1], k=n)


def surroundings(x, m, n):
    total = np.sum(WEIGHTS * x) * SCALE
    for a, b in PAIRS:
        total += a * b
    return total + WEIGHTS[n]


def shapes(x, m, n):
    rows, columns = m.shape
    return (
        rows * columns, x.size, m.ndim, len(m), np.shape(m)[1], m[1:].shape[0], m.T.shape[0],
        np.size(m), x.shape == (5,), np.zeros((n + 1, 2)).shape[0],
    )  # fmt: skip


def constructors(x, m, n):
    a = np.zeros((2, n + 1))
    a[:, 0] = np.arange(2)
    b = np.full(3, 2.5) + np.ones(3) * n
    c = np.array([x[0], 2.0 * n, 3])
    d = np.linspace(0.0, 1.0, n + 3)
    e = np.eye(3) @ b
    f = np.arange(n, 10, 3) * 1.0
    g = np.zeros_like(m) + np.ones_like(x)
    h = np.array([[1.0, x[1]], [x[2], 4.0]])
    return a, b, c, d, e, f, g, h


def broadcasts(x, m, n):
    column = np.sum(m, axis=1, keepdims=True)
    return m - column, m * x[None, :], column * x, x[:, None] * x, m[:, :1] + x, m[0:1] - m


def products(x, m, n):
    return m @ x, m.T @ m[:, 0], x @ x, np.outer(x, m[0]), np.dot(m, m.T)


def numbers_of_numpy(x, m, n):
    s = x[0]
    t = s * 2 + n
    s += t
    return s, t, np.float64(n) / 3, float(t), int(x[2]), np.sqrt(4), abs(x[1]), max(x[0], 0.25)


def default_and_keyword_arguments(x, m, n):
    def f(a, b=2.0, *, c=3.0):
        return a * 100 + b * 10 + c

    return f(1.0), f(1.0, 4.0), f(b=5.0, a=2.0), f(1.0, c=x[0])


def packs(x, m, n):
    p = (x[0], (x[1], m))
    (a, (b, c)) = p
    first, *rest = (1.0, 2.0, 3.0)
    u, v = x[:2]
    c[0, 0] = a + b
    return p[0], p[1][0], first, len(rest) + rest[1], u - v


def unrolled_views(x, m, n):
    for v in (x, m[1], m[:, 0]):
        v[0] = v[1] * 2
    return x[0]


def empty_sums(x, m, n):
    total = 0.0
    for i in range(5, 2):
        total += x[i]
    return total + np.sum(x[4:1]) + sum(x[:0]) + len(x[3:1])


PROGRAMS: list[Callable[..., Any]] = [
    thing
    for name, thing in list(globals().items())
    if getattr(thing, "__module__", None) == __name__ and name != "agrees" and callable(thing)
]


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_agrees_with_numpy(program: Callable[..., Any], n: int) -> None:
    agrees(program, X, M, n)


@pytest.mark.parametrize("dtype", ["f4", "i8", "i4"])
def test_other_dtypes(dtype: str) -> None:
    def f(x):
        y = x * 2
        y[0] = 7.9
        y[1:] += x[:-1]
        s = 0
        for v in x:
            s += v
        return y, s, x / 2, x[0] * 1.5, np.mean(x), np.sum(x), x > 1

    agrees(f, np.array([1, 2, 3], dtype=dtype))


def test_axes_of_length_one() -> None:
    def f(a, b):
        c = a * b
        a += 1.0
        c[:, 0] -= a[:, 0]
        b[::-1] += 1.0
        return c, np.sum(a, axis=0), a.T @ c

    agrees(f, np.ones((3, 1)), np.array([[1.0, 2.0]]))
    agrees(f, np.ones((1, 1)), np.array([[3.0]]))
