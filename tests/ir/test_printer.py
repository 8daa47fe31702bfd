"""Printed IR is compared with golden files; names are unique and stable."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Slot, Value
from adgen.transpiler.ir.paths import FULL, NEW, Index, Reshape, Slice, Transpose
from adgen.transpiler.ir.paths import INT as AT
from adgen.transpiler.ir.printer import callee_name, print_block, print_function, print_path
from adgen.transpiler.ir.templates import Error
from adgen.transpiler.ir.types import BOOL, FLOAT, INT, Scalar, array
from adgen.transpiler.primitives.builder import Builder
from tests.golden import compare


def every_kind() -> Function:
    """A function with an op of each kind (it computes nothing sensible)."""
    x, m, n = Value(array("f8", 1), "x"), Value(array("f4", 2), "M"), Value(INT, "n")
    slot = Slot("tape", FLOAT, "s_saved")
    b = Builder()
    b.effect(core.DECLARE, n, slot=slot)
    extent = b.emit(core.DIM, x, axis=0, name="extent")
    b.effect(core.GUARD, extent, n)
    zeros = b.emit(core.ZEROS, extent, dtype=np.dtype("f8"), name="x")
    full = b.emit(core.FULL_, 1.0, 3, n, dtype=np.dtype("f8"))
    b.emit(core.BROADCAST, x, 3, n, ones=(False, False))
    b.emit(core.SUMTO, full, axes=(0,), keep=(0,))
    row = b.getitem(m, (Index((AT, FULL)), Index((Slice(start=True, step=True),))), 0, 1, 2)
    written = b.setitem(zeros, 1.0, (Index((AT,)),), -1, name="x")
    written = b.additem(written, 0.5, (Index((AT,)),), 0)
    b.emit(core.ACCUM, written, zeros)
    b.emit(core.COPY, b.cast(row, array("f8", 1)))
    body, condition = b.inner(), b.inner()
    i, s = Value(INT, "i"), Value(FLOAT, "s")
    body.effect(core.SAVE, s, i, slot=slot)
    after = body.emit(operator.mul, s, body.emit(np.sin, s))
    trips = b.emit(core.RANGELEN, 0, n, 1)
    (s2,) = b.region(core.FOR, (0, n, 1, 0.0), [body.block((i, s), (after,))], [FLOAT], ["s"])
    w = Value(FLOAT, "w")
    test = condition.emit(operator.lt, w, 2.0)
    step = b.inner()
    loaded = step.emit(core.LOAD, trips, slot=slot)
    grown = step.emit(operator.add, loaded, 1.0)
    regions = [condition.block((w,), (test,)), step.block((Value(FLOAT, "w"),), (False, grown))]
    (s3,) = b.region(core.WHILE, (s2,), regions, [FLOAT], exits=True)
    b.role = core.ADJOINT
    (s4,) = b.region(core.IF, (True,), [Block((), (), (s3,)), Block((), (), (0.0,))], [FLOAT])
    b.effect(core.ASSERT, True, error=Error(ValueError, ("no",)))
    b.effect(core.PRINT, s4, template=("s = ", None))
    return Function("every", b.block((x, m, n), (s4,)))


@pytest.mark.golden
def test_every_kind_of_op() -> None:
    compare("ir/every_kind.txt", print_function(every_kind()))


def test_equal_functions_print_equally() -> None:
    assert print_function(every_kind()) == print_function(every_kind())


def test_names_are_unique_even_where_hints_collide() -> None:
    values = [Value(FLOAT, name) for name in ("x", "x", "x1", "", "t1", "", "x")]
    printed = print_block(Block(tuple(values), (), tuple(values)))
    names = printed.removeprefix("yield ").split(", ")
    assert names == ["%x", "%x1", "%x11", "%t1", "%t11", "%t2", "%x2"]


def test_paths() -> None:
    path = (
        Index((AT, Slice(start=True), NEW, FULL)),
        Transpose((1, 0, 2)),
        Reshape(2),
        Index((Slice(stop=True, step=True), AT)),
    )
    assert print_path(path) == "[_, _:, None, :].T[1, 0, 2].reshape(_, _)[:_:_, _]"


def test_callees_are_named_as_users_spell_them() -> None:
    assert callee_name(np.sin) == "np.sin"
    assert callee_name(np.sum) == "np.sum"
    assert callee_name(operator.add) == "operator.add"
    assert callee_name(max) == "max"


def test_an_op_without_name_hints() -> None:
    flag = Value(BOOL)
    op = Op(core.IF, (flag,), {}, (Block((), (), ()), Block((), (), ())))
    assert print_block(Block((flag,), (op,), ())) == "if(%t1) {\n  yield\n} {\n  yield\n}\nyield"


def test_types() -> None:
    assert str(Scalar(np.dtype("f4"))) == "f4" and str(FLOAT) == "py.f8"
    assert str(array("bool", 2)) == "bool[:,:]"
