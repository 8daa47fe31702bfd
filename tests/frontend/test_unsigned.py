"""Unsigned integers, which Numba makes floats of where a signed one meets them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen

D = np.arange(9.0)[None] + 1
K = np.array([0, 1, 1, 2, 3, 4, 5, 6])


def reshaped(d: Any, k: Any) -> Any:
    x_i, new = k.reshape(1, -1), np.zeros_like(d)
    for ix in range(8):
        new[0, x_i[0, ix]] += d[0, ix] ** 2
        new[0, x_i[0, ix] + 1] += d[0, ix]
    return np.sum(new * d)


def numbers(d: Any, k: Any) -> Any:
    total = 0.0
    for ix in range(8):
        i = k[ix]
        total += d[0, i + 1] * d[0, i * 2 % 5] + d[0, : i + 1].sum()
    return total * (k + 2)[3]


@pytest.mark.jit
@pytest.mark.parametrize("dtype", [np.uint8, np.uint32, np.uint64])
@pytest.mark.parametrize("program", [reshaped, numbers])
def test_unsigned_indices(program: Any, dtype: Any) -> None:
    expected = adgen.value_and_grad(program, jit=False)(D, K)
    for jit in (False, True):
        value, gradient = adgen.value_and_grad(program, jit=jit)(D, K.astype(dtype))
        assert value == pytest.approx(expected[0]) == program(D, K.astype(dtype))
        np.testing.assert_allclose(gradient, expected[1])
