"""Equal loops, each written once: the text, and that it does what the loops did."""

from __future__ import annotations

import re

import gast
import numpy as np
import pytest

import adgen
from adgen.transpiler import optimisations
from adgen.transpiler.emit import repeated
from adgen.transpiler.emit.exposure import Exposure
from tests.emit.test_threads import run, written

DRAW = np.random.default_rng(0)
X = DRAW.uniform(0.5, 1.5, 7)
M = 0.3 * DRAW.normal(size=(5, 3))
WEIGHTS = tuple(0.3 * DRAW.normal(size=(3, 3, 3)))


def layers(x, first, second, third):
    for w in (first, second, third):
        h = np.tanh(x @ w + np.sin(w[0]))
        x = h / np.sqrt(np.mean(h**2) + 1.0)
    return np.sum(x**2)


def sums(x):
    a = 0.0
    for i in range(len(x)):
        a += np.sin(x[i]) * x[i] + np.sqrt(x[i] + a * a) * np.cos(a)
    b = 0.0
    for j in range(len(x)):
        b += np.sin(x[j]) * x[j] + np.sqrt(x[j] + b * b) * np.cos(b)
    return a * b


def recurrences(x):
    a, b = 1.0, 0.0
    for i in range(len(x)):
        a, b = np.sin(a) * x[i] + b, np.cos(b) * a / (1.0 + x[i] * x[i])
    c, d = a, b
    for i in range(len(x)):
        c, d = np.sin(c) * x[i] + d, np.cos(d) * c / (1.0 + x[i] * x[i])
    return c * d + a


def left_behind(x):
    last = 0.0
    for i in range(len(x)):
        if x[i] > 0.7:
            last = np.sin(x[i]) * x[i] + np.sqrt(x[i] + 1.0)
    first = last
    for i in range(len(x)):
        if x[i] > 0.7:
            first = np.sin(x[i]) * x[i] + np.sqrt(x[i] + 1.0)
    return first * last


def shifted(x):
    y, z = x.copy(), x * 2.0
    for i in range(1, len(x)):
        y[i] += np.sin(y[i - 1]) * y[i] + np.sqrt(y[i] * y[i] + 1.0) * z[i]
    v = y[::-1]
    for i in range(1, len(x)):
        v[i] += np.sin(v[i - 1]) * v[i] + np.sqrt(v[i] * v[i] + 1.0) * y[i]
    return np.sum(y)


def kinds(x, m):
    t = 0.0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            t += np.sin(m[i, j]) * m[i, j] + np.sqrt(m[i, j] + 2.0)
    n = m.T
    for i in range(n.shape[0]):
        for j in range(n.shape[1]):
            t += np.sin(n[i, j]) * n[i, j] + np.sqrt(n[i, j] + 2.0)
    return t * x[0]


def breaks(x):
    t = 0.0
    for i in range(len(x)):
        t += np.sin(x[i]) * x[i] + np.sqrt(x[i] + 1.0)
        if t > 3.0:
            break
    s = t
    for i in range(len(x)):
        s += np.sin(x[i]) * x[i] + np.sqrt(x[i] + 1.0)
        if s > 3.0:
            break
    return s * t


PROGRAMS = [
    (layers, (M, *WEIGHTS)), (sums, (X,)), (recurrences, (X,)), (left_behind, (X,)),
    (shifted, (X,)), (kinds, (X, M)), (breaks, (X,)), (sums, (X[:0],)), (left_behind, (X * 0.1,)),
]  # fmt: skip


@pytest.fixture(autouse=True)
def small_ones_too(monkeypatch):
    monkeypatch.setattr(repeated, "LEAST", 1)


def functions(text):
    return re.findall(r"^def (\w+)", text, re.MULTILINE)


def both(f, args, mode="value_and_grad"):
    shared = written(f, args, False, mode)
    with optimisations.without(optimisations.EQUAL_LOOPS):
        apart = written(f, args, False, mode)
    return shared, apart


@pytest.mark.parametrize("mode", ["value_and_grad", "jvp"])
@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=lambda x: getattr(x, "__name__", ""))
def test_they_do_the_same(f, args, mode):
    shared, apart = both(f, args, mode)
    given = args if mode == "value_and_grad" else (*args, *args)
    for have, want in zip(run(shared, given), run(apart, given), strict=True):
        np.testing.assert_array_equal(have, want, err_msg=shared.text)


@pytest.mark.parametrize("f", [sums, recurrences, left_behind, layers], ids=lambda f: f.__name__)
def test_they_are_shared(f):
    args = (M, *WEIGHTS) if f is layers else (X,)
    shared, apart = both(f, args)
    assert len(functions(apart.text)) == 1
    assert len(functions(shared.text)) > 1
    assert shared.text.count("np.sqrt(") <= apart.text.count("np.sqrt(")


def test_arrays_of_which_there_are_other_names_are_not_called_distinct():
    shared, _ = both(shifted, (X,))
    claimed = re.findall(r'distinct\((".*")\)', shared.text)
    assert not any('"y"' in names or '"v"' in names for names in claimed), shared.text


def test_people_read_the_loops_where_they_stand():
    listing = adgen.differentiate(sums).source(X)
    assert len(functions(listing)) == 1


def test_small_ones_stay(monkeypatch):
    monkeypatch.setattr(repeated, "LEAST", 2000)
    shared, apart = both(sums, (X,))
    assert shared.text == apart.text


def test_single_ones_stay():
    def small(x):
        y = np.sin(x)
        z = y @ x
        return z * np.sum(np.cos(x))

    shared, _ = both(small, (X,))
    assert len(functions(shared.text)) == 1


@pytest.mark.jit
@pytest.mark.parametrize(
    ("f", "args"),
    [
        (layers, (M, *WEIGHTS)),
        (recurrences, (X,)),
        (kinds, (X, M)),
        (shifted, (X,)),
        (breaks, (X,)),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_numba_agrees(f, args):
    want = adgen.grad(f, jit=False)(*args)
    np.testing.assert_allclose(adgen.grad(f)(*args), want, rtol=1e-12)


def test_a_loop_ahead_of_which_something_is_unbound_stays():
    """The function would take it, for another loop leaves it behind."""
    loop = "for i in range(n):\n    if x[i] > 0:\n        {0} = x[i]\n"
    body = gast.parse("a = 0\n" + loop.format("a") + loop.format("b") + loop.format("a") + "c = a")
    (group,) = repeated._groups(["n", "x"], body.body)
    assert [one.place for one in group] == [1, 3]


def exposed(text):
    return Exposure(gast.parse(text).body)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = b\nc = a", "b"),
        ("a += b", "ab"),
        ("for i in r:\n    a = i\nc = a", "ra"),
        ("if t:\n    a = 1\nelse:\n    a = 2\nc = a", "t"),
        ("if t:\n    a = 1\nc = a", "ta"),
        ("x[i] = y", "xiy"),
        ("while a > 1:\n    a = b\n    b = c", "abc"),
        ("return a", "a"),
        ("a, b = c\nd = a + b", "c"),
    ],
)
def test_what_is_read_before_it_is_written(text, names):
    assert exposed(text).all == set(names)


def test_what_is_read_behind_a_statement():
    found = exposed("a = 1\nb = a\na = 2\nc = a + b")
    assert [set(found.after(k)) for k in range(4)] == [{"a"}, {"b"}, {"a", "b"}, set()]


def test_loops_with_stacks_stay_where_their_lists_are_made() -> None:
    """Numba learns what is in an empty list from what the same function appends to it."""
    (grows,) = gast.parse("for i in range(n):\n    saved.append(x.copy())\n").body
    (shrinks,) = gast.parse("for i in range(n):\n    x = saved.pop()\n").body
    (plain,) = gast.parse("for i in range(n):\n    x[i] = 0.0\n").body
    assert [repeated._is_fit(loop) for loop in (grows, shrinks, plain)] == [False, False, True]
