"""Order statistics: dtypes, what is no number, refusals, machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import UnsupportedSyntax

rng = np.random.default_rng(0)
VECTOR, MATRIX = rng.normal(size=7), rng.normal(size=(4, 5))


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
