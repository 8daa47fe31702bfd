"""Arrays spread over the parameters of a function: ``model(t, *params)``."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy import stats

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


def optional(t, a, b=2.0, c=0.5):
    return a * np.exp(-b * t) + c


def any_number(t, *p):
    total = 0.0
    for k, value in enumerate(p):
        total += value * t**k
    return total * len(p)


def defaults(p):
    """The length decides, when the program runs, which of them are given."""
    return optional(0.3, *p) + optional(0.3, *p[:1]) * optional(0.1, p[0], *tuple(p[1:]))


def rest(p):
    return any_number(0.3, *p) + (lambda *q: q[0] * q[-1])(*p)


def of_scipy(p):
    return stats.norm.logpdf(0.3, *p) + stats.norm.logpdf(0.3, *p[:1])


@pytest.mark.parametrize("length", [1, 2, 3])
def test_lengths_that_only_the_run_tells(length):
    agrees(defaults, V[: max(length, 2)])
    agrees(rest, V[:length])
    agrees(of_scipy, np.array([0.1, 0.7])[: min(length, 2)])


def test_lengths_that_no_default_explains():
    gradient = adgen.grad(lambda p: optional(0.3, *p), jit=False)
    with pytest.raises(TypeError, match="has not 1 to 3 items"):
        gradient(np.ones(4))
    with pytest.raises(TypeError, match="has not 1 to 3 items"):
        gradient(np.ones(0))


def test_what_nobody_knows():
    with pytest.raises(adgen.UnsupportedError, match=r"an array is spread by `\*`"):
        adgen.grad(lambda p: any_number(*p), jit=False)(V)


def given_once(p):
    items = []
    for value in p:
        items.append(value)
    later = kept(*items)
    items.append(100 * p[0])
    return later()


def kept(*values):
    return lambda: sum(values)


def test_what_is_given_is_given_once():
    """`*args` is a tuple: what the list gets later is not in it."""
    agrees(given_once, V)
