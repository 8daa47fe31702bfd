"""Loops over rows go outside of those along them: which do, and that it means the same."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from adgen.transpiler import compiler, optimisations
from adgen.transpiler.ir import core
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.interchange import rows_outside
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.pipeline import optimise
from adgen.transpiler.primitives.builder import result_type
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function


def at_loop_level(function, args):
    """The function before the pass."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    types = {name: argument_of(arg) for name, arg in zip(names, args, strict=True)}
    primal = compiler.prepare(from_function(function), types)
    (derived,) = compiler.derive(primal, Request("primal", (), stage="numba"))
    return lower_to_loops(optimise(derived))


def running_sums(x):
    return np.cumsum(np.sin(x), axis=1)


def recurrence(x, a):
    y = np.array(x)
    for t in range(1, x.shape[1]):
        y[:, t] = y[:, t] * a + y[:, t - 1] * y[:, t - 1]
    return y


def products(A, v):
    y = np.zeros(A.shape[0])
    for k in range(A.shape[1]):
        for i in range(A.shape[0]):
            y[i] += A[i, k] * v[k]
    return y


def planes(x):
    y = np.array(x)
    for t in range(1, x.shape[2]):
        y[:, :, t] += 0.5 * y[:, :, t - 1]
    return y


def along_the_first_axis(x):
    return np.cumsum(x, axis=0)


def total_in_order(x):
    total = 0.0
    for t in range(x.shape[1]):
        for i in range(x.shape[0]):
            total += x[i, t]
    return total


def stencil(x):
    y = np.array(x)
    for t in range(1, x.shape[1]):
        y[1:-1, t] = y[2:, t - 1] + y[:-2, t - 1]
    return y


def few_columns(x):
    y = np.zeros(x.shape[0])
    for t in range(3):
        for i in range(x.shape[0]):
            y[i] += x[i, t]
    return y


def dear_ahead(x, w):
    y = np.zeros(x.shape[0])
    for t in range(x.shape[1]):
        s = np.sin(w[t])
        for i in range(x.shape[0]):
            y[i] += x[i, t] * s
    return y


_r = np.random.default_rng(0)
X, CUBE, V = _r.normal(size=(5, 7)), _r.normal(size=(3, 4, 6)), _r.normal(size=7)
TURNED = [
    (running_sums, (X,)), (recurrence, (X, 0.3)), (products, (X, V)), (planes, (CUBE,)),
]  # fmt: skip
LEFT = [
    (along_the_first_axis, (X,)), (total_in_order, (X,)), (stencil, (X,)), (few_columns, (X,)),
    (dear_ahead, (X, V)),
]  # fmt: skip


def _named(case):
    return getattr(case, "__name__", "")


@pytest.mark.parametrize(("function", "args"), TURNED, ids=_named)
def test_rows_go_outside(function, args):
    before = at_loop_level(function, args)
    after = rows_outside(before)
    assert after is not before
    verify(after, infer=result_type)
    for one, other in zip(interpret(after, *args), interpret(before, *args), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("columns", [0, 1, 2])
def test_of_few_columns_or_none(columns):
    before = at_loop_level(running_sums, (X,))
    after = rows_outside(before)
    given = X[:, :columns]
    np.testing.assert_array_equal(interpret(after, given)[0], interpret(before, given)[0])


@pytest.mark.parametrize(("function", "args"), LEFT, ids=_named)
def test_what_stays(function, args):
    before = at_loop_level(function, args)
    assert rows_outside(before) is before


def loss(x, w):
    return np.sum(np.exp(np.cumsum(w * x, axis=1)) * x)


def test_the_gradient_of_a_running_sum_is_one_loop_over_rows_without_tables():
    primal = compiler.prepare(from_function(loss), {"x": argument_of(X), "w": argument_of(0.5)})
    (derived,) = compiler.derive(primal, Request("value_and_grad", (1,), stage="numba"))
    with optimisations.without(optimisations.POINTS_INNERMOST):
        lowered = compiler.to_loops(derived)
    outer = [op for op in lowered.body.ops if op.callee == core.FOR]
    tables = [op for _, op in core.walk(lowered.body)
              if op.callee == core.EMPTY and len(op.operands) > 1]  # fmt: skip
    assert len(outer) == 1 and not tables


@pytest.mark.jit
def test_compiled():
    value, (by_x, by_w) = adgen.value_and_grad(loss, (0, 1))(X, 0.5)
    plain = adgen.value_and_grad(loss, (0, 1), jit=False)(X, 0.5)
    np.testing.assert_allclose(value, plain[0], rtol=1e-13)
    np.testing.assert_allclose(by_x, plain[1][0], rtol=1e-12)
    np.testing.assert_allclose(by_w, plain[1][1], rtol=1e-12)
