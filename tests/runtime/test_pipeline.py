"""Sums in the user's order: the same to the last bit, and their loops are vectorised."""

from __future__ import annotations

import math

import llvmlite.binding as llvm
import numpy as np
import pytest

import adgen

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
