"""Functions of C that cffi has, with gradients; and gradients that C calls through cffi."""

from __future__ import annotations

import ctypes.util

import numpy as np
import pytest
import scipy
from scipy import integrate

import adgen

cffi = pytest.importorskip("cffi")
ffi = cffi.FFI()
ffi.cdef("double tan(double); double hypot(double, double); double frexp(double, int *);"
         "int abs(int); struct pair { int a; }; struct pair div(int, int);")  # fmt: skip
libm = ffi.dlopen(ctypes.util.find_library("m"))


@pytest.mark.parametrize("held", [lambda f: f, scipy.LowLevelCallable])
@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_a_function_says_what_it_returns(held, jit):
    tan = adgen.primitive(held(libm.tan))
    adgen.defvjp(tan, lambda ans, x: lambda g: g * (1.0 + ans * ans))
    adgen.check_grads(lambda x: tan(x) * x, order=2, jit=jit)(0.4)
    assert adgen.grad(lambda x: tan(x) * x, jit=jit)(0.4) == pytest.approx(
        np.tan(0.4) + 0.4 / np.cos(0.4) ** 2, rel=1e-14
    )


def test_two_functions_of_one_program():
    hypot, tan = adgen.primitive(libm.hypot), adgen.primitive(libm.tan)
    adgen.defvjp(hypot, lambda ans, x, y: lambda g: g * x / ans,
                 lambda ans, x, y: lambda g: g * y / ans)  # fmt: skip
    adgen.defvjp(tan, lambda ans, x: lambda g: g * (1.0 + ans * ans))
    adgen.check_grads(lambda x, y: tan(hypot(x, y)) + hypot(y, x), jit=False)(0.4, 0.7)


def test_what_is_no_number_is_refused():
    with pytest.raises(adgen.AdgenError, match="takes or returns what is no number"):
        adgen.primitive(libm.div)


@pytest.mark.jit
def test_a_gradient_as_a_function_of_cffi():
    import numba

    @adgen.differentiate
    def bump(x):
        return np.sin(x) * np.exp(-x * x)

    @numba.cfunc("float64(float64)")
    def slope(x):
        return bump.grad(x)

    pointer = ffi.cast("double (*)(double)", slope.address)
    assert pointer(0.3) == bump.grad(0.3)
    found, _ = integrate.quad(scipy.LowLevelCallable(pointer), 0.0, 1.0)
    assert found == pytest.approx(bump(1.0) - bump(0.0), rel=1e-12)
