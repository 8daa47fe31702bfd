"""Functions of ``cmath`` that NumPy has under other names."""

from __future__ import annotations

import cmath

import numpy as np
import pytest

from tests.adgen.agreement import agrees


def logarithms(x):
    z = complex(x, 0.3)
    return abs(cmath.log(z)) + cmath.log(z, 2.0 + x).imag + cmath.log(-x).real


def polar_and_back(x):
    r, phi = cmath.polar(complex(x, -0.4))
    z = cmath.rect(r * x, phi + x) + cmath.phase(complex(-x, x * x))
    return z.real * z.imag


def asked(x):
    z = complex(x, np.inf)
    if cmath.isinf(z) and not cmath.isnan(z) and not cmath.isfinite(z):
        return x * x
    return x if cmath.isfinite(complex(x, 1.0)) else 0.0


@pytest.mark.parametrize("program", [logarithms, polar_and_back, asked], ids=lambda f: f.__name__)
def test_like_python(program):
    agrees(program, 0.7)
