"""Derivatives in CPython where their formulas divide by zero: inf or nan, as in machine code."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import adgen
from adgen.generator_states import States


def _root(x):
    return math.sqrt(x)


def _power(x):
    return x**0.5


def _length(x):
    return np.float64(math.hypot(x, 0.0))


def _loop(x):
    total = 0.0
    for k in range(3):
        total += (k * x) ** 0.5
    return total


def _mean(x):
    return np.mean(x)


POINTS = [(_root, 0.0), (_power, 0.0), (_length, 0.0), (_loop, 0.0), (_mean, np.zeros(0))]


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize(("function", "x"), POINTS)
def test_derivatives_do_not_raise_where_the_function_does_not(function, x) -> None:
    value, gradient = adgen.value_and_grad(function, jit=False)(x)
    np.testing.assert_equal(value, function(x))
    assert np.shape(gradient) == np.shape(x)
    assert not np.isfinite(gradient).any()
    again, pullback = adgen.vjp(function, x, jit=False)
    np.testing.assert_equal(pullback(1.0)[0] if isinstance(pullback(1.0), tuple) else pullback(1.0),
                            gradient)  # fmt: skip
    np.testing.assert_equal(again, value)
    _, tangent = adgen.jvp(function, (x,), (np.ones_like(x)[()],), jit=False)
    assert not np.isfinite(tangent)


@pytest.mark.jit
@pytest.mark.parametrize(("function", "x"), POINTS[:4])
def test_machine_code_gives_the_same(function, x) -> None:
    np.testing.assert_equal(adgen.grad(function)(x), adgen.grad(function, jit=False)(x))


def test_where_the_function_divides_by_zero_it_raises() -> None:
    gradient = adgen.grad(lambda x: 1.0 / x, jit=False)
    with pytest.raises(ZeroDivisionError) as caught:
        gradient(0.0)
    assert "This comes from the source" in "".join(caught.value.__notes__)
    assert gradient(2.0) == -0.25


def test_with_debug_the_division_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        adgen.differentiate(_root, debug=True).grad(0.0)


def test_what_is_printed_is_printed_once(capsys) -> None:
    def told(x):
        print("x is", x)
        return math.sqrt(x)

    assert adgen.grad(told, jit=False)(0.0) == math.inf
    assert capsys.readouterr().out == "x is 0.0\n"


def test_arguments_stay_and_generators_draw_once() -> None:
    def written(x, s):
        x[0] = 2.0 * x[1]
        return np.sum(x) + math.sqrt(s)

    x = np.array([1.0, 2.0])
    found = adgen.grad(written, wrt=(0, 1), jit=False)(x, 0.0)
    np.testing.assert_array_equal(found[0], [0.0, 3.0])
    np.testing.assert_array_equal(x, [1.0, 2.0])
    assert found[1] == math.inf

    generator = np.random.default_rng(3)

    def drawn(x):
        return generator.normal() + math.sqrt(x)

    before = States([generator])
    value, _ = adgen.value_and_grad(drawn, jit=False)(0.0)
    following = generator.normal()
    before.restore()
    assert (value, following) == (generator.normal(), generator.normal())
