"""Fourier transforms in both modes, every norm, cut and padded, over any axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.fft

import adgen
from tests.complex.programs import Program, draw

DRAW = np.random.default_rng(7)
Z, X = draw(6), DRAW.normal(size=7)
M, R = draw(4, 5), DRAW.normal(size=(4, 6))
T = DRAW.normal(size=(2, 3, 4))

ONE_AXIS = {
    "fft": (np.fft.fft, Z), "ifft": (np.fft.ifft, Z), "rfft": (np.fft.rfft, X),
    "rfft_even": (np.fft.rfft, X[:6].copy()), "irfft": (np.fft.irfft, Z),
    "hfft": (np.fft.hfft, Z), "ihfft": (np.fft.ihfft, X), "fft2": (np.fft.fft2, M),
    "rfftn": (np.fft.rfftn, T), "irfft2": (np.fft.irfft2, M),
}  # fmt: skip

PROGRAMS: dict[str, Program] = {
    "of_real": (lambda a: np.fft.fft(a), (X,)),
    "cut": (lambda a: np.fft.fft(a, 4), (Z,)),
    "padded": (lambda a: np.fft.ifft(a, 9), (Z,)),
    "axis": (lambda a: np.fft.fft(a, axis=0), (M,)),
    "real_axis": (lambda a: np.fft.rfft(a, 6, axis=0), (R,)),
    "one": (lambda a: np.fft.rfft(a[:1]) + np.fft.fft(a[:1]), (X,)),
    "odd": (lambda a: np.fft.irfft(a, 7), (Z,)),
    "odd_axis": (lambda a: np.fft.irfft(a, 9, axis=0), (M,)),
    "inverse_of_real": (lambda a: np.fft.irfft(a), (X,)),
    "ifft2": (lambda a: np.fft.ifft2(a, s=(3, 7)), (M,)),
    "fftn": (lambda a: np.fft.fftn(a), (T,)),
    "fftn_axes": (lambda a: np.fft.fftn(a, axes=(0, 2)), (T,)),
    "ifftn": (lambda a: np.fft.ifftn(a, s=(3, -1), axes=(0, 1)), (T,)),
    "rfft2": (lambda a: np.fft.rfft2(a), (R,)),
    "irfftn": (lambda a: np.fft.irfftn(a, s=(2, 3, 7), axes=(0, 1, 2)), (T + 1j,)),
    "shifts": (lambda a: np.fft.fftshift(a) + 2 * np.fft.ifftshift(a, axes=1), (M,)),
    "derivative": (
        lambda a: np.fft.ifft(np.fft.fft(a) * 2j * np.pi * np.fft.fftfreq(a.shape[0], 0.1)).real,
        (X,),
    ),
    "filter": (lambda a: np.fft.irfft(np.fft.rfft(a) * np.fft.rfftfreq(7), 7), (X,)),
    "scipy": (lambda a: scipy.fft.ifft2(scipy.fft.fft2(a), norm="ortho"), (M,)),
    "scipy_real": (lambda a: scipy.fft.irfftn(scipy.fft.rfftn(a) * 2, s=(4, 6)), (R,)),
    "scipy_frequencies": (lambda a: scipy.fft.fftshift(a) * scipy.fft.fftfreq(5, 0.5), (M,)),
    "scipy_axis": (lambda a: scipy.fft.rfft(a, axis=0) + 0 * scipy.fft.hfft(a)[0, 0], (R,)),
}


@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize("name", ONE_AXIS)
def test_norms(name: str, norm: Any) -> None:
    function, a = ONE_AXIS[name]
    adgen.check_grads(lambda a: function(a, norm=norm), jit=False)(a)


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name: str) -> None:
    function, args = PROGRAMS[name]
    adgen.check_grads(function, jit=False)(*args)
    have, want = adgen.differentiate(function, jit=False)(*args), function(*args)
    assert have.dtype == want.dtype


@pytest.mark.parametrize("name", ["of_real", "padded", "real_axis", "odd", "irfftn", "filter"])
def test_single_precision(name: str) -> None:
    function, (a,) = PROGRAMS[name]
    narrow = a.astype(np.complex64 if np.iscomplexobj(a) else np.float32)
    value, pullback = adgen.vjp(function, narrow, jit=False)
    assert value.dtype == function(narrow).dtype
    (cotangent,) = pullback(value)
    assert cotangent.dtype == narrow.dtype
    _, wide = adgen.vjp(function, a, jit=False)
    np.testing.assert_allclose(cotangent, wide(value)[0], rtol=1e-4, atol=1e-4)


@pytest.mark.jit
@pytest.mark.parametrize("name", ["derivative", "filter", "ifft2", "real_axis", "scipy_real"])
def test_numba_computes_the_same(name: str) -> None:
    function, args = PROGRAMS[name]
    value, pullback = adgen.vjp(function, *args)
    plain, pull_plain = adgen.vjp(function, *args, jit=False)
    np.testing.assert_allclose(value, plain, rtol=1e-12, atol=1e-13)
    for one, two in zip(pullback(plain), pull_plain(plain), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-13)


def test_second_order() -> None:
    def energy(x: Any) -> Any:
        spectrum = np.fft.rfft(x, 8)
        return np.sum(np.abs(spectrum) ** 3) + np.sum(np.fft.fft(x * x).real ** 2)

    adgen.check_grads(energy, order=2, jit=False)(X)


def test_gradients_are_those_of_jax() -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)

    def loss(np: Any) -> Any:
        return lambda x: np.sum(np.abs(np.fft.rfft(np.abs(np.fft.fft2(x)), 4)) ** 2)

    want = jax.grad(loss(jax.numpy))(M)
    np.testing.assert_allclose(adgen.grad(loss(np), jit=False)(M), want, rtol=1e-10)


def test_lengths_that_make_no_sense() -> None:
    for f, args in ((np.fft.fft, (Z, 0)), (np.fft.irfft, (Z[:1],))):
        with pytest.raises(ValueError, match="Invalid number of FFT data points"):
            f(*args)
        with pytest.raises(ValueError, match="Invalid number of FFT data points"):
            adgen.differentiate(lambda *a, f=f: f(*a), jit=False)(*args)


def test_text_is_readable() -> None:
    text = adgen.differentiate(lambda x: np.sum(np.abs(np.fft.rfft(x)) ** 2), jit=False).source(X)
    assert "np.fft.rfft(x)" in text and "np.fft.irfft(" in text
