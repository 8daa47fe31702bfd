"""Lists that get longer at run time: values, gradients, errors, text."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.adgen.containers import agrees, differentiates

RNG = np.random.default_rng(0)


def from_the_end(x, n):
    xs = []
    for i in range(n):
        xs.append(np.sin(x * i))
    t = 0.0
    for i in range(len(xs)):
        t += xs[i] * xs[-1 - i]
    return t


def while_it_grows(x, n):
    xs = [x]
    i = 0
    while i < n:
        xs.append(xs[-1] * 0.5 + xs[i])
        i += 1
    return sum(xs) * xs[2]


def rows(X):
    hs = []
    h = np.zeros(3)
    for row in X:
        h = np.tanh(h + row)
        hs.append(h)
    H = np.stack(hs)
    return np.sum(H**2) + np.sum(hs[-1] * hs[0])


def stack(x):
    st = [x]
    tot = 0.0
    while st:
        v = st.pop()
        tot += v * v
        if v > 0.5:
            st.append(v / 2)
            st.append(v / 3)
    return tot


def filtered(x):
    ys = [v * v for v in x if v > 0]
    return sum(ys) * max(ys) + ys[0] * ys[-1]


def stored(x, n):
    xs = [0.0] * n
    for i in range(n):
        xs[i] = x * i
    return sum([v * k for k, v in enumerate(xs)])


def two_lists(x, n):
    xs = []
    ys = [x]
    for i in range(n):
        for j in range(i):
            if j % 2 == 0:
                xs.append(x + j)
            else:
                ys.append(x * ys[-1] * 0.1)
    return np.sum(np.array(xs) ** 2) + sum(ys)


def pairs(x, n):
    ts = []
    for i in range(n):
        ts.append((i, x * i))
    s = 0.0
    for i, v in ts:
        s += i * v * v
    return s


def joined(x, n):
    xs = []
    for i in range(n):
        xs = xs + [x * i]
    xs.insert(0, x * x)
    xs.reverse()
    a = xs.pop(0)
    xs += xs
    return sum(xs) * a


def of_the_caller(p, n):
    p["h"].append(p["x"])
    for i in range(n):
        p["h"].append(p["h"][-1] * 0.5 * i)
    return sum(p["h"])


def rows_of_rows(x, n):
    out = []
    for i in range(n):
        row = []
        for j in range(3):
            row.append(x * i + j)
        out.append(np.array(row))
    squares = [np.array([x * i * j for j in range(n)]) for i in range(n)]
    return np.sum(np.array(out)[1]) + out[-1][0] + np.sum(squares[1] ** 2)


def shapes_from_inside(x, n):
    parts = []
    while len(parts) < n:
        parts.append(x[: 1 + min(n, 2)] * len(parts))
    return np.sum(sum(parts))


PROGRAMS = [
    (rows_of_rows, (2.0, 4)),
    (shapes_from_inside, (np.arange(4.0), 5)),
    (from_the_end, (0.7, 5)),
    (while_it_grows, (0.7, 40)),
    (rows, (RNG.normal(size=(4, 3)),)),
    (stack, (2.9,)),
    (filtered, (np.array([1.0, -1.0, 2.0, 3.0]),)),
    (stored, (2.0, 4)),
    (two_lists, (1.5, 7)),
    (pairs, (1.5, 5)),
    (joined, (1.5, 4)),
    (of_the_caller, ({"h": [1.0], "x": 2.0}, 3)),
]


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
@pytest.mark.parametrize(
    ("program", "args"), PROGRAMS, ids=lambda part: getattr(part, "__name__", "")
)
def test_gradients(program, args, jit):
    differentiates(program, *args, jit=jit)


def grown(x, n):
    xs = [x]
    for i in range(n):
        xs.append(x * i)
    ys = []
    for i in range(n):
        for j in range(i):
            if j % 2 == 0:
                ys.append((j, x + j))
    zs = [v for v in xs if v > x]
    flags = 3.0 in xs, bool(zs), len(ys), max(xs), any(v > 2.0 for v in xs)
    return xs, ys, zs, flags, xs[1:], xs[-1], [0] * n, list(range(n)), sum(xs), xs + zs


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_results_are_lists(n):
    if n:
        agrees(grown, 1.5, n)
    else:
        agrees(lambda x, n: [x * i for i in range(n)], 1.5, 0)


def test_lists_of_arrays():
    def program(matrix, n):
        states = [matrix[0]]
        while len(states) < n:
            states.append(np.sin(states[-1]) + states[0])
        first, *_ = [states[0]]
        return states, np.array(states), np.stack(states), sum(states), first, len(states)

    agrees(program, RNG.normal(size=(2, 3)), 20)


def test_errors():
    def popped(x, n):
        xs = [x]
        for _ in range(n):
            xs.append(x)
            xs.pop()
            xs.pop()
        return xs[0]

    def beyond(x, n):
        xs = [x * i for i in range(n)]
        return xs[n]

    for jit in (False, True):
        with pytest.raises(IndexError, match="pop from empty list"):
            adgen.differentiate(popped, jit=jit)(1.0, 2)
        with pytest.raises(IndexError, match="list index out of range"):
            adgen.differentiate(beyond, jit=jit)(1.0, 2)


def test_shared_with_arrays_is_refused():
    def program(x):
        xs = []
        for _ in range(3):
            xs.append(x)
            x += 1.0
        return xs[0][0]

    with pytest.raises(adgen.AliasedMutation):
        adgen.differentiate(program, jit=False)(np.ones(2))


def test_changed_while_a_loop_runs_over_it():
    def program(xs, n):
        for x in xs:
            xs.append(x)
        return len(xs)

    with pytest.raises(adgen.UnsupportedSyntax, match="gets longer or shorter in its body"):
        adgen.differentiate(program, jit=False)([1.0], 2)


def test_items_of_other_shapes():
    def program(x, n):
        parts = [x[: i + 1] for i in range(n)]
        return np.sum(parts[0])

    assert adgen.differentiate(program, jit=False)(np.ones(3), 1) == 1.0
    with pytest.raises(ValueError, match="the arrays in a list differ in shape"):
        adgen.differentiate(program, jit=False)(np.ones(3), 2)

    def nested(x, n):
        rows = [[x * i, x] for i in range(n)]
        return rows[0][0]

    with pytest.raises(adgen.TypeMismatch, match="numbers, arrays of one shape, or tuples"):
        adgen.differentiate(nested, jit=False)(1.0, 2)


def test_text():
    def program(x, n):
        xs = []
        for i in range(n):
            xs.append(np.sin(x * i))
        return sum(xs)

    text = adgen.differentiate(program).source(0.5, 3)
    assert "    xs_size = 0\n    for i in range(n):\n" in text
    assert "# adjoint of: xs.append(np.sin(x * i))\n" in text


def test_unpacked():
    def program(x, n):
        first, second = [x * i + 1.0 for i in range(n)]
        return first * second

    differentiates(program, 2.0, 2)
    with pytest.raises(ValueError, match="a list is unpacked to 2 names"):
        adgen.differentiate(program, jit=False)(2.0, 3)
