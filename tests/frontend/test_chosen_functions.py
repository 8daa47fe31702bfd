"""A name that is one function or another, as a condition of the run says."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0, 1.5])


def scaled(scale, t):
    return scale * t * t


def by_expression(x):
    f = np.sin if x[0] > 0 else np.cos
    return f(x[1]) * (np.exp if x[1] > 0 else np.tanh)(x[2])


def by_statement(x):
    if x[0] > 0:
        f = lambda t: t * t  # noqa: E731
    elif x[1] > 0:
        f = np.sin
    else:

        def f(t):
            return t * x[2]

    return f(x[1]) + f(2.0)


def of_arrays(x):
    f = np.sin if x[0] > 0 else (lambda t: t * t)
    return np.sum(f(x)) + np.sum(f(x[1:]))


def partials(x):
    if x[0] > 0:
        f = functools.partial(scaled, x[1] * x[2])
    else:
        f = functools.partial(scaled, x[3])
    g = functools.partial(scaled, 2.0) if x[1] > 0 else (lambda t: t)
    return f(x[2]) + g(x[3])


def passed_on(x):
    def apply(f, t):
        return f(f(t))

    return apply(np.sin if x[0] > 0 else np.tanh, x[1])


def in_a_loop(x):
    total = 0.0
    for i in range(x.shape[0]):
        f = np.sin if x[i] > 0 else np.cos
        total += f(x[i]) * x[i]
    return total


def carried_by_a_loop(x):
    f = np.sin if x[0] > 0 else np.cos
    total = x[0]
    for i in range(x.shape[0]):
        total = f(total) + x[i]
        f = np.sin if total > 1.0 else np.cos
    return f(total)


def bound_by_a_loop(x):
    for i in range(x.shape[0]):
        f = np.sin if x[i] > 1.0 else np.cos
    return f(x[0])


def chosen_twice(x):
    f = np.sin if x[0] > 0 else np.cos
    if x[1] > 0:
        f = np.exp if x[2] > 0 else f
    return f(x[3])


def returned(x):
    def pick(t):
        if t > 0:
            return lambda u: u * t
        return np.sin

    return pick(x[0])(x[1]) + pick(x[1])(x[2])


PROGRAMS = [
    by_expression, by_statement, of_arrays, partials, passed_on, in_a_loop, carried_by_a_loop,
    bound_by_a_loop, chosen_twice, returned,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_chosen(program):
    agrees(program, V)
    agrees(program, -V)


def test_what_is_known_while_compiling_costs_nothing():
    program = adgen.differentiate(lambda x: np.sum((np.tanh if x.ndim == 1 else np.exp)(x)))
    assert "np.exp(x)" not in program.source(V)
    assert "np.tanh(x)" not in program.source(V[:, None])


def test_comparing_what_was_chosen_is_refused():
    def program(x):
        f = np.sin if x > 0 else np.cos
        return x if f is np.sin else 2.0 * x

    with pytest.raises(adgen.UnsupportedSyntax) as caught:
        adgen.grad(program, jit=False)(1.0)
    assert str(caught.value).endswith("""\
`sin` or `cos` is compared with `sin`
            return x if f is np.sin else 2.0 * x
                        ^^^^^^^^^^^
  help: test the condition again that has chosen the function""")
