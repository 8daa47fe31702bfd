"""The examples run, in short, and end in a picture; their gradients are those of Autograd."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.seeds import SEEDS, both, compare
from benchmarks.structure import BATCH, SIZES, flat, nested

ROOT = Path(__file__).parents[1]
SHORT = {
    "logistic_regression": ["--epochs", "2", "--quiet"],
    "tanh_derivatives": ["--points", "5"],
    "taylor_sine": ["--points", "5"],
    "polynomial_features": ["--epochs", "200"],
    "regression_net": ["--iterations", "20"],
    "scalar_classifier": ["--epochs", "20"],
    "hamiltonian_net": ["--iterations", "100"],
    "physics_informed_net": ["--iterations", "100"],
    "maml_sine": ["--iterations", "100"],
    "wave_speed": ["--iterations", "20"],
    "gaussian_mixture": ["--points", "300"],
    "phase_retrieval": ["--iterations", "5"],
    "gaussian_process": ["--points", "25"],
    "convolution_net": ["--epochs", "1"],
    "wave_control": ["--iterations", "5", "--steps", "60"],
}
EXAMPLES = sorted(file.stem for file in (ROOT / "examples").glob("*.py") if file.stem != "picture")


@pytest.mark.jit
@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(example, tmp_path):
    picture = tmp_path / "picture.png"
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / f"{example}.py", *SHORT.get(example, [])]
        + ["--out", picture],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert picture.stat().st_size > 1000


@pytest.mark.jit
@pytest.mark.parametrize("seed", SEEDS, ids=[seed.name for seed in SEEDS])
def test_gradients_are_those_of_autograd(seed, tmp_path):
    pytest.importorskip("autograd")
    ours, theirs, arguments = both(seed, tmp_path)
    compare(ours(*arguments), theirs(*arguments))


def test_the_nets_of_the_benchmark_are_one():
    rng = np.random.default_rng(0)
    pairs = [(rng.normal(size=s), rng.normal(size=s[1])) for s in zip(SIZES, SIZES[1:])]  # noqa: B905
    X, y = rng.normal(size=(BATCH, SIZES[0])), rng.normal(size=(BATCH, SIZES[-1]))
    params = {"layers": [{"affine": pair} for pair in pairs]}
    leaves = [array for pair in pairs for array in pair]
    assert nested(params, X, y) == flat(*leaves, X, y)
