"""Buffers allocated once: the example, what is left alone, same results."""

import operator

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.printer import print_function
from adgen.transpiler.ir.types import F8, INT, array
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.reuse_buffers import reuse_buffers
from adgen.transpiler.primitives.builder import Builder

ELEMENT = paths.element(1)


def looped(body):
    """``for t in range(3): s = body(builder, n, s)`` over a number ``s``; n is a length."""
    x = Value(array("f8", 1), "x")
    b = Builder()
    n = b.emit(core.DIM, x, axis=0)
    t, s = Value(INT, "t"), Value(F8, "s")
    inner = b.inner()
    end = body(inner, n, s)
    (result,) = b.region(core.FOR, (0, 3, 1, 1.0), [inner.block((t, s), (end,))], [F8], ["s"])
    return Function("f", b.block((x,), (result,)))


def filled(b, n, s, extent=None):
    """``row = empty(n); for i in range(n): row[i] = s + i; return row[0]``, as ops."""
    row = b.emit(core.EMPTY, n if extent is None else extent, dtype=np.dtype(float), name="row")
    i, carried = Value(INT, "i"), Value(row.type, "row")
    inner = b.inner()
    value = inner.emit(operator.add, s, inner.emit(operator.mul, i, 2.0))
    end = inner.setitem(carried, value, ELEMENT, i)
    (row,) = b.region(core.FOR, (0, n, 1, row), [inner.block((i, carried), (end,))], [row.type])
    return row


def allocations_inside(function):
    loops = [op for op in function.body.ops if op.callee == core.FOR]
    return sum(op.callee == core.EMPTY for loop in loops for _, op in core.walk(loop.regions[0]))


def check(function, inside):
    after = reuse_buffers(function)
    verify(after)
    assert allocations_inside(function) == 1
    assert allocations_inside(after) == inside
    x = np.arange(4.0)
    np.testing.assert_array_equal(interpret(after, x), interpret(function, x))
    return after


def test_example():
    def body(b, n, s):
        return b.getitem(filled(b, n, s), ELEMENT, 1)

    after = check(looped(body), inside=0)
    assert "for(0, 3, 1, 1.0, %row)" in print_function(after)


def test_an_extent_that_may_be_negative_stays():
    def body(b, n, s):
        shorter = b.emit(operator.sub, n, 2)
        return b.getitem(filled(b, 2, s, shorter), ELEMENT, 1)

    check(looped(body), inside=1)


def test_a_buffer_that_leaves_the_trip_stays():
    x = Value(array("f8", 1), "x")
    b = Builder()
    n = b.emit(core.DIM, x, axis=0)
    t, kept = Value(INT, "t"), Value(x.type, "kept")
    inner = b.inner()
    row = filled(inner, n, inner.getitem(kept, ELEMENT, 0))
    (result,) = b.region(core.FOR, (0, 3, 1, x), [inner.block((t, kept), (row,))], [x.type])
    check(Function("f", b.block((x,), (result,))), inside=1)


def test_a_buffer_with_two_futures_stays():
    def body(b, n, s):
        row = filled(b, n, s)
        test = b.emit(operator.gt, s, 1.0)
        then, orelse = b.inner(), b.inner()
        one = then.getitem(then.setitem(row, 7.0, ELEMENT, 0), ELEMENT, 0)
        two = orelse.getitem(row, ELEMENT, 0)
        (out,) = b.region(
            core.IF, (test,), [then.block((), (one,)), orelse.block((), (two,))], [F8]
        )
        return out

    check(looped(body), inside=1)


def summed(b, n, s, shape):
    """``row = zeros(shape); row[0] += s; return row[0] + row[1]``, as ops."""
    row = b.emit(core.ZEROS, *shape, dtype=np.dtype(float), ones=(False,) * len(shape), name="row")
    path, first = paths.element(len(shape)), (0,) * len(shape)
    row = b.additem(row, s, path, *first)
    return b.emit(
        operator.add, b.getitem(row, path, *first), b.getitem(row, path, *first[1:], 1)
    )  # fmt: skip


def test_zeros_are_filled_in_the_loop():
    for rank in (1, 2, 3):
        before = looped(lambda b, n, s, rank=rank: summed(b, n, s, (n,) * rank))
        after = reuse_buffers(before)
        verify(after)
        (loop,) = [op for op in after.body.ops if op.callee == core.FOR]
        inside = [op.callee for _, op in core.walk(loop.regions[0])]
        assert core.ZEROS not in inside
        assert inside.count(core.FOR) == rank
        assert [op.callee for op in after.body.ops].count(core.EMPTY) == 1
        x = np.arange(4.0)
        np.testing.assert_array_equal(interpret(after, x), interpret(before, x))
        assert interpret(after, x) == (1.0,)


def stepping(extent, also_kept=False):
    """``for t in range(3): new = empty(extent); new[:] = u + 1; u = new``, as ops."""
    x = Value(array("f8", 1), "x")
    b = Builder()
    n = b.emit(core.DIM, x, axis=0)
    u, older = Value(x.type, "u"), Value(x.type, "older")
    inner = b.inner()
    size = n if extent is None else extent
    new = inner.emit(core.EMPTY, size, dtype=np.dtype(float), name="new")
    i, head = Value(INT, "i"), Value(x.type, "new")
    row = inner.inner()
    value = row.emit(operator.add, row.getitem(u, ELEMENT, i), 1.0)
    end = row.setitem(head, value, ELEMENT, i)
    (new,) = inner.region(core.FOR, (0, size, 1, new), [row.block((i, head), (end,))], [x.type])
    t = Value(INT, "t")
    carried, yields = ((u, older), (new, u)) if also_kept else ((u,), (new,))
    block = inner.block((t, *carried), yields)
    kinds = [x.type] * len(carried)
    results = b.region(core.FOR, (0, 3, 1, *[x] * len(carried)), [block], kinds)
    return Function("f", b.block((x,), results), (None,) * len(carried))


def test_small_arrays_change_places_with_their_buffers():
    after = check(stepping(4), inside=0)
    (loop,) = [op for op in after.body.ops if op.callee == core.FOR]
    body = loop.regions[0]
    assert body.yields[-1] is body.args[1]


def test_arrays_of_unknown_length_are_allocated_anew():
    check(stepping(None), inside=1)


def test_an_array_that_is_still_wanted_keeps_its_place():
    check(stepping(4, also_kept=True), inside=1)
