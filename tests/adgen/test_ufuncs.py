"""Transforms of NumPy's own functions."""

import numpy as np
import pytest

from adgen import elementwise_grad, grad, jvp, value_and_grad


def test_of_one_argument():
    assert grad(np.tanh, jit=False)(0.3) == pytest.approx(1 - np.tanh(0.3) ** 2, rel=1e-15)
    x = np.array([0.1, -2.0])
    np.testing.assert_allclose(elementwise_grad(np.tanh, jit=False)(x), 1 - np.tanh(x) ** 2)


def test_of_two_arguments():
    value, gradient = value_and_grad(np.hypot, wrt=(0, 1), jit=False)(3.0, 4.0)
    assert (value, gradient) == (5.0, (0.6, 0.8))
    assert jvp(np.multiply, (2.0, 3.0), (1.0, None), jit=False)[1] == 3.0
