"""Convolutions of scipy.signal, real and complex, and with the axes of Autograd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import signal

import adgen
from tests.complex.programs import draw

DRAW = np.random.default_rng(11)
X, K = DRAW.normal(size=7), DRAW.normal(size=3)
M, F = DRAW.normal(size=(4, 5)), DRAW.normal(size=(2, 3))
Z, C = draw(6), draw(4)

modes = pytest.mark.parametrize("mode", ["full", "same", "valid"])


@modes
@pytest.mark.parametrize("arrays", [(X, K), (K, X), (M, F), (Z, C), (Z, K), (draw(3, 4), F)])
@pytest.mark.parametrize("name", ["convolve", "correlate", "fftconvolve"])
def test_values_and_derivatives(name: str, mode: str, arrays: tuple[Any, Any]) -> None:
    function = getattr(signal, name)

    def f(a: Any, b: Any) -> Any:
        return function(a, b, mode=mode)

    have, want = adgen.differentiate(f, jit=False)(*arrays), f(*arrays)
    np.testing.assert_allclose(have, want, atol=1e-13)
    assert have.dtype == want.dtype
    adgen.check_grads(f, (0, 1), jit=False)(*arrays)


def test_the_method_may_be_chosen() -> None:
    def f(a: Any, b: Any) -> Any:
        return signal.convolve(a, b, "same", method="fft")

    np.testing.assert_allclose(adgen.differentiate(f, jit=False)(M, F), f(M, F), atol=1e-13)


@modes
def test_axes_of_autograd(mode: str) -> None:
    theirs = pytest.importorskip("autograd.scipy.signal")
    images, filters = DRAW.normal(size=(2, 3, 5, 6)), DRAW.normal(size=(3, 4, 2, 3))

    def layer(a: Any, b: Any) -> Any:
        return theirs.convolve(a, b, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode=mode)

    def rows(a: Any, b: Any) -> Any:
        return theirs.convolve(a, b, axes=([1], [0]), mode=mode)

    for f, args in ((layer, (images, filters)), (rows, (M, K))):
        np.testing.assert_allclose(adgen.differentiate(f, jit=False)(*args), f(*args), atol=1e-12)
        adgen.check_grads(f, (0, 1), jit=False)(*args)


@pytest.mark.jit
def test_numba_computes_the_same() -> None:
    def f(a: Any, b: Any) -> Any:
        return np.sum(signal.convolve(a, b, mode="same") ** 2)

    for args in ((X, K), (M, F)):
        want = adgen.grad(f, (0, 1), jit=False)(*args)
        for one, two in zip(adgen.grad(f, (0, 1))(*args), want, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-11)
