"""Loops that only a break or a return leaves: Numba gets them wrong as ``while True``."""

from __future__ import annotations

import numpy as np
import pytest

import adgen


def newton(x, tolerance):
    s = x[0]
    k = 0
    while True:
        s = 0.5 * (s + 2.0 / s)
        k += 1
        if abs(s * s - 2.0) < tolerance or k > 50:
            return s * x[1] * k


def doubled(x, limit):
    k = 0
    while True:
        k2 = k + 1
        x = x * 2.0
        if x > limit:
            k = k2
            break
        k = k2
    return x * k


def reset(x, limit):
    s = 0.0
    t = x
    while True:
        t = t * 1.5
        if t > limit:
            s = 0.0
            break
        s = s + t
        if s > 100.0:
            s = s * 2.0
    return s + t


def late(x, limit):
    """What is left by a break is ``y`` as the iteration before has bound it."""
    while True:
        x = x * 1.1
        if x > limit:
            break
        y = x
    return x + y


CASES = [
    (late, (1.0, 5.0)),
    (newton, (np.array([1.3, 0.7]), 1e-9)),
    (doubled, (1.3, 100.0)),
    (reset, (1.3, 100.0)),
]


@pytest.mark.jit
@pytest.mark.parametrize(("function", "args"), CASES)
def test_numba_leaves_where_python_does(function, args):
    value, pullback = adgen.vjp(function, *args, wrt=0)
    assert value == pytest.approx(function(*args), rel=1e-14)
    assert adgen.differentiate(function)(*args) == pytest.approx(function(*args), rel=1e-14)
    want = adgen.grad(function, jit=False)(*args)
    np.testing.assert_allclose(adgen.grad(function)(*args), want, rtol=1e-13)
    np.testing.assert_allclose(pullback(1.0), want, rtol=1e-13)
    adgen.check_grads(function)(*args)
