"""The angle of the origin, where it has none, has slope 0 in every order; near it the true one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen


def angle(x: Any, y: Any) -> Any:
    return np.sum(np.arctan2(x, y) * np.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_slope(jit: bool, dtype: Any) -> None:
    x, y = np.array([0.0, -0.0, 3.0], dtype), np.array([0.0, -0.0, 4.0], dtype)
    by_x, by_y = adgen.grad(angle, wrt=("x", "y"), jit=jit)(x, y)
    np.testing.assert_allclose(by_x, [0.0, 0.0, 0.48], rtol=1e-6)
    np.testing.assert_allclose(by_y, [0.0, 0.0, -0.36], rtol=1e-6)
    assert by_x.dtype == by_y.dtype == dtype
    hessian = adgen.hessian(angle, wrt="x", jit=jit)(x, y)
    np.testing.assert_allclose(hessian, np.diag([0.0, 0.0, -3.0 * 2 * 12 / 625]), rtol=1e-6)


def test_a_tiny_vector_is_no_zero() -> None:
    tiny = 1e-200
    with np.errstate(all="ignore"):
        slope = adgen.grad(lambda x, y: np.arctan2(x, y), jit=False)(tiny, tiny)
    assert slope > 1e100
