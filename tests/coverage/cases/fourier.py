"""Fourier transforms, in losses that are real."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, OTHER, SQUARE, STRIDED, TENSOR, VECTOR


def power(z):
    return np.real(z) ** 2 + np.imag(z)


CASES: Table = {
    "np.fft.fft": [
        case(lambda x: power(np.fft.fft(x)), VECTOR, single=False),
        case(lambda x: power(np.fft.fft(x, axis=0)), MATRIX, single=False),
        case(
            lambda x, y: power(np.fft.fft(x + 1j * y, 6, norm="ortho")), VECTOR, OTHER, single=False
        ),
    ],
    "np.fft.ifft": [
        case(lambda x: power(np.fft.ifft(x)), VECTOR, single=False),
        case(lambda x: power(np.fft.ifft(x, axis=0)), STRIDED, single=False),
        case(lambda x, y: power(np.fft.ifft(x + 1j * y, 4)), VECTOR, OTHER, single=False),
    ],
    "np.fft.fft2": [
        case(lambda x: power(np.fft.fft2(x)), MATRIX, single=False),
        case(lambda x: power(np.fft.fft2(x, axes=(0, 1))), TENSOR, single=False),
        case(lambda x: power(np.fft.fft2(x, s=(2, 5))), SQUARE, single=False),
    ],
    "np.fft.ifft2": [
        case(lambda x: power(np.fft.ifft2(x)), MATRIX, single=False),
        case(lambda x: power(np.fft.ifft2(x, axes=(0, 1))), TENSOR, single=False),
        case(lambda x: power(np.fft.ifft2(x, norm="ortho")), SQUARE, single=False),
    ],
    "np.fft.fftn": [
        case(lambda x: power(np.fft.fftn(x)), TENSOR, single=False),
        case(lambda x: power(np.fft.fftn(x, axes=(1,))), MATRIX, single=False),
        case(lambda x: power(np.fft.fftn(x)), VECTOR, single=False),
    ],
    "np.fft.ifftn": [
        case(lambda x: power(np.fft.ifftn(x)), TENSOR, single=False),
        case(lambda x: power(np.fft.ifftn(x, axes=(1,))), MATRIX, single=False),
        case(lambda x: power(np.fft.ifftn(x)), VECTOR, single=False),
    ],
    "np.fft.rfft": [
        case(lambda x: power(np.fft.rfft(x)), VECTOR, single=False),
        case(lambda x: power(np.fft.rfft(x, axis=0)), MATRIX, single=False),
        case(lambda x: power(np.fft.rfft(x, 8)), MATRIX, single=False),
    ],
    "np.fft.irfft": [
        case(lambda x: np.fft.irfft(x), VECTOR, single=False),
        case(lambda x, y: np.fft.irfft(x + 1j * y), VECTOR, OTHER, single=False),
        case(lambda x: np.fft.irfft(x, 5, axis=0), MATRIX, single=False),
    ],
    "np.fft.rfft2": [
        case(lambda x: power(np.fft.rfft2(x)), MATRIX, single=False),
        case(lambda x: power(np.fft.rfft2(x, axes=(0, 1))), TENSOR, single=False),
        case(lambda x: power(np.fft.rfft2(x)), SQUARE, single=False),
    ],
    "np.fft.irfft2": [
        case(lambda x: np.fft.irfft2(x), MATRIX, single=False),
        case(lambda x: np.fft.irfft2(x, axes=(0, 1)), TENSOR, single=False),
        case(lambda x: np.fft.irfft2(x), SQUARE, single=False),
    ],
    "np.fft.rfftn": [
        case(lambda x: power(np.fft.rfftn(x)), TENSOR, single=False),
        case(lambda x: power(np.fft.rfftn(x, axes=(0,))), MATRIX, single=False),
        case(lambda x: power(np.fft.rfftn(x)), VECTOR, single=False),
    ],
    "np.fft.irfftn": [
        case(lambda x: np.fft.irfftn(x), TENSOR, single=False),
        case(lambda x: np.fft.irfftn(x, axes=(0,)), MATRIX, single=False),
        case(lambda x: np.fft.irfftn(x), VECTOR, single=False),
    ],
    "np.fft.fftshift": [
        case(lambda x: np.fft.fftshift(x), VECTOR),
        case(lambda x: np.fft.fftshift(x, axes=0), MATRIX),
        case(lambda x: np.fft.fftshift(x), TENSOR),
    ],
    "np.fft.ifftshift": [
        case(lambda x: np.fft.ifftshift(x), VECTOR),
        case(lambda x: np.fft.ifftshift(x, axes=(0, 1)), MATRIX),
        case(lambda x: np.fft.ifftshift(x), TENSOR),
    ],
}
