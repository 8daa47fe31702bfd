"""The points-innermost form against the interpreter: rows at random, and what it looks like."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from adgen.transpiler import compiler, optimisations
from adgen.transpiler.emit.module import Style, emit_module
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.delayed_loops import merge_neighbours
from adgen.transpiler.passes.lanes import pays, points, points_innermost, write
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.pipeline import optimise
from adgen.transpiler.passes.reuse_buffers import reuse_buffers
from adgen.transpiler.primitives.builder import result_type
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function
from tests.passes.row_programs import arguments, program

SIZES = ((3, 4), (11, 3), (0, 3), (1, 4), (13, 5))  # rows and their length; blocks are of 4


def at_loop_level(function, args, mode="primal", wrt=()):
    """The function before the pass."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    types = {name: argument_of(arg) for name, arg in zip(names, args, strict=True)}
    primal = compiler.prepare(from_function(function), types)
    (derived,) = compiler.derive(primal, Request(mode, wrt, stage="numba"))
    return merge_neighbours(lower_to_loops(optimise(derived)))


def text_of(function, args, mode="primal", wrt=()):
    lowered = compiler.to_loops(compiler.derive(
        compiler.prepare(from_function(function), dict(zip(
            function.__code__.co_varnames, map(argument_of, args), strict=False))),
        Request(mode, wrt, stage="numba"))[0])  # fmt: skip
    return emit_module([lowered], Style(numba=True))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(write, "MOST", 4)
    monkeypatch.setattr(write, "LEAST", 2)


@pytest.fixture
def everywhere(monkeypatch, small_blocks):
    """All loops that can become outer ones do, and the cost decides nothing."""
    choose = points.choose
    monkeypatch.setattr(pays, "_wanted", lambda facts, op: True)
    monkeypatch.setattr(points, "choose", lambda facts, nested: choose(facts, nested) or True)


def compare(seed, mode, wrt, result, exact):
    """Whether the pass applies; then hold it against the interpreter for rows of several sizes."""
    try:
        before = at_loop_level(program(seed, result), arguments(seed, 5, 4), mode, wrt)
    except AdgenError:
        return False
    after = points_innermost(before)
    if after is before:
        return False
    verify(after, infer=result_type)
    tidied = optimise(reuse_buffers(after))
    for n, d in SIZES:
        args = arguments(seed + n, n, d)
        expected = interpret(before, *args)
        for function in (after, tidied):
            for one, other in zip(interpret(function, *args), expected, strict=True):
                if exact:
                    np.testing.assert_array_equal(one, other)
                else:
                    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
    return True


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_values_are_the_same_to_the_last_bit(first, everywhere):
    applied = [compare(seed, "primal", (), "total, out, res", True)
               for seed in range(first, first + 10)]  # fmt: skip
    assert any(applied)


@pytest.mark.parametrize("first", range(100, 160, 10))
def test_gradients(first, everywhere):
    result = "total + 0.5 * np.sum(out) + np.sum(res)"
    applied = [compare(seed, "value_and_grad", (0, 2, 3), result, False)
               for seed in range(first, first + 10)]  # fmt: skip
    assert any(applied)


@pytest.mark.parametrize("first", range(200, 240, 10))
def test_where_it_pays(first, small_blocks):
    for seed in range(first, first + 10):
        compare(seed, "primal", (), "total, out, res", True)


# What it looks like


def distances(A, x, g):
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(A.shape[0]):
            s = 0.0
            for j in range(A.shape[1]):
                s += A[k, j] * x[i, j]
            total += s * s * g[k]
    return total


_r = np.random.default_rng(1)
A, X, G = _r.normal(size=(3, 4)), _r.normal(size=(150, 4)), _r.normal(size=3)


def test_the_recurrence_is_innermost_over_rows_which_are_copied():
    with optimisations.without(optimisations.MATRIX_PRODUCTS):  # which are there if A is big
        text = text_of(distances, (A, X, G))
    assert "x_block = empty_2d(m, width)" in text
    assert "* x_block[j, " in text
    assert text.index("for i_first in range(0, n, width)") < text.index("for k in range(n2)")
    assert "total += addend[" in text


def test_what_many_rows_add_to_is_added_once_for_a_block():
    text = text_of(distances, (A, X, G), "value_and_grad", (0, 2))
    assert "radd(total" in text and "A_bar[k, j] += total" in text


def chains(x, rate, most):
    total = 0.0
    for i in range(x.shape[0]):
        value = 1.0
        for t in range(most):
            value *= np.exp(rate * x[i, t])
        total += value
    return total


def whole_chains(x, rate):
    total = 0.0
    for i in range(x.shape[0]):
        value = x[i, 0]
        for t in range(1, x.shape[1]):
            value *= np.exp(rate * x[i, t] - x[i, t - 1])
        total += value
    return total


def few_of_a_row(x, rate):
    total = 0.0
    for i in range(x.shape[0]):
        value = 1.0
        for t in range(20):
            value *= np.exp(rate * x[i, t % 3])
        total += value
    return total


def test_rows_that_are_read_in_one_loop_are_copied():
    text = text_of(whole_chains, (X, 0.5), "value_and_grad", (0, 1))
    assert "x_block = empty_2d(m, width)" in text
    assert "x_block[t, " in text


def test_no_more_of_rows_is_copied_than_is_read():
    text = text_of(chains, (X, 0.5, 3))
    assert "max(min(m, most), 0)" in text
    assert "_block" not in text_of(few_of_a_row, (X, 0.5))


@pytest.mark.jit
@pytest.mark.parametrize(
    ("function", "rest"),
    [(chains, (3,)), (chains, (4,)), (chains, (0,)), (chains, (-2,)), (whole_chains, ()),
     (few_of_a_row, ())],
)  # fmt: skip
def test_copied_rows_compiled(function, rest):
    value, cotangents = adgen.value_and_grad(function, (0, 1))(X, 0.5, *rest)
    np.testing.assert_allclose(value, function(X, 0.5, *rest), rtol=1e-12)
    with optimisations.without(optimisations.POINTS_INNERMOST):
        plain = adgen.value_and_grad(function, (0, 1), jit=False)(X, 0.5, *rest)
    for one, other in zip(cotangents, plain[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.jit
def test_compiled():
    gradient = adgen.value_and_grad(distances, (0, 1, 2))
    value, cotangents = gradient(A, X, G)
    assert value == distances(A, X, G)
    with optimisations.without(optimisations.POINTS_INNERMOST):
        plain = adgen.value_and_grad(distances, (0, 1, 2), jit=False)(A, X, G)
    for one, other in zip(cotangents, plain[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.jit
@pytest.mark.parametrize("seed", [5, 6, 17, 35])
def test_random_rows_compiled(seed, everywhere):
    result = "total + 0.5 * np.sum(out) + np.sum(res)"
    args = arguments(seed, 11, 4)
    compiled = adgen.value_and_grad(program(seed, result), (0, 2, 3))(*args)
    plain = adgen.value_and_grad(program(seed, result), (0, 2, 3), jit=False)(*args)
    np.testing.assert_allclose(compiled[0], plain[0], rtol=1e-12)
    for one, other in zip(compiled[1], plain[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def single_precision(A, x):
    total = np.float32(0.0)
    for i in range(x.shape[0]):
        for k in range(A.shape[0]):
            s = np.float32(1.0)
            for j in range(A.shape[1]):
                s = s * np.float32(0.5) + A[k, j] * x[i, j]
            total += s
    return total


def test_single_precision_stays_single(small_blocks):
    args = A.astype("f4"), X[:11].astype("f4")
    before = at_loop_level(single_precision, args)
    after = points_innermost(before)
    assert after is not before
    verify(after, infer=result_type)
    (value,) = interpret(after, *args)
    assert value == single_precision(*args) and value.dtype == np.float32


def of_vectors(A, x, g):
    total = 0.0
    for i in range(x.shape[0]):
        terms = np.zeros(A.shape[0])
        for k in range(A.shape[0]):
            terms[k] = g[k] + A[k] @ x[i]
        m = np.max(terms)
        total += m + np.log(np.sum(np.exp(terms - m)))
    return total


def test_a_check_that_all_iterations_do_alike_is_done_once_for_a_block(small_blocks):
    before = at_loop_level(of_vectors, (A, X, G), "value_and_grad", (0, 1, 2))
    after = points_innermost(before)
    assert after is not before
    verify(after, infer=result_type)
    for rows in (0, 1, 3, 10):
        expected = interpret(before, A, X[:rows], G)
        for one, other in zip(interpret(after, A, X[:rows], G), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    with pytest.raises(ValueError, match="zero-size array to reduction operation maximum"):
        interpret(after, A[:0], X, G[:0])
    interpret(after, A[:0], X[:0], G[:0])


def sines(x, w):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.sin(x[i] * w[0]) * np.exp(-x[i] * w[1])
    return total


def test_what_iterations_add_to_an_element_is_a_number_in_a_block(small_blocks):
    args = X[:10, 0].copy(), G
    before = at_loop_level(sines, args, "value_and_grad", (1,))
    after = points_innermost(before)
    assert after is not before and "w_bar[0] += total" in text_of(
        sines, args, "value_and_grad", (1,)
    )
    for one, other in zip(interpret(after, *args), interpret(before, *args), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)


def test_rows_that_iterations_add_to_are_added_up_in_a_copy():
    text = text_of(distances, (A, X, G), "value_and_grad", (1,))
    assert "x_bar_block[j, " in text and "x_bar[i, k] += x_bar_block[k, " in text


# What it leaves alone


def vectorises_by_itself(A, x):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.sum(A[0] * x[i])
    return total


def triangular_sum(A, x):
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(A.shape[0]):
            for j in range(k):
                total += A[k, j] * x[i, j]
    return total


def recurrence(A, x):
    h = 0.0
    for i in range(x.shape[0]):
        s = 0.0
        for j in range(A.shape[1]):
            s += A[0, j] * x[i, j] * h
        h = np.tanh(s)
    return h


def axpy(A, x):
    h = np.zeros(A.shape[1])
    total = 0.0
    for i in range(x.shape[0]):
        h = np.zeros(A.shape[1])
        for k in range(A.shape[0]):
            for j in range(A.shape[1]):
                h[j] += x[i, k] * A[k, j]
        total += h[0]
    return total


def few(A, x):
    total = 0.0
    for i in range(4):
        for k in range(A.shape[0]):
            s = 0.0
            for j in range(A.shape[1]):
                s = np.sin(s) + A[k, j] * x[i, j]
            total += s
    return total


def in_another_loop(A, x):
    h = 0.5
    for _ in range(3):
        total = 0.0
        for i in range(x.shape[0]):
            s = h
            for j in range(A.shape[1]):
                s = np.sin(s) + A[0, j] * x[i, j]
            total += s
        h = np.tanh(total)
    return h


LEFT_ALONE = [vectorises_by_itself, triangular_sum, recurrence, axpy, few, in_another_loop]


@pytest.mark.parametrize("function", LEFT_ALONE)
def test_left_alone(function):
    before = at_loop_level(function, (A, X))
    assert points_innermost(before) is before
