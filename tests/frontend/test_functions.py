"""Functions as values: closures, lambdas, decorators, recursion told from look-alikes."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0])


def scaled(factor):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(x):
            return factor * function(x)

        return wrapper

    return decorate


@scaled(3.0)
@scaled(2.0)
def square(x):
    return x * x


def test_wrappers_of_one_decorator_inside_each_other():
    agrees(lambda x: square(x[0]) + square(x[1]), V)
    agrees(square, 1.5)


def test_functions_of_one_text_are_no_recursion():
    def compose(f, g):
        return lambda x: f(g(x))

    chain = functools.reduce(compose, [np.sin, np.exp, lambda t: t * 0.5, np.tanh])
    agrees(lambda x: chain(x), 0.3)


def test_functions_that_make_each_other_for_ever():
    fix = lambda f: lambda x: f(fix(f))(x)  # noqa: E731

    def shrinking(again):
        return lambda n: n * again(n - 1.0)

    with pytest.raises(adgen.UnsupportedSyntax, match="makes functions like itself"):
        adgen.grad(lambda x: fix(shrinking)(x), jit=False)(2.0)


def reductions(x):
    chain = functools.reduce(lambda f, g: lambda t: g(f(t)), [np.sin, np.exp, np.tanh])
    total = functools.reduce(lambda a, b: a * 0.5 + b, x) + functools.reduce(np.add, x * x, x[1])
    rows = functools.reduce(lambda a, row: a + row * row, np.outer(x, x), np.zeros(3))
    return chain(x[0]) * total + np.sum(rows) + functools.reduce(lambda a, b: a * b, (x[1], x[2]))


def tables(x):
    table = {"square": lambda t: t * t, "shift": functools.partial(np.add, x[1])}
    inner = {"deep": [np.sin, lambda t, k=x[2]: t * k]}
    total = (lambda a, b: a * b)(x[0], x[1]) + table["square"](x[0]) + table["shift"](x[2])
    for name in table:
        total += table[name](x[1])
    for f in inner["deep"]:
        total += f(x[0])
    return total + inner["deep"][-1](x[1], k=2.0)


def signatures(x):
    def inner(a, b, /, c=x[2], *rest, d, e=2.0, **named):
        return a * b * c + d * e + sum(rest) + sum(named.values()) + len(named)

    given = {"d": x[0], "f": x[1]}
    total = inner(x[0], x[1], d=x[2]) + inner(x[0], 2.0, x[1], x[2], x[0], e=x[2], **given)
    return total + inner(*(x[0], x[1]), d=1.0)


ACTIVATIONS = {"relu": lambda t: np.maximum(t, 0.0), "tanh": np.tanh}
LAYERS = [np.sin, ACTIVATIONS["relu"]]


def of_the_module(x, kind="relu"):
    y = np.sum(ACTIVATIONS[kind](x)) + np.sum(ACTIVATIONS.get("tanh")(x))
    for layer in LAYERS:
        y += np.sum(layer(x * 2.0))
    return y


@pytest.mark.parametrize("program", [reductions, tables, signatures, of_the_module])
def test_functions_as_values(program):
    agrees(program, V)


def test_tables_of_functions_are_those_of_the_call(monkeypatch):
    gradient = adgen.grad(of_the_module, jit=False)
    before = gradient(V)
    monkeypatch.setitem(ACTIVATIONS, "relu", lambda t: t * t)
    np.testing.assert_allclose(gradient(V) - before, 2.0 * V - (V > 0), atol=1e-12)


def test_mutable_defaults_are_those_of_the_call():
    def program(x, scales=[2.0, 3.0]):  # noqa: B006
        return x * scales[0]

    inside = adgen.grad(lambda x: program(x), jit=False)
    given = [5.0, 6.0]
    partial = adgen.grad(functools.partial(program, scales=given), jit=False)
    assert (inside(1.0), partial(1.0)) == (2.0, 5.0)
    program.__defaults__[0][0] = 3.0
    given[0] = 7.0
    assert (inside(1.0), partial(1.0)) == (3.0, 7.0)
