"""LAPACK through the loops of NumPy's ufuncs, and text that CPython runs, against NumPy."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from adgen.runtime import lapack
from adgen.runtime.opaque import computed

rng = np.random.default_rng(0)
SQUARE = rng.normal(size=(4, 4)) + 4 * np.eye(4)
SYMMETRIC = SQUARE @ SQUARE.T


@numba.njit
def several(a, b, c):
    w, v = lapack.eigh(a)
    sign, logarithm = lapack.slogdet(a)
    return (
        lapack.inv(a), lapack.cholesky(a), w, v, lapack.det(a), sign, logarithm,
        lapack.solve(a, b), lapack.solve(a, c),
    )  # fmt: skip


def plain(a, b, c):
    la = np.linalg
    return (
        la.inv(a), la.cholesky(a), *la.eigh(a), la.det(a), *la.slogdet(a), la.solve(a, b),
        la.solve(a, c),
    )  # fmt: skip


@pytest.mark.jit
@pytest.mark.parametrize("order", ["C", "F", "strided"])
def test_numpy_computes_the_same(order: Any) -> None:
    a = SYMMETRIC
    a = np.repeat(np.repeat(a, 2, 0), 3, 1)[::2, ::3] if order == "strided" else a.copy(order)
    b, c = rng.normal(size=8)[::2], rng.normal(size=(4, 2))
    before = a.copy()
    for one, two in zip(several(a, b, c), plain(a, b, c), strict=True):
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(a, before)


@pytest.mark.jit
def test_numpy_says_what_is_wrong() -> None:
    inverse = numba.njit(lambda a: lapack.inv(a))
    root = numba.njit(lambda a: lapack.cholesky(a))
    solved = numba.njit(lambda a, b: lapack.solve(a, b))
    for call, args, message in (
        (inverse, (np.ones((2, 2)),), "Singular matrix"),
        (inverse, (np.ones((2, 3)),), "Last 2 dimensions"),
        (root, (-np.eye(2),), "positive definite"),
        (solved, (np.ones((3, 3)), np.ones(3)), "Singular matrix"),
    ):
        with pytest.raises(np.linalg.LinAlgError, match=message):
            call(*args)
    with pytest.raises(ValueError):
        solved(np.eye(3), np.ones(4))
    assert inverse(np.zeros((0, 0))).shape == (0, 0)
    assert np.isnan(inverse(np.full((2, 2), np.nan))).all()


@pytest.mark.jit
def test_a_text_runs_in_the_middle_of_machine_code() -> None:
    @numba.njit
    def ordered(x):
        places = computed("lambda a: np.argsort(a)", "i8[:]", x)
        low, rest = computed("lambda a: (np.min(a), a)", "f8; f8[:]", x)
        rest[0] = 100.0
        return places, low, rest

    x = np.array([3.0, 1.0, 2.0])
    places, low, rest = ordered(x)
    np.testing.assert_array_equal(places, [1, 2, 0])
    assert low == 1.0 and rest[0] == 100.0 and x[0] == 3.0  # results are nobody else's

    @numba.njit
    def failing(x):
        return computed("lambda a: np.reshape(a, (7, 7))", "f8[:, :]", x)

    with pytest.raises(ValueError, match="cannot reshape"):
        failing(x)


def test_without_numba() -> None:
    np.testing.assert_array_equal(lapack.inv(SQUARE), np.linalg.inv(SQUARE))
    assert computed("lambda a: np.sum(a)", "f8", SQUARE) == np.sum(SQUARE)
