"""Interpolation, convolution, differences, fits: values, dtypes and gradients against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import UnsupportedSyntax

rng = np.random.default_rng(0)
VECTOR, MATRIX, TENSOR = rng.normal(size=6), rng.normal(size=(3, 5)), rng.normal(size=(3, 4, 5))
PLACES, HEIGHTS = np.array([-1.0, 0.0, 0.7, 2.0]), np.array([1.0, 3.0, -1.0, 2.0])
TIMES = np.array([0.0, 1.0, 2.5, 3.0, 7.0])

CASES: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: np.interp(x, PLACES, HEIGHTS), VECTOR),
    (lambda x: np.interp(0.3, PLACES, x[:4]), VECTOR),
    (lambda x: np.interp(np.array([0.1, -3.0, 2.0, 5.0]), PLACES, x[:4], left=0.5), VECTOR),
    (lambda x: np.interp(x, PLACES * x[0] ** 2, x[:4]), VECTOR),
    (lambda x: np.interp(x[0], PLACES, x[:4]), VECTOR),
    (lambda x: np.interp(x, PLACES, HEIGHTS, right=x[0]), MATRIX[0]),
    (lambda x: np.convolve(x, x[:3]), VECTOR),
    (lambda x: np.convolve(x, x[:3], "same"), VECTOR),
    (lambda x: np.convolve(x, x[:2], "same"), VECTOR),
    (lambda x: np.convolve(x[:2], x, "same"), VECTOR),
    (lambda x: np.convolve(x, x[:3], "valid"), VECTOR),
    (lambda x: np.convolve(x[:3], x, "valid"), VECTOR),
    (lambda x: np.correlate(x, x[:3]), VECTOR),
    (lambda x: np.correlate(x, x[:3], "full"), VECTOR),
    (lambda x: np.correlate(x[:3], x, "full"), VECTOR),
    (lambda x: np.correlate(x[:3], x, "valid"), VECTOR),
    (lambda x: np.vander(x), VECTOR),
    (lambda x: np.vander(x, 3, increasing=True), VECTOR),
    (lambda x: np.polyfit(np.arange(6.0), x, 2), VECTOR),
    (lambda x: np.polyfit(x, np.sin(np.arange(6.0)), 2, w=1 + x * x), VECTOR),
    (lambda x: np.unwrap(5 * x), VECTOR),
    (lambda x: np.unwrap(5 * x, axis=0), MATRIX),
    (lambda x: np.unwrap(5 * x, period=4.0), MATRIX),
    (lambda x: np.gradient(x), VECTOR),
    (lambda x: np.gradient(x, 0.5), VECTOR),
    (lambda x: np.gradient(x, np.cumsum(x * x + 0.1)), VECTOR),
    (lambda x: np.gradient(x)[1], MATRIX),
    (lambda x: np.gradient(x, 0.1, TIMES)[1], MATRIX),
    (lambda x: np.gradient(x, axis=1), TENSOR),
    (lambda x: np.corrcoef(x), MATRIX),
    (lambda x: np.corrcoef(x[0], x[1]), MATRIX),
    (lambda x: np.corrcoef(x, rowvar=False)[0, 1], MATRIX),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_value_and_gradient(case: int) -> None:
    function, x = CASES[case]
    expected, found = function(x), adgen.differentiate(function, jit=False)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype

    def weighed(x):
        y = function(x)
        return np.sum(y * np.cos(y))

    adgen.check_grads(weighed, jit=False)(x)


@pytest.mark.jit
def test_compiled() -> None:
    def several(x):
        smooth = np.convolve(x, np.array([0.25, 0.5, 0.25]), mode="same")
        return np.sum(np.gradient(smooth) ** 2) + np.sum(np.interp(x, PLACES, HEIGHTS) * x)

    assert adgen.differentiate(several)(VECTOR) == pytest.approx(several(VECTOR), rel=1e-13)
    np.testing.assert_allclose(
        adgen.grad(several)(VECTOR), adgen.grad(several, jit=False)(VECTOR), rtol=1e-12
    )


REFUSED: list[tuple[Callable[[Any], Any], str]] = [
    (lambda x: np.convolve(x, x, "odd"), "this mode of a convolution"),
    (lambda x: np.polyfit(x, x, 1, cov=True)[0], "`np.polyfit` with `full` or `cov`"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_refusals(case: int) -> None:
    function, message = REFUSED[case]
    with pytest.raises(UnsupportedSyntax, match=message):
        adgen.differentiate(function, jit=False)(VECTOR)
