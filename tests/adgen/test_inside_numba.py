"""Differentiable objects in functions that the user compiles with Numba."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import namedtuple

import numpy as np
import pytest

import adgen
from tests.adgen.functions import compiled_loss, data, fourth, smooth

pytestmark = pytest.mark.jit


def test_a_whole_descent_is_one_compiled_function():
    from numba import njit

    @njit
    def descend(w, b, X, y, steps):
        value = 0.0
        for _ in range(steps):
            value, (w_bar, b_bar) = compiled_loss.value_and_grad(w, b, X, y)
            w_again, _ = compiled_loss.grad(w, b, X, y)
            w = w - 0.25 * (w_bar + w_again)
            b = b - 0.5 * b_bar
        return w, b, value, compiled_loss(w, b, X, y)

    w, b, X, y = data()
    found = descend(w, b, X, y, 5)
    value = 0.0
    for _ in range(5):
        value, (w_bar, b_bar) = compiled_loss.value_and_grad(w, b, X, y)
        w, b = w - 0.5 * w_bar, b - 0.5 * b_bar
    np.testing.assert_allclose(found[0], w, rtol=1e-12)
    assert found[1:] == pytest.approx((b, value, compiled_loss(w, b, X, y)), rel=1e-12)


def test_mutation_defaults_tuples_and_captured_arrays():
    from numba import njit

    weights = np.array([1.0, 2.0, 3.0])
    change = adgen.differentiate(smooth)
    weighted = adgen.differentiate(lambda x, scale=2.0: np.sum(x * weights) * scale)
    nested = adgen.differentiate(lambda p, x: p[0] * x + p[1])

    @njit
    def run(u, x):
        return change(u, 0.1, 2), weighted.grad(x), weighted(x, 1.0), nested.grad((2.0, 3.0), 5.0)

    ours, theirs = np.arange(6.0) ** 2, np.arange(6.0) ** 2
    value, x_bar, total, p_bar = run(ours, np.ones(3))
    assert value == pytest.approx(smooth(theirs, 0.1, 2))
    np.testing.assert_allclose(ours, theirs)
    np.testing.assert_array_equal(x_bar, 2.0 * weights)
    assert (total, p_bar) == (6.0, (5.0, 1.0))


def test_objects_as_arguments_and_higher_derivatives():
    from numba import njit

    @njit
    def slope(f, x):
        return f.grad(x)

    assert slope(adgen.differentiate(fourth), 2.0) == 32.0
    assert slope(adgen.differentiate(lambda t: t * t), 2.0) == 4.0
    second = adgen.grad(adgen.grad(fourth))

    @njit
    def curvature(x):
        return second(x)

    assert curvature(2.0) == 48.0


def test_closures_over_the_same_text_are_told_apart():
    from numba import njit

    def make(factor):
        return adgen.differentiate(lambda x: factor * x)

    double, triple = make(2.0), make(3.0)

    @njit
    def both(x):
        return double(x), triple(x), double.grad(x), triple.grad(x)

    assert both(1.0) == (2.0, 3.0, 2.0, 3.0)


def test_an_unknown_member_is_an_ordinary_typing_error():
    from numba import njit
    from numba.core.errors import TypingError

    @njit
    def wrong(x):
        return compiled_loss.gradient(x)

    with pytest.raises(TypingError, match="gradient"):
        wrong(1.0)
    product = adgen.hvp(fourth)

    @njit
    def curvature(x):
        return product(x, 1.0)

    with pytest.raises(TypingError, match="product"):
        curvature(2.0)


def test_a_cached_caller_is_right_in_the_next_process(tmp_path):
    script = tmp_path / "caller.py"
    script.write_text(
        "from numba import njit\n"
        "import adgen\n"
        "@adgen.differentiate\n"
        "def cube(x):\n"
        "    return x ** 3\n"
        "@njit(cache=True)\n"
        "def twice(f, x):\n"
        "    return 2.0 * f.grad(x) + cube.grad(x)\n"
        "print(twice(cube, 2.0), sum(twice.stats.cache_hits.values()))\n"
    )
    env = dict(os.environ, ADGEN_CACHE_DIR=str(tmp_path / "cache"))
    outputs = [
        subprocess.run([sys.executable, str(script)], capture_output=True, env=env, text=True)
        for _ in range(2)
    ]
    assert [run.stdout for run in outputs] == ["36.0 0\n", "36.0 1\n"], outputs


Layer = namedtuple("Layer", "W b")


def test_named_tuples_go_in_and_come_out():
    from numba import njit

    squared = adgen.differentiate(lambda layer, x: np.sum((layer.W * x + layer.b) ** 2), jit=True)
    report = adgen.differentiate(lambda layer, x: (Layer(layer.W * x, x), None, "text", 3))

    @njit
    def both(layer, x):
        found = squared.grad(layer, x)
        return found.W, found.b, squared(layer, x), report(layer, x)[0].W, report(layer, x)[2]

    W, x = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    W_bar, b_bar, value, scaled, text = both(Layer(W, 0.5), x)
    inner = W * x + 0.5
    np.testing.assert_allclose(W_bar, 2.0 * inner * x)
    assert b_bar == pytest.approx(2.0 * inner.sum())
    assert value == pytest.approx(np.sum(inner**2))
    np.testing.assert_allclose(scaled, W * x)
    assert text == "text"


def test_results_in_other_containers_are_refused():
    from numba import njit
    from numba.core.errors import TypingError

    for function in (lambda x: {"x": x}, lambda x: (x, [x])):
        made = adgen.differentiate(function)

        @njit
        def call(x, made=made):
            return made(x)

        with pytest.raises((TypingError, adgen.UnsupportedError), match="is no result"):
            call(2.0)
