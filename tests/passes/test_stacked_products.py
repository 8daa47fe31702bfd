"""Products of stacks with one matrix become products of two matrices; stacks keep their rows."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler import compiler
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.pipeline import optimise
from adgen.transpiler.passes.stacked_products import flatten_stacks
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function

RNG = np.random.default_rng(8)


def layer(x: Any, w: Any) -> Any:
    return np.sum(np.tanh(x @ w) ** 2)


def two_layers(x: Any, w: Any) -> Any:
    return np.sum(np.sin(np.matmul(x @ w, w.T)) * x)


def heads(x: Any, w: Any) -> Any:
    q = (x @ w).reshape(x.shape[0], x.shape[1], 2, -1).transpose(0, 2, 1, 3)
    return np.sum(np.sin(q @ q.transpose(0, 1, 3, 2)))


def transposed(x: Any, w: Any) -> Any:
    return np.sum(np.cos(np.swapaxes(x, 0, 1) @ w) * 0.5)


def added_up(x: Any, w: Any) -> Any:
    return np.sum(np.sum(np.transpose(x, (0, 2, 1)) @ np.tanh(x), axis=0) ** 2 * w[0, 0])


def of_vectors(x: Any, w: Any) -> Any:
    return np.sum((w[0] @ w[0]) * x) + np.sum(x @ w[:, 0] + np.sum(w[0] @ w.T))


PROGRAMS = (of_vectors, layer, two_layers, heads, transposed, added_up)
SHAPES = (((2, 3, 4), (4, 6)), ((2, 0, 4), (4, 2)), ((0, 3, 2), (2, 2)), ((5, 11, 9), (9, 12)))


def derived(function: Any, args: tuple[Any, ...]) -> Function:
    types = dict(zip(("x", "w"), map(argument_of, args), strict=True))
    primal = compiler.prepare(from_function(function), types)
    (out,) = compiler.derive(primal, Request("value_and_grad", (0, 1), stage="numba"))
    return out


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_same_results(function: Any, shapes: Any) -> None:
    args = tuple(RNG.normal(size=shape) for shape in shapes)
    before = derived(function, args)
    after = flatten_stacks(before)
    verify(after)
    for one, other in zip(interpret(before, *args), interpret(after, *args), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("function", (layer, transposed), ids=lambda f: f.__name__)
def test_only_products_of_matrices_are_left(function: Any) -> None:
    args = tuple(RNG.normal(size=shape) for shape in SHAPES[0])
    after = optimise(flatten_stacks(derived(function, args)))
    products = [op for _, op in core.walk(after.body) if op.callee is operator.matmul]
    assert len(products) == 3
    assert all(op.result.type.ndim == 2 for op in products)


def small(x: Any, w: Any) -> Any:
    turn = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    return np.sum((x @ turn) ** 2 * w[0, 0])


def test_known_small_matrices_stay() -> None:
    before = derived(small, (RNG.normal(size=(4, 5, 3)), np.ones((2, 2))))
    assert [op.callee for op in flatten_stacks(before).body.ops] == [
        op.callee for op in before.body.ops
    ]


def test_stacks_are_run_along_their_rows() -> None:
    """The innermost loop of a map over a stack goes along the last axis."""

    def squares(x: Any) -> Any:
        return np.sum(np.tanh(x) ** 2)

    text = adgen.differentiate(squares).source(RNG.normal(size=(3, 4, 5)), stage="loops")
    assert "_block" not in text and "i_first" not in text


@pytest.mark.jit
@pytest.mark.parametrize("function", (heads, two_layers), ids=lambda f: f.__name__)
def test_compiled(function: Any) -> None:
    args = tuple(RNG.normal(size=shape) for shape in SHAPES[3])
    value, bars = adgen.value_and_grad(function, wrt=(0, 1))(*args)
    expected, wanted = adgen.value_and_grad(function, wrt=(0, 1), jit=False)(*args)
    np.testing.assert_allclose(value, expected)
    for bar, want in zip(bars, wanted, strict=True):
        np.testing.assert_allclose(bar, want, rtol=1e-10, atol=1e-12)
