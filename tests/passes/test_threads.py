"""Which loops are marked for threads; what is marked means what it meant."""

from __future__ import annotations

import numpy as np
import pytest
from numba import prange

from adgen.transpiler import compiler
from adgen.transpiler.ir import core
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.threads import ATTRIBUTE
from adgen.transpiler.ir.types import Array, type_of_constant
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.primitives.builder import result_type
from adgen.transpiler.requests import Request
from adgen.transpiler.source import from_function

DRAW = np.random.default_rng(0)
X, Y = DRAW.uniform(0.5, 1.5, 6), DRAW.uniform(0.5, 1.5, 6)
M = DRAW.uniform(0.5, 1.5, (6, 4))


def lowered(f, args, mode="value_and_grad", parallel=True):
    types = {
        name: Array(arg.dtype, (False,) * arg.ndim)
        if isinstance(arg, np.ndarray)
        else type_of_constant(arg)
        for name, arg in zip(f.__code__.co_varnames, args, strict=False)
    }
    wrt = tuple(k for k, arg in enumerate(args) if not isinstance(arg, int))
    primal = compiler.prepare(from_function(f), types)
    (function,) = compiler.derive(primal, Request(mode, wrt, stage="numba"))
    function = compiler.to_loops(function, parallel)
    verify(function, infer=result_type)
    return function


def marks(f, *args, mode="value_and_grad"):
    """The marks of the loops of a derivative, which means what it does without them."""
    function, plain = lowered(f, args, mode), lowered(f, args, mode, parallel=False)
    values = [np.copy(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
    for have, want in zip(interpret(function, *values), interpret(plain, *values), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-13, atol=1e-15)
    assert not any(ATTRIBUTE in op.attrs for _, op in core.walk(plain.body))
    return [op.attrs[ATTRIBUTE] for _, op in core.walk(function.body) if ATTRIBUTE in op.attrs]


def test_a_fused_loop_of_array_code():
    def f(x, y, w):
        return np.sum(np.exp(x * w) * np.sin(y))

    (mark,) = marks(f, X, Y, 0.5)
    assert len(mark.sums) == 2 and not mark.added


def test_a_sum_of_the_user_keeps_its_order():
    def f(x, y):
        s = 0.0
        for i in range(x.shape[0]):
            s -= np.exp(x[i]) * np.sin(y[i])
        return s

    (mark,) = marks(f, X, Y)
    assert not mark.sums and any(array.name == "terms" for array in mark.shared)
    function = lowered(f, (X, Y))
    value = interpret(function, X.copy(), Y.copy())[0]
    assert value == f(X, Y)  # to the last bit


def test_a_sum_of_the_user_that_is_all_the_loop_does():
    def f(x, y):
        s = 0.0
        for i in range(x.shape[0]):
            s += x[i]
        return s * y[0]

    assert not marks(f, X, Y, mode="primal")


def test_the_sum_of_a_parallel_range_has_no_order():
    def f(x, y):
        s = 0.0
        for i in prange(x.shape[0]):
            s -= x[i] * y[i]
            for k in range(2):
                s += x[i] * k
            if x[i] > 1.0:
                s += y[i]
        return s

    (mark,) = marks(f, X, Y, mode="primal")
    assert len(mark.sums) == 1 and not mark.shared
    assert interpret(lowered(f, (X, Y), "primal"), X, Y)[0] == pytest.approx(f(X, Y), rel=1e-14)


def test_the_outermost_loop_is_taken():
    def f(m, w):
        total = 0.0
        for i in range(m.shape[0]):
            row = 0.0
            for j in range(m.shape[1]):
                row += m[i, j] * w[j]
            total += np.log(row)
        return total

    (mark,) = marks(f, M, X[:4].copy())
    assert len(mark.added) == 1  # of w
    assert len(mark.shared) == 2  # of m, and what is summed up in order


def test_work_space_belongs_to_a_chunk():
    def f(m, w):
        total = 0.0
        terms = np.zeros(m.shape[1])
        for i in range(m.shape[0]):
            for j in range(m.shape[1]):
                terms[j] = np.exp(m[i, j] * w[j])
            product = 1.0
            for j in range(m.shape[1]):
                product *= terms[j]
            total += product
        return total

    (mark,) = marks(f, M, X[:4].copy())
    assert mark.scratch or mark.slots


def test_a_loop_inside_one_with_an_order():
    def f(x, y):
        for _ in range(3):
            new = np.empty(x.shape[0])
            for i in range(x.shape[0]):
                new[i] = np.sin(x[i]) * y[i]
            x = new
        return np.sum(x)

    assert len(marks(f, X, Y)) >= 2


def test_recurrences_are_not_marked():
    def f(x, y):
        s = 0.0
        for i in range(x.shape[0]):
            s = s * y[i] + x[i]
        return s

    assert not marks(f, X, Y)


def test_what_prints_or_raises_is_not_marked():
    def f(x, y):
        s = 0.0
        for i in range(x.shape[0]):
            assert x[i] > 0.0, "positive"
            s += np.exp(x[i]) * np.sin(y[i])
        return s

    assert not marks(f, X, Y, mode="primal")


@pytest.mark.parametrize("mode", ["primal", "jvp", "hvp"])
def test_other_modes(mode):
    def f(x, y):
        s = 0.0
        for i in range(x.shape[0]):
            s += np.exp(x[i]) * np.sin(y[i])
        return s

    args = (X, Y) if mode == "primal" else (X, Y, Y[::-1].copy(), X[::-1].copy())
    function = lowered(f, (X, Y), mode)
    plain = lowered(f, (X, Y), mode, parallel=False)
    for have, want in zip(interpret(function, *args), interpret(plain, *args), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-13)
    assert any(ATTRIBUTE in op.attrs for _, op in core.walk(function.body))
