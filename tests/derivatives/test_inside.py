"""Derivatives that a function asks for itself are differentiated like all else."""

import numpy as np
import pytest

from adgen import (
    NotDifferentiable,
    UnsupportedSyntax,
    differentiate,
    grad,
    hvp,
    jacobian,
    jvp,
)
from tests.derivatives.programs import PROGRAMS, W, X, Y, gradient_of_a_loop, net, polynomial

NAMES = [function.__name__ for function, _ in PROGRAMS]


@pytest.mark.parametrize(("function", "args"), PROGRAMS, ids=NAMES)
def test_value_and_derivatives(function, args, monkeypatch):
    # in CPython the transforms are called as they are, so inner and outer derivatives are
    # compiled apart from each other: the oracle of the whole
    monkeypatch.setenv("ADGEN_JIT", "0")
    compiled = differentiate(function, wrt=(0, 1), jit=False)
    np.testing.assert_allclose(compiled(*args), function(*args), rtol=1e-12)
    compiled.check(*args)


@pytest.mark.parametrize(("function", "args"), PROGRAMS, ids=NAMES)
def test_second_order_agrees_with_differences_of_the_gradient(function, args):
    compiled = differentiate(function, wrt=(0, 1), jit=False)
    rng = np.random.default_rng(3)
    v = tuple(rng.standard_normal(np.shape(a)) if np.ndim(a) else 0.3 for a in args)
    step = 1e-5
    up = compiled.grad(*(a + step * d for a, d in zip(args, v, strict=True)))
    down = compiled.grad(*(a - step * d for a, d in zip(args, v, strict=True)))
    for product, plus, minus in zip(hvp(compiled)(*args, v), up, down, strict=True):
        np.testing.assert_allclose(product, (plus - minus) / (2 * step), rtol=1e-5, atol=1e-6)


@pytest.mark.jit
@pytest.mark.parametrize("name", ["symplectic_steps", "residual_of_an_equation", "of_a_while_loop"])
def test_compiled(name):
    function, args = PROGRAMS[NAMES.index(name)]
    compiled, plain = (differentiate(function, wrt=(0, 1), jit=jit) for jit in (True, False))
    np.testing.assert_allclose(compiled(*args), plain(*args), rtol=1e-12)
    for one, two in zip(compiled.grad(*args), plain.grad(*args), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-11)


def test_members_of_differentiable_objects():
    inner = differentiate(polynomial, wrt="a", jit=False)

    def f(x, a):
        value, slope = inner.value_and_grad(x, a)
        return inner.grad(x, a) * inner(x, a) - value * slope + inner.grad(x, a)

    compiled = differentiate(f, wrt=1, jit=False)
    assert compiled(0.5, 1.2) == pytest.approx(inner.grad(0.5, 1.2), rel=1e-13)
    expected = grad(grad(polynomial, "a", jit=False))(0.5, 1.2)
    assert compiled.grad(0.5, 1.2) == pytest.approx(expected, rel=1e-13)


def test_forward_mode_of_a_gradient_is_the_hessian_product():
    g = differentiate(lambda x: grad(net, 1)(W, x), jit=False)
    _, tangent = jvp(g, (X,), (Y,))
    np.testing.assert_allclose(tangent, hvp(net, 1, jit=False)(W, X, Y), rtol=1e-13)


def test_derivatives_that_are_shown_are_plain_loops():
    text = differentiate(gradient_of_a_loop, jit=False).source(0.5, 1.2)
    assert "grad(" not in text.replace("# adjoint of: g = grad(", "").replace("value_and_grad(", "")
    assert "for i in range(3):" in text


def test_no_scalar_result():
    def f(x):
        return np.sum(grad(np.tanh)(x))

    with pytest.raises(NotDifferentiable) as caught:
        differentiate(f, jit=False)(X)
    assert "the gradient needs a scalar result, but `tanh` returns an array" in str(caught.value)


def test_an_inner_function_that_changes_what_is_not_its_own():
    def f(x):
        seen = np.zeros(4)

        def g(t):
            seen[0] = t
            return t * t

        return grad(g)(x[0]) + seen[0]

    with pytest.raises(UnsupportedSyntax) as caught:
        differentiate(f, jit=False)(X)
    assert "`g` is differentiated here, and changes what is not its own" in str(caught.value)


def test_integers_have_no_derivative():
    def f(x):
        return grad(lambda n: n * x[0])(3)

    with pytest.raises(NotDifferentiable) as caught:
        differentiate(f, jit=False)(X)
    assert "is differentiated by a number without floats" in str(caught.value)


def test_a_jacobian_shows_itself():
    text = jacobian(lambda x: np.tanh(x) * 2.0, mode="forward", jit=False).source(X)
    assert "columns[:, j] = " in text
    assert "_bar" not in text


class _Spring:
    def __init__(self, stiffness):
        self.stiffness = stiffness

    @differentiate
    def energy(self, x, length):
        return np.sum(self.stiffness * (x - length) ** 4)

    @differentiate(wrt="length")
    def by_length(self, x, length):
        return self.energy(x, length)

    def force(self, x):
        return -self.energy.grad(x, 0.5)


SPRING = _Spring(np.array([1.0, 2.0, 3.0, 4.0]))


def test_derivatives_of_methods_of_objects():
    def force_of_object(x):
        return np.sum(SPRING.force(x) ** 2)

    def power(x):
        value, slope = SPRING.energy.value_and_grad(x, 0.25)
        tangent = SPRING.energy.jvp((x, 0.25), (x, None))[1]
        return value + np.sum(slope * x) + tangent

    def by_name(x):
        return SPRING.by_length.grad(x, 0.25) + np.sum(SPRING.energy.hvp(x, 0.25, x))

    for function in (force_of_object, power, by_name):
        compiled = differentiate(function, jit=False)
        np.testing.assert_allclose(compiled(X), function(X), rtol=1e-12)
        compiled.check(X)


def test_what_no_function_has():
    def f(x):
        def g(t):
            return t * t

        return g.grad(x)

    with pytest.raises(UnsupportedSyntax) as caught:
        differentiate(f, jit=False)(1.5)
    assert "`.grad` of the function `g` is not compiled" in str(caught.value)
    assert "help: call it: derivatives of functions are grad(f)(x)" in str(caught.value)


def test_jacobians_of_jacobians_by_names():
    def f(x, y):
        return x**3 * y**2

    twice = jacobian(jacobian(f, wrt=("x", "y"), jit=False), wrt="x", jit=False)
    np.testing.assert_allclose(twice(2.0, 3.0), (108.0, 72.0))
    mixed = jacobian(jacobian(f, wrt="y", jit=False), wrt=("x",), jit=False)
    np.testing.assert_allclose(mixed(2.0, 3.0), (72.0,))


def test_a_refused_derivative_of_a_derivative_points_at_the_function_of_the_user():
    def both(x, y):
        return x * y**2

    with pytest.raises(NotDifferentiable) as caught:
        grad(jacobian(both, wrt=("x", "y"), jit=False), jit=False)(2.0, 3.0)
    assert "def both(x, y):" in str(caught.value) and "^^^" in str(caught.value)
    with pytest.raises(NotDifferentiable) as caught:
        jacobian(jacobian(lambda n: n * 2, jit=False), jit=False)(3)
    assert "composed.py" not in str(caught.value)
