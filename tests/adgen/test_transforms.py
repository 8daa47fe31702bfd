"""Each transform gives what calculus says, with CPython and with Numba."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

import adgen
from tests.adgen.functions import data, fourth, loss, rotate, scaled, smooth, square_sum

both = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])


@both
def test_wrt_by_position_name_and_tuple(jit):
    args = data()
    by_position = adgen.grad(loss, 1, jit=jit)(*args)
    assert adgen.grad(loss, "b", jit=jit)(*args) == by_position
    w_bar, b_bar = adgen.grad(loss, wrt=("w", -3), jit=jit)(*args)
    assert w_bar.shape == (3,) and b_bar == pytest.approx(by_position)
    (only,) = adgen.grad(loss, wrt=("b",), jit=jit)(*args)
    assert only == by_position
    value, gradient = adgen.value_and_grad(loss, jit=jit)(*args)
    assert value == pytest.approx(loss(*args), rel=1e-14)
    np.testing.assert_allclose(gradient, w_bar, rtol=1e-14)


@both
def test_the_object_calls_like_the_function(jit):
    f = adgen.differentiate(scaled, jit=jit)
    for args, kwargs in [((3.0,), {}), ((3.0, "two"), {"scale": 0.5}), ((), {"x": 2.0})]:
        assert f(*args, **kwargs) == scaled(*args, **kwargs)
    assert f.grad(3.0, power="two", scale=1.0) == 6.0
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        f()


@both
def test_pullbacks(jit):
    value, pullback = adgen.vjp(rotate, 1.0, 2.0, 0.3, jit=jit)
    assert value == pytest.approx(rotate(1.0, 2.0, 0.3))
    c, s = np.cos(0.3), np.sin(0.3)
    for _ in range(2):  # a pullback may be called again
        assert pullback((1.0, 0.0)) == pytest.approx((c, -s, -s - 2.0 * c))
    with pytest.raises(ValueError, match="nests like the value"):
        pullback(1.0)
    f = adgen.differentiate(square_sum, jit=jit)
    x = np.arange(3.0)
    _, pullback = f.vjp(x)
    x[:] = 100.0  # the caller's array may change before the pullback runs
    np.testing.assert_array_equal(pullback(2.0), [0.0, 4.0, 8.0])


@both
def test_a_pullback_without_residuals(jit):
    value, pullback = adgen.vjp(lambda x, y: (2.0 * x, x - y), 3.0, 4.0, jit=jit)
    assert value == (6.0, -1.0)
    assert pullback((10.0, 1.0)) == (21.0, -1.0)


@both
def test_forward_mode(jit):
    x, v = np.arange(3.0), np.array([1.0, 0.0, -1.0])
    assert adgen.jvp(square_sum, (x,), (v,), jit=jit) == (5.0, -4.0)
    value, tangent = adgen.jvp(rotate, (1.0, 2.0, 0.3), (1.0, None, 0), jit=jit)
    assert tangent == pytest.approx((np.cos(0.3), np.sin(0.3)))
    with pytest.raises(ValueError, match="2 tangents for 1 arguments"):
        adgen.jvp(square_sum, (x,), (v, v), jit=jit)
    with pytest.raises(ValueError, match=r"tangent for `x` has shape \(2,\), it should be \(3,\)"):
        adgen.jvp(square_sum, (x,), (v[:2],), jit=jit)


@both
def test_hessian_products(jit):
    x, v = np.arange(3.0), np.array([1.0, 0.0, -1.0])
    np.testing.assert_allclose(adgen.hvp(square_sum, jit=jit)(x, v), 2.0 * v)
    w_dot, b_dot = adgen.hvp(loss, ("w", "b"), jit=jit)(*data(), (np.ones(3), 1.0))
    assert w_dot.shape == (3,) and isinstance(b_dot, float)
    with pytest.raises(ValueError, match=r"has shape \(2, 3\), it should be"):
        adgen.hvp(square_sum, jit=jit)(x, (v, v))


@both
def test_grad_of_grad(jit):
    second = adgen.grad(adgen.grad(fourth, jit=jit))
    assert second(2.0) == 48.0
    assert adgen.grad(second)(2.0) == 48.0
    assert adgen.value_and_grad(adgen.grad(fourth, jit=jit))(2.0) == (32.0, 48.0)


def test_grad_of_grad_of_an_array_points_to_hvp():
    with pytest.raises(adgen.NotDifferentiable, match="hvp"):
        adgen.grad(adgen.grad(square_sum, jit=False))(np.ones(3))
    with pytest.raises(adgen.NotDifferentiable, match="hvp"):
        adgen.grad(adgen.value_and_grad(fourth, jit=False))
    with pytest.raises(adgen.NotDifferentiable, match="hvp"):
        adgen.grad(adgen.grad(rotate, ("x", "y"), jit=False), ("x", "y"))


@both
def test_gradient_of_a_differentiable_object_uses_its_wrt(jit):
    f = adgen.differentiate(loss, ("w", "b"), jit=jit)
    w_bar, b_bar = adgen.grad(f)(*data())
    assert adgen.grad(f, "b")(*data()) == b_bar
    assert adgen.grad(f) is f.grad


@both
def test_checks(jit):
    adgen.check_grads(loss, ("w", "b"), jit=jit)(*data())
    adgen.check_grads(rotate, (0, 1, 2), jit=jit)(1.0, 2.0, 0.3)
    adgen.check_grads(smooth, ("u", "kappa"), jit=jit)(np.linspace(0.0, 1.0, 7), 0.1, 3)
    adgen.check_grads(square_sum, jit=jit)(np.ones(3, np.float32))


def test_a_wrong_derivative_is_found():
    f = adgen.differentiate(lambda x: x if x > 0.0 else 3.0 * x, jit=False)
    with pytest.raises(adgen.WrongDerivative, match="finite differences"):
        f.check(0.0)


@pytest.mark.parametrize(
    ("wrt", "message"),
    [
        ("W", "wrt='W' is no parameter of `loss`"),
        ("wb", "did you mean 'w'"),
        (4, "the parameters are 0: w, 1: b, 2: X, 3: y"),
        (("w", 0), "must name each parameter once"),
        ((), "must name each parameter once"),
    ],
)
def test_wrt_that_is_no_parameter(wrt, message):
    with pytest.raises(adgen.AdgenError, match=message):
        adgen.grad(loss, wrt)


def test_an_option_that_is_none():
    with pytest.raises(TypeError, match="there is no option 'jitt'; did you mean 'jit'?"):
        adgen.grad(loss, jitt=None)
    with pytest.raises(TypeError, match="there is no option 'gpu'; options are jit, fastmath"):
        adgen.differentiate(gpu=True)(loss)


def test_forward_mode_takes_tuples():
    with pytest.raises(TypeError, match="jvp takes a tuple of arguments"):
        adgen.jvp(np.sum, np.ones(2), np.ones(2))


def _nothing(x):
    x * x


def _summ(x):
    return np.summ(x)


def _clock(x):
    return x * random.random()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_nothing, "returns None\n.*\n.*\n  help: end it with `return` and the result"),
        (_summ, "`numpy` has no `summ`\n.*\n.*\n  help: did you mean sum?"),
        (_clock, "`Random.random` is not in the table.*\n.*\n.*\n  help: call it outside"),
    ],
)
def test_usual_mistakes(function, message):
    with pytest.raises(adgen.UnsupportedError, match=message):
        adgen.grad(function)(1.0)


def test_integers_have_no_derivative():
    with pytest.raises(adgen.NotDifferentiable, match=r"`t` is an integer.*\n(.*\n)*.*float\(t\)"):
        adgen.grad(fourth, jit=False)(2)
    with pytest.raises(TypeError, match=r"`x` is an array of integers(.*\n)*.*x.astype\(float\)"):
        adgen.grad(square_sum, jit=False)(np.arange(3))
    with pytest.raises(adgen.NotDifferentiable, match="`power` is static 'one'"):
        adgen.grad(scaled, "power", jit=False)(2.0)


def test_results_that_have_no_gradient_point_to_vjp():
    with pytest.raises(adgen.NotDifferentiable, match="vjp"):
        adgen.grad(rotate, jit=False)(1.0, 2.0, 0.3)


def test_what_is_no_function_is_refused():
    with pytest.raises(adgen.NotDifferentiable):
        adgen.grad(3.0)
    with pytest.raises(adgen.UnsupportedError, match="list"):
        adgen.grad(square_sum, jit=False)([1.0, 2.0])


def test_checks_hold_for_strong_curvature_and_near_the_edge_of_a_domain():
    adgen.check_grads(lambda x: math.log(x) * math.sqrt(x), jit=False)(0.004)
    adgen.check_grads(lambda x: np.sum(np.exp(30.0 * x)), jit=False)(np.array([0.1, 0.4]))
    adgen.check_grads(lambda x: np.sin(40.0 * x) / x, jit=False)(0.07)


def test_checks_of_chosen_modes_and_of_second_order():
    def cubic(x, y):
        return np.sum(x**3) * y

    x = np.array([0.5, -1.0])
    adgen.check_grads(cubic, order=2, jit=False)(x, 2.0)
    adgen.check_grads(cubic, ("x", "y"), modes=["rev"], order=2, jit=False)(x, y=2.0)
    adgen.check_grads(cubic, "y", modes=["fwd"], jit=False)(x, 2.0)
    with pytest.raises(adgen.NotDifferentiable, match="one scalar result"):
        adgen.check_grads(lambda x: x * x, order=2, jit=False)(x)
    for wrong in ({"modes": ["reverse"]}, {"order": 3}):
        with pytest.raises(adgen.AdgenError, match="is not checked"):
            adgen.check_grads(cubic, **wrong, jit=False)(x, 2.0)


def test_a_wrong_rule_is_found():
    @adgen.primitive
    def square(x):
        return x * x

    adgen.defvjp(square, lambda ans, x: lambda g: g * 4.0)
    for modes in (["rev"], ["fwd"]):
        adgen.check_grads(lambda x: square(x), modes=modes, jit=False)(2.0)
        with pytest.raises(adgen.WrongDerivative, match=r"jvp|vjp"):
            adgen.check_grads(lambda x: square(x), modes=modes, jit=False)(3.0)


def test_loops_that_are_left_inside_each_other():
    def f(M, y, n):
        for e in y:
            w = M[1:n]
            if e > 0.0:
                for i in range(w.shape[0]):
                    if M[i, 0] > 0.5:
                        return M[i, i + 1] * e
        return 0.5

    M, y = np.arange(9.0).reshape(3, 3), np.array([-1.0, 2.0])
    M_bar = np.zeros((3, 3))
    M_bar[1, 2] = 2.0
    np.testing.assert_array_equal(adgen.grad(f, jit=False)(M, y, 3), M_bar)


def test_a_residual_that_is_found_to_be_constant():
    def f(y, M, s, n):
        if s > 0.2 and M[1, n] < 0.7 < 0.3:
            s += y[0]
        return s * y[0]

    value, pullback = adgen.vjp(f, np.ones(2), np.ones((2, 2)), 0.5, 1, wrt=("y", "s"), jit=False)
    assert value == 0.5
    y_bar, s_bar = pullback(1.0)
    assert (y_bar[0], s_bar) == (0.5, 1.0)


def test_derivatives_of_derivatives_that_are_functions():
    """``jacobian(jacobian(f))`` is not ``jacobian(f)``."""
    options = {"jit": False}
    x = np.array([1.0, 2.0])

    def f(x):
        return np.sum(x**4) * x[0]

    a, b = x
    second = [[20 * a**3, 4 * b**3], [4 * b**3, 12 * b**2 * a]]
    np.testing.assert_allclose(adgen.hessian(f, **options)(x), second)
    twice = adgen.jacobian(adgen.jacobian(f, **options), **options)
    np.testing.assert_allclose(twice(x), second)
    third = np.zeros((2, 2, 2))
    third[0, 0, 0], third[1, 1, 1] = 60 * a**2, 24 * b * a
    third[0, 1, 1] = third[1, 0, 1] = third[1, 1, 0] = 12 * b**2
    np.testing.assert_allclose(adgen.jacobian(adgen.hessian(f, **options), **options)(x), third)
    fourth_order = adgen.jacfwd(adgen.jacrev(twice, **options), **options)
    assert fourth_order(x).shape == (2, 2, 2, 2)
    cubes = adgen.elementwise_grad(lambda t: t**4, **options)
    np.testing.assert_allclose(adgen.elementwise_grad(cubes, **options)(x), 12 * x**2)
    assert adgen.deriv(adgen.deriv(lambda t: t**4, **options), **options)(2.0) == 48.0
