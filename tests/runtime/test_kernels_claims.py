"""``at_least``: nothing in Python, a claim for LLVM in compiled code."""

import numpy as np
import pytest
from numba import njit

from adgen.runtime.kernels import at_least, hidden


@njit(error_model="numpy")
def backwards(x):
    total = 0.0
    for i in range(x.shape[0] - 1, -1, -1):
        at_least(i, 0)
        total += x[i] * (i + 1)
    return total


@pytest.mark.jit
def test_results_are_the_same():
    x = np.arange(7.0)
    assert backwards(x) == backwards.py_func(x) == sum(k * (k + 1) for k in range(7))


def test_nothing_in_python():
    assert at_least(3, 0) is None


@njit(error_model="numpy")
def counted(n):
    total = 0
    for i in range(hidden(7)):
        total += i
    return total + hidden(n)


@pytest.mark.jit
def test_a_hidden_number_is_the_number():
    assert counted(5) == counted.py_func(5) == 26
    (text,) = counted.inspect_llvm().values()
    assert "asm" in text
