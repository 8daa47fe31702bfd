"""Derivatives of products, to second order, at zeros and near them: no digit is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen

RNG = np.random.default_rng(3)
FACTORS = RNG.normal(size=(3, 4))


def at(**places: float) -> Any:
    x = FACTORS.copy()
    for place, value in places.items():
        x[int(place[1]), int(place[2])] = value
    return x


POINTS = {
    "nothing": FACTORS,
    "one zero": at(x12=0.0),
    "two zeros": at(x12=0.0, x10=0.0, x00=0.0),
    "three zeros": at(x12=0.0, x10=0.0, x11=0.0, x00=-0.0),
    "tiny": at(x12=1e-30),
    "tiny ones": at(x12=1e-30, x10=1e-20, x00=-1e-60),
    "tiny and zero": at(x12=1e-30, x10=0.0),
}


def of_all(x: Any) -> Any:
    return np.exp(np.prod(x))


def along_rows(x: Any) -> Any:
    return np.sum(np.sin(np.prod(x, axis=1)))


def along_columns(x: Any) -> Any:
    return np.sum(np.sin(np.prod(x, axis=0, keepdims=True)))


def of_two_axes(x: Any) -> Any:
    return np.sum(np.sin(np.prod(x.reshape(3, 2, 2), axis=(0, 2))))


def running(x: Any) -> Any:
    return np.sum(np.sin(np.cumprod(x)))


def without_nans(x: Any) -> Any:
    return np.sum(np.sin(np.nanprod(np.where(x > 0.0, x, np.nan) + x, axis=-1)))


GROUPS: dict[Any, Any] = {  # which numbers a product is of; None for all
    of_all: lambda: [range(12)],
    along_rows: lambda: [range(4 * k, 4 * k + 4) for k in range(3)],
    along_columns: lambda: [range(k, 12, 4) for k in range(4)],
    of_two_axes: lambda: [[4 * i + 2 * k + j for i in range(3) for j in range(2)] for k in (0, 1)],
    running: lambda: [range(k + 1) for k in range(12)],
}


def expected(function: Any, x: Any) -> tuple[Any, Any]:
    """Gradient and Hessian of a sum of sines or exponentials of products, by the formulas."""
    outer = np.exp if function is of_all else np.sin
    slope, bend = (np.exp, np.exp) if outer is np.exp else (np.cos, lambda p: -np.sin(p))
    flat, gradient, hessian = x.ravel(), np.zeros(12), np.zeros((12, 12))
    for group in GROUPS[function]():
        members = list(group)
        product = np.prod(flat[members])
        others = {i: np.prod([flat[k] for k in members if k != i]) for i in members}
        for i in members:
            gradient[i] += slope(product) * others[i]
            for j in members:
                rest = np.prod([flat[k] for k in members if k not in (i, j)]) if i != j else 0.0
                hessian[i, j] += slope(product) * rest + bend(product) * others[i] * others[j]
    return gradient.reshape(3, 4), hessian.reshape(3, 4, 3, 4)


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
@pytest.mark.parametrize("function", GROUPS)
def test_to_second_order(function: Any, jit: bool) -> None:
    gradient, hessian = adgen.grad(function, jit=jit), adgen.hessian(function, jit=jit)
    along = RNG.normal(size=(3, 4))
    for point in POINTS.values():
        first, second = expected(function, point)
        np.testing.assert_allclose(gradient(point), first, rtol=1e-12)
        np.testing.assert_allclose(hessian(point), second, rtol=1e-12, atol=1e-300)
        _, slope = adgen.jvp(function, (point,), (along,), jit=jit)
        np.testing.assert_allclose(slope, np.sum(first * along), rtol=1e-12)


def test_what_is_nan_takes_no_part() -> None:
    x = at(x12=1e-30, x00=0.0)
    hessian = adgen.hessian(without_nans, jit=False)(x)
    assert np.all(np.isfinite(hessian)) and np.all(np.abs(hessian) < 1e3)


@pytest.mark.parametrize("dtype", [np.float32, np.complex128])
def test_other_numbers(dtype: Any) -> None:
    x = np.array([1.0, 0.0, 2.0, 3.0], dtype)
    squares = adgen.grad(lambda x: np.real(np.prod(x) + np.prod(x * x)), jit=False)
    np.testing.assert_array_equal(squares(x), np.array([0.0, 6.0, 0.0, 0.0], dtype))
    assert squares(x).dtype == dtype
    product = adgen.hvp(lambda x: np.real(np.prod(x)), holomorphic=False, jit=False)
    np.testing.assert_allclose(product(x, np.ones(4, dtype)), [6.0, 11.0, 3.0, 2.0], rtol=1e-6)


def test_third_order() -> None:
    def inner(x: Any) -> Any:
        return adgen.grad(lambda y: np.sum(adgen.grad(lambda z: np.prod(z))(y) * y[::-1]))(x)[0]

    slope = adgen.grad(inner, jit=False)(np.array([1.0, 2.0, 0.0]))
    step, x = 1e-6, np.array([1.0, 2.0, 0.0])
    outer = adgen.differentiate(inner, jit=False)
    expected = [(outer(x + e) - outer(x - e)) / (2 * step) for e in step * np.eye(3)]
    np.testing.assert_allclose(slope, expected, atol=1e-6)
