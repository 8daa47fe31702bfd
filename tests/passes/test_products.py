"""Loops that are products of matrices: the same numbers, from one call."""

import linecache

import numpy as np
import pytest

import adgen
from adgen.transpiler import compiler, optimisations
from adgen.transpiler.emit.module import emit_module
from adgen.transpiler.emit.style import Style
from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir import core
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.products import choice, nests
from adgen.transpiler.primitives.builder import result_type
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function
from tests.passes.product_programs import arguments, program

_RNG = np.random.default_rng(0)
A, B, C = (_RNG.normal(size=shape) for shape in ((7, 5), (5, 6), (7, 6)))
BIAS = _RNG.normal(size=6)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(nests, "ROWS", 3)


@pytest.fixture
def everywhere(monkeypatch, small_blocks):
    monkeypatch.setattr(choice, "BIG", 0)


def at_loop_level(function, args, mode="primal", wrt=(), left_out=()):
    """The function as the pass is given it, or with it: ``left_out`` without the passes named."""
    names = function.__code__.co_varnames
    types = dict(zip(names, map(argument_of, args), strict=False))
    primal = compiler.prepare(from_function(function), types)
    (derived,) = compiler.derive(primal, Request(mode, wrt, stage="numba"))
    late = optimisations.POINTS_INNERMOST, optimisations.REUSED_BUFFERS
    with optimisations.without(*late, *left_out):
        return compiler.to_loops(derived)


def both(function, args, mode="primal", wrt=()):
    """Without products and with them."""
    before = at_loop_level(function, args, mode, wrt, (optimisations.MATRIX_PRODUCTS,))
    after = at_loop_level(function, args, mode, wrt)
    if _is_right(before):  # merged loops may have lost what ties them to their mirrors
        verify(after, infer=result_type)
    return before, after


def _is_right(function):
    try:
        verify(function, infer=result_type)
    except InvalidIR:
        return False
    return True


def products(function):
    """How many there are, and how many of them keep the order of their terms."""
    found = [op for _, op in core.walk(function.body) if op.callee == core.ADDPRODUCT]
    return len(found), sum(bool(op.attrs.get("ordered")) for op in found)


def compare(function, args, mode="primal", wrt=()):
    """Whether there are products; the results are those of the loops."""
    before, after = both(function, args, mode, wrt)
    expected, found = interpret(before, *args), interpret(after, *args)
    if "@" not in text_of(function):
        assert found[0] == expected[0]  # the user's sums keep their order
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11)
    return bool(products(after)[0])


def text_of(function):
    return "".join(linecache.getlines(function.__code__.co_filename))


# Random programs


@pytest.mark.parametrize("first", range(0, 30, 10))
def test_values(first, everywhere):
    applied = [compare(program(seed, "total, out"), arguments(seed))
               for seed in range(first, first + 10)]  # fmt: skip
    assert any(applied)


@pytest.mark.parametrize("first", range(200, 230, 10))
def test_gradients(first, everywhere):
    applied = []
    for seed in range(first, first + 10):
        applied.append(compare(program(seed), arguments(seed), "value_and_grad", (0, 1, 2, 3, 4)))
    assert any(applied)


@pytest.mark.parametrize("first", range(400, 410, 10))
def test_tangents_and_where_it_pays(first, small_blocks):
    for seed in range(first, first + 10):
        args = arguments(seed)
        function = program(seed)
        before, after = (
            at_loop_level(function, args, "jvp", (0, 1), left_out)
            for left_out in ((optimisations.MATRIX_PRODUCTS,), ())
        )
        tangents = _RNG.normal(size=(7, 5)), _RNG.normal(size=(5, 6))
        given = (*args, *tangents)
        for one, other in zip(interpret(after, *given), interpret(before, *given), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11)


@pytest.mark.jit
@pytest.mark.parametrize("seed", [200, 203, 207, 211])
def test_compiled(seed, everywhere):
    args = arguments(seed)
    value, gradients = adgen.value_and_grad(program(seed), (0, 1, 2, 3, 4))(*args)
    assert value == program(seed)(*args)
    _, expected = adgen.value_and_grad(program(seed), (0, 1, 2, 3, 4), jit=False)(*args)
    for one, other in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11)


# What becomes a product, and what it looks like


def in_order(A, B, C):
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            for k in range(A.shape[1]):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C * C)


def rows_last(A, B, C):
    for k in range(A.shape[1]):
        for j in range(B.shape[1]):
            for i in range(A.shape[0]):
                C[i, j] = B[k, j] * A[i, k] + C[i, j]
    return np.sum(C * C)


def with_transposes(A, B, C):
    for j in range(C.shape[1]):
        for k in range(B.shape[0]):
            for i in range(C.shape[0]):
                B[k, j] += A[i, k] * C[i, j]
    return np.sum(B * B)


def a_layer(A, B, C, b):
    total = 0.0
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            s = b[j]
            for k in range(A.shape[1]):
                s += A[i, k] * B[k, j]
            C[i, j] = np.tanh(s)
        for j in range(B.shape[1]):
            total += C[i, j] ** 2
    return total


def a_layer_of_arrays(A, B, C, b):
    total = 0.0
    for i in range(A.shape[0]):
        h = np.tanh(A[i] @ B + b)
        total += np.sum(h * h)
    return total


@pytest.mark.parametrize("function", [in_order, rows_last, with_transposes])
def test_three_loops_in_any_order_are_a_call(function):
    args = A, B, C
    assert compare(function, args)
    _, after = both(function, args)
    assert products(after) == (1, 1)
    _, gradient = both(function, args, "value_and_grad", (0, 1, 2))
    assert products(gradient) == (3, 1)
    assert compare(function, args, "value_and_grad", (0, 1, 2))


def test_the_text_of_a_product():
    _, after = both(in_order, (A, B, C))
    text = emit_module([after], Style(numba=True))
    words = " ".join(text.split())
    assert "submatrix(C, 0, A.shape[0], 0, m2), A, submatrix(B, 0, A.shape[1], 0, m2)" in words
    assert "for k in" not in text


def test_a_layer_is_cut_around_its_products(small_blocks, monkeypatch):
    monkeypatch.setattr(choice, "BIG", 0)
    args = A, B, C, BIAS
    assert compare(a_layer, args, "value_and_grad", (0, 1, 3))
    _, after = both(a_layer, args, "value_and_grad", (0, 1, 3))
    assert products(after) == (3, 1)
    assert compare(a_layer_of_arrays, args, "value_and_grad", (0, 1, 3))
    _, after = both(a_layer_of_arrays, args, "value_and_grad", (0, 1, 3))
    assert products(after) == (3, 0)


def test_where_iterations_vectorise_by_themselves_the_size_decides():
    _, after = both(a_layer, (A, B, C, BIAS))
    (test,) = [op for op in after.body.ops if op.callee == core.IF]
    assert products(after) == (1, 1)
    assert all(region.ops for region in test.regions)
    text = emit_module([after], Style(numba=True))
    assert ">= 512" in text


def test_it_can_be_left_out():
    before, _ = both(in_order, (A, B, C))
    assert products(before) == (0, 0)


# What does not


def of_itself(A):
    for i in range(A.shape[0]):
        for j in range(A.shape[0]):
            for k in range(A.shape[0]):
                A[i, j] += A[i, k] * A[k, j]
    return np.sum(A)


def read_meanwhile(A, B, C):
    total = 0.0
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            for k in range(A.shape[1]):
                C[i, j] += A[i, k] * B[k, j]
                total += C[i, j]
    return total


def triangular(A, B, C):
    for i in range(A.shape[1]):
        for j in range(B.shape[1]):
            for k in range(i):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C)


def every_other(A, B, C):
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            for k in range(0, A.shape[1], 2):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C)


def from_the_end(A, B, C):
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            for k in range(-2, A.shape[1]):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C)


def of_a_few(A, B, C):
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            for k in range(3):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C)


def gathered(A, B, C, rows):
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            for k in range(A.shape[1]):
                C[i, j] += A[i, k] * B[rows[k], j]
    return np.sum(C)


def a_stop_that_is_no_extent(A, B, C, n):
    for i in range(n):
        for j in range(B.shape[1]):
            for k in range(n):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (of_itself, (A[:5],)),
        (read_meanwhile, (A, B, C)),
        (triangular, (A, B, C)),
        (every_other, (A, B, C)),
        (from_the_end, (A, B, C)),
        (of_a_few, (A, B, C)),
        (gathered, (A, B, C, np.array([4, 0, 0, 2, 1]))),
    ],
    ids=lambda thing: getattr(thing, "__name__", ""),
)
def test_what_is_no_product_stays_a_loop(function, args):
    assert not compare(function, args)


@pytest.mark.parametrize("n", [3, 0, -2])
def test_a_part_of_a_matrix(n):
    assert compare(a_stop_that_is_no_extent, (A, B, C, n))


def test_strict_sums_that_share_an_element_stay_together():
    def twice(A, B, C):
        for i in range(A.shape[0]):
            for j in range(B.shape[1]):
                for k in range(A.shape[1]):
                    C[i, j] += A[i, k] * B[k, j]
                    C[i, j] += A[i, k] * B[k, j]
        return np.sum(C)

    assert not compare(twice, (A, B, C))


def test_single_precision(everywhere):
    args = tuple(array.astype(np.float32) for array in (A, B, C))
    _, after = both(in_order, args)
    assert products(after) == (1, 1)
    assert interpret(after, *args)[0] == pytest.approx(in_order(*map(np.copy, args)), rel=1e-5)


@pytest.mark.jit
def test_a_layer_compiled():
    width = 30
    rng = np.random.default_rng(1)
    args = (rng.normal(size=(300, 40)), rng.normal(size=(40, width)), np.zeros((300, width)),
            rng.normal(size=width))  # fmt: skip
    value, gradients = adgen.value_and_grad(a_layer, (0, 1, 3), vector_math=False)(*args)
    assert value == a_layer(*args)
    _, expected = adgen.value_and_grad(a_layer, (0, 1, 3), jit=False)(*args)
    for one, other in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.jit
def test_what_is_no_number_spreads_as_in_loops():
    left, right = A.copy(), B.copy()
    left[1, 2], right[2, 3], left[4] = np.inf, 0.0, 0.0
    right[0, 0] = np.nan
    right[0, 1:] = np.arange(1.0, 6.0)
    sums = C.copy()
    value, (gradient, _) = adgen.value_and_grad(in_order, (0, 1))(left, right, C.copy())
    _, (expected, _) = adgen.value_and_grad(in_order, (0, 1), jit=False)(left, right, sums)
    assert np.isnan(value)
    np.testing.assert_array_equal(np.isnan(gradient), np.isnan(expected))
    np.testing.assert_array_equal(np.isinf(gradient), np.isinf(expected))


def test_loops_for_threads_stay():
    text = adgen.differentiate(wrt=("A", "B"), parallel=True)(in_order).source(
        A, B, C, stage="numba"
    )
    assert "on_threads" in text
    for part in text.split("\ndef "):
        assert "_chunk(" not in part.splitlines()[0] or "add_product" not in part
