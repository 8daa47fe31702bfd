"""Division of complex numbers by zero: what NumPy gives, in machine code too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen


def quotients(z: Any, w: Any) -> Any:
    total = 0.0
    for i in range(z.size):
        total += abs(z[i] / w[i])
    return total


def by_reals(z: Any, x: Any) -> Any:
    return np.sum(np.abs(z / x)) + abs(z[1] / x[1])


@pytest.mark.jit
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_division_by_zero() -> None:
    z = np.array([1 + 1j, 2.0 - 1j])
    for divisor in (np.array([0j, 2.0 + 1j]), np.array([1j, 2.0])):
        value, gradient = adgen.value_and_grad(quotients)(z, divisor)
        expected = adgen.value_and_grad(quotients, jit=False)(z, divisor)
        assert value == expected[0] == quotients(z, divisor)
        np.testing.assert_allclose(gradient, expected[1], equal_nan=True)
    for x in (np.array([0.0, 2.0]), np.array([1.0, -3.0])):
        assert adgen.differentiate(by_reals)(z, x) == pytest.approx(by_reals(z, x))
