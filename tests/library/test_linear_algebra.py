"""Norms, powers and products of matrices that the library defines: values and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

la = np.linalg
rng = np.random.default_rng(0)
VECTOR, MATRIX, TENSOR = rng.normal(size=7), rng.normal(size=(4, 5)), rng.normal(size=(2, 3, 4))
SQUARE = rng.normal(size=(3, 3)) + 2 * np.eye(3)
STACK = rng.normal(size=(2, 3, 3)) + 2 * np.eye(3)

CASES: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: la.norm(x, 2), MATRIX),
    (lambda x: la.norm(x, "nuc"), MATRIX),
    (lambda x: la.norm(x, -2), SQUARE),
    (lambda x: la.norm(x, 2, axis=(1, 2)), TENSOR),
    (lambda x: la.norm(x, "nuc", axis=(0, 2), keepdims=True), TENSOR),
    (lambda x: la.vector_norm(x), MATRIX),
    (lambda x: la.vector_norm(x, axis=1, ord=3), MATRIX),
    (lambda x: la.matrix_norm(x), TENSOR),
    (lambda x: la.cond(x), SQUARE),
    (lambda x: la.cond(x, 1), SQUARE),
    (lambda x: la.cond(x, -2), STACK),
    (lambda x: la.matrix_power(x, 3), SQUARE),
    (lambda x: la.matrix_power(x, -2), STACK),
    (lambda x: la.matrix_power(x, 0), STACK),
    (lambda x: la.multi_dot([x[:, 0], x, x.T]), MATRIX),
    (lambda x: la.trace(x), STACK),
    (lambda x: la.diagonal(x), STACK),
    (lambda x: np.matrix_transpose(x), TENSOR),
    (lambda x: np.vecdot(x, x[0]), TENSOR),
    (lambda x: la.tensordot(x, x), SQUARE),
    (lambda x: la.outer(x, x), VECTOR),
    (lambda x: la.matmul(x, x), STACK),
    (lambda x: np.inner(x, x), MATRIX),
    (lambda x: np.inner(x, x[0]), TENSOR),
    (lambda x: np.inner(x[0, 0], x), TENSOR),
    (lambda x: np.vdot(x, x), MATRIX),
    (lambda x: np.outer(x, x[0]), MATRIX),
    (lambda x: np.dot(x, x), STACK),
    (lambda x: np.dot(x, x[0, 0]), STACK),
    (lambda x: np.dot(x[0, 0], x), STACK),
]
STACKS = [
    ((5, 2, 3), (5, 3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)), ((1, 2, 3), (5, 3, 4)),
    ((6, 1, 2, 3), (5, 3, 4)), ((3,), (5, 3, 4)), ((5, 2, 3), (3,)), ((5, 2, 3), (3, 1)),
    ((5, 1, 3), (1, 3, 2)), ((5, 2, 1), (1, 4)),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(CASES)))
def test_value_and_gradient(case: int) -> None:
    function, x = CASES[case]
    expected, found = function(x), adgen.differentiate(function, jit=False)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype

    def weighed(x):
        y = function(x)
        return np.sum(y * np.cos(y))

    adgen.check_grads(weighed, jit=False)(x)


def product(x, y):
    return np.sum(np.sin(x @ y))


@pytest.mark.parametrize("shapes", STACKS, ids=str)
def test_products_of_stacks(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    x, y = (rng.normal(size=shape) for shape in shapes)
    assert adgen.differentiate(product, jit=False)(x, y) == pytest.approx(product(x, y))
    adgen.check_grads(product, jit=False)(x, y)


@pytest.mark.jit
@pytest.mark.parametrize("shapes", STACKS[1:9:2], ids=str)
def test_products_of_stacks_compiled(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    x, y = (rng.normal(size=shape) for shape in shapes)
    plain = adgen.grad(product, wrt=(0, 1), jit=False)(x, y)
    for one, two in zip(adgen.grad(product, wrt=(0, 1))(x, y), plain, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12)


def test_stacks_that_do_not_fit_raise() -> None:
    with pytest.raises(ValueError):
        adgen.differentiate(product, jit=False)(np.ones((2, 3, 3)), np.ones((4, 3, 3)))
    with pytest.raises(ValueError):
        adgen.differentiate(product, jit=False)(np.ones((2, 3, 3)), np.ones((2, 4, 3)))
