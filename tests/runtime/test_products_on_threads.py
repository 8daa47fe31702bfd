"""Products in blocks that threads take: the same numbers on any number of threads."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from numba import njit

import adgen
from adgen.runtime.pipeline import Pipeline
from adgen.runtime.products_on_threads import LEAST, WORK, matmul_on_threads

DRAW = np.random.default_rng(0)


@pytest.fixture
def all_threads():
    before = numba.get_num_threads()
    yield numba.config.NUMBA_NUM_THREADS
    numba.set_num_threads(before)


@njit(pipeline_class=Pipeline)
def product(x, y):
    return matmul_on_threads(x, y)


@pytest.mark.jit
@pytest.mark.parametrize("layouts", ["CC", "CF", "FC", "FF"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_all_shapes(layouts, dtype, all_threads):
    shapes = [
        (3, 4, 2), (0, 5, 5), (5, 0, 5), (5, 5, 0), (30_000, 10, 3), (1, 70_000, 5),
        (7, 90_000, 3), (WORK // 16 + 1, 4, 4), (4, WORK // 16 + 1, 4), (90, 90, 90),
        (40, WORK // LEAST, 1),
    ]  # fmt: skip
    for n, inner, m in shapes:
        x = (3.0 * DRAW.normal(size=(n, inner))).astype(dtype).copy(order=layouts[0])
        y = (3.0 * DRAW.normal(size=(inner, m))).astype(dtype).copy(order=layouts[1])
        found = []
        for count in (1, all_threads):
            numba.set_num_threads(count)
            found.append(product(x, y))
        assert np.array_equal(*found) and found[0].dtype == dtype
        size = 1e-4 if dtype is np.float32 else 1e-12
        scale = size * (1.0 + 10.0 * np.sqrt(inner))
        np.testing.assert_allclose(found[0], x @ y, rtol=size, atol=scale)


@pytest.mark.jit
def test_extents_that_do_not_fit():
    with pytest.raises(ValueError, match="columns of the first matrix"):
        product(np.ones((3, 4)), np.ones((3, 4)))


def layers(W, V, X):
    return np.sum(np.tanh(X @ W) @ V)


ARGS = DRAW.normal(size=(5, 6)), DRAW.normal(size=(6, 2)), DRAW.normal(size=(20_000, 5))


def test_emitted_where_threads_are_asked_for():
    text = adgen.differentiate(layers, wrt=("W", "V"), parallel=True).source(*ARGS, stage="numba")
    assert "matmul_on_threads(" in text and "= matmul(" not in text
    alone = adgen.differentiate(layers, wrt=("W", "V")).source(*ARGS, stage="numba")
    assert "matmul_on_threads" not in alone


@pytest.mark.jit
def test_the_gradient_of_a_net(all_threads):
    plain = adgen.value_and_grad(layers, (0, 1))(*ARGS)
    parallel = adgen.value_and_grad(layers, (0, 1), parallel=True)
    found = []
    for count in (1, all_threads):
        numba.set_num_threads(count)
        found.append(parallel(*ARGS))
    assert found[0][0] == found[1][0] and all(map(np.array_equal, found[0][1], found[1][1]))
    np.testing.assert_allclose(found[0][0], plain[0], rtol=1e-11)
    for one, other in zip(found[0][1], plain[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)
