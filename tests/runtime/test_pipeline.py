"""Sums in the user's order: the same to the last bit, and their loops are vectorised."""

from __future__ import annotations

import math

import llvmlite.binding as llvm
import numpy as np
import pytest

import adgen
from adgen.runtime import compile as compile_

pytestmark = pytest.mark.jit


def roots(x, y):
    total = 0.0
    for i in range(x.shape[0]):
        total += math.sqrt(x[i]) / (y[i] + 1.0)
    return total


def assembly(dispatcher) -> str:
    return "\n".join(dispatcher.inspect_asm().values())


def test_ordered_sums_are_exact_and_their_terms_vectorised(tmp_path, monkeypatch):
    if not llvm.get_host_cpu_features().get("sse2"):
        pytest.skip("instructions of x86")
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    x, y = np.random.default_rng(0).uniform(size=(2, 1001))
    compiled = adgen.differentiate(roots)
    assert compiled(x, y) == roots(x, y)
    (entry,) = compiled._entries._entries.values()
    assert "sqrtpd" in assembly(entry.build.functions[0])


def test_functions_of_others_are_compiled_as_ever():
    import numba

    adgen.differentiate(lambda x: x * x)(2.0)
    theirs = numba.njit(error_model="numpy")(roots)
    theirs(np.ones(3), np.ones(3))
    assert "sqrtpd" not in assembly(theirs)


def test_later_versions_of_numba_take_their_own_way(tmp_path, monkeypatch):
    """The insides that the short way relies on may change: it is for versions that are known."""
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compile_, "NEWEST_KNOWN", (0, 1))

    def f(x, w):
        total = 0.0
        for i in range(x.shape[0]):
            total += np.tanh(x[i] * w[i]) if x[i] > 0.25 else w[i] ** 3
        return total + np.sum(np.outer(x, w) @ w)

    x, w = np.array([0.1, 0.7, -0.3, 2.0]), np.array([0.5, -0.2, 0.3, 0.8])
    derivative = adgen.value_and_grad(f, (0, 1))
    value, gradient = derivative(x, w)
    expected, slopes = adgen.value_and_grad(f, (0, 1), jit=False)(x, w)
    assert value == pytest.approx(expected, rel=1e-14)
    for one, two in zip(gradient, slopes, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-13)
