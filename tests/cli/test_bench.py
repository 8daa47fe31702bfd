"""``adgen bench``: what is measured, and of what."""

from __future__ import annotations

import os

import pytest

from adgen.cli.timing import medians
from tests.cli.running import MODEL, document, output, written


@pytest.mark.jit
def test_table_and_document(tmp_path):
    file = written(tmp_path, MODEL)
    before = os.environ.get("ADGEN_CACHE_DIR")
    (found,) = document("bench", file, "--size", "100")
    assert os.environ.get("ADGEN_CACHE_DIR") == before
    assert found["function"] == "loss" and found["shapes"]["X"] in ("(10, 11)", "(10, 10)")
    assert min(found[key] for key in ("numpy", "primal", "gradient", "compile_gradient")) > 0
    assert found["residual_bytes"] == 0 and found["residual_exact"]
    head = output("bench", file, "--size", "100").splitlines()[0]
    for column in ("NumPy", "primal", "gradient", "÷ primal", "÷ NumPy", "compile", "residuals"):
        assert column in head


def test_medians_of_what_is_quick_and_what_is_slow():
    def slow():
        return sum(range(20_000))

    times = medians({"quick": lambda: None, "slow": slow})
    assert 0.0 <= times["quick"] < times["slow"]
