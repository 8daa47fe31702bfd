"""Slices with bounds that are known only at run time."""

import numpy as np
import pytest

from tests.frontend.running import agrees

X = np.arange(7.0)


def tail(x, k):
    return np.sum(x[k:] ** 2)


def head(x, k):
    return np.sum(x[:k] * 3.0)


def last(x, k):
    return np.sum(x[-k:])


def upper_half(x, k):
    y = x * 2.0
    y[y.shape[0] // 2 :] += k
    return np.sum(y)


def one(x, k):
    return np.sum(x[k : k + 1] + x)


@pytest.mark.parametrize("program", [tail, head, last, upper_half])
@pytest.mark.parametrize("k", [3, -2, 6])
def test_runtime_bounds(program, k):
    agrees(program, X, k)


def test_a_slice_of_one_element_broadcasts():
    agrees(one, X, 3)
