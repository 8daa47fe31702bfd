"""Values that are None on some paths: joined, carried by loops, tested, used."""

from __future__ import annotations

import math

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0, 1.5])


def smallest(x):
    best = at = None
    for i in range(x.shape[0]):
        if best is None or x[i] < best:
            best, at = x[i], i
    return best * x[0] + at


def steps(x):
    previous = None
    total = 0.0
    for i, value in enumerate(x):
        if i > 0:
            total += (value - previous) ** 2
        previous = value
    return total


def a_state(x):
    h = None
    for value in x:
        h = np.array([value, 1.0]) if h is None else np.tanh(h * value)
    return h @ h


def a_view(x):
    y = x * 2.0
    view = None
    for i in range(x.shape[0]):
        if view is not None:
            view[0] = view[0] * x[i]
        view = y[i:]
    return y.sum() * y[0]


def set_and_lost(x):
    found = None
    for value in x:
        if value > 1.8:
            found = None
        elif value > 0.0:
            found = value
    return x[0] if found is None else found * found


def left_by_return(x):
    def first(limit):
        for i, value in enumerate(x):
            if value > limit:
                return i
        return None

    def last(limit):
        for value in x[::-1]:
            if value > limit:
                return value

    k = first(1.1)
    if k is None:
        return x[0]
    tail = last(5.0) or 3.0
    return x[k] ** 2 * tail + (last(0.0) if last(0.0) else 0.0)


def roots(a, b, c):
    inside = b * b - 4.0 * a * c
    if inside < 0.0:
        return None
    return (-b - math.sqrt(inside)) / (2.0 * a), (-b + math.sqrt(inside)) / (2.0 * a)


def tuples(x):
    total = 0.0
    for i in range(x.shape[0] - 2):
        found = roots(x[i], x[i + 1], x[i + 2])
        if not found:
            total -= x[i]
            continue
        low, high = found
        total += low * high + high
    return total


class Sphere:
    def __init__(self, x, radius):
        self.x, self.radius = x, radius

    def hit(self, at):
        inside = self.radius - (at - self.x) ** 2
        return np.sqrt(inside) if inside > 0.0 else None


def nearest(x):
    spheres = [Sphere(x[k], 0.3 + k) for k in range(4)]
    total = 0.0
    for at in np.linspace(-3.0, 3.0, 7):
        found, least = None, np.inf
        for sphere in spheres:
            t = sphere.hit(at)
            if t is not None and t < least:
                found, least = sphere, t
        if found is None:
            total += 0.5
        else:
            total += least * found.x
    return total


class Momentum:
    def __init__(self):
        self.buffer = None

    def __call__(self, g):
        if self.buffer is None:
            self.buffer = g
        else:
            self.buffer *= 0.9
            self.buffer += g
        return self.buffer


def filled_by_a_call(x):
    momentum = Momentum()
    for _ in range(3):
        x = x - 0.1 * momentum(np.sin(x))
    return x.sum()


def in_a_dict(x):
    held = {"a": None, "b": x[0]}
    for value in x:
        if held["a"] is None or value > held["a"]:
            held["a"] = value
        else:
            held["b"] = held["b"] * value
    return held["a"] * held["b"]


PROGRAMS = [
    smallest, steps, a_state, a_view, set_and_lost, left_by_return, tuples, nearest,
    filled_by_a_call, in_a_dict,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_like_python(program):
    agrees(program, V)
    agrees(program, -V[::-1].copy())


@pytest.mark.jit
@pytest.mark.parametrize("program", [smallest, a_view, nearest, tuples], ids=lambda f: f.__name__)
def test_compiled(program):
    agrees(program, V, jit=True)


def test_what_is_none_raises():
    def used(x):
        best = None
        for value in x:
            if value > 2.5:
                best = value
        return best * 2.0

    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \*: 'NoneType'"):
        adgen.grad(used, jit=False)(V)
    assert adgen.grad(used, jit=False)(V + 1.0)[2] == 2.0


def test_a_test_leaves_nothing_to_assert():
    def tested(x):
        best = None
        for value in x:
            if best is None or value < best:
                best = value
        return 0.0 if best is None else best * best

    assert "assert" not in adgen.differentiate(tested, jit=False).source(V)
