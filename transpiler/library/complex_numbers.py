"""Phases and parts of complex numbers, and what is conjugated where numbers may be complex."""

from __future__ import annotations

import math

import numpy as np

from adgen.transpiler.library.registry import defines


def squared(x):
    """The square of the absolute value."""
    if np.iscomplexobj(x):
        return np.real(x) * np.real(x) + np.imag(x) * np.imag(x)
    return x * x


def conjugated(x):
    """The conjugate; of real numbers nothing is computed."""
    if np.iscomplexobj(x):
        return np.conjugate(x)
    return x


@defines(np.angle)
def angle(z, deg=False):
    phase = np.arctan2(np.imag(z), np.real(z))
    return phase * (180 / math.pi) if deg else phase


@defines(np.iscomplex)
def iscomplex(x):
    return np.imag(x) != 0


@defines(np.isreal)
def isreal(x):
    return np.imag(x) == 0
