"""Writes in place: no copy in ordinary code, a copy where somebody could see the write."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from adgen.transpiler.emit.copies import insert_copies, verify_copies
from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import LEAF, Slot
from adgen.transpiler.ir.paths import ELEMENT_1D, FULL, INT, Index, Reshape, Slice, Transpose
from adgen.transpiler.ir.trees import Constant
from adgen.transpiler.ir.types import F8
from adgen.transpiler.ir.types import INT as INTEGER
from tests.emit.programs import MATRIX, VECTOR, for_, function, if_, while_
from tests.emit.running import body_of, check

X, Y = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
A = np.arange(6.0).reshape(2, 3)
TAIL = (Index((Slice(start=True),)),)
HEAD = (Index((Slice(stop=True),)),)


def element(b, x, i):
    return b.getitem(x, ELEMENT_1D, i)


def copies(text: str) -> int:
    return text.count(".copy()")


def test_a_parameter_is_copied_once_before_the_loop() -> None:
    def body(b, i, u):
        return (b.setitem(u, b.emit(operator.mul, element(b, u, i), 2.0), ELEMENT_1D, i),)

    f = function({"x": VECTOR}, lambda b, x: for_(b, (0, 3, 1), {"u": (VECTOR, x)}, body))
    assert (
        body_of(check(f, X))
        == """\
u = x.copy()
for i in range(3):
    u[i] *= 2.0
return u
"""
    )


def test_a_parameter_in_writes_is_written_in_place() -> None:
    def build(b, x):
        return (b.setitem(x, 0.0, ELEMENT_1D, 1),)

    f = function({"x": VECTOR}, build, structure=Constant(None), writes=(0,))
    assert body_of(check(f, X)) == "x[1] = 0.0\n"


def test_a_final_value_elsewhere_is_written_back() -> None:
    def build(b, x, y):
        return b.emit(np.sum, x, axis=(0,), keepdims=False), b.emit(operator.mul, x, y)

    f = function({"x": VECTOR, "y": VECTOR}, build, writes=(0,))
    text = body_of(check(f, X, Y))
    assert text == "t = np.sum(x)\nx *= y\nreturn t\n"


def test_two_parameters_that_change_places() -> None:
    f = function({"x": VECTOR, "y": VECTOR}, lambda b, x, y: (y, x), (), writes=(0, 1))
    check(f, X, Y)
    check(f, X, Y, numba=True)


def test_double_buffering_copies_nothing_in_the_loop() -> None:
    def step(b, t, u, v):
        return v, b.setitem(u, element(b, v, 0), ELEMENT_1D, t)

    def build(b, x):
        u = b.emit(core.COPY, x, name="u")
        v = b.zeros_like(x, "v")
        return for_(b, (0, 3, 1), {"u": (VECTOR, u), "v": (VECTOR, v)}, step, index="t")

    text = body_of(check(function({"x": VECTOR}, build, (LEAF, LEAF)), X))
    assert (
        text
        == """\
u = x.copy()
v = np.zeros_like(x)
for t in range(3):
    u[t] = v[0]
    u, v = v, u
return u, v
"""
    )


def test_a_later_read_of_the_old_version_makes_a_copy() -> None:
    def build(b, x):
        u = b.emit(operator.mul, x, 2.0, name="u")
        w = b.setitem(u, 0.0, ELEMENT_1D, 0, name="w")
        return (b.emit(operator.add, u, w),)

    assert (
        body_of(check(function({"x": VECTOR}, build), X))
        == """\
u = x * 2.0
w = u.copy()
w[0] = 0.0
return u + w
"""
    )


def test_a_view_that_lives_on_is_copied_rather_than_its_base() -> None:
    def build(b, x):
        g = b.emit(operator.mul, x, 2.0, name="g")
        part = b.getitem(g, TAIL, 1, name="part")
        g = b.setitem(g, 0.0, TAIL, 1)
        return (b.additem(g, part, HEAD, 2),)

    assert (
        body_of(check(function({"x": VECTOR}, build), X))
        == """\
g = x * 2.0
part = g[1:].copy()
g[1:] = 0.0
g[:2] += part
return g
"""
    )


def test_a_view_is_not_written_through() -> None:
    def build(b, x):
        u = b.emit(operator.mul, x, 2.0, name="u")
        part = b.getitem(u, TAIL, 1, name="part")
        return u, b.setitem(part, 0.0, ELEMENT_1D, 0)

    assert copies(check(function({"x": VECTOR}, build, (LEAF, LEAF)), X)) == 1


def test_the_while_condition_reads_what_the_body_overwrites() -> None:
    def condition(b, k, y):
        return (b.emit(operator.lt, element(b, y, 0), 50.0),)

    def body(b, k, y):
        y = b.setitem(y, b.emit(operator.mul, element(b, y, 0), 3.0), ELEMENT_1D, 0)
        return b.emit(operator.add, k, 1, name="k"), y

    def build(b, x):
        y = b.emit(operator.mul, x, 2.0, name="y")
        return while_(b, {"k": (INTEGER, 0), "y": (VECTOR, y)}, condition, body)

    assert (
        body_of(check(function({"x": VECTOR}, build, (LEAF, LEAF)), X))
        == """\
y = x * 2.0
k = 0
while y[0] < 50.0:
    y[0] *= 3.0
    k += 1
return k, y
"""
    )


def test_a_write_in_one_arm() -> None:
    def build(b, x, s):
        u = b.emit(operator.mul, x, 2.0, name="u")
        cond = b.emit(operator.lt, s, 0.0)
        (u,) = if_(b, cond, lambda b: (b.setitem(u, s, ELEMENT_1D, 0),), lambda b: (u,),
                   {"u": VECTOR})  # fmt: skip
        return (b.setitem(u, 1.0, ELEMENT_1D, 1),)

    f = function({"x": VECTOR, "s": F8}, build)
    check(f, X, np.float64(1.0))
    assert (
        body_of(check(f, X, np.float64(-1.0)))
        == """\
u = x * 2.0
if s < 0.0:
    u[0] = s
u[1] = 1.0
return u
"""
    )


def test_an_array_written_only_after_the_loop_is_copied_after_it() -> None:
    def body(b, i, best):
        cond = b.emit(operator.gt, element(b, y, i), 2.0)
        return if_(b, cond, lambda b: (y,), lambda b: (best,), {"best": VECTOR})

    b, y = core_function()
    (best,) = for_(b, (0, 3, 1), {"best": (VECTOR, y)}, body)
    f = core.Function("f", b.block((y,), (b.setitem(best, 0.0, ELEMENT_1D, 0),)))
    text = body_of(check(f, X))
    assert copies(text) == 1
    assert text.index("copy") > text.index("for")


def core_function():
    from adgen.transpiler.primitives.builder import Builder

    return Builder(), core.Value(VECTOR, "y")


def test_an_outer_array_written_in_a_loop_that_does_not_carry_it() -> None:
    def build(b, x):
        u = b.emit(operator.mul, x, 2.0, name="u")

        def body(b, i, s):
            w = b.setitem(u, s, ELEMENT_1D, 0, name="w")
            return (b.emit(np.sum, w, axis=(0,), keepdims=False, name="s"),)

        return for_(b, (0, 3, 1), {"s": (F8, 0.0)}, body)

    assert copies(check(function({"x": VECTOR}, build), X)) == 1


def test_one_array_for_two_carried_values() -> None:
    def step(b, i, p, q):
        return b.setitem(p, 1.0, ELEMENT_1D, i), b.setitem(q, 2.0, ELEMENT_1D, i)

    def build(b, x):
        z = b.zeros_like(x, "z")
        return for_(b, (0, 2, 1), {"p": (VECTOR, z), "q": (VECTOR, z)}, step)

    assert copies(check(function({"x": VECTOR}, build, (LEAF, LEAF)), X)) == 1


def test_the_adjoint_of_a_sum_of_two_arrays() -> None:
    def build(b, g):
        bar = b.emit(operator.mul, g, 2.0, name="y_bar")
        a_bar = b.emit(core.ACCUM, b.emit(operator.mul, bar, g, name="a_bar"), bar, name="a_bar")
        return a_bar, b.emit(core.ACCUM, bar, a_bar, name="b_bar")

    assert (
        body_of(check(function({"g": VECTOR}, build, (LEAF, LEAF)), X))
        == """\
y_bar = g * 2.0
a_bar = y_bar * g
a_bar += y_bar
y_bar += a_bar
b_bar = y_bar
return a_bar, b_bar
"""
    )


def test_a_local_slot_keeps_what_it_was_given() -> None:
    def build(b, x, s):
        slot = Slot("local", VECTOR, "u_saved")
        u = b.emit(operator.mul, x, s, name="u")

        def save(b):
            b.effect(core.SAVE, u, slot=slot)
            return ()

        def load(b):
            v = b.emit(core.LOAD, slot=slot)
            return (b.emit(np.sum, v, axis=(0,), keepdims=False),)

        cond = b.emit(operator.lt, s, 9.0, name="small")
        if_(b, cond, save, lambda b: (), {})
        w = b.setitem(u, 0.0, ELEMENT_1D, 0)
        (y,) = if_(b, cond, load, lambda b: (0.0,), {"y": F8})
        return w, y

    f = function({"x": VECTOR, "s": F8}, build, (LEAF, LEAF))
    check(f, X, np.float64(10.0))
    assert "u_saved = u.copy()" in check(f, X, np.float64(2.0))


def test_paths_of_several_steps() -> None:
    def build(b, x):
        u = b.emit(core.COPY, x, name="u")
        u = b.setitem(u, 7.0, (Transpose((1, 0)), Index((INT, FULL)), Index((INT,))), 1, 0)
        u = b.additem(u, 1.0, (Transpose((1, 0)),))
        u = b.setitem(u, 9.0, (Reshape(1), Index((INT,))), 6, 3)
        u = b.additem(u, 2.0, (Reshape(2), Transpose((1, 0))), 3, 2)
        return (b.additem(u, 3.0, (Index((FULL, FULL)),)),)

    assert (
        body_of(check(function({"x": MATRIX}, build), A))
        == """\
u = x.copy()
u.T[1][0] = 7.0
u.T[:] += 1.0
u.reshape(6)[3] = 9.0
u.reshape(3, 2).T[:] += 2.0
u += 3.0
return u
"""
    )


def test_the_verifier_refuses_an_unsafe_write() -> None:
    def build(b, x):
        return (b.setitem(x, 0.0, ELEMENT_1D, 0),)

    f = function({"x": VECTOR}, build)
    with pytest.raises(InvalidIR, match="setitem in f overwrites"):
        verify_copies(f)
    verify_copies(insert_copies(f))


def test_copies_change_nothing_for_the_interpreter() -> None:
    from adgen.transpiler.ir.interpreter import interpret

    def build(b, x):
        u = b.emit(operator.mul, x, 2.0)
        return u, b.setitem(u, 0.0, ELEMENT_1D, 0)

    f = function({"x": VECTOR}, build, (LEAF, LEAF))
    for before, after in zip(interpret(f, X), interpret(insert_copies(f), X), strict=True):
        np.testing.assert_array_equal(before, after)
