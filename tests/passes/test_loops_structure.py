"""Which loops and which buffers come out: fusion, placement, destinations."""

import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Slice, Transpose
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.ir.types import array
from adgen.transpiler.passes.common_subexpressions import eliminate_common_subexpressions
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.primitives.builder import Builder


def lowered(builder, params, *results):
    structure = core.LEAF if len(results) == 1 else (core.LEAF,) * len(results)
    function = Function("f", builder.block(params, results), structure)
    return eliminate_common_subexpressions(lower_to_loops(function))


def loops(block):
    """The tree of loops as nested lists."""
    return [loops(op.regions[0]) for op in block.ops if op.callee == core.FOR]


def buffers(function):
    """The ranks of the buffers, in order."""
    kinds = (core.EMPTY, core.ZEROS)
    return [op.result.type.ndim for op in function.body.ops if op.callee in kinds]


def count(function, callee):
    return sum(op.callee is callee or op.callee == callee for _, op in core.walk(function.body))


def matrix(name="x"):
    return Value(array("f8", 2), name)


def test_a_chain_and_its_sum_are_one_loop_without_buffers():
    x = Value(array("f8", 1), "x")
    b = Builder()
    y = b.emit(np.exp, b.emit(operator.mul, x, 2.0))
    function = lowered(b, (x,), b.emit(np.sum, y, axis=(0,), keepdims=False))
    assert loops(function.body) == [[]]
    assert buffers(function) == []


def test_rows_that_are_normalised_share_one_row_loop():
    x = matrix()
    b = Builder()
    top = b.emit(np.max, x, axis=(1,), keepdims=True)
    e = b.emit(np.exp, b.emit(operator.sub, x, top))
    total = b.emit(np.sum, e, axis=(1,), keepdims=True)
    function = lowered(b, (x,), b.emit(operator.truediv, e, total))
    assert loops(function.body) == [[[], [], []]]
    assert sorted(buffers(function)) == [1, 2]  # a row of exponentials, and the result


def test_a_sum_over_rows_accumulates_in_a_row():
    x = matrix()
    b = Builder()
    function = lowered(b, (x,), b.emit(np.sum, x, axis=(0,), keepdims=False))
    assert loops(function.body) == [[[]]]
    assert buffers(function) == [1]


def test_cheap_values_are_recomputed():
    x = matrix()
    b = Builder()
    mean = b.emit(np.mean, x, axis=(1,), keepdims=True)
    centred = b.emit(operator.sub, x, mean)
    square = b.emit(operator.mul, centred, centred)
    deviation = b.emit(np.sqrt, b.emit(np.mean, square, axis=(1,), keepdims=True))
    function = lowered(b, (x,), b.emit(operator.truediv, centred, deviation))
    assert loops(function.body) == [[[], [], []]]
    assert buffers(function) == [2]


def test_what_is_read_transposed_is_stored():
    x = matrix()
    b = Builder()
    y = b.emit(np.tanh, x)
    function = lowered(b, (x,), b.emit(operator.add, y, b.getitem(y, (Transpose((1, 0)),))))
    assert loops(function.body) == [[[]], [[]]]
    assert buffers(function) == [2, 2]


def test_a_slice_is_written_where_it_is_computed():
    u, v = Value(array("f8", 1), "u"), Value(array("f8", 1), "v")
    b = Builder()
    path = (Index((Slice(start=True, stop=True),)),)
    inner = b.emit(np.tanh, b.getitem(v, path, 1, -1))
    function = lowered(b, (u, v), b.setitem(u, inner, path, 1, -1))
    assert loops(function.body) == [[], []]  # the copy of a parameter, and the write
    assert buffers(function) == [1]


def test_an_overlapping_write_is_buffered_first():
    u = Value(array("f8", 1), "u")
    b = Builder()
    y = b.emit(np.exp, u)
    shifted = b.emit(np.tanh, b.getitem(y, (Index((Slice(stop=True),)),), -1))
    function = lowered(b, (u,), b.setitem(y, shifted, (Index((Slice(start=True),)),), 1))
    assert loops(function.body) == [[], [], []]  # y, the right side, the write
    x = np.arange(4.0)
    wanted = np.array([1, *np.tanh(np.exp(x[:-1]))])
    np.testing.assert_allclose(interpret(function, x)[0], wanted)


def test_a_matrix_times_a_vector_is_a_loop_and_two_matrices_are_a_call():
    x, y, w = matrix(), matrix("y"), Value(array("f8", 1), "w")
    b = Builder()
    product = b.emit(operator.matmul, x, w)
    function = lowered(b, (x, y, w), product, b.emit(operator.matmul, x, y))
    assert loops(function.body) == [[[]]]
    assert count(function, operator.matmul) == 1


def test_additions_to_shifted_places_have_inner_loops_of_their_own():
    g = matrix("g")
    b = Builder()
    n, m = b.dims(g)
    total = b.emit(core.ZEROS, b.emit(operator.add, n, 2), m, dtype=np.dtype("f8"))
    for start in (0, 1, 2):
        stop = b.emit(operator.add, n, start)
        path = (Index((Slice(start=True, stop=True), FULL)),)
        total = b.additem(total, g, path, start, stop)
    function = lowered(b, (g,), total)
    assert count(function, core.ADDITEM) == 3
    x = np.arange(6.0).reshape(2, 3)
    wanted = np.zeros((4, 3))
    for start in (0, 1, 2):
        wanted[start : start + 2] += x
    np.testing.assert_array_equal(interpret(function, x)[0], wanted)


def test_sums_of_array_ops_may_be_reassociated_and_those_of_the_user_not():
    x = Value(array("f8", 1), "x")
    b = Builder()
    n = b.emit(core.DIM, x, axis=0)
    i, s, inner = Value(INTEGER, "i"), Value(core.type_of(0.0), "s"), b.inner()
    after = inner.emit(operator.add, s, inner.getitem(x, (Index((INT,)),), i))
    (mine,) = b.region(core.FOR, (0, n, 1, 0.0), [inner.block((i, s), (after,))], (s.type,))
    function = lowered(b, (x,), mine, b.emit(np.sum, x, axis=(0,), keepdims=False))
    adds = [op for _, op in core.walk(function.body) if op.callee is operator.add]
    assert sorted(bool(op.attrs.get("reassoc")) for op in adds) == [False, True]


def test_the_extremum_of_nothing_raises():
    import pytest

    x = matrix()
    b = Builder()
    function = lowered(b, (x,), b.emit(np.max, x, axis=(1,), keepdims=False))
    with pytest.raises(ValueError, match="zero-size"):
        interpret(function, np.zeros((2, 0)))
    assert interpret(function, np.zeros((0, 2)))[0].shape == (0,)
    (got,) = interpret(function, np.array([[1.0, np.nan, 3.0]] * 2))
    assert np.isnan(got).all()


def test_float32_stays_float32():
    x = Value(array("f4", 1), "x")
    b = Builder()
    y = b.emit(operator.mul, x, 2.0)
    function = lowered(b, (x,), b.emit(np.mean, y, axis=(0,), keepdims=False))
    kinds = {r.type.dtype for _, op in core.walk(function.body) for r in op.results}
    assert np.dtype("f8") not in kinds


def test_derivatives_divide_by_one_reciprocal_and_primals_as_written():
    x, s = matrix(), Value(array("f8", 1), "s")
    for role, divisions in ((core.PRIMAL, [2]), (core.ADJOINT, [1])):
        b = Builder(role=role)
        rows = b.getitem(s, (Index((FULL, NEW)),))
        one = b.emit(operator.truediv, x, rows)
        two = b.emit(operator.truediv, b.emit(operator.neg, x), rows)
        function = lowered(b, (x, s), one, two)
        assert [count(function, operator.truediv)] == divisions
