"""Distributions of SciPy: values and gradients against SciPy, outside of the support too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.stats import multivariate_normal, norm

import adgen
from adgen.transpiler import library
from adgen.transpiler.errors import UnsupportedSyntax

rng = np.random.default_rng(0)
V, P = rng.normal(size=5), rng.uniform(0.2, 3, 5)

CASES: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: norm.logpdf(x), V),
    (lambda x: norm.logpdf(0.3, x, 2.0), V),
    (lambda x: norm.logpdf(0.3, 0.1, x), P),
    (lambda x: norm.pdf(x, scale=x * x + 0.1), V),
    (lambda x: norm.cdf(x) + norm.sf(x * 2) + norm.logcdf(x) + norm.logsf(x), V),
    (lambda x: stats.t.logpdf(x, 3.5), V),
    (lambda x: stats.t.logpdf(0.3, x), P),
    (lambda x: stats.t.pdf(x, 2.0) + stats.t.cdf(x, 2.5), V),
    (lambda x: stats.beta.logpdf(x / 4, 2.0, 3.0), P),
    (lambda x: stats.beta.logpdf(0.3, x, x + 1), P),
    (lambda x: stats.beta.pdf(x / 4, 2.0, 3.0) + stats.beta.cdf(x / 4, 1.5, 2.0), P),
    (lambda x: stats.gamma.logpdf(x, 2.5), P),
    (lambda x: stats.gamma.logpdf(0.5, x, scale=x), P),
    (lambda x: stats.gamma.cdf(x, 2.0) + stats.gamma.pdf(x, 2.0), P),
    (lambda x: stats.chi2.logpdf(x, 3.0), P),
    (lambda x: stats.chi2.cdf(x, 3.0) + stats.chi2.pdf(2.0, x), P),
    (lambda x: stats.expon.logpdf(x) + stats.expon.pdf(x, scale=2.0) + stats.expon.cdf(x), P),
    (lambda x: stats.uniform.logpdf(x, 0, x + 1), P),
    (lambda x: stats.laplace.logpdf(x, 0.1, 2.0), V),
    (lambda x: stats.cauchy.logpdf(x, 0.1, 2.0), V),
    (lambda x: stats.logistic.logpdf(x, 0.1, 2.0), V),
    (lambda x: stats.lognorm.logpdf(x, 0.7), P),
    (lambda x: stats.poisson.logpmf(3, x), P),
    (lambda x: stats.poisson.pmf(np.arange(5), x) + stats.poisson.cdf(2, x), P),
    (lambda x: stats.dirichlet.logpdf(np.array([0.2, 0.3, 0.1, 0.2, 0.2]), x), P),
    (lambda x: multivariate_normal.logpdf(x, x * 0.5, np.outer(x, x) + np.eye(5)), V),
    (
        lambda x: multivariate_normal.logpdf(
            np.stack((x, x * 2)), x * 0.5, np.outer(x, x) + np.eye(5)
        ),
        V,
    ),
    (lambda x: multivariate_normal.pdf(x, cov=np.eye(5)), V),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_value_and_gradient(case: int) -> None:
    function, x = CASES[case]
    expected, found = function(x), adgen.differentiate(function, jit=False)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-14)
    assert np.shape(found) == np.shape(expected)

    def weighed(x):
        y = function(x)
        return np.sum(y * np.cos(y))

    adgen.check_grads(weighed, jit=False)(x)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: stats.beta.logpdf(x, 2.0, 3.0),
        lambda x: stats.gamma.logpdf(x, 2.0),
        lambda x: stats.expon.logpdf(x),
        lambda x: stats.lognorm.logpdf(x, 1.0),
        lambda x: stats.uniform.logpdf(x),
        lambda x: stats.poisson.logpmf(x, 1.5),
    ],
)
def test_outside_of_the_support(function: Callable[[Any], Any]) -> None:
    x = np.array([-1.0, 0.5, 2.0])
    np.testing.assert_allclose(adgen.differentiate(function, jit=False)(x), function(x))
    slope = adgen.grad(lambda x: np.sum(np.exp(function(x))), jit=False)(x)
    assert np.isfinite(slope).all() and slope[0] == 0.0


def test_a_method_in_a_variable() -> None:
    density = stats.norm.logpdf

    def loss(x):
        return np.sum(density(x, scale=2.0))

    np.testing.assert_allclose(adgen.grad(loss, jit=False)(V), -V / 4.0)


def test_modules_of_autograd(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("autograd.scipy.stats.norm")
    module.logpdf = lambda x: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    found = adgen.grad(lambda x: np.sum(module.logpdf(x)), jit=False)(V)  # type: ignore[attr-defined]
    np.testing.assert_allclose(found, -V)


def test_names() -> None:
    assert {"stats.norm.logpdf", "stats.poisson.pmf"} <= set(library.names())


def test_refusals() -> None:
    with pytest.raises(UnsupportedSyntax, match="of more than one point"):
        adgen.grad(lambda x: np.sum(stats.dirichlet.logpdf(x, V[:2])), jit=False)(np.ones((2, 2)))
    with pytest.raises(UnsupportedSyntax, match="with `allow_singular`"):
        adgen.grad(lambda x: multivariate_normal.logpdf(x, 0.0, 1.0, True), jit=False)(1.5)


@pytest.mark.jit
def test_compiled() -> None:
    def loss(x, s):
        return np.sum(norm.logpdf(x, 0.1, s)) + stats.gamma.logpdf(s, 2.0) + stats.t.logpdf(s, 3.0)

    assert adgen.differentiate(loss)(V, 1.5) == pytest.approx(loss(V, 1.5))
    plain = adgen.grad(loss, wrt=(0, 1), jit=False)(V, 1.5)
    for one, two in zip(adgen.grad(loss, wrt=(0, 1))(V, 1.5), plain, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12)
