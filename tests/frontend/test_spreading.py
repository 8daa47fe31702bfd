"""Arrays spread over the parameters of a function: ``model(t, *params)``."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0])


def model(t, a, b, c):
    return a * np.exp(-b * t) + c


class Line:
    def __init__(self, slope, offset, curve):
        self.slope, self.offset, self.curve = slope, offset, curve

    def __call__(self, t, more):
        return self.slope * t + self.offset * more + self.curve * t * t


def functions(p):
    return model(0.3, *p) * (lambda a, b: a * b)(*p[1:]) + partial(model, 0.7)(*p)


def objects(p):
    line = Line(*p)
    return line(*p[:2]) + Line(p[0], *p[1:])(p[2], *p[:1]) * np.hypot(*p[1:])


def keywords(p):
    return model(*p, c=p[0] * p[1])


def lists(p):
    found = []
    for value in p:
        found.append(value * value)
    return model(p[0], *found)


def rows(p):
    total = 0.0
    for row in np.outer(p, p):
        total += model(0.1, *row)
    return total


@pytest.mark.parametrize(
    "program", [functions, objects, keywords, lists, rows], ids=lambda f: f.__name__
)
def test_like_python(program):
    agrees(program, V)


@pytest.mark.jit
def test_compiled():
    agrees(rows, V, jit=True)


def test_other_lengths_raise():
    with pytest.raises(TypeError, match="has not 3 items"):
        adgen.grad(functions, jit=False)(np.ones(4))


def test_defaults_leave_it_open():
    def optional(a, b=1.0):
        return a * b

    with pytest.raises(adgen.UnsupportedError, match=r"an array is spread by `\*`"):
        adgen.grad(lambda p: optional(*p), jit=False)(V)
