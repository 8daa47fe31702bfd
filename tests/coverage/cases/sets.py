"""Arrays as sets, and compared as a whole."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, OTHER, TENSOR, VECTOR

_COUNTS = np.array([2, 0, 1, 2, 0])
_TWICE = np.array([0.5, 1.5, 0.5, 2.5, 1.5])

CASES: Table = {
    "np.unique": [
        case(lambda x: np.unique(x)[1:3], VECTOR),
        case(lambda x: np.unique(np.array([1.0, 1.0, 2.0])) * x[:2], VECTOR),
        case(lambda x: np.unique(np.array([2.0, 1.0, 2.0, np.nan, np.nan]))[:2] * x[:2], VECTOR),
        case(lambda x: np.unique(x), MATRIX),
        case(lambda x: np.unique(x), TENSOR),
        case(lambda x: np.unique(x, return_index=True)[0], MATRIX),
        case(lambda x: x[np.unique(_TWICE, return_index=True)[1]], VECTOR),
        case(lambda x: x[np.unique(_TWICE, return_inverse=True)[1]], VECTOR),
        case(lambda x: x[:3] * np.unique(_TWICE, return_counts=True)[1], VECTOR, single=False),
        case(lambda x: np.unique(x, True, True, True)[0], VECTOR),
        case(lambda x: x * np.unique(x, return_inverse=True)[1], MATRIX, single=False),
    ],
    "np.isin": [
        case(lambda x: x * np.isin(_COUNTS, [0, 2]), VECTOR),
        case(lambda x: x * np.isin(_COUNTS, [1, 7], invert=True), VECTOR),
        case(lambda x: np.where(np.isin(x, x[:1, 1:3]), x, 2.0 * x), MATRIX),
    ],
    "np.union1d": [
        case(lambda x, y: np.union1d(x, y), VECTOR, OTHER),
        case(lambda x: np.union1d(x, [7.0, 8.0]), MATRIX, single=False),
        case(lambda x: np.union1d(x, x + 9.0), VECTOR),
    ],
    "np.intersect1d": [
        case(lambda x: np.intersect1d(x, x[1:]), VECTOR),
        case(lambda x: np.intersect1d(x, x[:2]), MATRIX),
        case(lambda x: np.intersect1d(x[0], x), TENSOR),
    ],
    "np.setdiff1d": [
        case(lambda x: np.setdiff1d(x, x[1:3]), VECTOR),
        case(lambda x: np.setdiff1d(x, x[0]), MATRIX),
        case(lambda x: np.setdiff1d(x, x[1:3], assume_unique=True), VECTOR),
    ],
    "np.setxor1d": [
        case(lambda x: np.setxor1d(x[:3], x[2:]), VECTOR),
        case(lambda x: np.setxor1d(x, x[1]), MATRIX),
        case(lambda x, y: np.setxor1d(x, y), VECTOR, OTHER),
    ],
    "np.array_equal": [
        case(lambda x: x * np.array_equal(x, x), VECTOR),
        case(lambda x: x * (1 + np.array_equal(x, x[:2])), MATRIX),
        case(lambda x: x * (1 + np.array_equal(x, [1.0, np.nan], equal_nan=True)), TENSOR),
    ],
    "np.array_equiv": [
        case(lambda x: x * np.array_equiv(x, x), VECTOR),
        case(lambda x: x * (1 + np.array_equiv(x, x[:2])), MATRIX),
        case(lambda x: x * (1 + np.array_equiv(x, x[:1])), MATRIX),
    ],
}
