"""Functions of each element by itself."""

from __future__ import annotations

import math

import numpy as np

from adgen.transpiler.library.dtypes import counts, floating
from adgen.transpiler.library.registry import defines, refuse

_LARGEST, _LARGEST32 = float(np.finfo(np.float64).max), float(np.finfo(np.float32).max)


@defines(np.sinc)
def sinc(x):
    y = math.pi * np.where(x == 0, 1e-20, x)
    return np.sin(y) / y


@defines(np.nan_to_num)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    x = np.asarray(x)
    if np.iscomplexobj(x):
        refuse("`np.nan_to_num` of complex numbers", "take the parts: `np.nan_to_num(z.real)`")
    if counts(x):
        return np.copy(x)
    largest = _LARGEST32 if x.dtype == np.float32 else _LARGEST
    if posinf is None:
        posinf = largest
    if neginf is None:
        neginf = -largest
    finite = np.where(x == np.inf, posinf, np.where(x == -np.inf, neginf, x))
    return np.where(np.isnan(x), nan, finite)


@defines(np.astype)
def astype(x, dtype, /, *, copy=True, device=None):
    return x.astype(dtype)


@defines(np.real_if_close)
def real_if_close(a, tol=100):
    if np.iscomplexobj(a):
        refuse("`np.real_if_close` of complex numbers", "take `np.real(z)`: types are known before")
    return np.asarray(a)


@defines(np.float_power)
def float_power(x1, x2):
    x1, x2 = np.asarray(x1), np.asarray(x2)
    wide = np.result_type(x1, x2, np.float64)
    return np.power(x1.astype(wide), x2.astype(wide))


@defines(np.fix)
def fix(x, out=None):
    return np.trunc(x)


@defines(np.modf)
def modf(x):
    x = np.asarray(x)
    if counts(x):
        x = x.astype(floating(x.dtype))
    whole = np.trunc(x)
    return np.where(np.isinf(x), 0 * np.sign(x), x - whole), whole


@defines(np.divmod)
def divmod_(x1, x2):
    return np.floor_divide(x1, x2), np.remainder(x1, x2)
