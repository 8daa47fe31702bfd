"""Arrays of zeros that a loop adds to: what is set instead, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from adgen.transpiler import compiler, optimisations
from adgen.transpiler.ir import core
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.first_writes import set_first_writes
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function

X, Y = np.linspace(-1.0, 1.0, 5), np.linspace(0.5, 2.0, 7)


def products(x, y):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.sin(x[i]) * y[i]
    return total


def twice(x, y):
    total = 0.0
    for i in range(x.shape[0]):
        a = x[i]
        if y[i] > 1.0:
            a = a * a
        total += a * y[i] + x[i] * np.cos(x[i])
    return total


def in_single(x, y):
    total = np.float32(0.0)
    for i in range(x.shape[0]):
        total += np.float32(x[i]) * np.float32(y[i])
    return total


def under_a_condition(x, y):
    total = 0.0
    for i in range(x.shape[0]):
        if x[i] > 0.0:
            total += y[i] * y[i]
    return total


def neighbours(x, y):
    total = 0.0
    for i in range(x.shape[0] - 1):
        total += x[i] * x[i + 1] * y[i]
    return total


def gathering(x, y):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.exp(y[3 * i % y.shape[0]] * x[i])
    return total


def later(x, y):
    total = 0.0
    for i in range(2, x.shape[0]):
        total += x[i] * y[i]
    return total


def again(x, y):
    total = 0.0
    for _ in range(3):
        for i in range(x.shape[0]):
            total += x[i] * np.tanh(y[i])
        total = np.sin(total)
    return total


FUNCTIONS = [
    products, twice, in_single, under_a_condition, neighbours, gathering, later, again
]  # fmt: skip


def at_loop_level(f, wrt, args, name=None):
    names = ("x", "y")
    arguments = {n: argument_of(value) for n, value in zip(names, args, strict=True)}
    request = Request("value_and_grad", wrt, stage="numba")
    primal = compiler.prepare(from_function(f), arguments)
    (joint,) = compiler.derive(primal, request)
    left_out = (name,) if name else ()
    with optimisations.without(*left_out):
        return compiler.to_loops(joint)


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("wrt", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("sizes", [(5, 7), (5, 5), (0, 3), (4, 6)])
def test_the_same_numbers(f, wrt, sizes):
    args = X[: sizes[0]], Y[: sizes[1]]
    before = at_loop_level(f, wrt, args, optimisations.FIRST_WRITES)
    after = set_first_writes(before)
    verify(after)
    for want, found in zip(interpret(before, *args), interpret(after, *args), strict=True):
        assert np.array_equal(want, found) and np.asarray(want).dtype == np.asarray(found).dtype


def kinds(function):
    return [op.callee for _, op in core.walk(function.body)]


@pytest.mark.parametrize("f", [products, twice, in_single])
def test_elements_are_set(f):
    function = at_loop_level(f, (0, 1), (X, Y))
    assert core.ZEROS not in kinds(function) and core.EMPTY in kinds(function)


@pytest.mark.parametrize("f", [under_a_condition, neighbours, gathering, later])
def test_what_is_left_alone(f):
    """An element may be added to never, twice or at another place than the index."""
    function = at_loop_level(f, (1,), (X, Y))
    assert (core.ZEROS in kinds(function)) == (f is not neighbours)
    if f is neighbours:
        assert core.ZEROS in kinds(at_loop_level(f, (0,), (X, Y)))


def test_the_elements_beyond_the_loop_are_zeros():
    function = at_loop_level(products, (1,), (X, Y))
    assert kinds(function).count(core.FOR) == 2
    (_, cotangent) = interpret(function, X, Y)
    assert np.array_equal(cotangent, [*np.sin(X), 0.0, 0.0])


def test_where_both_extents_are_one_number_there_is_one_loop():
    def f(x, y):
        return y[0] * products(x, x)

    assert kinds(at_loop_level(f, (0,), (X, Y))).count(core.FOR) == 1


@pytest.mark.jit
@pytest.mark.parametrize("parallel", [False, True])
def test_compiled(parallel):
    n = 40_000
    x, y = np.linspace(0.1, 1.0, n), np.linspace(0.2, 2.0, n + 9)
    value, (x_bar, y_bar) = adgen.value_and_grad(products, (0, 1), parallel=parallel)(x, y)
    assert value == pytest.approx(np.sin(x) @ y[:n], rel=1e-12)
    np.testing.assert_allclose(x_bar, np.cos(x) * y[:n], rtol=1e-12)
    np.testing.assert_allclose(y_bar[:n], np.sin(x), rtol=1e-12)
    assert not y_bar[n:].any()
