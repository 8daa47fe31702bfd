"""Inputs at the edge of what NumPy takes: the same values and types, or the same exceptions."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

import adgen
from tests.coverage.outcomes import _typed

EMPTY, FOUR, GRID = np.zeros(0), np.arange(4.0), np.arange(12.0).reshape(3, 4)
BYTES = np.array([[100, 2], [3, 100]], np.int8)
TRUTHS = np.array([True, False, True])
PLACES = np.array([[1, 0], [1, 1], [0, 0]])


def _summed(x, total):
    for i in range(2):
        total += x[i, i]
    return total


def _multiplied(x):
    x[[0, 2]] *= 1.5
    return x


def _masked(x):
    np.putmask(x, x > 1, np.array([0.5]))
    return x


def _copied(x):
    np.copyto(x, 0.5)
    return x


def _put(x, place):
    np.put(x, [0, place], [5.0, 6.0])
    return x


PROGRAMS = [
    (lambda x: np.einsum("ii", x), BYTES),
    (lambda x: np.einsum("ij,jk->k", x, x), BYTES),
    (lambda x: np.pad(x, 3, mode="reflect", reflect_type="odd"), FOUR[1:2]),
    (lambda x: np.sum(np.linalg.lstsq(x, np.ones(3))[0]), GRID.astype(int)),
    (lambda x: np.cov(x, rowvar=False), GRID[:1]),
    (lambda x: np.cov(x, rowvar=False), GRID[:, :1]),
    (lambda x: np.polyder(x), GRID.astype(np.float32)[0]),
    (lambda x: np.polyint(x), GRID),
    (lambda x: np.polyadd(x, x[:2]), GRID),
    (lambda x: np.polymul(x, x), GRID),
    (lambda x: np.cross(x, 2 * x), FOUR),
    (lambda x, k: np.sum(np.take_along_axis(x, PLACES[:k], axis=1)), GRID, 1),
    (lambda x, k: np.sum(np.take_along_axis(x, PLACES[:k], axis=1)), GRID, 3),
    (lambda x, k: np.sum(np.take_along_axis(x, PLACES[:k], axis=1)), GRID, 2),
    (lambda x, k: x[np.array([2, 1, 0])[:k], np.array([1, 2, 3])], GRID, 1),
    (lambda x, k: x[np.array([2, 1, 0])[:k], np.array([1, 2, 3])], GRID, 3),
    (lambda x: np.mean(x), EMPTY),
    (lambda x: np.var(x, ddof=1), EMPTY),
    (lambda x: np.median(x), EMPTY),
    (lambda x: np.linalg.norm(x, np.inf), EMPTY),
    (lambda x: np.linalg.norm(x, 2), np.zeros((0, 3))),
    (lambda x: np.trace(x, axis1=0, axis2=0), GRID),
    (lambda x: np.polyfit(x, x, -1), FOUR),
    (lambda x: np.polyfit(x, x, 1), EMPTY),
    (lambda x: np.gradient(x), np.ones(1)),
    (lambda x: np.average(x, weights=np.zeros(4)), FOUR),
    (lambda x: np.average(x, weights=x), BYTES),
    (lambda x: np.sum(x, where=np.ones((2, 4), bool)), np.ones((1, 4))),
    (lambda x: x[TRUTHS], FOUR),
    (lambda x: np.bincount(np.array([0, -1]), x, 5), np.ones(2)),
    (lambda x: np.bincount(np.array([0, 1]), x), FOUR),
    (lambda x: np.split(x, 3)[0], FOUR),
    (lambda x: np.resize(x, (2, 2)), EMPTY),
    (lambda x: np.pad(x, 1, mode="edge"), EMPTY),
    (lambda x: np.tensordot(x, x, axes=(0, 1)), GRID),
    (lambda x: np.linalg.matrix_power(x, 3), GRID),
    (lambda x: np.linalg.cond(x, 1), np.ones((3, 3))),
    (lambda x: np.quantile(x, 0.3), np.array([1, 2, 4])),
    (lambda x: np.quantile(x, 0.3, method="lower"), np.array([1, 2, 4])),
    (lambda x: np.nanmedian(x), np.array([1, 2, 4, 5])),
    (lambda x: np.nanmax(x), np.array([1, 2])),
    (lambda x: np.nan_to_num(x), np.array([1, 2])),
    (lambda x: np.modf(x)[0], np.array([1, 2])),
    (lambda x: np.polymul(x, x), FOUR),
    (lambda x: np.zeros(2, x.dtype) + x[0], BYTES),
    (lambda x: _summed(x, np.int64(0)), BYTES),
    (lambda x: _summed(x, np.float64(1.0)), np.full((2, 2), 16777216, np.float32)),
    (lambda x: np.trace(x), BYTES.astype(np.uint8)),
    (lambda x: (x + x) * 1.5, TRUTHS),
    (lambda x: np.multiply(x, x) - 0.5, TRUTHS),
    (lambda x: _put(x, 3), FOUR),
    (lambda x: _put(x, 4), FOUR),
    (lambda x: stats.dirichlet.logpdf(x, np.ones(3)), np.array([0.2, 0.3, 0.6])),
    (lambda x: stats.dirichlet.logpdf(x, np.ones(3)), np.array([0.2, 0.3, 0.5])),
]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_results_and_exceptions(number: int) -> None:
    function, *args = PROGRAMS[number]
    _check(function, args, jit=False)


@pytest.mark.jit
@pytest.mark.parametrize("number", [4, 36, 38, 39])
def test_machine_code(number: int) -> None:
    function, *args = PROGRAMS[number]
    _check(function, args, jit=True)


def _check(function, args, jit):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = adgen.differentiate(function, jit=jit)
        try:
            expected = function(*[np.copy(a) if np.ndim(a) else a for a in args])
        except Exception as error:
            with pytest.raises(type(error)):
                compiled(*args)
            return
        found = compiled(*[np.copy(a) if np.ndim(a) else a for a in args])
    assert _typed(found) == _typed(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("function", [_multiplied, _masked, _copied])
def test_floats_are_not_put_into_integers(function) -> None:
    with pytest.raises(TypeError):
        function(np.arange(3))
    with pytest.raises(TypeError):
        adgen.differentiate(function, jit=False)(np.arange(3))


def test_float16_is_refused() -> None:
    with pytest.raises(adgen.UnsupportedError, match="NumPy computes this in float16"):
        adgen.differentiate(lambda x: np.sin(x), jit=False)(BYTES)


def test_a_row_picked_for_many_columns_has_their_gradient() -> None:
    def loss(x, k):
        return np.sum(x[np.array([2, 1, 0])[:k], np.array([1, 2, 3])] ** 2)

    gradient = adgen.grad(loss, jit=False)
    expected = np.zeros((3, 4))
    expected[2, 1:] = 2 * GRID[2, 1:]
    np.testing.assert_allclose(gradient(GRID, 1), expected)
    with pytest.raises(IndexError):
        loss(GRID, 2)
    with pytest.raises((IndexError, ValueError)):
        gradient(GRID, 2)
