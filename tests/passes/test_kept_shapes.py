"""Carried arrays that are guessed to keep their shape: tapes, and what a wrong guess costs."""

import numpy as np
import pytest

import adgen
from adgen.transpiler.compiler import prepare
from adgen.transpiler.ir import core
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.guards import guesses
from adgen.transpiler.passes.kept_shapes import guess_kept_shapes
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function

RANDOM = np.random.default_rng(0)
W, X = RANDOM.normal(size=(3, 3)), RANDOM.normal(size=(4, 3))


def recurrent(W, X):
    h = np.zeros(3)
    for t in range(X.shape[0]):
        h = np.tanh(W @ h + X[t])
    return np.sum(h * h)


def shrinking(x, steps):
    for _ in range(steps):
        x = x[1:] * x[:-1]
    return np.sum(x)


def plain(x, steps):
    for _ in range(steps):
        x = np.sin(x)
    return np.sum(x)


def gated(z, c):
    for _ in range(3):
        c = np.tanh(z[:2]) * c + z[2:]
    return np.sum(c)


def lowered(function, *args):
    names = function.__code__.co_varnames
    arguments = {name: argument_of(value) for name, value in zip(names, args, strict=False)}
    return prepare(from_function(function), arguments, speculates=False)


def guards(function):
    return [
        op for _, op in core.walk(function.body)
        if op.callee == core.GUARD and "kept" in op.attrs
    ]  # fmt: skip


def test_what_a_trip_leaves_is_compared_with_the_start():
    before = lowered(recurrent, W, X)
    after = guess_kept_shapes(before)
    verify(after)
    assert not guesses(before)
    assert guesses(after)
    (guard,) = guards(after)
    assert guard in after.body.ops
    assert interpret(after, W, X) == interpret(before, W, X)
    assert len(guards(guess_kept_shapes(after))) == 1  # once is enough


def test_nothing_is_guessed_of_what_is_known():
    assert not guards(guess_kept_shapes(lowered(plain, X[0], 3)))


def test_nothing_is_guessed_of_lengths_that_change():
    assert not guards(guess_kept_shapes(lowered(shrinking, X[0], 2)))


def test_an_operand_whose_length_is_known_decides():
    assert not guards(guess_kept_shapes(lowered(gated, X[0][[0, 1, 2, 0]], X[0][:2])))


def test_residuals_go_to_a_tape():
    text = adgen.differentiate(recurrent, (0, 1), jit=False).source(W, X)
    assert "append" not in text
    assert "if 3 != n:" in text or "if 3 != n2:" in text


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_a_wrong_guess_is_taken_back(jit):
    def once(W, x, steps):
        h = x
        for _ in range(steps):
            h = np.tanh(W @ h)
        return np.sum(h)

    wide, x = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=3)
    f = adgen.value_and_grad(once, (0, 1), jit=jit)
    value, (wide_bar, x_bar) = f(wide, x, 1)
    y = np.tanh(wide @ x)
    np.testing.assert_allclose(value, np.sum(y), rtol=1e-13)
    np.testing.assert_allclose(wide_bar, np.outer(1 - y * y, x), rtol=1e-12)
    np.testing.assert_allclose(x_bar, (1 - y * y) @ wide, rtol=1e-12)
    value, (wide_bar, x_bar) = f(wide, x, 0)
    assert value == np.sum(x)
    np.testing.assert_array_equal(x_bar, np.ones(3))
    with pytest.raises(ValueError, match="matmul|broadcast"):
        f(wide, x, 2)
    square = W
    value, _ = f(square, x, 2)
    np.testing.assert_allclose(value, np.sum(np.tanh(W @ np.tanh(W @ x))), rtol=1e-13)


def test_tangents():
    f = adgen.differentiate(recurrent, (0,), jit=False)
    direction = RANDOM.normal(size=W.shape)
    _, tangent = adgen.jvp(recurrent, (W, X), (direction, np.zeros_like(X)), jit=False)
    step = 1e-6
    up, down = recurrent(W + step * direction, X), recurrent(W - step * direction, X)
    np.testing.assert_allclose(tangent, (up - down) / (2 * step), rtol=1e-6)
    gradient = f.grad(W, X)
    np.testing.assert_allclose(np.sum(gradient * direction), tangent, rtol=1e-10)


def gates(W, x):
    h, c = np.zeros(2), np.zeros(2)
    for t in range(x.shape[0]):
        z = W @ h + x[t]
        c = np.tanh(z[:2]) * c + np.tanh(z[2:4])
        h = np.tanh(z[4:]) * np.tanh(c)
    return np.sum(h)


def test_slices_have_known_lengths():
    args = RANDOM.normal(size=(6, 2)), RANDOM.normal(size=(4, 6))
    text = adgen.differentiate(gates, (0, 1), jit=False).source(*args)
    assert "append" not in text
    adgen.check_grads(gates, wrt=(0, 1), jit=False)(*args)
