"""Products of stacks of matrices, of shapes that broadcast."""

from __future__ import annotations

import numpy as np
import pytest

import adgen

rng = np.random.default_rng(0)
STACKS = [
    ((5, 2, 3), (5, 3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)), ((1, 2, 3), (5, 3, 4)),
    ((6, 1, 2, 3), (5, 3, 4)), ((3,), (5, 3, 4)), ((5, 2, 3), (3,)), ((5, 2, 3), (3, 1)),
    ((5, 1, 3), (1, 3, 2)), ((5, 2, 1), (1, 4)),
]  # fmt: skip


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
