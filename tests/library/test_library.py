"""What holds of all that the library defines: dtypes, views, methods, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler import library
from adgen.transpiler.errors import AliasedMutation, UnsupportedSyntax

SQUARE = np.random.default_rng(5).normal(size=(3, 3))


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.int32, np.bool_])
def test_dtypes(dtype: Any) -> None:
    def several(x):
        return (
            np.cumsum(x), np.diag(x), np.concatenate((x, x)), np.stack((x, x)), np.roll(x, 1),
            np.tril(np.diag(x)), np.var(x), np.trace(np.diag(x)),
        )  # fmt: skip

    x = np.array([1, 0, 1, 1], dtype)
    found = adgen.differentiate(several, jit=False)(x)
    for one, two in zip(found, several(x), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-6)
        assert np.asarray(one).dtype == np.asarray(two).dtype


def test_nan_is_passed_over() -> None:
    x = np.array([1.0, np.nan, -2.0, 0.5])

    def several(x):
        return np.nansum(x) * np.nanmean(x) + np.nanvar(x) * np.nanmax(x) - np.nanmin(x)

    assert adgen.differentiate(several, jit=False)(x) == pytest.approx(several(x))
    there = ~np.isnan(x)
    plain = adgen.grad(lambda x: np.sum(x) * np.mean(x) + np.var(x) * np.max(x) - np.min(x))
    found = adgen.grad(several, jit=False)(x)
    np.testing.assert_allclose(found[there], plain(x[there]))
    assert found[1] == 0.0


def test_views_stay_views() -> None:
    def marked(x):
        np.flip(x)[0] = 10.0
        np.split(x, [1, 3])[1][0] = -1.0
        return x.copy()

    x = np.arange(1.0, 6.0)
    expected, given = marked(x.copy()), x.copy()
    np.testing.assert_array_equal(adgen.differentiate(marked, jit=False)(given), expected)
    np.testing.assert_array_equal(given, expected)


def test_methods() -> None:
    def by_methods(x):
        return x.var() + x.std(axis=0).sum() + x.trace() + x.cumsum().mean() + x.diagonal().sum()

    assert adgen.differentiate(by_methods, jit=False)(SQUARE) == pytest.approx(by_methods(SQUARE))
    adgen.check_grads(by_methods, jit=False)(SQUARE)


@pytest.mark.jit
def test_compiled() -> None:
    def several(x):
        wide = np.concatenate((np.cumsum(x, axis=1), np.roll(x, 1, axis=0)), axis=1)
        return np.sum(np.std(wide, axis=0)) + np.linalg.norm(np.tril(x)) * np.trace(x)

    assert adgen.differentiate(several)(SQUARE) == pytest.approx(several(SQUARE), rel=1e-13)
    np.testing.assert_allclose(
        adgen.grad(several)(SQUARE), adgen.grad(several, jit=False)(SQUARE), rtol=1e-12
    )


def test_refusals_point_at_the_call() -> None:
    def median(x):
        return np.quantile(x, 0.5, method="median")

    with pytest.raises(UnsupportedSyntax, match="by a method that NumPy does not have") as caught:
        adgen.grad(median, jit=False)(SQUARE)
    assert 'return np.quantile(x, 0.5, method="median")' in str(caught.value)

    def of_dtype(x):
        return np.nanmean(x, dtype=np.float32)

    with pytest.raises(UnsupportedSyntax, match="with `dtype` or `out`"):
        adgen.grad(of_dtype, jit=False)(SQUARE)


def test_what_numpy_returns_as_a_view_is_not_read_after_a_write() -> None:
    def diagonal(x):
        d = np.diagonal(x)
        x = x.copy()
        x[0, 0] = 5.0
        return d * 2.0

    def written(x):
        x = x.copy()
        d = np.diag(x)
        x[0, 0] = 5.0
        return d * 2.0

    def spread(x):
        x = x.copy()
        wide = np.broadcast_to(x, (2, 3, 3))
        x[0, 0] = 5.0
        return wide * 2.0

    def taken(x):
        x = x.copy()
        row = np.take(x, 1, axis=0)
        row[0] = 7.0
        return x * row

    for program in (diagonal, taken):
        found = adgen.differentiate(program, jit=False)(SQUARE)
        np.testing.assert_array_equal(found, program(SQUARE))
    for program in (written, spread):
        with pytest.raises(AliasedMutation):
            adgen.differentiate(program, jit=False)(SQUARE)


def test_names() -> None:
    assert {"np.var", "np.linalg.norm", "np.concatenate"} <= set(library.names())
