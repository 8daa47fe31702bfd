"""The examples that live inside of other packages: a sampler, an estimator."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "ecosystem"

pytestmark = pytest.mark.jit


def _example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_sampler() -> None:
    pytest.importorskip("nutpie")
    example = _example("nuts_regression")
    theta = example.main(draws=300)
    off = (theta.mean(axis=0) - list(example.TRUE.values())) / theta.std(axis=0)
    assert np.all(np.abs(off) < 3.0)


def test_the_log_density_without_the_sampler() -> None:
    """The gradient that a sampler gets, beside SciPy's density and differences."""
    from scipy.optimize import approx_fprime
    from scipy.stats import t

    example = _example("nuts_regression")
    x, y = example.data(20)
    theta = np.array([0.5, -1.0, -0.5])
    scale = np.exp(theta[2])
    likelihood = t(4.0, theta[0] + theta[1] * x, scale).logpdf(y).sum()
    prior = -0.5 * (theta[0] ** 2 + theta[1] ** 2) / 25.0 - 0.5 * theta[2] ** 2
    constant = len(x) * t(4.0).logpdf(0.0)
    assert example.log_density(theta, x, y) == pytest.approx(likelihood + prior - constant)
    differences = approx_fprime(theta, example.log_density, 1e-6, x, y)
    np.testing.assert_allclose(example.log_density.grad(theta, x, y), differences, rtol=1e-3)


def test_an_estimator() -> None:
    pytest.importorskip("sklearn")
    assert _example("sklearn_estimator").main(jobs=1) > 0.3
