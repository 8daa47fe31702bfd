"""Windows for spectra: constant weights of so many samples; Kaiser's also has a parameter."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import defines


def _turns(M):
    """Positions of the samples, from -1 to 1; the only one of a single sample is 0."""
    return np.arange(1 - M, M, 2) / max(M - 1, 1)


@defines(np.hanning)
def hanning(M):
    return 0.5 + 0.5 * np.cos(np.pi * _turns(M))


@defines(np.hamming)
def hamming(M):
    return 0.54 + 0.46 * np.cos(np.pi * _turns(M))


@defines(np.blackman)
def blackman(M):
    at = np.pi * _turns(M)
    return 0.42 + 0.5 * np.cos(at) + 0.08 * np.cos(2.0 * at)


@defines(np.bartlett)
def bartlett(M):
    return 1.0 - np.abs(_turns(M))


@defines(np.kaiser)
def kaiser(M, beta):
    at = _turns(M)
    return np.i0(beta * np.sqrt(np.maximum(1.0 - at * at, 0.0))) / np.i0(beta)
