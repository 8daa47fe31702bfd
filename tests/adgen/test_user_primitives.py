"""Functions with derivatives of the user's own."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

import adgen
from adgen import defjvp, defvjp, primitive, user_primitives

both = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
X = np.array([0.3, -1.0, 2.0])
V = np.array([1.0, 0.5, -2.0])
WEIGHTS = np.array([1.0, 2.0, 3.0])


@primitive
def logsumexp(x):
    """The logarithm of a sum of exponentials."""
    max_x = np.max(x)
    return max_x + np.log(np.sum(np.exp(x - max_x)))


def make_grad_logsumexp(ans, x):
    def gradient_product(g):
        return np.full(x.shape, g) * np.exp(x - np.full(x.shape, ans))

    return gradient_product


defvjp(logsumexp, make_grad_logsumexp)


def loss(y):
    return np.sum(logsumexp(y**2))


def plain_loss(y):
    return np.log(np.sum(np.exp(y**2)))


@both
def test_the_tutorial(jit):
    np.testing.assert_allclose(adgen.grad(loss, jit=jit)(X), adgen.grad(plain_loss, jit=False)(X))
    assert adgen.differentiate(loss, jit=jit)(X) == pytest.approx(plain_loss(X))
    hessian = adgen.hvp(plain_loss, jit=False)(X, V)
    np.testing.assert_allclose(adgen.hvp(loss, jit=jit)(X, V), hessian)
    _, tangent = adgen.jvp(loss, (X,), (V,), jit=jit)
    assert tangent == pytest.approx(adgen.jvp(plain_loss, (X,), (V,), jit=False)[1])
    adgen.check_grads(loss, jit=jit)(X)


def test_what_is_generated_is_the_rule():
    text = adgen.differentiate(loss, jit=False).source(X)
    assert "z_bar" not in text and "np.full(n, 1.0) * np.exp(" in text
    assert "stop_gradient" not in text and "logsumexp(" in text.split("adjoint of")[1]
    for stage in ("lowered", "optimised", "derivative", "loops", "numba"):
        assert adgen.differentiate(loss, jit=False).source(X, stage=stage)


def test_calls_are_those_of_the_function():
    assert logsumexp(X) == pytest.approx(np.log(np.sum(np.exp(X))))
    assert logsumexp.__name__ == "logsumexp" and "logarithm" in logsumexp.__doc__


def derivatives(f, *args, jit=False):
    """The gradient by all arguments, and the same by forward mode."""
    wrt = tuple(range(len(args)))
    backward = adgen.grad(f, wrt, jit=jit)(*args)
    forward = []
    for k, arg in enumerate(args):
        columns = []
        for direction in np.eye(np.size(arg)):
            tangents = [None] * len(args)
            tangents[k] = direction.reshape(np.shape(arg))[()]
            columns.append(adgen.jvp(f, args, tangents, jit=jit)[1])
        forward.append(np.reshape(columns, np.shape(arg)))
    for one, other in zip(backward, forward, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    return backward


@both
def test_one_mode_follows_from_the_other(jit):
    @primitive
    def by_vjp(x, y):
        return np.tanh(x) * y

    @primitive
    def by_jvp(x, y):
        return np.tanh(x) * y

    # rules that are wrong on purpose show that it is they that are taken
    defvjp(by_vjp, lambda ans, x, y: lambda g: 2.0 * g * y, lambda ans, x, y: lambda g: g * ans)
    defjvp(by_jvp, lambda g, ans, x, y: 2.0 * g * y, lambda g, ans, x, y: g * ans)
    for function in (by_vjp, by_jvp):

        def f(x, y, function=function):
            return np.sum(function(x, y) * WEIGHTS)

        x_bar, y_bar = derivatives(f, X, V, jit=jit)
        np.testing.assert_allclose(x_bar, 2.0 * V * WEIGHTS)
        np.testing.assert_allclose(y_bar, np.tanh(X) * V * WEIGHTS)


@both
def test_numbers_in_loops(jit):
    @primitive
    def step(x):
        return 1.0 if x > 0.0 else 0.0

    defvjp(step, lambda ans, x: lambda g: g * np.exp(-x * x))

    def f(v):
        total = 0.0
        for i in range(v.shape[0]):
            total += step(v[i]) * v[i]
        return total

    (found,) = derivatives(f, X, jit=jit)
    np.testing.assert_allclose(found, (X > 0.0) + X * np.exp(-X * X))


def test_higher_orders():
    @primitive
    def cube(x):
        return x * x * x

    defvjp(cube, lambda ans, x: lambda g: g * 3.0 * x * x)
    second = adgen.grad(adgen.grad(cube_of := (lambda x: cube(x)), jit=False))
    assert second(2.0) == 12.0
    assert adgen.grad(second)(2.0) == 6.0
    assert adgen.hvp(cube_of, jit=False)(2.0, 1.0) == 12.0

    @primitive
    def exponential(x):
        return np.exp(x)

    defvjp(exponential, lambda ans, x: lambda g: g * ans)
    third = adgen.grad(adgen.grad(adgen.grad(lambda x: exponential(2.0 * x), jit=False)))
    assert third(0.5) == pytest.approx(8.0 * np.e)


def test_arguments_without_derivative():
    @primitive
    def power(x, n, mode, scale=1.0):
        return scale * x**n if mode == "power" else x

    defvjp(power, lambda ans, x, n, mode, scale=1.0: lambda g: g * scale * n * x ** (n - 1))
    f = adgen.grad(lambda x: power(x, 3, "power", scale=2.0) * 5.0, jit=False)
    assert f(2.0) == 5.0 * 2.0 * 3 * 4.0

    @primitive
    def both_ways(x, y):
        return x * y

    defvjp(both_ways, None, lambda ans, x, y: lambda g: g * x)
    assert adgen.grad(lambda x, y: both_ways(x, y), (0, 1), jit=False)(2.0, 3.0) == (0.0, 2.0)
    assert adgen.jvp(lambda x, y: both_ways(x, y), (2.0, 3.0), (1.0, None), jit=False) == (6.0, 0.0)


def test_rules_by_number_and_arrays_of_the_surroundings():
    @primitive
    def weighted(x, y):
        return np.sum(x) * y

    defvjp(weighted, lambda ans, x, y: lambda g: g * np.sum(x * WEIGHTS), argnums=(1,))
    f = adgen.grad(lambda y: weighted(X, y) * np.sum(WEIGHTS), jit=False)
    assert f(2.0) == pytest.approx(np.sum(X * WEIGHTS) * 6.0)


def test_loops_in_a_rule():
    @primitive
    def total(x):
        return np.sum(x * x)

    def make(ans, x):
        def back(g):
            out = np.zeros(x.shape)
            for i in range(x.shape[0]):
                out[i] = 2.0 * g * x[i] if x[i] > 0.0 else 0.0
            return out

        return back

    defvjp(total, make)
    np.testing.assert_allclose(
        adgen.grad(lambda x: 3.0 * total(x * 2.0), jit=False)(X), 24.0 * np.maximum(X, 0.0)
    )
    with pytest.raises(adgen.NotDifferentiable) as error:
        adgen.jvp(lambda x: total(x), (X,), (V,), jit=False)
    assert "the vjp of `total` has loops or branches: it is not transposed" in str(error.value)
    assert "give the other rule too: adgen.defjvp(total, ...)" in str(error.value)


def test_rules_given_later_count():
    @primitive
    def f(x):
        return x * x

    gradient = adgen.grad(lambda x: f(x), jit=False)
    defvjp(f, lambda ans, x: lambda g: g)
    assert gradient(3.0) == 1.0
    defvjp(f, lambda ans, x: lambda g: 2.0 * g)
    assert gradient(3.0) == 2.0


def refusal(function, *args):
    with pytest.raises(adgen.UnsupportedError) as error:
        adgen.grad(function, jit=False)(*args)
    return str(error.value)


def test_refusals():
    @primitive
    def f(x):
        return x * x

    message = refusal(lambda x: f(x), 2.0)
    assert "`f` is a primitive without a rule for its argument 0" in message
    assert "give it one: adgen.defvjp(f, ...), or None if it is constant" in message

    defvjp(f, lambda ans, x: lambda g: g)
    message = refusal(lambda x: f((x, x)), 2.0)
    assert "a tuple of 2 is an argument of the primitive `f`" in message
    message = refusal(lambda x: f(x=x), 2.0)
    assert "`x` is given to the primitive `f` by keyword" in message

    @primitive
    def pair(x):
        return x, x

    assert "the primitive `pair` returns a tuple of 2" in refusal(lambda x: pair(x)[0], 2.0)

    @primitive
    def fill(x):
        x[0] = 1.0
        return np.sum(x)

    assert "the primitive `fill` writes to an argument" in refusal(lambda x: fill(x * 1.0), X)

    def outer(x):
        @primitive
        def inner(y):
            return y * y

        return inner(x)

    assert refusal(outer, 2.0)

    @primitive
    def wrong(x):
        return np.sum(x)

    defvjp(wrong, lambda ans, x: lambda g: (g, g))
    message = refusal(lambda x: wrong(x), X)
    assert "a rule of `wrong` returns no number and no array" in message


def unbroadcast(x, g):
    while np.ndim(g) > np.ndim(x):
        g = np.sum(g, axis=0)
    for axis in range(np.ndim(x)):
        if x.shape[axis] == 1:
            g = np.sum(g, axis=axis, keepdims=True)
    return g


def test_rules_that_undo_broadcasting():
    """By hand, as Autograd's users do, and left to adgen."""

    @primitive
    def by_hand(x, y):
        return x * y

    @primitive
    def left_out(x, y):
        return x * y

    defvjp(
        by_hand, lambda ans, x, y: lambda g: unbroadcast(x, y * g),
        lambda ans, x, y: lambda g: unbroadcast(y, x * g),
    )  # fmt: skip
    defvjp(left_out, lambda ans, x, y: lambda g: y * g, lambda ans, x, y: lambda g: x * g)
    a = np.arange(6.0).reshape(2, 3)
    for b in (X, np.array([[1.0], [2.0]])):
        wanted = adgen.grad(lambda a, b: np.sum((a * b) ** 2), (0, 1), jit=False)(a, b)
        for f in (by_hand, left_out):
            found = adgen.grad(lambda a, b, f=f: np.sum(f(a, b) ** 2), (0, 1), jit=False)(a, b)
            for one, two in zip(found, wanted, strict=True):
                np.testing.assert_allclose(one, two)


def test_rules_of_autograd():
    unbroadcast_f = pytest.importorskip("autograd.numpy.numpy_vjps").unbroadcast_f

    @primitive
    def times(x, y):
        return x * y

    defvjp(
        times, lambda ans, x, y: unbroadcast_f(x, lambda g: y * g),
        lambda ans, x, y: unbroadcast_f(y, lambda g: x * g),
    )  # fmt: skip
    a = np.arange(6.0).reshape(2, 3)
    found = adgen.grad(lambda y: np.sum(times(a, y) ** 2), jit=False)(X)
    np.testing.assert_allclose(found, np.sum(2.0 * a * a * X, axis=0))


def test_a_wrong_rule_is_found():
    @primitive
    def product(x, scale):
        return scale * x * x

    @primitive
    def right(x):
        return np.sin(x)

    def wrong(ans, x, scale):
        def back(g):
            out = 2.0 * g * scale * x
            out[2] = 0.5 * out[2]
            return out

        return back

    defvjp(right, lambda ans, x: lambda g: g * np.cos(x))
    defvjp(product, wrong, lambda ans, x, scale: lambda g: np.sum(g * x * x))

    def f(x, scale):
        return np.sum(product(right(x), scale))

    with pytest.raises(adgen.WrongDerivative) as error:
        adgen.check_grads(f, modes=["rev"], jit=False)(X, 2.0)
    message = str(error.value)
    assert "the defvjp of `product` for its argument 0 (`x`) is wrong: entry [2] is" in message
    defvjp(product, lambda ans, x, scale: lambda g: 2.0 * g * scale * x)
    adgen.check_grads(f, jit=False)(X, 2.0)

    defjvp(right, lambda g, ans, x: 2.0 * g)
    with pytest.raises(adgen.WrongDerivative, match="the defjvp of `right` for its argument 0"):
        adgen.check_grads(f, modes=["fwd"], jit=False)(X, 2.0)

    @adgen.custom_vjp
    def cube(x):
        return x**3

    cube.defvjp(lambda x: (x**3, x), lambda x, g: (2.0 * g * x**2,))
    with pytest.raises(
        adgen.WrongDerivative, match=r"the defvjp of `cube` .* it is 8 instead of 12"
    ):
        adgen.check_grads(lambda x: cube(x) * 1.0, modes=["rev"], jit=False)(2.0)


def test_declarations_are_checked():
    with pytest.raises(adgen.AdgenError, match="is no function"):
        primitive(3)
    with pytest.raises(adgen.AdgenError, match="is no primitive"):
        defvjp(np.sin, None)
    with pytest.raises(adgen.AdgenError, match="is no rule"):
        defjvp(logsumexp, 3.0)
    with pytest.raises(adgen.AdgenError, match="2 rules for 1 arguments"):
        defvjp(logsumexp, None, None, argnums=(0,))
    with pytest.raises(adgen.NotDifferentiable, match="differentiate a function that calls it"):
        adgen.grad(primitive(max, result=float))


def test_the_examples_in_docstrings():
    failed, tried = doctest.testmod(user_primitives)
    assert tried and not failed


FILE = """
import adgen
import numpy as np
from adgen import defjvp, primitive

@primitive
def soft(x, sharpness):
    return np.log1p(np.exp(sharpness * x)) / sharpness

def make(ans, x, sharpness):
    def back(g):
        return g * 10.0 * ans
    return back

adgen.defvjp(soft, make, None)

@adgen.primitive
def hard(x):
    return np.maximum(x, 0.0)

defjvp(hard, lambda g, ans, x: g * 20.0, argnums=(0,))

@adgen.primitive
def opaque(x):
    return x

adgen.defvjp(opaque, make_of_nowhere())

def both(x):
    return np.sum(soft(x, 2.0)) + np.sum(hard(x))

def lost(x):
    return opaque(x)
"""


def test_files_are_shown_with_the_rules_that_they_declare(tmp_path):
    from adgen.cli.show import text as show

    file = tmp_path / "rules.py"
    file.write_text(FILE)
    text = show(f"{file}::both", "", "x: f8[:]", "array")
    assert "10.0 * t" in text and "20.0" in text and "stop_gradient" not in text
    with pytest.raises(adgen.AdgenError, match="`opaque` is not known: "):
        show(f"{file}::lost", "", "x: f8", "array")


def test_a_primitive_itself_is_differentiated():
    """Its parameters are those of the function: by name, with their defaults."""

    @primitive
    def scaled(x, factor=2.0):
        return x * factor

    defvjp(
        scaled, lambda ans, x, factor: lambda g: g * factor, lambda ans, x, factor: lambda g: g * x
    )
    assert adgen.grad(scaled, jit=False)(3.0) == 2.0
    assert adgen.grad(scaled, "factor", jit=False)(3.0, 5.0) == 3.0
    assert adgen.differentiate(scaled, (0, 1), jit=False).value_and_grad(3.0) == (6.0, (2.0, 3.0))

    @adgen.custom_vjp
    def wave(x):
        return np.sin(x)

    wave.defvjp(lambda x: (np.sin(x), np.cos(x)), lambda known, g: (g * known,))
    assert adgen.grad(wave, jit=False)(0.3) == np.cos(0.3)
    assert adgen.grad(wave, jit=False) is not None
    assert adgen.grad(adgen.grad(wave, jit=False), jit=False)(0.3) == pytest.approx(-np.sin(0.3))
