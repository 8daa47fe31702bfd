"""Products of matrices that are added to a matrix, in compiled code and in plain Python."""

import numpy as np
import pytest
from numba import njit

from adgen.runtime.products import add_product, add_product_in_order, submatrix

pytestmark = pytest.mark.jit

RNG = np.random.default_rng(0)
SHAPES = [
    (3, 4, 5), (1, 4, 1), (0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1),
    (7, 131, 9), (2, 260, 17), (5, 128, 3),
]  # fmt: skip


@njit
def added(out, x, y):
    add_product(out, x, y)


@njit
def added_in_order(out, x, y):
    add_product_in_order(out, x, y)


@njit
def of_transposes(out, x, y):
    add_product(out, x.T, y.T)


@njit
def of_transposes_in_order(out, x, y):
    add_product_in_order(out, x.T, y.T)


@njit
def of_parts(out, x, y):
    add_product(submatrix(out, 1, 3, 2, 5), submatrix(x, 0, 2, 1, 4), submatrix(y, 2, 5, 0, 3))
    add_product(submatrix(out, 3, 4, 0, 2), submatrix(x, 2, 5, 0, 1).T, submatrix(y, 1, 3, 1, 4).T)


@njit
def of_parts_in_order(out, x, y):
    add_product_in_order(submatrix(out, 1, 3, 2, 5), submatrix(x, 0, 2, 1, 4),
                         submatrix(y, 2, 5, 0, 3))  # fmt: skip
    add_product_in_order(submatrix(out, 3, 4, 0, 2), submatrix(x, 2, 5, 0, 1).T,
                         submatrix(y, 1, 3, 1, 4).T)  # fmt: skip


@njit
def of_nothing(out, x, y, stop):
    add_product(submatrix(out, 0, stop, 0, 3), submatrix(x, 0, stop, 0, 3), y)
    add_product_in_order(submatrix(out, 0, stop, 0, 3), submatrix(x, 0, stop, 0, 3), y)


def term_by_term(out, x, y):
    out = out.copy()
    for k in range(x.shape[1]):
        out += x[:, k : k + 1] * y[k]
    return out


def matrices(shape, dtype=np.float64):
    n, k, m = shape
    return [RNG.normal(size=size).astype(dtype) for size in ((n, m), (n, k), (k, m))]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES)
def test_sums_in_any_order(dtype, shape):
    out, x, y = matrices(shape, dtype)
    expected = out + x @ y
    tolerance = 1e-12 if dtype == np.float64 else 1e-4
    turned, second = out.copy(), out.copy()
    added(out, x, y)
    of_transposes(turned, x.T.copy(), y.T.copy())
    add_product(second, x, y)
    for found in (out, turned, second):
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES)
def test_sums_in_order_are_equal_to_the_bit(dtype, shape):
    out, x, y = matrices(shape, dtype)
    expected = term_by_term(out, x, y)
    turned, second = out.copy(), out.copy()
    added_in_order(out, x, y)
    of_transposes_in_order(turned, x.T.copy(), y.T.copy())
    add_product_in_order(second, x, y)
    for found in (out, turned, second):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("compiled", [of_parts, of_parts_in_order])
def test_parts_of_matrices(compiled):
    out, x, y = (RNG.normal(size=(6, 6)) for _ in range(3))
    expected = out.copy()
    expected[1:3, 2:5] += x[0:2, 1:4] @ y[2:5, 0:3]
    expected[3:4, 0:2] += x[2:5, 0:1].T @ y[1:3, 1:4].T
    compiled(out, x, y)
    np.testing.assert_allclose(out, expected, rtol=1e-12)


@pytest.mark.parametrize("stop", [0, -2])
def test_an_empty_part_is_no_error(stop):
    out, x, y = matrices((3, 3, 3))
    before = out.copy()
    of_nothing(out, x, y, stop)
    np.testing.assert_array_equal(out, before)


@pytest.mark.parametrize("compiled", [added, added_in_order])
def test_nothing_is_skipped_for_a_zero(compiled):
    x = np.array([[0.0, 1.0], [np.inf, 0.0]])
    y = np.array([[np.inf, 1.0], [2.0, np.nan]])
    out = np.zeros((2, 2))
    compiled(out, x, y)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(out, x @ y)


def test_other_types_are_not_taken():
    with pytest.raises(Exception, match="add_product"):
        added(np.zeros((2, 2)), np.zeros((2, 2), np.float32), np.zeros((2, 2)))
