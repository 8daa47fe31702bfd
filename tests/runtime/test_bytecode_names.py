"""Temporaries of a function have names of their own, whatever its variables are called."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from numba.core import byteflow

import adgen
from adgen.runtime.bytecode_names import _told_apart

pytestmark = pytest.mark.jit


def name(variable: str, offset: int) -> str:
    state = SimpleNamespace(_pc=offset, _temp_registers=[])
    return byteflow.State.make_temp(state, variable)


def test_a_name_and_an_offset_are_told_apart():
    with _told_apart():
        assert name("n", 252) != name("n2", 52)
    assert name("n", 252) == name("n2", 52)  # Numba's own; the pass can go when they differ


def test_a_program_whose_names_met():
    def outer(x, y):
        z = np.einsum("ij,kl->ijkl", x, y)
        weights = 1.0 + 0.25 * np.arange(np.size(z)).reshape(np.shape(z))
        return np.sum(z * weights.astype(z.dtype) + 0.125 * z * z)

    args = np.ones((3, 3)), np.ones((3, 4))
    want = adgen.grad(outer, (0, 1), jit=False)(*args)
    for found, expected in zip(adgen.grad(outer, (0, 1))(*args), want, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
