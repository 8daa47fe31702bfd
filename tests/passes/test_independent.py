"""Which loops have independent trips, and how the trips meet."""

from __future__ import annotations

import numpy as np
import pytest

from adgen.transpiler import compiler
from adgen.transpiler.ir import core
from adgen.transpiler.passes.delayed_loops import merge_neighbours
from adgen.transpiler.passes.independent import Carried, Context, Meeting, meetings
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.pipeline import optimise
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function

X, W, Y = np.ones((6, 3)), np.ones((4, 3)), np.ones(6)
ROWS = np.zeros((6, 2), int)


def outermost(program, *args, mode="primal", wrt=()):
    """What is known of each outermost loop of a program at the loop level."""
    names = program.__code__.co_varnames[: program.__code__.co_argcount]
    types = {name: argument_of(arg) for name, arg in zip(names, args, strict=True)}
    primal = compiler.prepare(from_function(program), types)
    (function,) = compiler.derive(primal, Request(mode, wrt, stage="numba"))
    function = optimise(merge_neighbours(lower_to_loops(function)))
    context = Context(function)
    return [meetings(op, context) for op in function.body.ops if op.callee == core.FOR]


def meets(found):
    return None if found is None else {carried.meeting for carried in found.carried}


def users_sum(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.sin(x[i])
    return total


def numpy_sum(x):
    return np.sum(np.sin(x))


def sum_in_inner_loop(X):
    total = 0.0
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            if X[i, j] > 0.0:
                total -= X[i, j]
    return total


def rows(X):
    out = np.zeros(X.shape[0])
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            out[i] += X[i, j]
    return out


def shifted_rows(x):
    out = np.zeros(x.shape[0] + 1)
    for i in range(x.shape[0]):
        out[i + 1] = x[i]
    return out


def recurrence(x):
    out = np.zeros(x.shape[0])
    for i in range(1, x.shape[0]):
        out[i] = 0.5 * out[i - 1] + x[i]
    return out


def product(x):
    out = 1.0
    for i in range(x.shape[0]):
        out *= x[i]
    return out


def sum_that_is_read(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.sin(total + x[i])
    return total


def leaves(x):
    total = 0.0
    for i in range(x.shape[0]):
        if x[i] > 3.0:
            break
        total += x[i]
    return total


def prints(x):
    total = 0.0
    for i in range(x.shape[0]):
        print(i)
        total += x[i]
    return total


def asserts(x):
    total = 0.0
    for i in range(x.shape[0]):
        assert x[i] > 0.0
        total += x[i]
    return total


def from_the_end(x):
    out = np.zeros(x.shape[0])
    for i in range(-2, 2):
        out[i] = out[i] + x[0]
    return out


def net(W, X, y):
    loss = 0.0
    for i in range(X.shape[0]):
        h = np.tanh(W @ X[i])
        loss += (np.sum(h) - y[i]) ** 2
    return loss


def gathered(W, rows, y):
    loss = 0.0
    for i in range(rows.shape[0]):
        row = W[rows[i, 0]]
        loss += (row[0] * row[1] - y[i]) ** 2
    return loss


SUM, ORDERED = Meeting.FREE_SUM, Meeting.ORDERED_SUM


@pytest.mark.parametrize(
    ("program", "args", "expected"),
    [
        (users_sum, (Y,), {ORDERED}),
        (numpy_sum, (Y,), {SUM}),
        (sum_in_inner_loop, (X,), {ORDERED}),
        (rows, (X,), {Meeting.OWN}),
        (shifted_rows, (Y,), {Meeting.OWN}),
        (recurrence, (Y,), None),
        (product, (Y,), None),
        (sum_that_is_read, (Y,), None),
        (leaves, (Y,), None),
        (prints, (Y,), None),
        (asserts, (Y,), None),
        (from_the_end, (Y,), None),
    ],
    ids=lambda thing: getattr(thing, "__name__", ""),
)
def test_how_trips_meet(program, args, expected):
    (found,) = outermost(program, *args)
    assert meets(found) == expected


def test_places_of_its_own_have_an_offset():
    (found,) = outermost(shifted_rows, Y)
    assert found.carried == (Carried(Meeting.OWN, 0, 1),)


def test_adjoints_are_added_to_and_guards_are_the_same_in_all_trips():
    (found,) = outermost(net, W, X, Y, mode="value_and_grad", wrt=(0,))
    assert {ORDERED, Meeting.ADDED} <= meets(found)
    assert len(found.fixed) == 1 and not found.guards


def test_gathered_rows_are_added_to():
    (found,) = outermost(gathered, W, ROWS, Y, mode="value_and_grad", wrt=(0,))
    assert meets(found) == {ORDERED, Meeting.ADDED}


def test_residuals_that_only_one_trip_needs_are_private():
    def program(w, X):
        total = 0.0
        for i in range(X.shape[0]):
            h = X[i, 0]
            for j in range(X.shape[1]):
                h = np.sin(h * w[j])
            total += h
        return total

    (found,) = outermost(program, np.ones(3), X, mode="value_and_grad", wrt=(0,))
    assert len(found.private) == 1
    assert {ORDERED, Meeting.ADDED} <= meets(found)


def test_residuals_of_another_loop_are_indexed_by_the_trip():
    def program(x):
        total = 0.0
        for i in range(x.shape[0]):
            total += np.sin(x[i]) ** 2
        return total * total

    found = outermost(program, Y, mode="value_and_grad", wrt=(0,))
    assert all(loop is not None and not loop.private for loop in found)
