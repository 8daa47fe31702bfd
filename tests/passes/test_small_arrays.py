"""Small arrays in scalars: the example, what is left alone, random programs."""

import operator

import numpy as np
import pytest

from adgen.transpiler import compiler
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.printer import print_function
from adgen.transpiler.ir.types import F8, INT, Array, array
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.pipeline import optimise
from adgen.transpiler.passes.small.scalars import scalars_for_small_arrays
from adgen.transpiler.passes.small.webs import LONGEST
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function
from tests.passes.small_array_programs import Generator

VECTOR, MATRIX = paths.element(1), paths.element(2)
X = np.array([0.5, -1.25, 2.0])
TABLE = np.array([[0.25, 0.5, 0.75]])


def rewritten(function, *arguments):
    """The function without small arrays, compared with what it was."""
    after = scalars_for_small_arrays(function)
    verify(after)
    expected, found = interpret(function, *arguments), interpret(after, *arguments)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    return after


def fresh(function):
    """How many arrays a function makes."""
    made = (core.ZEROS, core.EMPTY, core.FULL_)
    return sum(op.callee in made for _, op in core.walk(function.body))


def short_loop(b, trips, init, body):
    """``for i in range(trips)`` over one carried value."""
    i, carried = Value(INT, "i"), Value(init.type, init.name)
    inner = b.inner()
    block = inner.block((i, carried), (body(inner, i, carried),))
    block = inner.block((i, carried), block.yields)
    return b.region(core.FOR, (0, trips, 1, init), [block], [init.type], [init.name])[0]


def scaled(b, x, trips=2, length=2):
    """``v = empty(length); for i in range(trips): v[i] = x[i] * 2``."""
    v = b.emit(core.EMPTY, length, dtype="f8", name="v")
    return short_loop(
        b, trips, v,
        lambda inner, i, v: inner.setitem(
            v, inner.emit(operator.mul, inner.getitem(x, VECTOR, i), 2.0), VECTOR, i
        ),
    )  # fmt: skip


def test_example():
    x, b = Value(array("f8", 1), "x"), Builder()
    v = scaled(b, x)
    y = b.emit(operator.sub, b.getitem(v, VECTOR, 0), b.getitem(v, VECTOR, 1))
    after = rewritten(Function("f", b.block((x,), (y,))), X)
    lines = [line.partition("  #")[0].strip() for line in print_function(after).splitlines()]
    assert lines[1:-2] == [
        "%t1 = getitem(%x, 0) {[_]} : f8",
        "%v_0 = operator.mul(%t1, 2.0) : f8",
        "%t2 = getitem(%x, 1) {[_]} : f8",
        "%v_1 = operator.mul(%t2, 2.0) : f8",
        "%t3 = operator.sub(%v_0, %v_1) : f8",
    ]


def test_what_is_returned_is_put_together_at_the_end():
    x, b = Value(array("f8", 1), "x"), Builder()
    v = scaled(b, x)
    after = rewritten(Function("f", b.block((x,), (v, v)), (core.LEAF,) * 2), X)
    assert fresh(after) == 1
    assert not any(op.regions for op in after.body.ops)


def test_a_place_that_the_run_decides_keeps_the_array():
    x, k, b = Value(array("f8", 1), "x"), Value(INT, "k"), Builder()
    y = b.getitem(scaled(b, x), VECTOR, k)
    function = Function("f", b.block((x, k), (y,)))
    assert rewritten(function, X, 1) is function


def test_an_argument_is_no_small_array():
    x, b = Value(array("f8", 1), "x"), Builder()
    x1 = b.setitem(x, 1.0, VECTOR, 0)
    function = Function("f", b.block((x,), (b.getitem(x1, VECTOR, 1), x1)), (core.LEAF,) * 2)
    assert rewritten(function, X) is function


def test_long_loops_stay():
    """Thirty terms in each of eight trips are no short loop."""
    x, b = Value(array("f8", 1), "x"), Builder()
    v = b.emit(core.ZEROS, 8, dtype="f8", name="v")

    def body(inner, i, v):
        value = inner.getitem(x, VECTOR, 0)
        for _ in range(LONGEST // 8 + 1):
            value = inner.emit(np.sin, value)
        return inner.setitem(v, value, VECTOR, i)

    v = short_loop(b, 8, v, body)
    function = Function("f", b.block((x,), (b.getitem(v, VECTOR, 3),)))
    assert rewritten(function, X) is function


def test_a_loop_around_a_long_one_stays():
    """``for i in range(2): for j in range(n): v[i] += x[j]``."""
    x, n, b = Value(array("f8", 1), "x"), Value(INT, "n"), Builder()
    v = b.emit(core.ZEROS, 2, dtype="f8", name="v")

    def inner_loop(b, i, v):
        j, carried = Value(INT, "j"), Value(v.type, "v")
        inner = b.inner()
        end = inner.additem(carried, inner.getitem(x, VECTOR, j), VECTOR, i)
        block = inner.block((j, carried), (end,))
        return b.region(core.FOR, (0, n, 1, v), [block], [v.type], ["v"])[0]

    v = short_loop(b, 2, v, inner_loop)
    function = Function("f", b.block((x, n), (b.getitem(v, VECTOR, 0),)))
    assert rewritten(function, X, 3) is function


def test_loops_carry_elements():
    """``for k in range(n): v[0] += x[k]; v[1] *= 0.5`` with v from an argument of known length."""
    x, n, b = Value(array("f8", 1), "x"), Value(INT, "n"), Builder()
    measured(b, x, 0, 3)
    k, v = Value(INT, "k"), Value(x.type, "v")
    inner = b.inner()
    w = inner.additem(v, inner.getitem(x, VECTOR, k), VECTOR, 0)
    w = inner.setitem(w, inner.emit(operator.mul, inner.getitem(w, VECTOR, 1), 0.5), VECTOR, 1)
    made = inner.emit(core.ZEROS, 3, dtype="f8")
    for place in range(3):
        made = inner.setitem(made, inner.getitem(w, VECTOR, place), VECTOR, place)
    block = inner.block((k, v), (made,))
    (out,) = b.region(core.FOR, (0, n, 1, x), [block], [x.type], ["v"])
    after = rewritten(Function("f", b.block((x, n), (b.getitem(out, VECTOR, 0),))), X, 3)
    loop = next(op for op in after.body.ops if op.callee == core.FOR)
    assert [result.type for result in loop.results] == [F8] * 3
    assert [result.name for result in loop.results] == ["v_0", "v_1", "v_2"]


def test_narrow_elements_are_rounded_as_a_store_would():
    s, b = Value(core.type_of(1.0), "s"), Builder()
    v = b.emit(core.ZEROS, 1, dtype="f4", ones=(False,), name="v")
    v = b.setitem(v, s, VECTOR, 0)
    y = b.getitem(v, VECTOR, 0)
    after = rewritten(Function("f", b.block((s,), (y,))), 0.1)
    assert not any(isinstance(r.type, Array) for op in after.body.ops for r in op.results)


def test_a_write_outside_of_an_array_is_left_to_run():
    s, b = Value(core.type_of(1.0), "s"), Builder()
    v = b.emit(core.ZEROS, 2, dtype="f8", name="v")
    y = b.getitem(b.setitem(v, s, VECTOR, 0), VECTOR, 2)
    function = Function("f", b.block((s,), (y,)))
    assert scalars_for_small_arrays(function) is function


def measured(b, array, axis, extent):
    """A guard ahead of all that says how long an axis of an argument is."""
    found = b.emit(core.DIM, array, axis=axis, measured=True)
    b.effect(core.GUARD, found, extent, kept="guessed", measured=True)


@pytest.mark.parametrize("dtype", ["f8", "i8", "?"])
def test_a_product_of_few_long_sums_is_one_loop(dtype):
    """``A.T @ B`` with three and two columns: six sums in one pass over the rows."""
    a, c, b = Value(array(dtype, 2), "A"), Value(array(dtype, 2), "B"), Builder()
    measured(b, a, 1, 3)
    measured(b, c, 1, 2)
    turned = b.getitem(a, (paths.Transpose((1, 0)),))
    function = Function("f", b.block((a, c), (b.emit(operator.matmul, turned, c),)))
    rng = np.random.default_rng(0)
    for rows in (0, 1, 5):
        args = [rng.integers(0, 3, size=(rows, columns)).astype(dtype) for columns in (3, 2)]
        lowered = scalars_for_small_arrays(lower_to_loops(optimise(function)))
        verify(lowered)
        np.testing.assert_array_equal(*interpret(lowered, *args), *interpret(function, *args))
    loops = [op for _, op in core.walk(lowered.body) if op.callee == core.FOR]
    assert len(loops) == 1 and len(loops[0].results) == 6
    with pytest.raises(ValueError, match="broadcast"):
        interpret(lowered, np.zeros((4, 2), dtype), np.zeros((4, 2), dtype))


@pytest.mark.parametrize("block", range(6))
def test_random_programs(block):
    for seed in range(block * 50, block * 50 + 50):
        function = Generator(seed, 4 + seed % 20).function()
        verify(function)
        for n in (0, 2):
            after = rewritten(function, X, TABLE, n, 0.3)
        wanted = interpret(function, X, TABLE, 2, 0.3)
        for got, want in zip(interpret(optimise(after), X, TABLE, 2, 0.3), wanted, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-12)


def test_most_random_programs_have_small_arrays():
    functions = [optimise(Generator(seed, 10).function()) for seed in range(60)]
    assert sum(scalars_for_small_arrays(function) is not function for function in functions) > 40


def bent(x, limits):
    """A short loop with a tape, which a branch fills and reads."""
    total = 0.0
    v = np.zeros(3)
    for k in range(limits.shape[0]):
        for j in range(3):
            v[j] = v[j] + np.tanh(x[j] * total + limits[k])
            if v[j] > limits[k]:
                total += np.sin(v[j] * total)
                v[j] *= np.exp(-total)
    return total + v[0] * v[1] - v[2]


def test_loops_of_both_sweeps_are_written_out_together():
    """Each branch of the backward sweep still mirrors the one that has filled the tape."""
    args = X, np.array([-0.5, 0.25, 1.0])
    types = {name: argument_of(value) for name, value in zip(("x", "limits"), args, strict=True)}
    primal = compiler.prepare(from_function(bent), types)
    (joint,) = compiler.derive(primal, Request("value_and_grad", (0, 1)))
    lowered = compiler.to_loops(joint)
    verify(lowered)
    assert not any(op.callee == core.FOR for _, op in nested_loops(lowered.body))
    for got, want in zip(interpret(lowered, *args), interpret(joint, *args), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13)


def nested_loops(block):
    """The ops in loops of a block."""
    loops = [op for _, op in core.walk(block) if op.callee == core.FOR]
    return [pair for loop in loops for pair in core.walk(loop.regions[0])]
