"""Each rule of the IR, broken once."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Slot, Value
from adgen.transpiler.ir.paths import ELEMENT_1D, Index, Transpose
from adgen.transpiler.ir.types import BOOL, F8, FLOAT, INT, Array, Type, array
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.primitives.builder import Builder, result_type

VECTOR = array(np.float64, 1)


def op(callee: Any, *operands: Any, results: tuple[Type, ...] = (FLOAT,), **attrs: Any) -> Op:
    values = tuple(Value(kind) for kind in results)
    return Op(callee, operands, attrs, attrs.pop("regions", ()), values)


def function(params: list[Value], ops: list[Op], *yields: Any, **facts: Any) -> Function:
    facts.setdefault("structure", (core.LEAF,) * len(yields))
    return Function("f", Block(tuple(params), tuple(ops), yields), **facts)


def invalid(broken: Function, reason: str, planned: bool = True) -> None:
    with pytest.raises(InvalidIR, match=reason):
        verify(broken, planned, result_type)


def test_a_good_function_passes() -> None:
    x, n = Value(VECTOR, "x"), Value(INT, "n")
    b = Builder()
    body = b.inner()
    i, s = Value(INT, "i"), Value(FLOAT, "s")
    element = body.getitem(x, ELEMENT_1D, i)
    after = body.emit(operator.add, s, element)
    (total,) = b.region(
        core.FOR, (0, n, 1, 0.0), [body.block((i, s), (after,))], [after.type], ["s"]
    )
    verify(function([x, n], b.ops, total), infer=result_type)


def test_use_before_definition() -> None:
    x = Value(FLOAT, "x")
    late = op(operator.mul, x, x)
    early = op(operator.add, late.result, 1.0)
    invalid(function([x], [early, late], early.result), "does not dominate")


def test_use_of_what_is_defined_nowhere() -> None:
    ghost = Value(FLOAT, "ghost")
    invalid(function([], [], ghost), "defined nowhere")


def test_use_outside_the_region_of_the_definition() -> None:
    flag, x = Value(BOOL, "flag"), Value(FLOAT, "x")
    inner = op(operator.mul, x, x)
    arms = (Block((), (inner,), ()), Block((), (), ()))
    branch = Op(core.IF, (flag,), {}, arms)
    invalid(function([flag, x], [branch], inner.result), "does not dominate")


def test_two_definitions() -> None:
    x = Value(FLOAT, "x")
    result = Value(FLOAT)
    twice = [Op(operator.neg, (x,), results=(result,)), Op(operator.pos, (x,), results=(result,))]
    invalid(function([x], twice, result), "defined twice")


def test_the_type_of_a_result() -> None:
    x = Value(VECTOR, "x")
    wrong = op(operator.add, x, 1.0, results=(F8,))
    invalid(function([x], [wrong], wrong.result), "its result is f8")


def test_number_of_results_of_a_function() -> None:
    x = Value(FLOAT, "x")
    invalid(function([x], [], x, x, structure=core.LEAF), "yields 2 values instead of 1")


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda x, m: op("nonsense", x), "there is no kind"),
        (lambda x, m: op(core.GETITEM, x, path=ELEMENT_1D), "needs 1 operands, not 0"),
        (lambda x, m: op(core.GETITEM, x, 1.0, path=ELEMENT_1D), "must be ints"),
        (lambda x, m: op(core.GETITEM, m, 1, path=ELEMENT_1D), "does not fit 2 axes"),
        (lambda x, m: op(core.GETITEM, m, path=(Transpose((0, 0)),)), "does not fit 2 axes"),
        (lambda x, m: op(core.SETITEM, x, x, 0, path=ELEMENT_1D, results=(VECTOR,)), "does not"),
        (lambda x, m: op(core.ACCUM, x, m, results=(VECTOR,)), "differ in shape"),
        (lambda x, m: op(core.DIM, x, axis=1, results=(INT,)), "no such axis"),
        (lambda x, m: op(core.ZEROS, 2, 3, dtype="f8", results=(VECTOR,)), "2 extents make no"),
        (lambda x, m: op(core.BROADCAST, m, 3, ones=(False,), results=(VECTOR,)), "not broadcast"),
        (lambda x, m: op(core.SUMTO, m, axes=(2,), keep=(), results=(F8,)), "are none of"),
        (lambda x, m: op(core.RANGELEN, 0, 1, results=(INT,)), "needs 3 int operands"),
        (lambda x, m: op(core.GUARD, 0, 1.0, results=()), "needs 2 int operands"),
        (lambda x, m: op(core.ASSERT, 1.0, results=()), "truth value"),
        (lambda x, m: op(core.PRINT, x, template=("x",), results=()), "0 places"),
        (lambda x, m: op(core.DIM, x, axis=0, results=(INT, INT)), "2 results instead of 1"),
        (lambda x, m: op(np.sin, x, results=()), "a call has one result"),
    ],
)
def test_operands_of_each_kind(make: Callable[[Value, Value], Op], reason: str) -> None:
    x, m = Value(VECTOR, "x"), Value(array(np.float64, 2), "m")
    broken = Function("f", Block((x, m), (make(x, m),), (x,)))
    invalid(broken, reason)


def loop(*operands: Any, args: tuple[Value, ...], yields: tuple[Any, ...], **attrs: Any) -> Op:
    body = Block(args, (), yields)
    return Op(core.FOR, operands, attrs, (body,), tuple(Value(a.type) for a in args[1:]))


def test_regions_of_loops() -> None:
    i, s = Value(INT, "i"), Value(FLOAT, "s")
    invalid(function([], [loop(0, 3, 1, args=(i, s), yields=(s,))], 0.0), "starts with 0 values")
    invalid(function([], [loop(0, 3, 1, 0.0, args=(i, s), yields=())], 0.0), "yields 0 values")
    invalid(function([], [loop(0, 3, 0, 0.0, args=(i, s), yields=(s,))], 0.0), "step is 0")
    invalid(function([], [loop(0, 3, 1, 0.0, args=(s, i), yields=(i,))], 0.0), "int index")
    stops = loop(0, 3, 1, 0.0, args=(i, s), yields=(s, s), exits=True)
    invalid(function([], [stops], 0.0), "whether to stop")


def test_a_carried_int_may_not_become_a_float() -> None:
    i, k, x = Value(INT, "i"), Value(INT, "k"), Value(FLOAT, "x")
    invalid(function([x], [loop(0, 3, 1, 0, args=(i, k), yields=(x,))], 0.0), "its body yields")


def test_condition_of_a_while() -> None:
    s, t = Value(FLOAT, "s"), Value(FLOAT, "t")
    regions = (Block((s,), (), (s,)), Block((t,), (), (t,)))
    broken = Op(core.WHILE, (0.0,), {}, regions, (Value(FLOAT),))
    invalid(function([], [broken], 0.0), "one truth value")


def joint(uses_mirror: bool) -> Function:
    """A loop and a backward loop that names the first one's values."""
    x, i, j = Value(VECTOR, "x"), Value(INT, "i"), Value(INT, "j")
    read = op(core.GETITEM, x, i, path=ELEMENT_1D, results=(F8,))
    front = Op(core.FOR, (0, 3, 1), {"label": 1}, (Block((i,), (read,), ()),))
    use = op(operator.neg, read.result, results=(F8,))
    attrs = {"mirror": 1} if uses_mirror else {}
    back = Op(core.FOR, (2, -1, -1), attrs, (Block((j,), (use,), ()),))
    return function([x], [front, back], x)


def test_backward_blocks_see_what_they_mirror_until_residuals_are_planned() -> None:
    verify(joint(True), planned=False, infer=result_type)
    invalid(joint(True), "does not dominate", planned=True)
    invalid(joint(False), "does not dominate", planned=False)


def test_a_branch_cannot_mirror_a_loop() -> None:
    i = Value(INT, "i")
    front = Op(core.FOR, (0, 3, 1), {"label": 1}, (Block((i,), (), ()),))
    empty = Block((), (), ())
    back = Op(core.IF, (True,), {"mirror": 1}, (empty, Block((), (), ())))
    invalid(function([], [front, back], 0.0), "a if cannot mirror a for", planned=False)


def taped(
    kind: str = "tape", declare: bool = True, save: bool = True, counters: int = 1
) -> Function:
    """A value saved in a loop and loaded in the loop that mirrors it."""
    i, j = Value(INT, "i"), Value(INT, "j")
    slot = Slot(kind, FLOAT, "x_saved")
    double = op(operator.mul, 2.0, 3.0)
    saving = (op(core.SAVE, double.result, *[i] * counters, slot=slot, results=()),)
    front = Op(
        core.FOR, (0, 3, 1), {"label": 1}, (Block((i,), (double, *saving[: int(save)]), ()),)
    )
    load = op(core.LOAD, *[j] * counters, slot=slot)
    back = Op(core.FOR, (2, -1, -1), {"mirror": 1}, (Block((j,), (load,), ()),))
    extents = (3,) if kind == "tape" else ()
    ops = [op(core.DECLARE, *extents, slot=slot, results=()), front, back]
    return function([], ops if declare else ops[1:], 0.0)


def test_slots() -> None:
    verify(taped())
    verify(taped("stack", counters=0))
    invalid(taped(declare=False), "before it is declared")
    invalid(taped(save=False), "no save dominates")
    invalid(taped(counters=2), "2 trip counters instead of 1")
    invalid(taped("stack"), "1 trip counters instead of 0")
    invalid(taped("drawer"), "no kind of slot")


def test_a_local_slot_is_saved_in_the_mirrored_arm() -> None:
    slot = Slot("local", FLOAT, "x_saved")
    double = op(operator.mul, 2.0, 3.0)
    save = op(core.SAVE, double.result, slot=slot, results=())
    front = Op(core.IF, (True,), {"label": 1}, (Block((), (double, save), ()), Block((), (), ())))
    load = op(core.LOAD, slot=slot)
    arms = [Block((), (load,), ()), Block((), (), ())]
    good = Op(core.IF, (True,), {"mirror": 1}, tuple(arms))
    verify(function([], [front, good], 0.0))
    swapped = Op(core.IF, (True,), {"mirror": 1}, tuple(arms[::-1]))
    invalid(function([], [front, swapped], 0.0), "no save dominates")


def test_an_error_names_the_function_the_op_and_the_reason() -> None:
    x = Value(VECTOR, "x")
    broken = op(core.GETITEM, x, path=(Index(("int",)),))
    with pytest.raises(InvalidIR) as error:
        verify(function([x], [broken], 0.0))
    assert (
        str(error.value) == "f: %t1 = getitem(%x) {[_]} : py.f8: its path needs 1 operands, not 0"
    )


def test_an_axis_of_length_one_may_be_forgotten_but_not_invented() -> None:
    i, one, any_ = Value(INT, "i"), Value(Array(np.dtype("f8"), (True,))), Value(VECTOR)
    carried_any, carried_one = Value(VECTOR), Value(Array(np.dtype("f8"), (True,)))
    verify(function([one, any_], [loop(0, 1, 1, one, args=(i, carried_any), yields=(any_,))], 0.0))
    broken = loop(0, 1, 1, any_, args=(Value(INT), carried_one), yields=(one,))
    invalid(function([one, any_], [broken], 0.0), "it starts with")
