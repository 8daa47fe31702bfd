"""Rows that a forward sweep reads and writes, named by the backward sweep before it is planned."""

import numpy as np

from adgen import differentiate


def rows(M, s):
    for row1, row2 in zip(M, M):  # noqa: B905
        s = s - row2[1]
        row2 += np.min(row1)
        row1[1], row1 = row1
    return s


def test_gradient():
    M = np.arange(6.0).reshape(3, 2) + 0.5
    gradient = differentiate(rows, jit=False).grad(M, 1.0)
    np.testing.assert_array_equal(gradient, [[0.0, -1.0]] * 3)
