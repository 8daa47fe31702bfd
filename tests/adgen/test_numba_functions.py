"""Functions that Numba has compiled: their Python text is differentiated."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

pytestmark = pytest.mark.jit
numba = pytest.importorskip("numba")

V = np.array([0.5, -1.0, 2.0])


@numba.njit
def square(x):
    return x * x


@numba.njit
def poly(x, n):
    total = 0.0
    for k in range(n):
        total += square(x) * k
    return total


@numba.vectorize
def leaky(x):
    return x if x > 0 else 0.1 * x


@numba.vectorize(["float64(float64, float64)"])
def sized(x, y):
    return np.sum(x) * y * np.size(x)


@numba.guvectorize("(n)->(n)")
def filled(x, out):
    for i in range(x.shape[0]):
        out[i] = 2.0 * x[i]


class Model:
    def __init__(self):
        self.act = leaky

    def loss(self, x):
        return np.sum(self.act(x)) + square(x[0])


def test_dispatchers():
    agrees(square, 1.5)
    agrees(lambda x: poly(x[0], 3) + np.sum(square(x)), V)
    agrees(numba.njit(lambda x: x * x * x), 1.5)


def test_vectorized_functions_take_one_number_at_a_time():
    agrees(lambda x: np.sum(leaky(x)) + leaky(x[1]) + np.sum(leaky(np.outer(x, x))), V)
    agrees(lambda x: np.sum(sized(x, 2.0)) + np.sum(sized(np.outer(x, x), x)), V)
    agrees(lambda x: np.sum(sized(x, x) * leaky(-x)), V, jit=True)
    agrees(Model().loss, V)


REFUSALS = {
    "`filled` is made by `guvectorize`: it fills an argument": lambda x: np.sum(filled(x)),
    "`leaky` with the argument `out`": lambda x: np.sum(leaky(x, out=x)),
    "is not a Python function": leaky,
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text):
    with pytest.raises(adgen.UnsupportedError, match=text):
        adgen.grad(REFUSALS[text], jit=False)(V)


def test_float32_is_refused():
    with pytest.raises(adgen.TypeMismatch, match="would compute in double"):
        adgen.grad(lambda x: np.sum(leaky(x)), jit=False)(V.astype(np.float32))
