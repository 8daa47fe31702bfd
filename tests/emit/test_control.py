"""Control flow reads as it was written: if, elif, for, while, break, continue, return."""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import LEAF
from adgen.transpiler.ir.paths import ELEMENT_1D
from adgen.transpiler.ir.types import BOOL, F8, INT
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.span import Span
from tests.emit.programs import LOGISTIC, VECTOR, for_, function, if_, logistic, while_
from tests.emit.running import body_of, check

X = np.array([1.0, -2.0, 3.0])


def test_the_logistic_loss_reads_as_it_was_written() -> None:
    rng = np.random.default_rng(0)
    args = rng.normal(size=2), 0.5, rng.normal(size=(3, 2)), np.ones(3)
    text = check(logistic(), *args)
    assert text == "import numpy as np\n\n\n" + LOGISTIC


def test_if_without_else() -> None:
    def build(b, x, s):
        cond = b.emit(operator.gt, s, 0.0)
        (y,) = if_(b, cond, lambda b: (b.emit(operator.mul, s, 2.0, name="y"),),
                   lambda b: (s,), {"y": F8})  # fmt: skip
        return (b.emit(operator.add, y, y),)

    f = function({"x": VECTOR, "s": F8}, build)
    check(f, X, np.float64(-1.0))
    assert (
        body_of(check(f, X, np.float64(1.0)))
        == """\
if s > 0.0:
    y = s * 2.0
else:
    y = s
return y + y
"""
    )


def test_updates_in_both_arms_keep_the_name() -> None:
    def build(b, s):
        (z,) = for_(b, (0, 3, 1), {"z": (F8, 0.0)}, body)
        return (z,)

    def body(b, i, z):
        cond = b.emit(operator.lt, z, 2.0)
        return if_(b, cond, lambda b: (b.emit(operator.add, z, i, name="z"),),
                   lambda b: (b.emit(operator.sub, z, 1.5, name="z"),), {"z": F8})  # fmt: skip

    assert (
        body_of(check(function({"s": F8}, build), np.float64(1.0)))
        == """\
z = 0.0
for i in range(3):
    if z < 2.0:
        z += i
    else:
        z -= 1.5
return z
"""
    )


def test_elif_chain() -> None:
    def build(b, s):
        def low(b):
            cond = b.emit(operator.gt, s, -1.0)
            return if_(b, cond, lambda b: (0.0,), lambda b: (-1.0,), {"y": F8})

        cond = b.emit(operator.gt, s, 1.0)
        return if_(b, cond, lambda b: (s,), low, {"y": F8})

    f = function({"s": F8}, build)
    for s in (-2.0, 0.0, 2.0):
        text = check(f, np.float64(s))
    assert (
        body_of(text)
        == """\
if s > 1.0:
    y = s
elif s > -1.0:
    y = 0.0
else:
    y = -1.0
return y
"""
    )


def test_select_and_logic_are_expressions() -> None:
    def build(b, x, s):
        first = b.emit(operator.lt, s, 3.0)
        (both,) = if_(b, first, lambda b: (b.emit(operator.gt, b.getitem(x, ELEMENT_1D, 0), 0.0),),
                      lambda b: (False,), {"": BOOL})  # fmt: skip
        (y,) = if_(b, both, lambda b: (s,), lambda b: (b.emit(operator.neg, s),), {"": F8})
        return (b.emit(operator.mul, y, 2.0),)

    f = function({"x": VECTOR, "s": F8}, build)
    check(f, -X, np.float64(2.0))
    assert (
        body_of(check(f, X, np.float64(2.0)))
        == """\
return (s if s < 3.0 and x[0] > 0.0 else -s) * 2.0
"""
    )


def test_a_conditional_expression_and_an_early_return_differ_by_their_lines() -> None:
    def build(b, s, line):
        b.span = Span("f.py", 1, 0, 1, 10)
        cond = b.emit(operator.lt, s, 0.0)

        def root(b):
            b.span = Span("f.py", line, 0, line, 10)
            return (b.emit(np.sqrt, s),)

        return if_(b, cond, lambda b: (0.0,), root, {"": F8})

    one_line = function({"s": F8}, lambda b, s: build(b, s, 1))
    check(one_line, np.float64(-4.0))
    assert body_of(check(one_line, np.float64(4.0))) == ("return 0.0 if s < 0.0 else np.sqrt(s)\n")
    two_lines = function({"s": F8}, lambda b, s: build(b, s, 3))
    assert (
        body_of(check(two_lines, np.float64(4.0)))
        == """\
if s < 0.0:
    return 0.0
return np.sqrt(s)
"""
    )


def test_early_return_of_several_values() -> None:
    def build(b, s):
        cond = b.emit(operator.lt, s, 0.0)
        return if_(b, cond, lambda b: (0.0, s), lambda b: (b.emit(np.sqrt, s), 1.0),
                   {"": F8, " ": F8})  # fmt: skip

    f = function({"s": F8}, build, (LEAF, LEAF))
    f = core.Function(f.name, _unnamed(f.body), f.structure)
    check(f, np.float64(-4.0))
    assert (
        body_of(check(f, np.float64(4.0)))
        == """\
if s < 0.0:
    return 0.0, s
return np.sqrt(s), 1.0
"""
    )


def _unnamed(block):
    values = {r: core.Value(r.type) for op in block.ops for r in op.results if r.name == " "}
    ops = tuple(
        op.with_(results=tuple(values.get(r, r) for r in op.results)) for op in block.ops
    )  # fmt: skip
    return core.Block(block.args, ops, tuple(values.get(y, y) for y in block.yields))


def test_counting_down() -> None:
    def build(b, x):
        n = b.emit(core.DIM, x, axis=0)
        last = b.emit(operator.sub, n, 1)

        def horner(b, i, s):
            half = b.emit(operator.mul, s, 0.5)
            return (b.emit(operator.add, half, b.getitem(x, ELEMENT_1D, i), name="s"),)

        return for_(b, (last, -1, -1), {"s": (F8, 0.0)}, horner)

    assert (
        body_of(check(function({"x": VECTOR}, build), X))
        == """\
s = 0.0
for i in range(x.shape[0] - 1, -1, -1):
    s = s * 0.5 + x[i]
return s
"""
    )


def test_while_with_an_expression() -> None:
    def build(b, s):
        _, y = while_(
            b, {"k": (INT, 0), "y": (F8, s)},
            lambda b, k, y: (b.emit(operator.lt, k, 3),),
            lambda b, k, y: (
                b.emit(operator.add, k, 1, name="k"), b.emit(operator.mul, y, y, name="y"),
            ),
        )  # fmt: skip
        return (y,)

    assert (
        body_of(check(function({"s": F8}, build), np.float64(1.1)))
        == """\
k = 0
y = s
while k < 3:
    k += 1
    y *= y
return y
"""
    )


def test_while_with_statements_in_the_condition() -> None:
    def condition(b, y):
        twice = b.emit(operator.mul, y, 2.0, name="twice")
        return (b.emit(operator.lt, b.emit(operator.mul, twice, twice), 50.0),)

    def build(b, s):
        body = lambda b, y: (b.emit(operator.mul, y, y, name="y"),)  # noqa: E731
        return while_(b, {"y": (F8, s)}, condition, body)

    assert (
        body_of(check(function({"s": F8}, build), np.float64(1.1)))
        == """\
y = s
while True:
    twice = y * 2.0
    if not twice * twice < 50.0:
        break
    y *= y
return y
"""
    )


def test_break_in_an_arm() -> None:
    def body(b, i, s):
        cond = b.emit(operator.lt, b.getitem(x, ELEMENT_1D, i), 0.0)
        more = lambda b: (False, b.emit(operator.add, s, b.getitem(x, ELEMENT_1D, i), name="s"))  # noqa: E731
        return if_(b, cond, lambda b: (True, s), more, {"": BOOL, "s": F8})

    x = core.Value(VECTOR, "x")
    b = Builder()
    (s,) = for_(b, (0, 3, 1), {"s": (F8, 0.0)}, body, exits=True)
    f = core.Function("f", b.block((x,), (s,)))
    check(f, np.abs(X))
    assert (
        body_of(check(f, X))
        == """\
s = 0.0
for i in range(3):
    if x[i] < 0.0:
        break
    s += x[i]
return s
"""
    )


def test_break_after_the_update() -> None:
    def body(b, i, s):
        more = b.emit(operator.add, s, b.getitem(x, ELEMENT_1D, i), name="s")
        return b.emit(operator.gt, more, 0.5), more

    x = core.Value(VECTOR, "x")
    b = Builder()
    (s,) = for_(b, (0, 3, 1), {"s": (F8, 0.0)}, body, exits=True)
    f = core.Function("f", b.block((x,), (s,)))
    assert (
        body_of(check(f, X))
        == """\
s = 0.0
for i in range(3):
    s += x[i]
    if s > 0.5:
        break
return s
"""
    )


def test_break_on_what_the_update_overwrites_uses_a_flag() -> None:
    def body(b, i, s):
        flag = b.emit(operator.gt, s, 0.5)
        return flag, b.emit(operator.add, s, b.getitem(x, ELEMENT_1D, i), name="s")

    x = core.Value(VECTOR, "x")
    b = Builder()
    (s,) = for_(b, (0, 3, 1), {"s": (F8, 0.0)}, body, exits=True)
    f = core.Function("f", b.block((x,), (s,)))
    assert (
        body_of(check(f, X))
        == """\
s = 0.0
for i in range(3):
    stop = s > 0.5
    s += x[i]
    if stop:
        break
return s
"""
    )


def test_continue() -> None:
    def body(b, i, s, t):
        cond = b.emit(operator.lt, b.getitem(x, ELEMENT_1D, i), 0.0)

        def rest(b):
            more = b.emit(operator.add, s, b.getitem(x, ELEMENT_1D, i), name="s")
            return more, b.emit(operator.add, t, more, name="t")

        return if_(b, cond, lambda b: (s, t), rest, {"s": F8, "t": F8})

    x = core.Value(VECTOR, "x")
    b = Builder()
    s, t = for_(b, (0, 3, 1), {"s": (F8, 0.0), "t": (F8, 0.0)}, body)
    f = core.Function("f", b.block((x,), (s, t)), (LEAF, LEAF))
    assert (
        body_of(check(f, X))
        == """\
s = 0.0
t = 0.0
for i in range(3):
    if x[i] < 0.0:
        continue
    s += x[i]
    t += s
return s, t
"""
    )


def test_a_swap_and_a_recurrence_are_tuple_assignments() -> None:
    def fibonacci(b, i, p, q):
        return q, b.emit(operator.add, p, q, name="q")

    def build(b, s):
        p, q = for_(b, (0, 5, 1), {"p": (F8, 0.0), "q": (F8, s)}, fibonacci)
        p, q = for_(b, (0, 3, 1), {"p": (F8, p), "q": (F8, q)}, lambda b, i, p, q: (q, p))
        return p, q

    assert (
        body_of(check(function({"s": F8}, build, (LEAF, LEAF)), np.float64(1.0)))
        == """\
p = 0.0
q = s
for i in range(5):
    p, q = q, p + q
for i in range(3):
    p, q = q, p
return p, q
"""
    )
