"""Slopes by floats beside small integers: the formulas do not overflow as these would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

import adgen

Y = np.array([1.5, 2.5, 0.7, 1.1])


def angles(x: Any, y: Any) -> Any:
    return np.sum(np.arctan2(x, y))


def orders(x: Any, y: Any) -> Any:
    return np.sum(special.jv(x % 3, y)) + np.sum(special.eval_legendre(x % 3, y))


def negated(x: Any, y: Any) -> Any:
    return np.sum(-x * y) + np.sum(x**y)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.uint32, np.uint64])
@pytest.mark.parametrize("function", [angles, orders, negated])
def test_slopes(function: Any, dtype: Any) -> None:
    x = np.array([100, 120, 1, 0]).astype(dtype)
    steps = 1e-6 * np.eye(4)
    expected = [(function(x, Y + s) - function(x, Y - s)) / 2e-6 for s in steps]
    gradient = adgen.grad(function, wrt="y", jit=False)(x, Y)
    scale = 1e-6 * np.max(np.abs(expected))
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=max(scale, 1e-8))
    _, slope = adgen.jvp(lambda y: function(x, y), (Y,), (np.ones(4),), jit=False)
    np.testing.assert_allclose(slope, np.sum(gradient), rtol=1e-9)
