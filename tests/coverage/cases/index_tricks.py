"""Arrays written in brackets, and elements by their place in one row."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import FORTRAN, MATRIX, STRIDED, TENSOR, THREE, VECTOR

_COUNTS = np.array([2, 0, 1, 2, 0])


def put_flat(x):
    y = x.copy()
    y.flat[1:3] = x[0, 0] * 2
    y.flat[-1] = 3 * y.flat[0]
    y.flat[[0, 3]] += 1.0
    y.flat[2:4] *= 3.0
    return y


def put_flat_of_transposed(x):
    y = x.copy().T
    y.flat[1] = x[0, 0] * 2
    y.flat[2:4] *= 3.0
    return y


def filled_flat(x):
    y = np.zeros_like(x)
    y.flat = x[0, 1]
    return y + x


def loop_over_flat(x):
    total = 0.0
    for k, (v, w) in enumerate(zip(x.flat, x[::-1].flat)):
        total += v * w * k
    return total * len(x.flat)


def copied_by_flat(x):
    y = x.copy()
    taken = y.flat[1:3]
    y[0, 1] = 5.0
    return taken + y.flat[1]


CASES: Table = {
    "np.r_": [
        case(lambda x: np.r_[x, 1.0, x[::-1]], VECTOR),
        case(lambda x: np.r_[0:1:5j, x, 2:4], VECTOR, single=False),
        case(lambda x: np.r_[x, x[:1]], MATRIX),
        case(lambda x: np.r_[x[0], 1, x[1]], VECTOR, single=False),
    ],
    "np.c_": [
        case(lambda x: np.c_[x, x**2], VECTOR),
        case(lambda x: np.c_[x, x[:, :2]], MATRIX),
        case(lambda x: np.c_[x, _COUNTS], VECTOR, single=False),
    ],
    "np.s_": [
        case(lambda x: x[np.s_[1:3]], VECTOR),
        case(lambda x: x[np.s_[:, 1]], MATRIX),
        case(lambda x: x[np.index_exp[..., ::2]], TENSOR),
    ],
    "np.indices": [
        case(lambda x: x * np.indices((3, 4))[0], MATRIX, single=False),
        case(lambda x: x * np.indices((3, 4), dtype=float)[1], MATRIX, single=False),
        case(lambda x: x * sum(np.indices((3, 4), sparse=True)), MATRIX, single=False),
    ],
    "np.fromfunction": [
        case(lambda x: np.fromfunction(lambda i, j: i - j, (3, 4)) * x, MATRIX, single=False),
        case(lambda x: np.fromfunction(lambda i: x[0] * i, (4,)), VECTOR, single=False),
        case(lambda x: np.fromfunction(lambda i, j: x[i, j], (3, 2), dtype=int), MATRIX),
    ],
    "np.unravel_index": [
        case(lambda x: x[np.unravel_index(6, (3, 4))] * x, MATRIX),
        case(lambda x: x[np.unravel_index(np.array([1, 6]), x.shape)], MATRIX),
        case(lambda x: x * np.unravel_index(_COUNTS, (2, 3), order="F")[1], VECTOR, single=False),
    ],
    "np.ravel_multi_index": [
        case(lambda x: np.ravel(x)[np.ravel_multi_index((1, 2), x.shape)] * x, MATRIX),
        case(
            lambda x: x[np.ravel_multi_index((np.array([0, 1]), np.array([1, 0])), (2, 2))], VECTOR
        ),
        case(lambda x: x * np.ravel_multi_index((1, 2), (2, 3), order="F"), VECTOR, single=False),
    ],
    "x.flat": [
        case(lambda x: x.flat[3] * x, MATRIX),
        case(lambda x: x.flat[1:4] + x.flat[np.array([1, 2, 1])], FORTRAN),
        case(lambda x: put_flat(x), MATRIX),
        case(lambda x: put_flat(x), FORTRAN),
        case(lambda x: put_flat(x), STRIDED),
        case(lambda x: put_flat_of_transposed(x), MATRIX),
        case(lambda x: put_flat_of_transposed(x), FORTRAN),
        case(lambda x: filled_flat(x), MATRIX),
        case(lambda x: loop_over_flat(x), MATRIX, single=False),
        case(lambda x: loop_over_flat(x.T), STRIDED, single=False),
        case(lambda x: copied_by_flat(x), MATRIX),
    ],
    "x.item": [
        case(lambda x: x.item(3) * x, VECTOR),
        case(lambda x: x.item(-1) * x, FORTRAN),
        case(lambda x: x.item(1, 2) * x.item((0, 1)) * x, MATRIX),
    ],
    "x[()]": [
        case(lambda x: x[()], VECTOR),
        case(lambda x: np.sum(x)[()] * np.max(x)[...], MATRIX),
        case(lambda x: x[0][()] * x, THREE),
    ],
}
