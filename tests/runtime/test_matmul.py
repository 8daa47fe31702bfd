"""The product of matrices and the allocation of arrays in compiled code."""

import numpy as np
import pytest
from numba import njit

from adgen.runtime.matmul import matmul
from adgen.runtime.memory import (
    copied,
    empty_1d,
    empty_2d,
    empty_3d,
    zeros_1d,
    zeros_2d,
    zeros_3d,
)

pytestmark = pytest.mark.jit

RNG = np.random.default_rng(0)


@njit
def plain(x, y):
    return matmul(x, y)


@njit
def transposed(x, y):
    return matmul(x.T, y), matmul(x, y.T), matmul(x.T, y.T)


@njit
def strided(x, y):
    return matmul(x[::2, ::-1], y[:, ::2])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 4, 1), (0, 3, 2), (3, 0, 2), (2, 3, 0)])
def test_products_equal_numpy(dtype, shape):
    n, k, m = shape
    x, y = RNG.normal(size=(n, k)).astype(dtype), RNG.normal(size=(k, m)).astype(dtype)
    result = plain(x, y)
    assert result.dtype == dtype and result.flags.c_contiguous
    np.testing.assert_allclose(result, x @ y, rtol=1e-5)


def test_transposed_operands():
    x, y = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4))
    for result, expected in zip(transposed(x, y), (x.T @ y, x @ y.T, x.T @ y.T), strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-12)


def test_strided_operands():
    x, y = RNG.normal(size=(6, 8)), RNG.normal(size=(8, 10))
    np.testing.assert_allclose(strided(x, y), x[::2, ::-1] @ y[:, ::2], rtol=1e-12)


def test_integers_and_mixed_types():
    x, y = RNG.integers(-5, 5, size=(3, 4)), RNG.integers(-5, 5, size=(4, 2))
    assert plain(x, y).dtype == np.int64
    np.testing.assert_array_equal(plain(x, y), x @ y)
    np.testing.assert_array_equal(plain(x.astype(np.float64), y), x @ y)


def test_inner_extents_must_agree():
    with pytest.raises(ValueError, match="matmul"):
        plain(np.ones((2, 3)), np.ones((2, 3)))


@njit
def fresh(n, m, k):
    a, b, c = empty_1d(n), empty_2d(n, m), empty_3d(n, m, k)
    a[:], b[:], c[:] = 1.0, 2.0, 3.0
    return a, b, c


def test_fresh_arrays():
    for array, shape in zip(fresh(2, 3, 4), ((2,), (2, 3), (2, 3, 4)), strict=True):
        assert array.shape == shape and array.flags.c_contiguous
        assert np.all(array == len(shape))


@njit
def zeros(n, m, k):
    return zeros_1d(n), zeros_2d(n, m, np.int64), zeros_3d(n, m, k, np.bool_)


@njit
def typed(n, m, k):
    return empty_1d(n, np.int64), empty_2d(n, m, np.float32), empty_3d(n, m, k, np.bool_)


def test_zeros_and_dtypes():
    for array, plain in zip(zeros(2, 3, 4), zeros.py_func(2, 3, 4), strict=True):
        assert array.dtype == plain.dtype
        np.testing.assert_array_equal(array, plain)
    for array, dtype in zip(typed(2, 0, 4), (np.int64, np.float32, np.bool_), strict=True):
        assert array.dtype == dtype


@njit
def copies(x):
    return copied(x), copied(x.T), copied(x[::2, ::-1])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_])
@pytest.mark.parametrize("shape", [(3, 4), (1, 5), (0, 2)])
def test_copies(dtype, shape):
    x = RNG.integers(0, 2, size=shape).astype(dtype)
    for copy, original in zip(copies(x), (x, x.T, x[::2, ::-1]), strict=True):
        assert copy.flags.c_contiguous and copy.dtype == dtype
        np.testing.assert_array_equal(copy, original)
        assert not np.shares_memory(copy, x)


def test_a_negative_extent_is_refused():
    with pytest.raises(ValueError, match="negative"):
        fresh(2, -1, 3)


def test_a_size_that_overflows_is_refused():
    with pytest.raises(ValueError, match="too big"):
        fresh(1, 2**62, 1)


def test_in_plain_python():
    x = RNG.normal(size=(2, 3))
    np.testing.assert_array_equal(matmul(x, x.T), x @ x.T)
    assert empty_1d(2).shape == (2,)
    assert empty_2d(2, 3).shape == (2, 3)
    assert empty_3d(2, 3, 4).shape == (2, 3, 4)
