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
