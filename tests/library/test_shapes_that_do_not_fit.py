"""Library functions on shapes that broadcast, and on those that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

rng = np.random.default_rng(11)
MATRIX, TENSOR, EMPTY = rng.normal(size=(3, 4)), rng.normal(size=(2, 3, 4)), np.zeros(0)
WEIGHTS = np.abs(MATRIX) + 1.0


def put(x, places, values, axis):
    out = x.copy()
    np.put_along_axis(out, places, values, axis=axis)
    return out


BROADCAST: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: np.take_along_axis(x, np.array([[0]]), axis=1), MATRIX),
    (lambda x: np.take_along_axis(x, np.array([[0, 3, 0]]), axis=1), MATRIX),
    (lambda x: np.take_along_axis(x, np.array([[[0]], [[1]]]), axis=1), TENSOR),
    (lambda x: np.take_along_axis(x, np.array([[0], [3]]), axis=1), MATRIX[:1]),
    (lambda x: put(x, np.array([[0]]), x[0, 1], 1), MATRIX),
    (lambda x: put(x, np.array([[1, 0]]), x[:, 2:3] * 2, 1), MATRIX),
    (lambda x: put(x, np.array([[0], [3], [0]]), x[0, :3, None], 1), MATRIX[:1]),
    (lambda x: np.average(x, axis=(1, 2), weights=WEIGHTS), TENSOR),
    (lambda x: np.average(x, axis=(2, 1), weights=WEIGHTS.T), TENSOR),
    (lambda x: np.vecdot(x, WEIGHTS), TENSOR),
    (lambda x: np.linalg.vecdot(x, WEIGHTS, axis=-2), TENSOR),
]


@pytest.mark.parametrize(("function", "x"), BROADCAST)
def test_what_broadcasts_is_stretched(function, x):
    expected = function(x)
    found = adgen.differentiate(function, jit=False)(x)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    tangent = rng.normal(size=x.shape)
    slope = (function(x + 1e-6 * tangent) - function(x - 1e-6 * tangent)) / 2e-6
    _, forward = adgen.jvp(function, (x,), (tangent,), jit=False)
    np.testing.assert_allclose(forward, slope, rtol=1e-6, atol=1e-8)
    value, pullback = adgen.vjp(function, x, jit=False)
    cotangent = rng.normal(size=np.shape(value))
    (gradient,) = pullback(cotangent)
    np.testing.assert_allclose(np.sum(gradient * tangent), np.sum(cotangent * slope), rtol=1e-6)


RAISING: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: np.take_along_axis(x, np.array([[0], [1]]), axis=1), MATRIX),
    (lambda x: put(x, np.array([[0, 0]]), 2.0, 0), MATRIX),
    (lambda x: np.vecdot(x, x[:, :2]), MATRIX),
    (lambda x: np.vecdot(x, MATRIX, axis=1), TENSOR),
    (lambda x: np.einsum("ii", x), MATRIX),
    (lambda x: np.interp(x, np.arange(3.0), np.arange(4.0)), MATRIX),
    (lambda x: np.convolve(x, np.ones(2)), EMPTY),
    (lambda x: np.correlate(x, np.ones(2)), EMPTY),
    (lambda x: np.argmax(x), EMPTY),
    (lambda x: np.argmin(x, axis=0), EMPTY),
    (lambda x: np.diff(x, -1), MATRIX),
    (lambda x: x[np.diag_indices_from(x)], MATRIX),
    (lambda x: np.linalg.norm(x, 2), TENSOR),
    (lambda x: np.cross(x, x), MATRIX),
    (lambda x: np.linalg.norm(x, "fro"), MATRIX[0]),
]


@pytest.mark.parametrize(("function", "x"), RAISING)
def test_what_does_not_fit_raises(function, x):
    with pytest.raises((ValueError, IndexError)) as expected:
        function(x)
    with pytest.raises(expected.type):
        adgen.differentiate(function, jit=False)(x)


@pytest.mark.parametrize("function", [lambda x: np.flip(x, 1), lambda x: np.median(x, axis=1)])
def test_an_axis_that_there_is_not_is_refused(function):
    with pytest.raises(adgen.TypeMismatch, match="an array of 1 axes has no axis 1"):
        adgen.differentiate(function, jit=False)(MATRIX[0])


SINGLE = MATRIX[0].astype(np.float32)
DTYPES: list[tuple[Callable[..., Any], Any]] = [
    (lambda x: np.dot(0.5, x), SINGLE),
    (lambda x: np.inner(x, 2), SINGLE),
    (lambda x: np.einsum(",i->i", 0.5, x), SINGLE),
    (lambda x: np.linalg.norm(x, 1), np.array([1, -2])),
    (lambda x: np.linalg.norm(x, 1), np.array([True, True])),
    (lambda x: np.float_power(x, 2), SINGLE),
    (lambda x: np.float_power(x, 2), np.array([1 + 2j, 0.5j])),
    (lambda x: np.histogram(x, 3, range=(-1, 1))[1], SINGLE),
    (lambda x: np.block(x[0]), SINGLE),
    (lambda x: np.cov(x, ddof=9), MATRIX),
    (lambda x: np.max(x, initial=1.5), EMPTY),
    (lambda x: np.min(x, axis=0, initial=2), np.zeros((0, 3), np.float32)),
    (lambda x: np.max(x, axis=1, initial=2), np.zeros((2, 0), np.int64)),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "x"), DTYPES)
def test_values_and_dtypes_are_those_of_numpy(function, x):
    expected = function(x)
    found = adgen.differentiate(function, jit=False)(x)
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
