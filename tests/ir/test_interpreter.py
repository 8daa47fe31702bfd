"""The interpreter is the oracle of all passes, so it is held against NumPy itself."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Slot, Value
from adgen.transpiler.ir.interpreter import Undefined, interpret
from adgen.transpiler.ir.paths import FULL, Index, Slice, Transpose, element
from adgen.transpiler.ir.paths import INT as AT
from adgen.transpiler.ir.templates import Error
from adgen.transpiler.ir.types import BOOL, F8, FLOAT, INT, Array, Type, array
from adgen.transpiler.primitives.builder import Builder

VECTOR, MATRIX = array("f8", 1), array("f8", 2)


def run(kinds: list[Type], build: Any, *args: Any) -> tuple[Any, ...]:
    """Interpret a function whose body ``build(builder, *params)`` writes."""
    params = tuple(Value(kind) for kind in kinds)
    b = Builder()
    out = build(b, *params)
    yields = out if isinstance(out, tuple) else (out,)
    return interpret(Function("f", b.block(params, yields)), *args)


def test_a_write_leaves_the_argument_alone() -> None:
    x = np.arange(3.0)
    (out,) = run([VECTOR], lambda b, x: b.setitem(x, 7.0, (Index((AT,)),), -1), x)
    assert out.tolist() == [0.0, 1.0, 7.0] and x.tolist() == [0.0, 1.0, 2.0]


def test_writes_through_a_path() -> None:
    m = np.arange(6.0).reshape(2, 3)
    path = (Transpose((1, 0)), Index((Slice(start=True), AT)))
    (out,) = run([MATRIX], lambda b, m: b.additem(m, 10.0, path, 1, 0), m)
    want = m.copy()
    want.T[1:, 0] += 10.0
    np.testing.assert_array_equal(out, want)


def test_an_additem_of_one_element() -> None:
    (out,) = run([MATRIX], lambda b, m: b.additem(m, 2.0, element(2), 1, -1), np.zeros((2, 2)))
    assert out.tolist() == [[0.0, 0.0], [0.0, 2.0]]


def test_reads_through_a_path() -> None:
    m = np.arange(12.0).reshape(3, 4)
    path = (Index((FULL, AT)), Index((Slice(step=True),)))
    (out,) = run([MATRIX], lambda b, m: b.getitem(m, path, 2, -1), m)
    np.testing.assert_array_equal(out, m[:, 2][::-1])


@pytest.mark.parametrize("bounds", [(0, 5, 1), (5, -1, -2), (3, 3, 1), (-2, 2, 3), (0, -4, 1)])
def test_for_runs_like_range(bounds: tuple[int, int, int]) -> None:
    def build(b: Builder, start: Any, stop: Any, step: Any) -> Any:
        body, i, total = b.inner(), Value(INT), Value(INT)
        tens = body.emit(operator.mul, total, 10)
        after = body.emit(operator.add, tens, i)
        region = body.block((i, total), (after,))
        out = b.region(core.FOR, (start, stop, step, 1), [region], [INT])
        return (*out, b.emit(core.RANGELEN, start, stop, step))

    want = 1
    for i in range(*bounds):
        want = 10 * want + i
    assert run([INT, INT, INT], build, *bounds) == (want, len(range(*bounds)))


def test_a_loop_stops_after_the_body_that_asks_for_it() -> None:
    def build(b: Builder, n: Any) -> Any:
        body, i, total = b.inner(), Value(INT), Value(INT)
        after = body.emit(operator.add, total, i)
        stop = body.emit(operator.ge, after, 5)
        region = body.block((i, total), (stop, after))
        return b.region(core.FOR, (0, n, 1, 0), [region], [INT], exits=True)

    assert run([INT], build, 10) == (6,)
    assert run([INT], build, 3) == (3,)


def test_while_tests_before_every_body() -> None:
    def build(b: Builder, x: Any) -> Any:
        condition, body = b.inner(), b.inner()
        w, v = Value(FLOAT), Value(FLOAT)
        test = condition.emit(operator.lt, w, 10.0)
        double = body.emit(operator.mul, v, 2.0)
        regions = [condition.block((w,), (test,)), body.block((v,), (double,))]
        return b.region(core.WHILE, (x,), regions, [FLOAT])

    assert run([FLOAT], build, 3.0) == (12.0,)
    assert run([FLOAT], build, 11.0) == (11.0,)


def test_only_the_taken_arm_runs() -> None:
    def build(b: Builder, flag: Any, n: Any) -> Any:
        then = b.inner()
        quotient = then.emit(operator.floordiv, 1, n)
        arms = [then.block((), (quotient,)), Block((), (), (-1,))]
        return b.region(core.IF, (flag,), arms, [INT])

    assert run([BOOL, INT], build, False, 0) == (-1,)
    with pytest.raises(ZeroDivisionError):
        run([BOOL, INT], build, True, 0)


def test_python_numbers_stay_python_and_numpy_numbers_numpy() -> None:
    def build(b: Builder, weak: Any, strong: Any) -> Any:
        return (
            b.emit(operator.mul, weak, 2),
            b.emit(operator.mul, strong, 2),
            b.emit(core.CAST, weak, type=INT),
        )

    outs = run([FLOAT, F8], build, 1.5, 1.5)
    assert [type(out) for out in outs] == [float, np.float64, int]


def test_fresh_arrays() -> None:
    def build(b: Builder, n: Any) -> Any:
        zeros = b.emit(core.ZEROS, n, 2, dtype=np.dtype("f4"))
        full = b.emit(core.FULL_, 1.5, n, dtype=np.dtype("f8"))
        wide = b.emit(core.BROADCAST, full, 4, n, ones=(False, False))
        return zeros, full, wide, b.emit(core.SUMTO, wide, axes=(0,), keep=(0,))

    zeros, full, wide, total = run([INT], build, 3)
    assert zeros.shape == (3, 2) and zeros.dtype == np.float32
    assert wide.shape == (4, 3) and full.tolist() == [1.5] * 3
    assert total.tolist() == [[6.0] * 3]


def test_a_guard_raises_what_numpy_raises() -> None:
    def build(b: Builder, x: Any, y: Any) -> Any:
        b.effect(core.GUARD, b.emit(core.DIM, x, axis=0), b.emit(core.DIM, y, axis=0))
        return x

    run([VECTOR, VECTOR], build, np.zeros(2), np.zeros(2))
    with pytest.raises(ValueError, match="could not be broadcast"):
        run([VECTOR, VECTOR], build, np.zeros(2), np.zeros(3))


def test_assert_and_print_take_effect(capsys: pytest.CaptureFixture[str]) -> None:
    error = Error(AssertionError, ("too small",))

    def build(b: Builder, x: Any) -> Any:
        b.effect(core.PRINT, x, template=("x is", None))
        b.effect(core.ASSERT, b.emit(operator.gt, x, 0.0), error=error)
        return x

    run([FLOAT], build, 2.0)
    assert capsys.readouterr().out == "x is 2.0\n"
    with pytest.raises(AssertionError, match="too small"):
        run([FLOAT], build, -2.0)


@pytest.mark.parametrize("kind", ["tape", "stack"])
def test_what_a_loop_saves_the_reverse_loop_loads(kind: str) -> None:
    def build(b: Builder, x: Any) -> Any:
        slot = Slot(kind, FLOAT)
        extents = (3,) if kind == "tape" else ()
        b.effect(core.DECLARE, *extents, slot=slot)
        body, i, s = b.inner(), Value(INT), Value(FLOAT)
        body.effect(core.SAVE, s, *((i,) if extents else ()), slot=slot)
        grown = body.emit(operator.mul, s, 2.0)
        b.region(core.FOR, (0, 3, 1, x), [body.block((i, s), (grown,))], [FLOAT])
        back, j, total = b.inner(), Value(INT), Value(FLOAT)
        loaded = back.emit(core.LOAD, *((j,) if extents else ()), slot=slot)
        tens = back.emit(operator.mul, total, 10.0)
        after = back.emit(operator.add, tens, loaded)
        return b.region(core.FOR, (2, -1, -1, 0.0), [back.block((j, total), (after,))], [FLOAT])

    assert run([FLOAT], build, 1.0) == (421.0,)


def test_a_load_without_save_is_an_error() -> None:
    slot = Slot("local", FLOAT, "z_saved")
    load = Op(core.LOAD, (), {"slot": slot}, (), (Value(FLOAT),))
    with pytest.raises(Undefined, match="z_saved"):
        interpret(Function("f", Block((), (load,), (load.result,))))


def test_a_value_that_was_not_computed_is_an_error() -> None:
    with pytest.raises(Undefined, match="not computed"):
        interpret(Function("f", Block((), (), (Value(FLOAT, "ghost"),))))


def test_types_are_checked_as_the_program_runs() -> None:
    one = Array(np.dtype("f8"), (True,))
    with pytest.raises(TypeError, match="expected"):
        run([one], lambda b, x: x, np.zeros(2))
    with pytest.raises(TypeError, match="expected"):
        run([MATRIX], lambda b, x: x, np.zeros(2))
    with pytest.raises(TypeError, match="expected"):
        run([VECTOR], lambda b, x: x, np.zeros(2, np.float32))
