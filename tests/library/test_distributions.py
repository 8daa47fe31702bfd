"""Distributions of SciPy: outside of the support, how they are found, what is refused."""

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

V = np.random.default_rng(0).normal(size=5)


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
