"""Phases and parts of complex numbers, and what is conjugated where numbers may be complex."""

from __future__ import annotations

import cmath
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


@defines(cmath.log)
def complex_log(z, base=None):
    value = complex(np.log(complex(z)))
    return value if base is None else value / complex(np.log(complex(base)))


@defines(cmath.phase)
def phase(z):
    return math.atan2(complex(z).imag, complex(z).real)


@defines(cmath.polar)
def polar(z):
    return abs(complex(z)), math.atan2(complex(z).imag, complex(z).real)


@defines(cmath.rect)
def rect(r, phi):
    return complex(r * math.cos(phi), r * math.sin(phi))


@defines(cmath.isfinite)
def isfinite(z):
    return math.isfinite(complex(z).real) and math.isfinite(complex(z).imag)


@defines(cmath.isnan)
def isnan(z):
    return math.isnan(complex(z).real) or math.isnan(complex(z).imag)


@defines(cmath.isinf)
def isinf(z):
    return math.isinf(complex(z).real) or math.isinf(complex(z).imag)
