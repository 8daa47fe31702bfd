"""Methods give what NumPy gives: values, dtypes, types, and the state that is left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.primitives.distributions import DISTRIBUTIONS

P = np.array([0.2, 0.3, 0.5])
A = np.array([1.0, 2.5, 0.5])
B = np.array([[1.5], [2.0]])

OF_BOTH = [
    lambda rng: rng.random(),
    lambda rng: rng.random((2, 3)),
    lambda rng: rng.random(size=4),
    lambda rng: rng.random(()),
    lambda rng: rng.standard_normal((2, 1)),
    lambda rng: rng.standard_exponential(3),
    lambda rng: rng.standard_gamma(2.5),
    lambda rng: rng.standard_gamma(A),
    lambda rng: rng.standard_gamma(A, (2, 3)),
    lambda rng: rng.standard_cauchy(2),
    lambda rng: rng.standard_t(3.0),
    lambda rng: rng.normal(),
    lambda rng: rng.normal(1.0, 2.0),
    lambda rng: rng.normal(A, B),
    lambda rng: rng.normal(1.0, scale=A),
    lambda rng: rng.normal(size=(2, 2), loc=3.0),
    lambda rng: rng.normal(0.0, 1.0, (2, 2)),
    lambda rng: rng.uniform(),
    lambda rng: rng.uniform(-1.0, 1.0, 3),
    lambda rng: rng.uniform(high=2.0),
    lambda rng: rng.exponential(2.0),
    lambda rng: rng.exponential(size=3),
    lambda rng: rng.gamma(2.0, 3.0, size=2),
    lambda rng: rng.laplace(0.0, 2.0, size=2),
    lambda rng: rng.logistic(1.0),
    lambda rng: rng.gumbel(A),
    lambda rng: rng.lognormal(0.5, 0.3, 2),
    lambda rng: rng.rayleigh(2.0, 2),
    lambda rng: rng.weibull(1.5, 2),
    lambda rng: rng.pareto(2.5),
    lambda rng: rng.beta(0.5, 1.5, size=3),
    lambda rng: rng.chisquare(3.0),
    lambda rng: rng.noncentral_chisquare(3.0, 1.5),
    lambda rng: rng.f(2.0, 5.0, 2),
    lambda rng: rng.noncentral_f(2.0, 5.0, 1.0),
    lambda rng: rng.power(2.0, 2),
    lambda rng: rng.triangular(0.0, 0.5, 2.0, 2),
    lambda rng: rng.vonmises(0.5, 2.0),
    lambda rng: rng.wald(1.0, 2.0, 2),
    lambda rng: rng.binomial(10, 0.4),
    lambda rng: rng.binomial(10, P),
    lambda rng: rng.negative_binomial(3, 0.4, 2),
    lambda rng: rng.poisson(3.0),
    lambda rng: rng.poisson(A),
    lambda rng: rng.geometric(0.3, size=2),
    lambda rng: rng.hypergeometric(5, 4, 3),
    lambda rng: rng.logseries(0.4),
    lambda rng: rng.zipf(2.5, 2),
    lambda rng: rng.dirichlet(A),
    lambda rng: rng.dirichlet([1.0, 2.0], size=(2, 2)),
    lambda rng: rng.multinomial(7, P),
    lambda rng: rng.multinomial(7, P, size=2),
    lambda rng: rng.multivariate_normal(A, np.eye(3)),
    lambda rng: rng.multivariate_normal(A, np.eye(3), 2),
    lambda rng: rng.choice(5),
    lambda rng: rng.choice(5, 3),
    lambda rng: rng.choice(5, size=(2, 2), p=[0.1, 0.2, 0.3, 0.2, 0.2]),
    lambda rng: rng.choice(A),
    lambda rng: rng.choice(A, 4),
    lambda rng: rng.choice(A, 2, replace=False),
    lambda rng: rng.choice([1.0, 2.0, 4.0], 2, p=P),
    lambda rng: rng.permutation(5),
    lambda rng: rng.permutation(A),
    lambda rng: rng.permutation(B),
]
OF_GENERATORS = [
    lambda rng: rng.random(3, dtype=np.float32),
    lambda rng: rng.standard_normal(3, np.float32),
    lambda rng: rng.standard_exponential(3, method="inv"),
    lambda rng: rng.standard_gamma(2.0, 3, dtype=np.float32),
    lambda rng: rng.integers(5),
    lambda rng: rng.integers(2, 9),
    lambda rng: rng.integers(0, 9, size=(2, 3)),
    lambda rng: rng.integers(9, size=3, endpoint=True),
    lambda rng: rng.integers(5, dtype=np.int32),
    lambda rng: rng.integers(5, size=3, dtype=np.int32),
    lambda rng: rng.integers(5, dtype=int),
    lambda rng: rng.integers(0, 2, size=3, dtype=bool),
    lambda rng: rng.integers(np.array([3, 40])),
    lambda rng: rng.choice(np.outer(A, A), 2, axis=1),
    lambda rng: rng.choice(5, 3, replace=False, shuffle=False),
    lambda rng: rng.permutation(np.outer(A, P), axis=1),
    lambda rng: rng.multivariate_hypergeometric(np.array([3, 4, 2]), 4),
    lambda rng: rng.multivariate_normal(A, np.eye(3), method="cholesky"),
]
LEGACY = [
    lambda rng: rng.rand(),
    lambda rng: rng.rand(2, 3),
    lambda rng: rng.randn(3),
    lambda rng: rng.random_sample(2),
    lambda rng: rng.randint(5),
    lambda rng: rng.randint(2, 9, size=3),
    lambda rng: rng.randint(5, dtype=np.int64),
    lambda rng: rng.randint(5, size=2, dtype=np.int32),
]
CASES = [(np.random.default_rng, one) for one in (*OF_BOTH, *OF_GENERATORS)]
CASES += [(np.random.RandomState, one) for one in (*OF_BOTH, *LEGACY)]
OF_MODULE = [
    lambda w: np.random.rand(3) * w,
    lambda w: np.random.randn() * w,
    lambda w: np.random.random() * w,
    lambda w: np.random.ranf(2) * w,
    lambda w: np.random.sample() * w,
    lambda w: np.random.normal(1.0, 2.0, 3) * w,
    lambda w: np.random.uniform(0.0, 2.0) * w,
    lambda w: np.random.standard_normal((2, 2)) * w,
    lambda w: np.random.exponential(2.0, 2) * w,
    lambda w: np.random.gamma(2.0, size=2) * w,
    lambda w: np.random.randint(0, 10, 3) * w,
    lambda w: np.random.choice(4) * w,
    lambda w: np.random.permutation(4) * w,
    lambda w: np.random.poisson(3.0, 2) * w,
]


def next_of(rng: Any) -> float:
    return rng.random()


def same(one: Any, two: Any) -> bool:
    plain = type(one) is type(two) or isinstance(two, np.ndarray) and two.ndim == 0
    dtypes = getattr(one, "dtype", None), getattr(two, "dtype", None)
    return plain and dtypes[0] == dtypes[1] and np.array_equal(one, two)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_methods(case: int) -> None:
    make, function = CASES[case]
    one, two = make(3), make(3)
    for _ in range(3):
        assert same(adgen.differentiate(function, jit=False)(one), function(two))
        assert next_of(one) == next_of(two)


@pytest.mark.parametrize("case", range(len(OF_MODULE)))
def test_functions_of_the_module(case: int) -> None:
    function = OF_MODULE[case]
    np.random.seed(5)
    want, after = function(2.0), np.random.rand()
    np.random.seed(5)
    assert same(adgen.differentiate(function, jit=False)(2.0), want)
    assert np.random.rand() == after


@pytest.mark.jit
@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_compiled_methods(make: Any) -> None:
    def draws(rng: Any) -> Any:
        return (
            rng.random(), rng.standard_normal((2, 3)), rng.normal(1.0, 2.0), rng.poisson(3.0),
            rng.choice(5, 3), rng.permutation(4), rng.uniform(-1.0, 1.0), rng.exponential(2.0),
            rng.standard_exponential(), rng.gamma(2.5), rng.standard_normal(), rng.beta(0.5, 2.0),
        )  # fmt: skip

    one, two = make(3), make(3)
    compiled = adgen.differentiate(draws)
    for _ in range(3):
        for have, want in zip(compiled(one), draws(two), strict=True):
            assert same(have, want)
        assert next_of(one) == next_of(two)


def test_all_families_are_tested() -> None:
    text = open(__file__, encoding="utf-8").read()
    assert [name for name in DISTRIBUTIONS if f"rng.{name}(" not in text] == []
