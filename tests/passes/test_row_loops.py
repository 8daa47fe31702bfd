"""Loops that hand on a table row by row: one loop, one row, the same numbers."""

import operator

import numpy as np
import pytest

import adgen
from adgen.transpiler import compiler
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Slot, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import F8, INT
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.local_writes import confine_writes
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.pipeline import optimise
from adgen.transpiler.passes.row_loops import merge_row_loops
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function

RNG = np.random.default_rng(0)
TABLE, INDEX = RNG.normal(size=(5, 3)), np.array([4, 0, 2, 2, -1, 3])
WEIGHTS = RNG.normal(size=(6, 3))


def gathered(table, index, weights):
    rows = table[index]
    return np.sum(np.sum(rows * weights, axis=1) ** 2)


def twice(table, index, weights):
    first, second = table[index], weights[index]
    lengths = np.sqrt(np.sum((first - second) ** 2, axis=1, keepdims=True))
    return np.sum(np.exp(-lengths) * first)


def in_loops(table, index, weights):
    rows = np.zeros((index.shape[0], table.shape[1]))
    for k in range(index.shape[0]):
        for j in range(table.shape[1]):
            rows[k, j] = np.sin(table[index[k], j])
    total = 0.0
    for k in range(index.shape[0]):
        for j in range(table.shape[1]):
            total += rows[k, j] * rows[k, 2 - j] * weights[k, j]
    return total


def neighbours(table, index, weights):
    rows = table[index]
    total = 0.0
    for k in range(1, index.shape[0]):
        total += np.sum(rows[k] * rows[k - 1])
    return total


def kept(table, index, weights):
    rows = table[index]
    return np.sum(np.sum(rows * weights, axis=1) ** 2) + np.sum(rows[0])


def of_other_lengths(table, index, weights):
    rows = table[index]
    total = 0.0
    for k in range(table.shape[0]):
        for j in range(3):
            total += rows[k, j] ** 2
    return total


MERGED = gathered, twice, in_loops
APART = neighbours, kept, of_other_lengths
ARGUMENTS = TABLE, INDEX, WEIGHTS


def before(program, mode, wrt):
    types = dict(zip(("table", "index", "weights"), map(argument_of, ARGUMENTS), strict=True))
    primal = compiler.prepare(from_function(program), types)
    (function,) = compiler.derive(primal, Request(mode, wrt, stage="numba"))
    return lower_to_loops(optimise(function))


def outer_loops(function):
    return sum(op.callee == core.FOR for op in function.body.ops)


def tables(function):
    """How many tables there are of a row for each index, but for those that are returned."""
    return sum(
        op.callee in (core.EMPTY, core.ZEROS) and op.result.type.ndim == 2
        for op in function.body.ops
    )


@pytest.mark.parametrize("program", MERGED + APART, ids=lambda p: p.__name__)
@pytest.mark.parametrize(("mode", "wrt"), [("primal", ()), ("value_and_grad", (0, 2))])
def test_the_same_numbers(program, mode, wrt):
    function = before(program, mode, wrt)
    merged = merge_row_loops(function)
    confined = optimise(confine_writes(merged))
    verify(merged)
    verify(confined)
    expected = interpret(function, *ARGUMENTS)
    for result in (interpret(merged, *ARGUMENTS), interpret(confined, *ARGUMENTS)):
        for one, other in zip(result, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-13)
    assert expected[0] == pytest.approx(program(*ARGUMENTS), rel=1e-12)


def test_one_loop_and_one_row():
    for program in MERGED:
        function = before(program, "value_and_grad", (0, 2))
        narrow = optimise(confine_writes(merge_row_loops(function)))
        assert outer_loops(narrow) == 1, program.__name__
        assert tables(narrow) == 2, program.__name__  # the gradients


def test_loops_that_meet_elsewhere_stay():
    for program in APART:
        function = before(program, "primal", ())
        assert outer_loops(merge_row_loops(function)) == outer_loops(function), program.__name__


@pytest.mark.jit
@pytest.mark.parametrize("program", [gathered, kept], ids=lambda p: p.__name__)
def test_compiled(program):
    value, gradients = adgen.value_and_grad(program, (0, 2))(*ARGUMENTS)
    _, expected = adgen.value_and_grad(program, (0, 2), jit=False)(*ARGUMENTS)
    assert value == pytest.approx(program(*ARGUMENTS), rel=1e-13)
    for one, other in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_what_is_saved_before_a_loop_is_not_loaded_ahead_of_it():
    n, x = Value(INT, "n"), Value(F8, "x")
    slot = Slot("tape", F8)
    b = Builder()
    b.effect(core.DECLARE, n, slot=slot)
    table = b.emit(core.EMPTY, n, 2, dtype=F8.dtype, ones=(False, False))
    i, rows, j, row = Value(INT), Value(table.type), Value(INT), Value(table.type)
    fill, inner = b.inner(), b.inner()
    fill.effect(core.SAVE, x, i, slot=slot)
    written = inner.setitem(row, x, paths.element(2), i, j)
    (filled,) = fill.region(
        core.FOR, (0, 2, 1, rows), [inner.block((j, row), (written,))], [table.type]
    )
    (made,) = b.region(core.FOR, (0, n, 1, table), [fill.block((i, rows), (filled,))], [table.type])
    loaded = b.emit(core.LOAD, 0, slot=slot)
    k, total = Value(INT), Value(F8)
    add = b.inner()
    element = add.getitem(made, paths.element(2), k, 1)
    more = add.emit(operator.add, total, element)
    (summed,) = b.region(core.FOR, (0, n, 1, loaded), [add.block((k, total), (more,))], [F8])
    function = Function("f", b.block((n, x), (summed,)))
    assert outer_loops(merge_row_loops(function)) == 2
    assert interpret(merge_row_loops(function), 3, 2.0) == interpret(function, 3, 2.0) == (8.0,)


def test_what_lies_between_stays_in_order():
    """A number that the earlier loop has made is saved and loaded between the loops."""
    n, x = Value(INT, "n"), Value(F8, "x")
    slot = Slot("saved", F8)
    b = Builder()
    b.effect(core.DECLARE, 1, slot=slot)
    table = b.emit(core.EMPTY, n, 2, dtype=F8.dtype, ones=(False, False))
    i, rows, last, j, row = Value(INT), Value(table.type), Value(F8), Value(INT), Value(table.type)
    fill, inner = b.inner(), b.inner()
    written = inner.setitem(row, x, paths.element(2), i, j)
    (filled,) = fill.region(
        core.FOR, (0, 2, 1, rows), [inner.block((j, row), (written,))], [table.type]
    )
    sum_ = fill.emit(operator.add, last, x)
    made, grown = b.region(
        core.FOR, (0, n, 1, table, 1.0), [fill.block((i, rows, last), (filled, sum_))],
        [table.type, F8],
    )  # fmt: skip
    under, other = b.inner(), b.inner()
    under.effect(core.SAVE, grown, 0, slot=slot)
    other.effect(core.SAVE, x, 0, slot=slot)
    b.region(
        core.IF, (b.emit(operator.lt, x, grown),), [under.block((), ()), other.block((), ())], []
    )
    loaded = b.emit(core.LOAD, 0, slot=slot)
    k, total = Value(INT), Value(F8)
    add = b.inner()
    more = add.emit(operator.add, total, add.getitem(made, paths.element(2), k, 1))
    (summed,) = b.region(core.FOR, (0, n, 1, 0.0), [add.block((k, total), (more,))], [F8])
    function = Function("f", b.block((n, x), (b.emit(operator.add, summed, loaded),)))
    merged = merge_row_loops(function)
    assert outer_loops(merged) == 1
    assert interpret(merged, 3, 2.0) == interpret(function, 3, 2.0) == (13.0,)
