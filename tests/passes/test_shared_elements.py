"""Elements that iterations share, in scalars: the example, what is left alone, random loops."""

import operator

import numpy as np
import pytest

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.printer import print_function
from adgen.transpiler.ir.types import INT, array
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.shared_elements import share_elements
from adgen.transpiler.primitives.builder import Builder

ELEMENT = paths.element(1)


def loop_over(bounds, body):
    """``for i in range(*bounds): x = body(builder, i, x)`` over a vector ``x``; n is its length."""
    x = Value(array("f8", 1), "x")
    b = Builder(role=core.ADJOINT)
    n = b.emit(core.DIM, x, axis=0)
    start, stop, step = (bound(b, n) if callable(bound) else bound for bound in bounds)
    i, carried = Value(INT, "i"), Value(x.type, "x")
    inner = b.inner()
    end = body(inner, i, carried)
    (result,) = b.region(
        core.FOR, (start, stop, step, x), [inner.block((i, carried), (end,))], [x.type], ["x"]
    )
    return Function("f", b.block((x,), (result,)))


def less(k):
    return lambda b, n: b.emit(operator.sub, n, k)


def recurrence(b, i, x):
    g = b.getitem(x, ELEMENT, i)
    x = b.setitem(x, 0.0, ELEMENT, i)
    return b.additem(x, b.emit(operator.mul, g, 0.5), ELEMENT, b.emit(operator.sub, i, 1))


def same(function, vector):
    after = share_elements(function)
    verify(after)
    expected, found = interpret(function, vector.copy()), interpret(after, vector.copy())
    np.testing.assert_array_equal(found, expected)
    return after


def test_example():
    after = same(loop_over((less(1), 0, -1), recurrence), np.arange(5.0))
    body = [line.partition("  #")[0].strip() for line in print_function(after).splitlines()]
    assert body[3:-2] == [
        "%t3 = operator.gt(%t2, 0) : py.bool",
        "%x1 = if(%t3) : f8[:] {",
        "%t4 = getitem(%x, %t2) {[_]} : f8",
        "%x2, %shared = for(%t2, 0, -1, %x, %t4) : f8[:], f8 {",
        "^(%i: py.i8, %x3: f8[:], %shared1: f8)",
        "%t5 = operator.sub(%i, 1) : py.i8",
        "%t6 = getitem(%x3, %t5) {[_]} : f8",
        "%t7 = operator.mul(%shared1, 0.5) : f8",
        "%t8 = operator.sub(%i, 1) : py.i8",
        "%t9 = operator.add(%t6, %t7) : f8",
        "%x4 = setitem(%x3, 0.0, %i) {[_]} : f8[:]",
        "yield %x4, %t9",
        "}",
        "%x5 = setitem(%x2, %shared, 0) {[_]} : f8[:]",
        "yield %x5",
        "} {",
        "yield %x",
        "}",
    ]


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_any_number_of_trips(length):
    same(loop_over((less(1), 0, -1), recurrence), np.arange(1.0, length + 1.0))


def unchanged(function):
    return print_function(share_elements(function)) == print_function(function)


def test_an_index_that_may_wrap_around_is_left_alone():
    assert unchanged(loop_over((less(1), -1, -1), recurrence))


def test_other_steps_are_left_alone():
    assert unchanged(loop_over((less(1), 0, -2), recurrence))


def test_an_unknown_element_is_left_alone():
    def body(b, i, x):
        x = b.additem(x, 1.0, ELEMENT, b.emit(operator.mul, i, 2))
        return recurrence(b, i, x)

    assert unchanged(loop_over((less(1), 0, -1), body))


def test_a_use_of_the_whole_array_is_left_alone():
    def body(b, i, x):
        total = b.emit(np.sum, x, axis=(0,), keepdims=False)
        return b.additem(recurrence(b, i, x), total, ELEMENT, i)

    assert unchanged(loop_over((less(1), 0, -1), body))


def test_loops_without_additions_are_left_alone():
    def body(b, i, x):
        return b.setitem(x, b.getitem(x, ELEMENT, b.emit(operator.sub, i, 1)), ELEMENT, i)

    assert unchanged(loop_over((less(1), 0, -1), body))


@pytest.mark.parametrize("seed", range(40))
def test_random_windows(seed):
    rng = np.random.default_rng(seed)
    count, step = int(rng.integers(2, 6)), int(rng.choice([-1, 1]))
    low, high = sorted(int(k) for k in rng.integers(-2, 3, size=2))

    def body(b, i, x):
        value = 1.0
        x = b.additem(x, 0.25, ELEMENT, b.emit(operator.add, i, low))
        for _ in range(count):
            place = b.emit(operator.add, i, int(rng.integers(low, high + 1)))
            kind = rng.integers(3)
            if kind == 0:
                value = b.emit(operator.mul, b.getitem(x, ELEMENT, place), 0.5)
            elif kind == 1:
                x = b.setitem(x, value, ELEMENT, place)
            else:
                x = b.additem(x, value, ELEMENT, place)
        return b.additem(x, value, ELEMENT, b.emit(operator.add, i, high))

    bounds = (2, less(2), 1) if step == 1 else (less(3), 1, -1)
    function = loop_over(bounds, body)
    for length in (3, 4, 5, 9):
        after = same(function, rng.normal(size=length))
    assert (low == high) == (print_function(after) == print_function(function))


def test_float32_rounds_as_its_stores_did():
    x = Value(array("f4", 1), "x")
    b = Builder(role=core.ADJOINT)
    i, carried = Value(INT, "i"), Value(x.type, "x")
    inner = b.inner()
    g = inner.getitem(carried, ELEMENT, i)
    y = inner.setitem(carried, inner.emit(operator.mul, g, np.float64(0.1)), ELEMENT, i)
    y = inner.additem(y, np.float64(0.3), ELEMENT, inner.emit(operator.sub, i, 1))
    n = b.emit(operator.sub, b.emit(core.DIM, x, axis=0), 1)
    (result,) = b.region(
        core.FOR, (n, 0, -1, x), [inner.block((i, carried), (y,))], [x.type], ["x"]
    )
    same(Function("f", b.block((x,), (result,))), np.linspace(0, 1, 6, dtype=np.float32))


def test_rows_of_a_matrix():
    x = Value(array("f8", 2), "x")
    j = Value(INT, "j")
    b = Builder(role=core.ADJOINT)
    path = paths.element(2)
    i, carried = Value(INT, "i"), Value(x.type, "x")
    inner = b.inner()
    g = inner.getitem(carried, path, i, j)
    y = inner.additem(carried, g, path, inner.emit(operator.sub, i, 1), j)
    n = b.emit(operator.sub, b.emit(core.DIM, x, axis=0), 1)
    (result,) = b.region(
        core.FOR, (n, 0, -1, x), [inner.block((i, carried), (y,))], [x.type], ["x"]
    )
    function = Function("f", b.block((x, j), (result,)))
    after = share_elements(function)
    verify(after)
    assert "shared" in print_function(after)
    matrix = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(interpret(after, matrix, 1), interpret(function, matrix, 1))
