"""Order statistics: values, dtypes and gradients against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import UnsupportedSyntax

rng = np.random.default_rng(0)
VECTOR, MATRIX, TENSOR = rng.normal(size=7), rng.normal(size=(4, 5)), rng.normal(size=(2, 3, 4))
STEPS = np.array([-1.0, 0.0, 1.0])

CASES: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: np.sort(x), VECTOR),
    (lambda x: np.sort(x, axis=0), MATRIX),
    (lambda x: np.sort(x, axis=None), MATRIX),
    (lambda x: np.sort(x, axis=1, kind="stable"), TENSOR),
    (lambda x: np.argsort(x) * np.sum(x), VECTOR),
    (lambda x: np.argsort(x, axis=None) * np.sum(x), MATRIX),
    (lambda x: np.partition(x, 2)[:3].sum(), VECTOR),
    (lambda x: x[np.argpartition(x, 3)[:4]].sum(), VECTOR),
    (lambda x: np.median(x), VECTOR),
    (lambda x: np.median(x), MATRIX),
    (lambda x: np.median(x, axis=0), MATRIX),
    (lambda x: np.median(x, axis=(0, 2)), TENSOR),
    (lambda x: np.median(x, axis=1, keepdims=True), MATRIX),
    (lambda x: np.quantile(x, 0.3), VECTOR),
    (lambda x: np.quantile(x, 0.3 + 0.1 * np.sin(x[0])), VECTOR),
    (lambda x: np.quantile(x, np.array([0.1, 0.77]), axis=0), MATRIX),
    (lambda x: np.quantile(x, 0.25, axis=0, keepdims=True), MATRIX),
    (lambda x: np.percentile(x, 30, axis=1), MATRIX),
    (lambda x: np.percentile(x, [20, 90]), MATRIX),
    (lambda x: np.unique(x), VECTOR),
    (lambda x: np.unique(np.array([2.0, 1.0, 2.0, np.nan, np.nan]))[:2] * x[:2], VECTOR),
    (lambda x: np.searchsorted(STEPS, x) * x, VECTOR),
    (lambda x: np.searchsorted(STEPS, x, side="right") * x, MATRIX),
    (lambda x: np.searchsorted(STEPS, x[0]) * x, VECTOR),
    (lambda x: np.digitize(x, STEPS) * x, VECTOR),
    (lambda x: np.bincount(np.array([0, 1, 1, 3]), weights=x[:4]), VECTOR),
    (lambda x: np.bincount(np.array([0, 1, 1, 3]), minlength=6) * np.sum(x), VECTOR),
    (lambda x: np.histogram(x, bins=4, range=(-2.0, 2.0), weights=x * x)[0], VECTOR),
    (lambda x: np.histogram(np.arange(4.0), bins=STEPS + 1, weights=x[:4])[0], VECTOR),
    (lambda x: np.histogram(x, bins=3)[0] * np.sum(x), VECTOR),
    (lambda x: np.histogram(x, bins=3, density=True)[0], VECTOR),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_value_and_gradient(case: int) -> None:
    function, x = CASES[case]
    expected, found = function(x), adgen.differentiate(function, jit=False)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype

    def weighed(x):
        y = function(x)
        return np.sum(y * np.cos(y))

    adgen.check_grads(weighed, jit=False)(x)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_dtypes(dtype: Any) -> None:
    def several(x):
        return np.sort(x), np.argsort(x), np.partition(x, 1), np.unique(x), np.digitize(x, x[:1])

    x = np.array([3, 1, 2, 1], dtype)
    for one, two in zip(adgen.differentiate(several, jit=False)(x), several(x), strict=True):
        np.testing.assert_array_equal(np.sort(one), np.sort(two))
        assert one.dtype == two.dtype


def test_nan_is_handed_on() -> None:
    x = np.array([1.0, np.nan, 2.0])
    assert np.isnan(adgen.differentiate(lambda x: np.median(x), jit=False)(x))
    assert np.isnan(adgen.differentiate(lambda x: np.quantile(x, 0.5), jit=False)(x))


def test_what_numpy_refuses_raises() -> None:
    with pytest.raises(ValueError, match="Quantiles must be in the range"):
        adgen.differentiate(lambda x: np.quantile(x, x[0] + 9.0), jit=False)(VECTOR)


@pytest.mark.jit
def test_compiled() -> None:
    def several(x):
        return (
            np.sum(np.sort(x, axis=0)[1] ** 2) + np.median(x) * np.quantile(x, 0.3)
            + np.sum(x[0] * np.searchsorted(np.sort(x[1]), x[0]))
        )  # fmt: skip

    assert adgen.differentiate(several)(MATRIX) == pytest.approx(several(MATRIX), rel=1e-13)
    np.testing.assert_allclose(
        adgen.grad(several)(MATRIX), adgen.grad(several, jit=False)(MATRIX), rtol=1e-12
    )


REFUSED: list[tuple[Callable[[Any], Any], str]] = [
    (lambda x: np.quantile(x, 0.5, method="best"), "by a method that NumPy does not have"),
    (lambda x: np.unique(x, axis=0), "`np.unique` along an axis"),
    (lambda x: np.partition(x, (1, 2)), "`kth` is not one integer"),
    (lambda x: np.searchsorted(x.reshape(1, -1), 0.5), "it takes an ordered vector"),
    (lambda x: np.digitize(x, 0.5), "the bins are no vector"),
    (lambda x: np.argsort(x[0]), "it takes an array"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_refusals(case: int) -> None:
    function, message = REFUSED[case]
    with pytest.raises(UnsupportedSyntax, match=message):
        adgen.differentiate(function, jit=False)(VECTOR)
