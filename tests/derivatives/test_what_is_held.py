"""Derivatives that come later are those of what was given, and their functions' effects are not."""

import numpy as np
import pytest

from adgen import (
    UnsupportedSyntax,
    differentiate,
    elementwise_grad,
    grad,
    jacobian,
    linearize,
    make_hvp,
    make_jvp,
    vjp,
)

X = np.array([0.5, -1.0, 2.0])


def test_a_pullback_holds_its_arguments():
    def f(x):
        value, pullback = vjp(lambda a: np.sum(a**3), x)
        x[:] = 0.0
        return np.sum(pullback(1.0)[0] * np.array([1.0, 2.0, 3.0])) + value

    compiled = differentiate(f, jit=False)
    assert compiled(X.copy()) == pytest.approx(3 * X**2 @ [1, 2, 3] + np.sum(X**3))
    np.testing.assert_allclose(compiled.grad(X), 6 * X * [1, 2, 3] + 3 * X**2, rtol=1e-13)


def test_a_pullback_after_a_change_of_what_its_function_reads():
    def by_number(x):
        k = 2.0
        _, pullback = vjp(lambda a: np.sum(a * k), x)
        k = 3.0
        return np.sum(pullback(1.0)[0])

    def by_array(x):
        y = np.ones(3)
        _, pullback = vjp(lambda a: np.sum(a * y), x)
        y[0] = x[1]
        return np.sum(pullback(1.0)[0])

    for function in (by_number, by_array):
        with pytest.raises(UnsupportedSyntax, match="called after something that it reads"):
            grad(function, jit=False)(X)


def test_pullbacks_that_are_called_often_with_branches_and_nested_gradients():
    def f(x):
        def inner(a):
            total = 0.0
            for k in range(3):
                total += grad(lambda t, k=k: t**3 * (k + 1.0))(a[k]) if a[k] > 0.0 else a[k]
            return total

        value, pullback = vjp(inner, x)
        return np.sum(pullback(1.0)[0] * pullback(2.0)[0]) + value

    slope = np.where(X > 0, 6 * X * np.array([1.0, 2.0, 3.0]), 1.0)
    expected = 2 * 2 * slope * np.where(X > 0, 6 * np.array([1.0, 2.0, 3.0]), 0.0) + slope
    np.testing.assert_allclose(grad(f, jit=False)(X), expected, rtol=1e-12)


def writing(x, w):
    x[0] = x[0] * w[1]
    return x * x


def test_functions_that_write_to_what_they_are_differentiated_by():
    w = np.array([1.0, 3.0, 0.0])
    expected = np.diag([2 * 9 * X[0], 2 * X[1], 2 * X[2]])
    for mode in ("auto", "forward", "reverse"):
        x = X.copy()
        np.testing.assert_allclose(jacobian(writing, mode=mode, jit=False)(x, w), expected)
        np.testing.assert_array_equal(x, X)
    x = X.copy()
    np.testing.assert_allclose(elementwise_grad(writing, jit=False)(x, w), np.diag(expected))
    np.testing.assert_array_equal(x, X)


def test_what_is_called_later_at_the_front_door():
    x = X.copy()
    _, pushforward = linearize(lambda a: a**3, x, jit=False)
    push, (product, _) = make_jvp(np.square)(x), make_hvp(lambda a: np.sum(a**3))(x)
    x[:] = 0.0
    np.testing.assert_allclose(pushforward(np.ones(3)), 3 * X**2)
    np.testing.assert_allclose(push(np.ones(3))[1], 2 * X)
    np.testing.assert_allclose(product(np.ones(3)), 6 * X)


def test_prints_are_made_once(capsys):
    def inner(t):
        print("inner", t)
        return t**3

    def f(x):
        return grad(inner)(x) ** 2

    assert grad(f, jit=False)(2.0) == pytest.approx(288.0)
    assert capsys.readouterr().out == "inner 2.0\n"
