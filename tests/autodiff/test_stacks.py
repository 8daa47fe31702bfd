"""Stacks of the program itself: their cotangents wait on stacks of their own."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from adgen.transpiler.autodiff import gradient
from adgen.transpiler.compiler import PASSES
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Slot, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import F8, INT
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.dead_code import eliminate_dead_code
from adgen.transpiler.primitives.builder import Builder


def down_and_up(used: bool = True) -> Function:
    """Pushes ``x, x**2, …``, then pops them into ``t = t * 0.5 + popped``."""
    x, n = Value(F8, "x"), Value(INT, "n")
    slot = Slot("stack", F8, "x_stack")
    b = Builder()
    b.effect(core.DECLARE, slot=slot)
    power, index = Value(F8, "power"), Value(INT, "i")
    down = b.inner()
    after = down.emit(operator.mul, power, x)
    down.effect(core.SAVE, after, slot=slot)
    body = down.block((index, power), (after,))
    b.region(core.FOR, (0, n, 1, 1.0), (body,), (F8,), label=core.new_label())
    total, level = Value(F8, "total"), Value(INT, "i")
    up = b.inner()
    half = up.emit(operator.mul, total, 0.5)
    popped = up.emit(core.LOAD, slot=slot)
    end = up.emit(operator.add, half, popped if used else x)
    body = up.block((level, total), (end,))
    (result,) = b.region(core.FOR, (0, n, 1, 0.0), (body,), (F8,), label=core.new_label())
    return Function("f", b.block((x, n), (result,)))


def python(x: float, n: int) -> float:
    total = 0.0
    for k in range(n, 0, -1):
        total = total * 0.5 + x**k
    return total


@pytest.mark.parametrize("n", [0, 1, 5])
def test_gradient_tangent_and_second_derivative(n: int) -> None:
    function = down_and_up()
    verify(function)
    x, step = 0.8, 1e-6
    slope = (python(x + step, n) - python(x - step, n)) / (2 * step)
    joint = gradient.value_and_grad(function, (0,), PASSES)
    verify(joint)
    np.testing.assert_allclose(interpret(joint, x, n), (python(x, n), slope), rtol=1e-8)
    jvp = gradient.jvp(function, (0,), PASSES)
    np.testing.assert_allclose(interpret(jvp, x, n, 2.0)[1], 2.0 * slope, rtol=1e-8)
    hvp = gradient.hvp(function, (0,), PASSES)
    curvature = sum(0.5 ** (k - 1) * k * (k - 1) * x ** (k - 2) for k in range(1, n + 1))
    np.testing.assert_allclose(interpret(hvp, x, n, 1.0)[0], curvature, rtol=1e-8)


def test_a_stack_whose_values_nobody_reads_goes() -> None:
    ops = core.walk(eliminate_dead_code(down_and_up(used=False)).body)
    assert not any("slot" in op.attrs for _, op in ops)
