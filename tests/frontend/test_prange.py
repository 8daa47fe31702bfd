"""``numba.prange`` is a range whose loop may run on threads; without ``parallel=True``, a range."""

import numba
import numba as nb
import numpy as np
import pytest
from numba import prange

import adgen
from adgen.cli.show import text as show

X = np.array([0.5, -1.0, 2.0, 0.25])


def squares(x):
    s = 0.0
    for i in prange(x.shape[0]):
        s += x[i] * x[i]
    return s


def from_second(x):
    s = 0.0
    for i in nb.prange(1, x.shape[0]):
        s += np.sin(x[i]) * x[0]
    return s


def filled(x):
    out = np.zeros(x.shape[0])
    for i in numba.prange(x.shape[0]):
        out[i] = x[i] * x[i] * x[0]
    return np.sum(out)


@numba.njit(parallel=True)
def compiled(x):
    s = 0.0
    for i in numba.prange(x.shape[0]):
        s += x[i] ** 3
    return s


@pytest.mark.parametrize("f", [squares, from_second, filled, compiled])
def test_a_parallel_range_is_a_range(f):
    plain = getattr(f, "py_func", f)
    g = adgen.differentiate(f, jit=False)
    assert g(X) == plain(X)
    adgen.check_grads(plain, order=2, jit=False)(X)


def test_a_range_by_another_name():
    def f(x, ranges):
        total = 0.0
        for count in ranges:
            for i in count(x.shape[0]):
                total += x[i] * x[i]
        return total

    assert np.array_equal(adgen.grad(lambda x: f(x, (prange, range)), jit=False)(X), 4.0 * X)


TEXT = """
import numpy as np
import numba as nb
from numba import njit, prange

def f(x):
    s = 0.0
    for i in prange(x.shape[0]):
        s += x[i]
    for i in nb.prange(x.shape[0]):
        s += x[i] * x[i]
    return s
"""


def test_it_is_known_where_a_file_is_only_read(tmp_path):
    file = tmp_path / "program.py"
    file.write_text(TEXT)
    assert show(str(file), "", "x: f8[:]", "array").count("for i in range(n):") == 3
