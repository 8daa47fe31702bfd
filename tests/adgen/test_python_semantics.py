"""Where Python raises and NumPy does not: what holds with Numba and without."""

from __future__ import annotations

import math

import numpy as np
import pytest

import adgen
from adgen.transpiler.compiler import Request, compile_source
from adgen.transpiler.ir.types import array
from adgen.transpiler.source import from_function

x = np.arange(24.0) - 7.0


def mean(x):
    return np.mean(x)


def quotient(x, y):
    return x / y


def whole(x, y):
    return x // y


def logarithm(x):
    return math.log(x)


def turned(x):
    z = x * 2.0
    y = np.transpose(z.reshape(2, 3, 4), (2, 0, 1))
    total = 0.0
    for k in range(4):
        total += y[k, 1, 2] * y[k, 0, 1]
    y[1] = 3.0 * y[2]
    y[0, 1] *= y[3, 0]
    return total + np.sum(y[1:3].sum(axis=0) ** 2) + np.sum(z**2)


def turned_in_place(x):
    y = np.transpose(x.reshape(2, 3, 4), (2, 0, 1))
    y[0, 1] *= 2.0
    return np.sum(y[:, 1] * y[:, 0])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_mean_of_nothing_is_nan_in_every_form():
    for stage in ("array", "numba"):
        text = compile_source(
            from_function(mean), {"x": array("f8", 1)}, Request("primal", stage=stage)
        ).text
        space: dict[str, object] = {}
        exec(text, space)
        assert math.isnan(space["mean"](np.zeros(0)))  # type: ignore[operator]


def test_python_raises_without_numba():
    for f, args in ((quotient, (1.0, 0.0)), (whole, (1.0, 0.0)), (whole, (1, 0))):
        with pytest.raises(ZeroDivisionError):
            adgen.differentiate(f, jit=False)(*args)
    with pytest.raises(ValueError, match="math domain error"):
        adgen.differentiate(logarithm, jit=False)(0.0)


@pytest.mark.jit
def test_numba_divides_as_numpy():
    assert adgen.differentiate(quotient)(1.0, 0.0) == math.inf
    assert adgen.differentiate(quotient)(1, 0) == math.inf
    assert adgen.differentiate(whole)(1.0, 0.0) == math.inf
    assert adgen.differentiate(logarithm)(0.0) == -math.inf
    with pytest.raises(ZeroDivisionError):
        adgen.differentiate(whole)(1, 0)


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
@pytest.mark.parametrize("function", [turned, turned_in_place])
def test_transposes_of_reshapes_are_read_and_written_through(function, jit):
    mine, theirs = x.copy(), x.copy()
    made = adgen.differentiate(function, jit=jit)
    assert made(mine) == pytest.approx(function(theirs))
    np.testing.assert_array_equal(mine, theirs)
    made.check(x)
    direction = np.cos(x)
    tangent = made.jvp((x,), (direction,))[1]
    assert tangent == pytest.approx(float(made.grad(x) @ direction))


@pytest.mark.jit
def test_the_environment_wins_over_an_explicit_jit(monkeypatch):
    monkeypatch.setenv("ADGEN_JIT", "0")
    with pytest.raises(ZeroDivisionError):
        adgen.differentiate(quotient, jit=True)(1.0, 0.0)
    monkeypatch.delenv("ADGEN_JIT")
    assert adgen.differentiate(quotient, jit=True)(1.0, 0.0) == math.inf
