"""What is emitted for Numba compiles, and gives what CPython gives."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from adgen.transpiler.emit.module import emit_module
from adgen.transpiler.emit.style import Style
from adgen.transpiler.frontend.lower import lower
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import LEAF, Function, Slot, Value
from adgen.transpiler.ir.paths import ELEMENT_1D
from adgen.transpiler.ir.types import F8, Scalar
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.source import from_function
from tests.emit import test_lowered
from tests.emit.programs import VECTOR, for_, function, if_, logistic
from tests.emit.running import compiled
from tests.emit.test_slots import split_pair, stacked

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.jit
X = np.array([1.0, 2.0, 3.0])


def same(f: Function, *args: object) -> str:
    """Compile a function and compare with CPython; its text."""
    text = emit_module([f], Style(numba=True))
    plain = compiled(text)[f.name]
    fast = numba.njit(plain, error_model="numpy")
    given, kept = [np.copy(a) if np.ndim(a) else a for a in args], list(args)
    found, expected = fast(*given), plain(*kept)
    np.testing.assert_allclose(*(np.hstack(_flat(r)) for r in (found, expected)), rtol=1e-12)
    for after, want in zip(given, kept, strict=True):
        np.testing.assert_array_equal(after, want)
    return text


def _flat(result):
    parts = result if isinstance(result, tuple) else (() if result is None else (result,))
    return [np.zeros(0), *(np.ravel(part) for part in parts)]


def test_a_loss() -> None:
    rng = np.random.default_rng(0)
    same(logistic(), rng.normal(size=2), 0.5, rng.normal(size=(3, 2)), np.ones(3))


@pytest.mark.parametrize("kind", [F8, VECTOR], ids=["numbers", "arrays"])
def test_stacks_grow(kind) -> None:
    x = Value(kind, "x")
    b, g = stacked(kind, x)
    same(Function("f", b.block((x,), (g,))), 1.0 if kind == F8 else X)


def test_rows_are_saved_and_parameters_written_back_by_loops() -> None:
    slot = Slot("tape", VECTOR, "u_saved")

    def build(b, x, y):
        b.effect(core.DECLARE, 2, b.emit(core.DIM, x, axis=0), slot=slot)

        def forward(b, t, u):
            b.effect(core.SAVE, u, t, slot=slot)
            return (b.setitem(u, 0.0, ELEMENT_1D, t),)

        def backward(b, t, s):
            row = b.emit(core.LOAD, t, slot=slot, name="row")
            return (b.emit(operator.add, s, b.getitem(row, ELEMENT_1D, t), name="s"),)

        u = b.emit(core.COPY, y, name="u")
        (u,) = for_(b, (0, 2, 1), {"u": (VECTOR, u)}, forward, index="t")
        (s,) = for_(b, (1, -1, -1), {"s": (F8, 0.0)}, backward, index="t")
        return s, u

    text = same(function({"x": VECTOR, "y": VECTOR}, build, writes=(0,)), X, X + 1.0)
    assert "x[i2] = u[i2]" in text or "x[i] = u[i]" in text
    assert "[:]" not in text


def test_swapped_buffers_and_single_precision() -> None:
    f4 = Scalar(np.dtype(np.float32))

    def step(b, t, u, v, r):
        u = b.setitem(u, b.emit(operator.mul, b.getitem(v, ELEMENT_1D, 0), 0.5), ELEMENT_1D, t)
        return v, u, b.emit(operator.mul, r, 0.1, name="r")

    def build(b, x, r):
        u, v = b.emit(core.COPY, x, name="u"), b.zeros_like(x, "v")
        return for_(b, (0, 3, 1), {"u": (VECTOR, u), "v": (VECTOR, v), "r": (f4, r)}, step)

    f = function({"x": VECTOR, "r": f4}, build, (LEAF,) * 3)
    same(f, X, np.float32(0.3))
    fast = numba.njit(compiled(emit_module([f], Style(numba=True)))["f"])
    assert isinstance(fast.nopython_signatures, list)
    fast(X, np.float32(0.3))
    (signature,) = fast.nopython_signatures
    assert signature.return_type[2] == numba.float32


def test_an_exit_from_two_loops() -> None:
    def outer(b, i, s):
        def inner(b, j, s):
            more = b.emit(operator.add, s, b.emit(operator.mul, i, j), name="s")
            return b.emit(operator.gt, more, 5.0), more

        (s,) = for_(b, (0, n, 1), {"s": (F8, s)}, inner, index="j", exits=True)
        return b.emit(operator.gt, s, 5.0), s

    from adgen.transpiler.primitives.builder import Builder

    b, n = Builder(), Value(INTEGER, "n")
    (s,) = for_(b, (0, n, 1), {"s": (F8, 0.0)}, outer, exits=True)
    same(Function("f", b.block((n,), (s,))), 4)


def test_a_pair_with_a_local_and_a_stack() -> None:
    names = compiled(emit_module(split_pair(("local", "tape", "stack")), Style(numba=True)))
    forward = numba.njit(names["f_forward"])
    backward = numba.njit(names["f_backward"])
    for s in (2.0, 9.0):
        _, residuals = forward(X, s)
        expected = 1.0 + X * s + 2 * s if s < 5.0 else X * s
        for _ in range(2):
            np.testing.assert_allclose(backward(residuals, np.ones(3))[0], expected)


def test_a_value_of_one_arm() -> None:
    def build(b, s):
        slot = Slot("local", F8, "t_saved")
        cond = b.emit(operator.gt, s, 0.0, name="positive")

        def save(b):
            b.effect(core.SAVE, b.emit(np.sin, s), slot=slot)
            return ()

        if_(b, cond, save, lambda b: (), {})
        return if_(b, cond, lambda b: (b.emit(core.LOAD, slot=slot),), lambda b: (0.0,), {"y": F8})

    f = function({"s": F8}, build)
    same(f, 1.0)
    same(f, -1.0)


@pytest.mark.parametrize("name", ["search", "early", "collatz"])
def test_jumps(name: str) -> None:
    function, types, args = next(c for c in test_lowered.CASES if c[0].__name__ == name)
    text = emit_module([lower(from_function(function), types)], Style(numba=True))
    fast = numba.njit(compiled(text)[name], error_model="numpy")
    assert fast(*args) == pytest.approx(function(*args))
