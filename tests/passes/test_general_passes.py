"""The before -> after example of each general pass."""

import operator
from dataclasses import replace

import numpy as np
import pytest

from adgen.transpiler import optimisations
from adgen.transpiler.frontend.lower import lower
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.printer import print_function
from adgen.transpiler.ir.types import F8, INT, array
from adgen.transpiler.passes import pipeline
from adgen.transpiler.passes.common_subexpressions import eliminate_common_subexpressions
from adgen.transpiler.passes.dead_code import eliminate_dead_code
from adgen.transpiler.passes.extents import resolve_extents
from adgen.transpiler.passes.hoist import hoist_invariants
from adgen.transpiler.passes.local_writes import confine_writes
from adgen.transpiler.passes.pipeline import OPTIMISE, optimise
from adgen.transpiler.passes.simplify import simplify
from adgen.transpiler.passes.unreachable import eliminate_unreachable, has_unreachable
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.source import from_function

VECTOR = array("f8", 1)
ELEMENT = paths.element(1)


def body_of(function):
    """The printed ops, without the frame."""
    return [line.strip() for line in print_function(function).splitlines()[1:-1]]


def test_dead_ops_and_unread_carried_values_go():
    x = Value(F8, "x")
    b = Builder()
    b.emit(np.sin, x)
    i, kept, unread = Value(INT, "i"), Value(F8, "kept"), Value(F8, "unread")
    inner = b.inner()
    yields = [inner.emit(operator.mul, kept, x), inner.emit(np.cos, unread)]
    body = inner.block((i, kept, unread), yields)
    result, _ = b.region(core.FOR, (0, 3, 1, x, x), [body], [F8, F8])
    function = eliminate_dead_code(Function("f", b.block((x,), (result,))))
    assert body_of(function) == [
        "%t1 = for(0, 3, 1, %x) : f8 {",
        "^(%i: py.i8, %kept: f8)",
        "%t2 = operator.mul(%kept, %x) : f8",
        "yield %t2",
        "}",
        "return %t1",
    ]


def test_effects_are_never_dead():
    x = Value(F8, "x")
    b = Builder()
    b.effect(core.PRINT, x, template=(None,))
    function = eliminate_dead_code(Function("f", b.block((x,), (x,))))
    assert any("print" in line for line in body_of(function))


def test_equal_expressions_become_one():
    x, y = Value(F8, "x"), Value(F8, "y")
    b = Builder()
    total = b.emit(operator.add, b.emit(operator.mul, x, y), b.emit(operator.mul, x, y))
    function = eliminate_common_subexpressions(Function("f", b.block((x, y), (total,))))
    assert body_of(function) == [
        "%t1 = operator.mul(%x, %y) : f8",
        "%t2 = operator.add(%t1, %t1) : f8",
        "return %t2",
    ]


def test_equal_numbers_of_different_type_stay_apart():
    x = Value(F8, "x")
    b = Builder()
    pair = [
        b.emit(operator.mul, x, 1.0),
        b.emit(operator.mul, x, -0.0),
        b.emit(operator.mul, x, 0.0),
    ]
    function = eliminate_common_subexpressions(
        Function(
            "f",
            b.block(
                (x,),
                pair,
            ),
        )
    )
    assert len(function.body.ops) == 3


def test_extents_leave_loops():
    x = Value(VECTOR, "x")
    b = Builder()
    inner = b.inner()
    i, n = Value(INT, "i"), Value(INT, "n")
    total = inner.emit(operator.add, n, inner.emit(core.DIM, x, axis=0))
    (result,) = b.region(core.FOR, (0, 3, 1, 0), [inner.block((i, n), (total,))], [INT])
    function = hoist_invariants(Function("f", b.block((x,), (result,))))
    assert body_of(function)[0] == "%t1 = dim(%x) {axis=0} : py.i8"


def test_a_read_that_could_fail_stays_in_its_loop():
    x = Value(VECTOR, "x")
    b = Builder()
    inner = b.inner()
    i, s = Value(INT, "i"), Value(F8, "s")
    total = inner.emit(operator.add, s, inner.getitem(x, ELEMENT, 9))
    (result,) = b.region(core.FOR, (0, 0, 1, 0.0), [inner.block((i, s), (total,))], [F8])
    function = hoist_invariants(Function("f", b.block((x,), (result,))))
    assert interpret(function, np.zeros(2)) == (0.0,)


def test_the_extent_of_a_computed_array_is_that_of_its_origin():
    x = Value(VECTOR, "x")
    b = Builder()
    y = b.emit(np.tanh, x)
    n = b.emit(core.DIM, b.setitem(y, 0.0, ELEMENT, 0), axis=0)
    function = eliminate_dead_code(resolve_extents(Function("f", b.block((x,), (n,)))))
    assert body_of(function) == ["%t1 = dim(%x) {axis=0} : py.i8", "return %t1"]


def test_adding_to_a_place_just_cleared_sets_it():
    x, g = Value(VECTOR, "x"), Value(F8, "g")
    b = Builder(role=core.ADJOINT)
    out = b.additem(b.setitem(x, 0.0, ELEMENT, 1), g, ELEMENT, 1)
    function = eliminate_dead_code(simplify(Function("f", b.block((x, g), (out,)))))
    assert body_of(function) == ["%x1 = setitem(%x, %g, 1) {[_]} : f8[:]  # adjoint", "return %x1"]


def test_a_read_of_what_was_just_written_there_is_that_value():
    x, g = Value(VECTOR, "x"), Value(F8, "g")
    b = Builder()
    out = b.getitem(b.setitem(x, g, ELEMENT, 1), ELEMENT, 1)
    function = simplify(Function("f", b.block((x, g), (out,))))
    assert function.body.yields == (g,)


def test_a_read_across_a_write_that_may_hit_it_stays():
    x, i = Value(VECTOR, "x"), Value(INT, "i")
    b = Builder()
    once = b.setitem(x, 1.0, ELEMENT, 0)
    out = b.getitem(b.setitem(once, 2.0, ELEMENT, i), ELEMENT, 0)
    function = simplify(Function("f", b.block((x, i), (out,))))
    assert interpret(function, np.zeros(2), 0) == (2.0,)
    assert interpret(function, np.zeros(2), 1) == (1.0,)


def test_behind_while_true_the_exit_has_been_taken():
    def endless_but_for_a_break(x):
        while True:
            x = x * 0.5
            if x < 1.0:
                break
        else:
            x = np.sin(x)
        return x

    lowered = lower(from_function(endless_but_for_a_break), {"x": F8})
    function = eliminate_dead_code(simplify(lowered))
    assert any("sin" in line for line in body_of(lowered))
    assert not any("sin" in line for line in body_of(function))
    assert interpret(function, 5.0) == (0.625,)


def confined(program, arguments):
    """The lowered function before and after ``confine_writes`` and dead code elimination."""
    lowered = lower(from_function(program), arguments)
    function = eliminate_dead_code(confine_writes(lowered))
    return function, any("setitem" in line for line in body_of(function))


def test_writes_that_no_later_iteration_reads_go():
    def scratch(x, work):
        work = work.copy()
        total = 0.0
        for k in range(x.shape[0]):
            for j in range(work.shape[1]):
                total += work[k, j] * x[k]
                work[k, j] = 0.0
        return total

    arguments = {"x": VECTOR, "work": array("f8", 2)}
    function, writes = confined(scratch, arguments)
    assert not writes
    x, work = np.arange(1.0, 4.0), np.arange(6.0).reshape(3, 2)
    assert interpret(function, x, work) == (scratch(x, work),)


def test_writes_that_are_read_stay():
    def by_a_later_iteration(x):
        x = x.copy()
        total = 0.0
        for k in range(x.shape[0] - 1):
            total += x[k]
            x[k + 1] += x[k]
        return total

    def by_the_end(x):
        x = x.copy()
        for k in range(x.shape[0]):
            x[k] = 2.0
        return x[0]

    def from_the_end_too(x):
        x = x.copy()
        total = 0.0
        for k in range(-2, 2):
            total += x[k]
            x[k] = 0.0
        return total

    def of_another_array_that_takes_its_place(x):
        w = x.copy()
        total = 0.0
        for k in range(x.shape[0]):
            total += w[k] * x[k]
            if x[k] > 1.5:
                w = np.ones(x.shape[0])
            else:
                w[k] = 0.0
        return total

    x = np.arange(1.0, 5.0)
    programs = (
        by_a_later_iteration, by_the_end, from_the_end_too, of_another_array_that_takes_its_place,
    )  # fmt: skip
    for program in programs:
        function, writes = confined(program, {"x": VECTOR})
        assert writes, program.__name__
        assert interpret(function, x) == (program(x),), program.__name__


def test_nothing_stands_behind_an_assertion_that_never_holds():
    def unbound_in_an_arm(x, n):
        if n > 3:
            for i in range(2, 2):
                pass
            y = np.sin(x) * i
            return np.sum(np.exp(y))
        return np.sum(x)

    lowered = lower(from_function(unbound_in_an_arm), {"x": VECTOR, "n": INT})
    function = eliminate_dead_code(eliminate_unreachable(lowered))
    assert has_unreachable(lowered) and any("np.sin" in line for line in body_of(lowered))
    assert not any("np.sin" in line or "np.exp" in line for line in body_of(function))
    assert interpret(function, np.arange(3.0), 1) == (3.0,)
    with pytest.raises(UnboundLocalError):
        interpret(function, np.arange(3.0), 5)


def test_an_array_that_takes_the_place_of_another_stays():
    def always(x):
        w = x.copy()
        total = 0.0
        for k in range(x.shape[0]):
            total += w[k] * x[k]
            w = np.ones(x.shape[0])
        return total

    def in_an_inner_loop(x):
        w = x.copy()
        total = 0.0
        for k in range(x.shape[0]):
            total += w[k] * x[k]
            for j in range(k):
                w = np.ones(x.shape[0]) * j
        return total

    x = np.arange(1.0, 5.0)
    for program in (always, in_an_inner_loop):
        function, _ = confined(program, {"x": VECTOR})
        assert interpret(function, x) == (program(x),), program.__name__


def _element_added(also_returned):
    """``y = x; y[i] += g; return y[i]``, and ``y`` too if it is also returned."""
    x, i, g = Value(VECTOR, "x"), Value(INT, "i"), Value(F8, "g")
    b = Builder(role=core.ADJOINT)
    y = b.additem(x, g, ELEMENT, i)
    out = [b.getitem(y, ELEMENT, i), *([y] if also_returned else [])]
    return Function("f", b.block((x, i, g), out), (None,) * len(out))


def test_a_read_of_a_sum_that_nobody_else_reads_is_the_sum():
    before = _element_added(False)
    after = eliminate_dead_code(simplify(before))
    assert [op.callee for op in after.body.ops] == [core.GETITEM, operator.add]
    x = np.array([1.0, 2.0, 3.0])
    assert interpret(after, x, 1, 0.5) == interpret(before, x, 1, 0.5) == (2.5,)


def test_a_sum_that_is_kept_is_read():
    after = eliminate_dead_code(simplify(_element_added(True)))
    assert [op.callee for op in after.body.ops] == [core.ADDITEM, core.GETITEM]


def test_an_element_that_is_put_back():
    x, i = Value(VECTOR, "x"), Value(INT, "i")
    b = Builder(role=core.ADJOINT)
    y = b.setitem(x, b.getitem(x, ELEMENT, i), ELEMENT, i)
    function = eliminate_dead_code(simplify(Function("f", b.block((x, i), (y,)))))
    assert not function.body.ops
    assert function.body.yields == (x,)


def test_an_array_that_is_stored_as_a_whole():
    x, v = Value(VECTOR, "x"), Value(VECTOR, "v")
    b = Builder(role=core.ADJOINT)
    y = b.setitem(x, v, (paths.Index((paths.FULL,)),))
    function = eliminate_dead_code(simplify(Function("f", b.block((x, v), (y,)))))
    assert not function.body.ops
    assert function.body.yields == (v,)


def programs():
    def loop(x):
        total = 0.0
        for i in range(x.shape[0]):
            if x[i] > 0.0:
                total += np.sin(x[i]) * x[i]
        while total > 10.0:
            total = total / 2.0
        return total

    def arrays(x):
        y = np.tanh(x) * 2.0
        return np.sum(y * y) + y.shape[0]

    return [loop, arrays]


@pytest.mark.parametrize("f", programs(), ids=["loop", "arrays"])
def test_what_is_tidy_stays_the_same_object(f):
    """A pass copies nothing where it has nothing to do."""
    function = optimise(optimise(lower(from_function(f), {"x": VECTOR})))
    for improve in OPTIMISE:
        assert improve(function) is function


def test_a_pass_that_leaves_a_body_as_it_is_does_not_run_on_it_again(monkeypatch):
    ran = []
    real = pipeline.applied
    monkeypatch.setattr(pipeline, "applied", lambda p, f: ran.append(p) or real(p, f))
    function = lower(from_function(programs()[0]), {"x": VECTOR})
    assert all(pipeline._improved(function, simplify) is function for _ in range(3))
    assert ran == [simplify]
    # of what is handed to another sweep, passes keep more
    pipeline._improved(replace(function, residuals_out=function.body.yields), simplify)
    assert ran == [simplify, simplify]


def test_a_settled_body_is_left_alone(monkeypatch):
    calls = []
    function = lower(from_function(programs()[0]), {"x": VECTOR})
    real = pipeline._improved
    monkeypatch.setattr(pipeline, "_improved", lambda f, i: calls.append(i) or real(f, i))

    def runs(function):
        before = len(calls)
        return pipeline.optimise(function), len(calls) - before

    once, count = runs(function)
    assert count == len(OPTIMISE)
    twice, _ = runs(once)
    again, count = runs(twice)
    assert again is twice and count == 0
    # another run, or another function with that body, is another question
    pipeline.optimise_joint(twice)
    with optimisations.without(optimisations.HOISTING):
        assert runs(twice)[1] == len(OPTIMISE)
    kept = replace(twice, residuals_out=twice.body.yields)
    assert runs(kept)[1] == len(OPTIMISE)
