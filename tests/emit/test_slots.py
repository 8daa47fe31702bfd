"""Residual storage: locals, tapes, tapes that grow, stacks, and handing them over."""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.emit.module import emit_module
from adgen.transpiler.emit.style import Style
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import LEAF, Block, Function, Slot, Value
from adgen.transpiler.ir.paths import ELEMENT_1D
from adgen.transpiler.ir.types import F8
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.primitives.builder import Builder
from tests.emit.programs import VECTOR, for_, function, if_, while_
from tests.emit.running import body_of, check, compiled

X = np.array([1.0, 2.0, 3.0])


def test_a_tape_of_numbers() -> None:
    slot = Slot("tape", F8, "s_saved")

    def build(b, x, n):
        b.effect(core.DECLARE, n, slot=slot)

        def forward(b, i, s):
            b.effect(core.SAVE, s, i, slot=slot)
            return (b.emit(operator.mul, s, s, name="s"),)

        def backward(b, i, g):
            s = b.emit(core.LOAD, i, slot=slot, name="s")
            return (b.emit(operator.mul, g, b.emit(operator.mul, s, 2.0), name="s_bar"),)

        (s,) = for_(b, (0, n, 1), {"s": (F8, b.getitem(x, ELEMENT_1D, 0))}, forward)
        last = b.emit(operator.sub, n, 1)
        (g,) = for_(b, (last, -1, -1), {"s_bar": (F8, 1.0)}, backward)
        return s, g

    f = function({"x": VECTOR, "n": INTEGER}, build, (LEAF, LEAF))
    check(f, X, -2)
    assert (
        body_of(check(f, X, 3))
        == """\
s_saved = np.empty(max(n, 0))
s = x[0]
for i in range(n):
    s_saved[i] = s
    s *= s
s_bar = 1.0
for i in range(n - 1, -1, -1):
    s_bar *= s_saved[i] * 2.0
return s, s_bar
"""
    )


def test_a_tape_of_arrays() -> None:
    slot = Slot("tape", VECTOR, "u_saved")

    def build(b, x):
        n = b.emit(core.DIM, x, axis=0, name="n")
        b.effect(core.DECLARE, 2, n, slot=slot)

        def forward(b, t, u):
            b.effect(core.SAVE, u, t, slot=slot)
            return (b.setitem(u, 0.0, ELEMENT_1D, t),)

        def backward(b, t, g):
            u = b.emit(core.LOAD, t, slot=slot)
            return (b.emit(operator.add, g, u, name="g"),)

        u = b.emit(core.COPY, x, name="u")
        for_(b, (0, 2, 1), {"u": (VECTOR, u)}, forward, index="t")
        return for_(b, (1, -1, -1), {"g": (VECTOR, x)}, backward, index="t")

    f = function({"x": VECTOR}, build)
    check(f, X, numba=True)
    assert (
        body_of(check(f, X))
        == """\
n = x.shape[0]
u_saved = np.empty((2, n))
u = x.copy()
for t in range(2):
    u_saved[t] = u
    u[t] = 0.0
g = x
for t in range(1, -1, -1):
    g = g + u_saved[t]
return g
"""
    )


def test_a_row_of_a_tape_that_is_written_is_copied() -> None:
    slot = Slot("tape", VECTOR, "u_saved")

    def build(b, x):
        b.effect(core.DECLARE, 1, 3, slot=slot)
        b.effect(core.SAVE, x, 0, slot=slot)
        u = b.emit(core.LOAD, 0, slot=slot, name="u")
        b.effect(core.SAVE, b.emit(operator.mul, x, 5.0), 0, slot=slot)
        w = b.setitem(u, 9.0, ELEMENT_1D, 0, name="w")
        return u, w

    check(function({"x": VECTOR}, build, (LEAF, LEAF)), X)


def test_a_tape_of_a_while_grows() -> None:
    slots = [Slot("tape", F8, "s_saved"), Slot("tape", F8, "r_saved")]

    def build(b, s):
        for slot in slots:
            b.effect(core.DECLARE, 2, slot=slot)

        def body(b, trips, s):
            for slot in slots:
                b.effect(core.RESERVE, trips, slot=slot)
            b.effect(core.SAVE, s, trips, slot=slots[0])
            b.effect(core.SAVE, b.emit(operator.add, s, 1.0), trips, slot=slots[1])
            more = b.emit(operator.mul, s, 1.5, name="s")
            return b.emit(operator.add, trips, 1, name="trips"), more

        trips, s = while_(b, {"trips": (INTEGER, 0), "s": (F8, s)},
                          lambda b, trips, s: (b.emit(operator.lt, s, 50.0),), body)  # fmt: skip

        def backward(b, trip, g):
            loaded = [b.emit(core.LOAD, trip, slot=slot) for slot in slots]
            return (b.emit(operator.add, g, b.emit(operator.mul, *loaded), name="g"),)

        return for_(b, (0, trips, 1), {"g": (F8, 0.0)}, backward, index="trip")

    assert (
        body_of(check(function({"s": F8}, build), np.float64(1.0)))
        == """\
s_saved = np.empty(2)
r_saved = np.empty(2)
trips = 0
while s < 50.0:
    if trips == len(s_saved):
        s_saved = np.concatenate((s_saved, np.empty_like(s_saved)))
        r_saved = np.concatenate((r_saved, np.empty_like(r_saved)))
    s_saved[trips] = s
    r_saved[trips] = s + 1.0
    s *= 1.5
    trips += 1
g = 0.0
for trip in range(trips):
    g += s_saved[trip] * r_saved[trip]
return g
"""
    )


def stacked(kind, x):
    """A loop that pushes and one that pops, over values of one kind."""
    slot = Slot("stack", kind, "u_saved")
    b = Builder()
    b.effect(core.DECLARE, slot=slot)

    def forward(b, i, u):
        b.effect(core.SAVE, u, slot=slot)
        return (b.emit(operator.mul, u, 2.0, name="u"),)

    def backward(b, i, g):
        u = b.emit(core.LOAD, slot=slot)
        return (b.emit(operator.add, b.emit(operator.mul, g, 0.5), u, name="g"),)

    (u,) = for_(b, (0, 70, 1), {"u": (kind, x)}, forward)
    (g,) = for_(b, (0, 70, 1), {"g": (kind, u)}, backward)
    return b, g


def test_a_stack_of_numbers() -> None:
    s = Value(F8, "s")
    b, g = stacked(F8, s)
    assert (
        body_of(check(Function("f", b.block((s,), (g,))), np.float64(1.0)))
        == """\
u_saved = np.empty(64)
u_top = 0
u = s
for i in range(70):
    if u_top == len(u_saved):
        u_saved = np.concatenate((u_saved, np.empty_like(u_saved)))
    u_saved[u_top] = u
    u_top += 1
    u *= 2.0
g = u
for i in range(70):
    u_top -= 1
    g = g * 0.5 + u_saved[u_top]
return g
"""
    )


def test_a_stack_of_arrays() -> None:
    x = Value(VECTOR, "x")
    b, g = stacked(VECTOR, x)
    assert (
        body_of(check(Function("f", b.block((x,), (g,))), X))
        == """\
u_saved = []
u = x
for i in range(70):
    u_saved.append(u.copy())
    u = u * 2.0
g = u
for i in range(70):
    g = g * 0.5 + u_saved.pop()
return g
"""
    )


def split_pair(kinds: tuple[str, ...]) -> tuple[Function, Function]:
    """A forward function that hands over a value and slots, and its backward function."""
    slots = [Slot(k, v, "u_saved") for k, v in zip(kinds, (F8, VECTOR, F8, VECTOR), strict=False)]
    x, s = Value(VECTOR, "x"), Value(F8, "s")
    b = Builder()
    for slot in slots:
        extents = (2, 3) if slot.type == VECTOR else (2,)
        if slot.kind != "local":
            b.effect(core.DECLARE, *(extents if slot.kind == "tape" else ()), slot=slot)
    y = b.emit(operator.mul, x, s, name="y")
    cond = b.emit(operator.lt, s, 5.0, name="small")

    def save(b):
        for slot in slots:
            counters = (0,) if slot.kind == "tape" else ()
            b.effect(core.SAVE, s if slot.type == F8 else y, *counters, slot=slot)
        return ()

    if_(b, cond, save, lambda b: (), {})
    forward = Function("f_forward", b.block((x, s), (y,)), residuals_out=(cond, y, *slots))

    back, y_bar = Builder(role=core.ADJOINT), Value(VECTOR, "y_bar")

    def load(b):
        total = y_bar
        for slot in reversed(slots):
            counters = (0,) if slot.kind == "tape" else ()
            total = b.emit(operator.add, total, b.emit(core.LOAD, *counters, slot=slot))
        return (total,)

    (total,) = if_(back, cond, load, lambda b: (y,), {"total": VECTOR})
    body = Block((y_bar,), tuple(back.ops), (total,))
    return forward, Function("f_backward", body, (LEAF,), residuals_in=(cond, y, *slots))


def test_residuals_of_every_kind_are_handed_over() -> None:
    for kinds in (("tape", "tape"), ("stack", "stack"), ("local", "local"), ("local", "stack")):
        names = compiled(emit_module(split_pair(kinds), Style()))
        for s, seen in ((np.float64(2.0), True), (np.float64(9.0), False)):
            value, residuals = names["f_forward"](X, s)
            for _ in range(2):  # a pullback may be called again
                (total,) = names["f_backward"](residuals, np.ones(3))
                expected = 1.0 + s + X * s if seen else X * s
                np.testing.assert_allclose(total, expected)


def test_the_pair_as_text() -> None:
    assert (
        emit_module(split_pair(("local", "stack")), Style())
        == """\
def f_forward(x, s):
    u_saved = 0.0
    u_saved2 = []
    y = x * s
    small = s < 5.0
    if small:
        u_saved = s
        u_saved2.append(y.copy())
    return y, (small, y, u_saved, u_saved2)


def f_backward(residuals, y_bar):
    small, y, u_saved, u_saved2 = residuals
    u_top = len(u_saved2)
    if small:
        u_top -= 1
        total = y_bar + u_saved2[u_top] + u_saved
    else:
        total = y
    return (total,)
"""
    )
