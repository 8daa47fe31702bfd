"""How values are written: constants, shapes, conversions, names, comments, long lines."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest

from adgen.transpiler.emit.layout import fit
from adgen.transpiler.emit.module import emit_module
from adgen.transpiler.emit.style import Style
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import LEAF, Function, Value
from adgen.transpiler.ir.paths import ELEMENT_1D, FULL, INT, NEW, Index, Slice, Transpose
from adgen.transpiler.ir.templates import Error
from adgen.transpiler.ir.types import BOOL, F8, FLOAT, Scalar
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.span import Span
from tests.emit.programs import MATRIX, VECTOR, for_, function, if_
from tests.emit.running import body_of, check, compiled

X = np.array([1.0, 2.0, 3.0])
A = np.arange(6.0).reshape(2, 3)


def last_line(f: Function, *args, numba: bool = False) -> str:
    return body_of(check(f, *args, numba=numba)).splitlines()[-1].removeprefix("return ")


@pytest.mark.parametrize(
    "value, text",
    [
        (2.0, "2.0"), (-1.5, "-1.5"), (1e-05, "1e-05"), (math.inf, "np.inf"), (7, "7"),
        (-math.inf, "-np.inf"), (-0.0, "-0.0"), (np.float64(0.1), "0.1"), (True, "True"),
        (np.float32(0.5), "np.float32(0.5)"), (-3, "-3"), (math.nan, "np.nan"),
    ],
)  # fmt: skip
def test_constants_are_spelled_exactly(value, text) -> None:
    f = function({"s": F8}, lambda b, s: (value,))
    out = emit_module([f], Style())
    assert out.splitlines()[-1] == f"    return {text}"
    found = compiled(out)["f"](1.0)
    np.testing.assert_equal(found, value)
    assert math.copysign(1, found) == math.copysign(1, value) or math.isnan(value)


def test_zeros_take_the_shape_of_an_array_or_named_extents() -> None:
    f = function({"x": MATRIX}, lambda b, x: (b.zeros_like(x),))
    assert last_line(f, A) == "np.zeros_like(x)"
    assert last_line(f, A, numba=True) == "zeros_2d(x.shape[0], x.shape[1])"

    def named(b, x):
        n, m = b.dims(x)
        z = b.emit(core.ZEROS, m, n, dtype=np.float32)
        return z, n

    f = function({"x": MATRIX}, named, (LEAF, LEAF))
    assert (
        body_of(check(f, A))
        == """\
n, m = x.shape
return np.zeros((m, n), dtype=np.float32), n
"""
    )


def test_extents_read_apart_come_together() -> None:
    def build(b, x):
        n = b.emit(core.DIM, x, axis=0)

        def outer(b, i, s):
            return for_(b, (0, m, 1), {"s": (INTEGER, s)},
                        lambda b, j, s: (b.emit(operator.add, s, j),), index="j")  # fmt: skip

        m = b.emit(core.DIM, x, axis=1)
        (s,) = for_(b, (0, n, 1), {"s": (INTEGER, 0)}, outer)
        return s, n

    f = function({"x": MATRIX}, build, (LEAF, LEAF))
    assert body_of(check(f, A)).splitlines()[:2] == ["n, m = x.shape", "s = 0"]


def test_selections() -> None:
    cases = [
        ((Index((INT, INT)),), (0, -1), "x[0, -1]"),
        ((Index((INT, FULL)),), (1,), "x[1]"),
        ((Index((FULL, INT)),), (1,), "x[:, 1]"),
        ((Index((FULL, FULL)),), (), "x[:]"),
        ((Index((Slice(start=True, stop=True), Slice(step=True))),), (1, 2, -1), "x[1:2, ::-1]"),
        ((Index((NEW, FULL, FULL)),), (), "x[np.newaxis, :, :]"),
        ((Transpose((1, 0)), Index((INT, FULL))), (0,), "x.T[0]"),
        ((Index((NEW, FULL, FULL)), Transpose((1, 0, 2))), (),
         "np.transpose(x[np.newaxis, :, :], (1, 0, 2))"),
    ]  # fmt: skip
    for path, index, text in cases:
        f = function({"x": MATRIX}, lambda b, x, p=path, ix=index: (b.getitem(x, p, *ix),))
        assert last_line(f, A) == text


def test_reductions_and_broadcasts() -> None:
    def sums(b, x):
        return (
            b.emit(np.sum, x, axis=(0, 1), keepdims=False),
            b.emit(np.max, x, axis=(1,), keepdims=False),
            b.emit(np.mean, x, axis=(0,), keepdims=True),
            b.emit(core.SUMTO, x, axes=(0,), keep=()),
            b.emit(core.SUMTO, x, axes=(0, 1), keep=(1,)),
            b.emit(core.BROADCAST, 1.0, *b.dims(x), ones=(False, False)),
        )

    f = function({"x": MATRIX}, sums, (LEAF,) * 6)
    text = check(f, A)
    for part in (
        "np.sum(x)", "np.max(x, axis=1)", "np.mean(x, axis=0, keepdims=True)",
        "np.sum(x, axis=0)", "np.sum(np.sum(x, axis=1, keepdims=True), axis=0)",
        "np.broadcast_to(1.0, x.shape)",
    ):  # fmt: skip
        assert part in text


def test_conversions_and_range_lengths() -> None:
    def build(b, n, s):
        return (
            b.emit(core.CAST, s, type=INTEGER),
            b.emit(core.RANGELEN, 0, n, 1),
            b.emit(core.RANGELEN, 1, n, 1),
            b.emit(core.RANGELEN, 10, n, -2),
        )

    f = function({"n": INTEGER, "s": F8}, build, (LEAF,) * 4)
    check(f, -4, np.float64(1.5))
    assert body_of(check(f, 3, np.float64(-1.5))) == (
        "return int(s), max(n, 0), max(n - 1, 0), len(range(10, n, -2))\n"
    )


def test_checks_and_prints() -> None:
    def build(b, x, n):
        b.effect(core.GUARD, b.emit(core.DIM, x, axis=0), n)
        cond = b.emit(operator.gt, n, 0)
        b.effect(core.ASSERT, cond, error=Error(AssertionError, ("no rows",)))
        b.effect(core.ASSERT, b.emit(operator.ne, n, 7), error=Error(ValueError, ("seven",)))
        b.effect(core.PRINT, n, template=("n =", None), ends={"end": ""})
        return (n,)

    f = function({"x": VECTOR, "n": INTEGER}, build)
    text = check(f, X, 3)
    assert (
        body_of(text)
        == """\
if x.shape[0] != n:
    raise ValueError("operands could not be broadcast together")
assert n > 0, "no rows"
if n == 7:
    raise ValueError("seven")
print("n =", n, end="")
return n
"""
    )
    with pytest.raises(ValueError, match="broadcast"):
        compiled(text)["f"](X, 4)


def test_single_precision_for_numba() -> None:
    f4 = Scalar(np.dtype(np.float32))

    def build(b, s, r):
        double = b.emit(operator.mul, s, 2.0)
        third = b.emit(operator.add, double, r)
        return b.emit(operator.pow, third, 2), b.emit(operator.lt, s, 0.1)

    f = function({"s": f4, "r": FLOAT}, build, (LEAF, LEAF))
    args = np.float32(0.3), 0.7
    assert "(s * np.float32(2.0) + np.float32(r)) ** 2" in check(f, *args, numba=True)
    assert "s < np.float32(0.1)" in check(f, *args, numba=True)
    assert "(s * 2.0 + r) ** 2" in check(f, *args)


def test_sums_whose_order_is_free() -> None:
    def build(b, x):
        w = b.emit(core.ZEROS, 3, dtype=np.float64, name="w")

        def body(b, i, s, w):
            value = b.getitem(x, ELEMENT_1D, i)
            total = b.emit(operator.add, s, value, name="s", reassoc=True)
            w = b.add(core.Op(core.ADDITEM, (w, value, 0), {"path": ELEMENT_1D, "reassoc": True},
                              (), (Value(VECTOR, "w"),))).result  # fmt: skip
            return total, w

        return for_(b, (0, 3, 1), {"s": (F8, 0.0), "w": (VECTOR, w)}, body)

    f = function({"x": VECTOR}, build, (LEAF, LEAF))
    text = check(f, X, numba=True)
    assert "from adgen.runtime.kernels import radd" in text
    assert "s = radd(s, t)" in text and "w[0] = radd(w[0], t)" in text
    assert "radd" not in check(f, X)


def test_names_shadow_nothing() -> None:
    def build(b, x, s):
        total = b.emit(operator.mul, s, 2.0, name="sum")
        np_ = b.emit(operator.mul, total, s, name="np")
        again = b.emit(operator.add, np_, total, name="x")
        last = b.emit(operator.mul, again, b.getitem(x, ELEMENT_1D, 0), name="lambda")
        return last, total

    text = check(function({"x": VECTOR, "s": F8}, build, (LEAF, LEAF)), X, np.float64(3.0))
    assert (
        body_of(text)
        == """\
sum_ = s * 2.0
np_ = sum_ * s
x2 = np_ + sum_
lambda_ = x2 * x[0]
return lambda_, sum_
"""
    )


def test_a_select_of_numpy_is_a_conditional_expression_for_scalars() -> None:
    def build(b, s):
        cond = b.emit(operator.lt, s, 0.0)
        return (b.emit(np.where, cond, s, 1.0),)

    assert last_line(function({"s": F8}, build), np.float64(-1.0)) == "s if s < 0.0 else 1.0"


def test_a_comment_names_the_line_whose_adjoint_follows() -> None:
    def build(b, x, g):
        b.role = core.ADJOINT
        lines = ["y = np.sin(x) * x", "return y"]
        spans = [Span("f.py", k, 0, k, len(t), f"    {t}") for k, t in enumerate(lines, 1)]
        b.span = spans[1]
        bar = b.emit(operator.mul, g, 2.0, name="y_bar")
        b.span = spans[0]
        part = b.emit(operator.mul, bar, b.emit(np.sin, x), name="x_bar")
        return (b.emit(operator.add, part, bar, name="x_bar"),)

    f = function({"x": F8, "g": F8}, build)
    assert (
        body_of(check(f, np.float64(1.0), np.float64(2.0)))
        == """\
# adjoint of: return y
y_bar = g * 2.0
# adjoint of: y = np.sin(x) * x
x_bar = y_bar * np.sin(x)
x_bar += y_bar
return x_bar
"""
    )


def test_docstring_header_and_structure() -> None:
    s = Value(F8, "s")
    f = Function("f", Builder().block((s,), (s, 1.0, s)), (LEAF, (LEAF, LEAF)),
                 doc='Adds.\n\nOver """two""" lines.')  # fmt: skip
    text = emit_module([f], Style(), header="for s: f8\nby adgen")
    assert (
        text
        == '''\
# for s: f8
# by adgen


def f(s):
    """Adds.

    Over \\"\\"\\"two\\"\\"\\" lines.
    """
    return s, (1.0, s)
'''
    )
    assert compiled(text)["f"](2.0) == (2.0, (1.0, 2.0))


@pytest.mark.parametrize("doc", ['"', 'Ends with "quotes"', 'a \\" b\\', '"""', 'x\\"""y"'])
def test_docstrings_that_end_with_quotes_and_backslashes(doc: str) -> None:
    s = Value(F8, "s")
    text = emit_module([Function("f", Builder().block((s,), (s,)), LEAF, doc=doc)], Style())
    assert compiled(text)["f"].__doc__ == doc


def test_long_expressions_get_lines_of_their_own() -> None:
    def build(b, s):
        total = s
        for k in range(30):
            total = b.emit(operator.add, total, b.emit(np.sin, b.emit(operator.mul, s, k + 1.5)))
        return (total,)

    text = check(function({"s": F8}, build), np.float64(1.0))
    assert max(len(line) for line in text.splitlines()) <= 88
    assert 4 < len(text.splitlines()) < 20


def test_long_lines_are_broken_at_commas() -> None:
    names = ", ".join(f"argument_{k}" for k in range(12))
    for line in (f"def f({names}):\n    pass\n", f"x = g(1, ({names}), 2)\n", f"{names} = r\n"):
        broken = fit(line)
        assert max(len(row) for row in broken.splitlines()) <= 88
        assert broken.count("\n") > line.count("\n")
    product = " * ".join(f"factor_{k}" for k in range(7))
    assert fit(f"value_of_the_whole[i] += {product}\n") == (
        f"value_of_the_whole[i] += (\n    {product}\n)\n"
    )
    tests = [f"extent_{k} != other_{k}" for k in range(7)]
    broken = fit(f"if {' or '.join(tests)}:\n    pass\n")
    assert broken == (
        f"if (\n    {' or '.join(tests[:3])}\n    or {' or '.join(tests[3:6])}\n"
        f"    or {tests[6]}\n):\n    pass\n"
    )
    assert fit("x = 1\n") == "x = 1\n"
    assert fit("def f():\n    return x,\n") == "def f():\n    return (x,)\n"


def test_flags_and_integers_keep_their_types() -> None:
    def build(b, s):
        cond = b.emit(operator.lt, s, 0.0, name="low")
        y, flag = if_(b, cond, lambda b: (0, True), lambda b: (s, False), {"y": F8, "ok": BOOL})
        return y, flag

    text = check(function({"s": F8}, build, (LEAF, LEAF)), np.float64(-1.0))
    assert "y = 0.0" in text and "ok = True" in text
