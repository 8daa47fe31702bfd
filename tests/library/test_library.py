"""Functions that the library defines: values, dtypes and gradients against NumPy."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler import library
from adgen.transpiler.errors import AliasedMutation, UnsupportedSyntax

rng = np.random.default_rng(5)
VECTOR, MATRIX = rng.normal(size=5), rng.normal(size=(3, 4))
SQUARE, TENSOR, THREE = rng.normal(size=(3, 3)), rng.normal(size=(2, 3, 4)), np.arange(1.0, 4.0)

CASES: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: np.var(x), MATRIX),
    (lambda x: np.var(x, axis=0, ddof=1), MATRIX),
    (lambda x: np.var(x, axis=(0, -1), keepdims=True), TENSOR),
    (lambda x: np.std(x, axis=1), MATRIX),
    (lambda x: np.average(x), MATRIX),
    (lambda x: np.average(x, axis=1, weights=np.array([1.0, 2.0, 3.0, 4.0])), MATRIX),
    (lambda x: np.average(x, weights=x**2), MATRIX),
    (lambda x: np.ptp(x, axis=0), MATRIX),
    (lambda x: np.nansum(x, axis=0), MATRIX),
    (lambda x: np.nanmean(x), MATRIX),
    (lambda x: np.nanvar(x, axis=1), MATRIX),
    (lambda x: np.nanmax(x, axis=1), MATRIX),
    (lambda x: np.nanmin(x), MATRIX),
    (lambda x: np.nanprod(x), MATRIX),
    (lambda x: np.nanstd(x), MATRIX),
    (lambda x: np.cov(x), MATRIX),
    (lambda x: np.cov(x, rowvar=False, bias=True), MATRIX),
    (lambda x: np.cov(x), VECTOR),
    (lambda x: np.trapezoid(x), MATRIX),
    (lambda x: np.trapezoid(x, axis=0, dx=0.5), MATRIX),
    (lambda x: np.trapezoid(x, np.array([0.0, 1.0, 3.0, 4.0])), MATRIX),
    (lambda x: np.cumsum(x), VECTOR),
    (lambda x: np.cumsum(x), MATRIX),
    (lambda x: np.cumsum(x, axis=1), MATRIX),
    (lambda x: np.cumsum(x, axis=0), TENSOR),
    (lambda x: np.cumprod(x), VECTOR),
    (lambda x: np.cumprod(x, axis=-1), MATRIX),
    (lambda x: np.diff(x), VECTOR),
    (lambda x: np.diff(x, n=2), MATRIX),
    (lambda x: np.diff(x, axis=0), MATRIX),
    (lambda x: np.diff(x, prepend=x[:1]), VECTOR),
    (lambda x: np.ediff1d(x), VECTOR),
    (lambda x: np.sinc(x), VECTOR),
    (lambda x: np.nan_to_num(x), VECTOR),
    (lambda x: np.real(x), VECTOR),
    (lambda x: np.imag(x), VECTOR),
    (lambda x: np.float_power(x**2, 1.5), VECTOR),
    (lambda x: np.polyval(x, 0.7), VECTOR),
    (lambda x: np.polyval(np.array([1.0, 2.0, -1.0]), x), VECTOR),
    (lambda x: np.diagonal(x), MATRIX),
    (lambda x: np.diagonal(x, 1), MATRIX),
    (lambda x: np.diagonal(x, -1, 1, 2), TENSOR),
    (lambda x: np.trace(x), SQUARE),
    (lambda x: np.trace(x, 1), MATRIX),
    (lambda x: np.trace(x, axis1=1, axis2=2), TENSOR),
    (lambda x: np.diag(x), VECTOR),
    (lambda x: np.diag(x, -2), VECTOR),
    (lambda x: np.diag(x), SQUARE),
    (lambda x: np.tril(x), SQUARE),
    (lambda x: np.tril(x, -1), MATRIX),
    (lambda x: np.triu(x, 1), TENSOR),
    (lambda x: np.diagflat(x), SQUARE),
    (lambda x: x[np.tril_indices(3)], SQUARE),
    (lambda x: x[np.tril_indices(3, -1, 2)], SQUARE),
    (lambda x: x[np.triu_indices(x.shape[0], 1)], SQUARE),
    (lambda x: x[np.triu_indices(3, -5, 4)], MATRIX),
    (lambda x: x[np.diag_indices(3)], SQUARE),
    (lambda x: np.concatenate((x, x * 2)), MATRIX),
    (lambda x: np.concatenate([x, x[:, :2]], axis=1), MATRIX),
    (lambda x: np.concatenate((x, x**2), axis=-1), TENSOR),
    (lambda x: np.concatenate((x, x), axis=None), MATRIX),
    (lambda x: np.stack((x, x * 2)), MATRIX),
    (lambda x: np.stack([x, x * 2], axis=-1), MATRIX),
    (lambda x: np.stack([x[0], x[1]]), VECTOR),
    (lambda x: np.vstack((x, x)), VECTOR),
    (lambda x: np.hstack((x, x)), VECTOR),
    (lambda x: np.hstack((x, x)), MATRIX),
    (lambda x: np.dstack((x, x)), MATRIX),
    (lambda x: np.column_stack((x, x**2)), VECTOR),
    (lambda x: np.append(x, x), MATRIX),
    (lambda x: np.append(x, 1.0), VECTOR),
    (lambda x: np.atleast_2d(x), VECTOR),
    (lambda x: np.atleast_3d(x), MATRIX),
    (lambda x: np.split(x, 2, axis=1)[1], MATRIX),
    (lambda x: np.split(x, [1, 3])[1], VECTOR),
    (lambda x: np.array_split(x, 2)[0], VECTOR),
    (lambda x: np.hsplit(x, 2)[0], MATRIX),
    (lambda x: np.vsplit(x, 3)[2], MATRIX),
    (lambda x: np.broadcast_to(x, (3, 5)), VECTOR),
    (lambda x: np.flip(x), MATRIX),
    (lambda x: np.flip(x, 1), MATRIX),
    (lambda x: np.fliplr(x), MATRIX),
    (lambda x: np.flipud(x), MATRIX),
    (lambda x: np.rot90(x), MATRIX),
    (lambda x: np.rot90(x, -1), MATRIX),
    (lambda x: np.rot90(x, 2), MATRIX),
    (lambda x: np.rollaxis(x, 2), TENSOR),
    (lambda x: np.roll(x, 2), VECTOR),
    (lambda x: np.roll(x, -1, axis=1), MATRIX),
    (lambda x: np.roll(x, 1), MATRIX),
    (lambda x: np.tile(x, 3), VECTOR),
    (lambda x: np.tile(x, (2, 2)), VECTOR),
    (lambda x: np.tile(x, 2), MATRIX),
    (lambda x: np.repeat(x, 3), VECTOR),
    (lambda x: np.repeat(x, 2, axis=1), MATRIX),
    (lambda x: np.repeat(x, 2), MATRIX),
    (lambda x: np.pad(x, 2), VECTOR),
    (lambda x: np.pad(x, ((1, 2), (0, 1))), MATRIX),
    (lambda x: np.pad(x, 1, mode="edge"), MATRIX),
    (lambda x: np.pad(x, 3, mode="wrap"), VECTOR),
    (lambda x: np.pad(x, (2, 3), mode="reflect"), VECTOR),
    (lambda x: np.pad(x, 2, mode="symmetric"), VECTOR),
    (lambda x: np.meshgrid(x, x[:2])[0], VECTOR),
    (lambda x: np.meshgrid(x, x[:2], indexing="ij")[1], VECTOR),
    (lambda x: np.kron(x, x), SQUARE),
    (lambda x: np.kron(x, x[:2]), VECTOR),
    (lambda x: np.kron(x, np.ones(2)), SQUARE),
    (lambda x: np.tensordot(x, x, 1), SQUARE),
    (lambda x: np.tensordot(x, x, 2), MATRIX),
    (lambda x: np.tensordot(x, x, axes=([0, 1], [0, 1])), TENSOR),
    (lambda x: np.tensordot(x, x, axes=0), VECTOR),
    (lambda x: np.cross(x, x**2), SQUARE),
    (lambda x: np.cross(x, x[::-1]), THREE),
    (lambda x: np.linalg.norm(x), MATRIX),
    (lambda x: np.linalg.norm(x, axis=1), MATRIX),
    (lambda x: np.linalg.norm(x, 1), VECTOR),
    (lambda x: np.linalg.norm(x, np.inf), VECTOR),
    (lambda x: np.linalg.norm(x, 3), VECTOR),
    (lambda x: np.linalg.norm(x, 1), MATRIX),
    (lambda x: np.linalg.norm(x, np.inf), MATRIX),
    (lambda x: np.linalg.norm(x, -np.inf), VECTOR),
    (lambda x: np.linalg.norm(x, "fro", axis=(1, 2)), TENSOR),
]


def _text(case: object) -> str:
    if isinstance(case, np.ndarray):
        return f"{case.ndim}d"
    return inspect.getsource(case).split("x: ", 1)[1].rsplit(", ", 1)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(("function", "x"), CASES, ids=_text)
def test_value_and_gradient(function: Callable[[Any], Any], x: Any) -> None:
    expected, found = function(x), adgen.differentiate(function, jit=False)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)
    assert np.shape(found) == np.shape(expected)

    def weighed(x):
        y = function(x)
        return np.sum(y * np.cos(y))

    adgen.check_grads(weighed, jit=False)(x)


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
