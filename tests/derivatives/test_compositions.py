"""Transforms of transforms, two deep: at the front door, and inside of functions."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen import (
    checkpoint,
    deriv,
    differentiate,
    elementwise_grad,
    grad,
    grad_and_aux,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)

X = np.array([0.5, 1.2, -0.7])
V = np.array([0.3, -1.0, 0.8])
W = np.array([1.5, -0.4])


def scalar(x: Any) -> Any:
    return np.sum(np.sin(x) * x**2) + x[0] * x[1]


def vector(x: Any) -> Any:
    return np.array([x[0] * x[1] ** 2, np.exp(x[2]) * x[0]])


def with_more(x: Any) -> Any:
    return scalar(x), vector(x)


def elementwise(x: Any) -> Any:
    return np.sin(x) * x**3


@pytest.fixture(autouse=True)
def _in_cpython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADGEN_JIT", "0")


INNER: dict[str, Callable[..., Any]] = {
    "grad": grad(scalar),
    "jacobian": jacobian(vector),
    "jacobian of a scalar": jacobian(scalar),
    "jacfwd": jacfwd(vector),
    "jacrev": jacrev(vector),
    "hessian": hessian(scalar),
    "elementwise_grad": elementwise_grad(elementwise),
    "deriv": deriv(elementwise),
    "checkpoint": checkpoint(vector),
    "differentiate": differentiate(vector),
    "hvp": lambda x: hvp(scalar)(x, V),
    "jvp": lambda x: jvp(vector, (x,), (V,))[1],
    "vjp": lambda x: vjp(vector, x)[1](W)[0],
    "linearize": lambda x: linearize(vector, x)[1](V),
    "value_and_grad": lambda x: value_and_grad(scalar)(x)[1],
    "grad_and_aux": lambda x: grad_and_aux(with_more)(x)[0],
    "stop_gradient": lambda x: np.sin(x) * stop_gradient(x) ** 0 + np.cos(x),
}


def differences(function: Callable[..., Any], x: Any, step: float = 1e-5) -> Any:
    """The Jacobian, its axes those of the value and then the argument's."""
    columns = [(function(x + step * e) - function(x - step * e)) / (2 * step) for e in np.eye(3)]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("name", INNER)
def test_two_deep(name: str) -> None:
    inner = INNER[name]
    found = jacobian(inner)(X)
    np.testing.assert_allclose(found, differences(inner, X), rtol=1e-6, atol=1e-8)
    value = inner(X)
    ones = np.ones_like(value)
    pulled = np.tensordot(ones, found, axes=ones.ndim)
    same = {
        "jacfwd": (jacfwd(inner)(X), found),
        "jacrev": (jacrev(inner)(X), found),
        "jvp": (jvp(inner, (X,), (V,))[1], found @ V),
        "linearize": (linearize(inner, X)[1](V), found @ V),
        "vjp": (vjp(inner, X)[1](ones)[0], pulled),
        "differentiate": (differentiate(inner)(X), value),
        "checkpoint": (checkpoint(inner)(X), value),
    }
    for outer, (one, two) in same.items():
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12, err_msg=outer)


@pytest.mark.parametrize("name", INNER)
def test_inside_of_functions(name: str) -> None:
    inner = INNER[name]

    def reduced(x: Any) -> Any:
        return np.sum(np.sin(inner(x)))

    gradient = grad(reduced)(X)
    np.testing.assert_allclose(gradient, differences(reduced, X), rtol=1e-6, atol=1e-8)
    second = jacobian(grad(reduced))(X)
    np.testing.assert_allclose(hessian(reduced)(X), second, rtol=1e-9)
    np.testing.assert_allclose(second, differences(grad(reduced), X), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(hvp(reduced)(X, V), second @ V, rtol=1e-9)
    np.testing.assert_allclose(jvp(grad(reduced), (X,), (V,))[1], second @ V, rtol=1e-9)


def test_by_another_argument() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.sin(x * y)

    mixed = np.cos(2.0) - 2.0 * np.sin(2.0)
    assert np.isclose(grad(grad(f, wrt="x"), wrt="y")(1.0, 2.0), mixed)
    assert np.isclose(jacobian(grad(f, wrt="y"), wrt="x")(1.0, 2.0), mixed)
    assert np.isclose(grad(grad(f))(1.0, 2.0), -4.0 * np.sin(2.0))
    both = jacobian(grad(f, wrt=("x", "y")))(1.0, 2.0)
    np.testing.assert_allclose(both, hessian(f, wrt=("x", "y"))(1.0, 2.0))


def test_objects() -> None:
    made = jacobian(grad(scalar, jit=False))
    assert made.options.jit is False
    assert made is jacobian(grad(scalar, jit=False))
    np.testing.assert_allclose(pickle.loads(pickle.dumps(made))(X), hessian(scalar)(X))
    third = jacobian(hvp(scalar))(X, V)
    np.testing.assert_allclose(third, jacobian(lambda x: hessian(scalar)(x) @ V)(X))


def test_linearize_reads_what_was_there() -> None:
    def f(x: float, y: float) -> Any:
        value, push = linearize(lambda a, b: a * b, x, y)
        x = x * 100
        return push(1.0, y) * value

    assert np.isclose(f(1.0, 2.0), 8.0)
    assert np.isclose(grad(f)(1.0, 2.0), 12.0)

    def changed(x: float) -> Any:
        factor = 3.0

        def inner(a: Any) -> Any:
            return a * a * factor

        _, push = linearize(inner, x)
        factor = 5.0
        return push(1.0)

    with pytest.raises(adgen.UnsupportedError, match="the pushforward of `inner` is called after"):
        grad(changed)(1.0)


def test_refusals() -> None:
    with pytest.raises(adgen.AdgenError, match="takes more than plain arguments"):
        jacobian(grad(lambda x, *, k=1.0: k * x * x))


@pytest.mark.jit
def test_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADGEN_JIT")
    np.testing.assert_allclose(jacobian(grad(scalar))(X), hessian(scalar, jit=False)(X))
    found = jvp(INNER["linearize"], (X,), (V,))[1]
    np.testing.assert_allclose(found, jacobian(INNER["linearize"], jit=False)(X) @ V)
