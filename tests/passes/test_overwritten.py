"""Work space that every iteration fills anew: what becomes of it, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from adgen.transpiler import compiler
from adgen.transpiler.ir import core
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import Array
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.overwritten import renew_overwritten
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function

X, Y = np.linspace(-1.0, 1.0, 5), np.linspace(0.5, 2.0, 3)


def vector(x, y):
    terms = np.zeros(y.shape[0])
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(y.shape[0]):
            terms[k] = np.sin(x[i] * y[k])
            terms[k] += x[i]
        for k in range(y.shape[0]):
            total += terms[k] * terms[0]
    return total


def matrix(x, y):
    work = np.zeros((y.shape[0], y.shape[0]))
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(y.shape[0]):
            for j in range(y.shape[0]):
                work[k, j] = x[i] * y[k] + y[j]
        total += work[0, 1] * work[1, 0]
    return total


def by_rows(x, y):
    work = np.zeros((x.shape[0], y.shape[0]))
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(x.shape[0]):
            work[k, :] = x[i] * y * x[k]
        total += work[0, 1] * work[1, 0]
    return total


def partly(x, y):
    work = np.zeros(y.shape[0])
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(y.shape[0] - 1):
            work[k] = x[i] * y[k]
        total += work[0] * work[2]
        work[2] += x[i]
    return total


def under_a_condition(x, y):
    work = np.zeros(y.shape[0])
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(y.shape[0]):
            if x[i] > 0:
                work[k] = x[i] * y[k]
        total += work[0] * work[2]
    return total


def read_first(x, y):
    work = np.zeros(y.shape[0])
    total = 0.0
    for i in range(x.shape[0]):
        total += work[0]
        for k in range(y.shape[0]):
            work[k] = x[i] * y[k]
    return total


def from_itself(x, y):
    work = np.ones(y.shape[0])
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(y.shape[0]):
            work[k] = work[k] * x[i] + y[k]
        total += work[1]
    return total


def from_a_neighbour(x, y):
    work = np.ones(y.shape[0])
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(y.shape[0]):
            work[k] = x[i] + work[k - 1]
        total += work[1]
    return total


def needed_afterwards(x, y):
    work = np.ones(y.shape[0])
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(y.shape[0]):
            work[k] = x[i] * y[k]
        total += work[1]
    return total * work[0]


def leaves(x, y):
    work = np.ones(y.shape[0])
    total = 0.0
    for i in range(x.shape[0]):
        for k in range(y.shape[0]):
            work[k] = x[i] * y[k]
            if x[i] > 0.5:
                break
        total += work[1]
    return total


NEW = (vector, matrix, by_rows)
CARRIED = (partly, under_a_condition, read_first, from_itself, from_a_neighbour,
           needed_afterwards, leaves)  # fmt: skip


def prepared(program):
    types = {name: argument_of(arg) for name, arg in zip("xy", (X, Y), strict=True)}
    return compiler.prepare(from_function(program), types)


def carried_arrays(function):
    outer = [op for op in function.body.ops if op.callee == core.FOR]
    return sum(isinstance(result.type, Array) for op in outer for result in op.results)


@pytest.mark.parametrize("program", NEW + CARRIED, ids=lambda program: program.__name__)
def test_what_is_carried(program):
    before = prepared(program)
    after = renew_overwritten(before)
    verify(after)
    assert carried_arrays(before) == 1
    assert carried_arrays(after) == (0 if program in NEW else 1)
    for x, y in ((X, Y), (X[:0], Y), (X[:2], Y)):
        np.testing.assert_array_equal(interpret(after, x, y), interpret(before, x, y))


@pytest.mark.parametrize("program", NEW, ids=lambda program: program.__name__)
def test_sweeps_of_such_iterations_are_merged(program):
    gradient = adgen.grad(program, (0, 1), jit=False)
    step = 1e-6
    for which, found in enumerate(gradient(X, Y)):
        for k in range(found.size):
            ahead, behind = [X.copy(), Y.copy()], [X.copy(), Y.copy()]
            ahead[which][k] += step
            behind[which][k] -= step
            difference = (program(*ahead) - program(*behind)) / (2 * step)
            np.testing.assert_allclose(found[k], difference, rtol=1e-7, atol=1e-8)
    (joint,) = compiler.derive(prepared(program), Request("value_and_grad", (0, 1)))
    assert sum(op.callee == core.FOR for op in joint.body.ops) == 1
