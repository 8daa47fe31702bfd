"""Arguments of the programs: small arrays without ties, in several memory orders."""

from __future__ import annotations

import numpy as np

_rng = np.random.default_rng(7)


def spread(low, high, shape=()):
    """Different numbers between two bounds, in no order."""
    count = int(np.prod(shape))
    inner = np.linspace(low, high, count + 2)[1:-1] + 0.003 * (high - low)
    mixed = _rng.permutation(inner).reshape(shape)
    return mixed if shape else float(mixed)


NUMBER = 0.7
VECTOR, OTHER = _rng.normal(size=5), _rng.normal(size=5)
THREE = np.array([1.5, -0.5, 0.8])
MATRIX, SQUARE = _rng.normal(size=(3, 4)), _rng.normal(size=(3, 3))
TENSOR = _rng.normal(size=(2, 3, 4))
FORTRAN = np.asfortranarray(_rng.normal(size=(3, 4)))
STRIDED = _rng.normal(size=(6, 8))[::2, ::-2]
POSITIVE = np.exp(_rng.normal(size=4))
HOLES = np.array([[1.0, np.nan, -2.0, 0.5], [0.3, 1.2, np.nan, 2.0], [-1.0, 0.4, 0.9, -0.6]])
DEFINITE = SQUARE @ SQUARE.T + 3.0 * np.eye(3)
STACK = _rng.normal(size=(2, 3, 3))
DEFINITES = STACK @ np.swapaxes(STACK, -1, -2) + 3.0 * np.eye(3)
TALL = _rng.normal(size=(4, 3))


def turned(x):
    """A complex array from a real one."""
    return x + 0.5j * x[::-1]


def hermitian(x):
    """A Hermitian matrix from a real one."""
    return turned(x) + np.conj(turned(x).T)
