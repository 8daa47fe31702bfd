"""Reading and writing by indices: numbers, slices, arrays, masks, and all of these together."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    MATRIX,
    NUMBER,
    SQUARE,
    STRIDED,
    TENSOR,
    THREE,
    VECTOR,
)

ROWS, COLUMNS = np.array([0, 2, 2]), np.array([1, 3, 1])
MASK = np.array([True, False, True, True, False])
PLACES = np.array([[0, 1, 1, 2], [2, 2, 0, 1]])


def _assigned(x, y):
    x = x.copy()
    x[1] = y * x[0]
    x[:, 2] = x[:, 0] ** 2
    x[..., -1] += 1.0
    return x


def _assigned_by_arrays(x, y):
    x = x.copy()
    x[ROWS, COLUMNS] = y
    x[np.array([1, 0])] *= 2.0
    return x


def _assigned_by_masks(x, y):
    x = x.copy()
    x[x > 0.5] = y
    x[x < 0] *= x[x < 0]
    return x


def _added(x, y):
    total = np.zeros(3, dtype=x.dtype)
    np.add.at(total, ROWS, x[:3])
    np.add.at(total, 1, y)
    return total


def _added_pairs(x):
    total = np.zeros((3, 4), dtype=x.dtype)
    np.add.at(total, (ROWS, COLUMNS), x[0, :3])
    np.add.at(total, ROWS, x)
    return total


def _added_elsewhere(x):
    x = x.copy()
    np.multiply.at(x, np.array([0, 0, 2]), 1.5)
    np.subtract.at(x, slice(1, 3), x[:2] ** 2)
    return x


def _put_along(x, y):
    x = x.copy()
    np.put_along_axis(x, PLACES[:, :3] % 3, y, axis=0)
    return x


def _put_along_last(x):
    x = x.copy()
    np.put_along_axis(x, np.array([[0], [2], [1]]), x[:, :1] ** 2, axis=1)
    return x


def _put_in_tensor(x):
    x = x.copy()
    np.put_along_axis(x, np.array([[[0], [2], [1]], [[1], [1], [3]]]), x[:, :, 1:2] ** 2, axis=-1)
    return x


def _put(x, y):
    x = x.copy()
    np.put(x, [1, 5], y)
    return x


def _put_values(x):
    x = x.copy()
    np.put(x, np.array([0, 3]), x[:2] ** 2)
    return x


def _placed(x, y):
    x = x.copy()
    np.putmask(x, x > 0.2, y)
    np.copyto(x, 2.0 * y, where=x < -1.0)
    return x


def _filled_diagonal(x, y):
    x = x.copy()
    np.fill_diagonal(x, y)
    return x


CASES: Table = {
    "x[...]": [
        case(lambda x: x[1:4], VECTOR),
        case(lambda x: x[::-1] * x[2], VECTOR),
        case(lambda x: x[..., 1], TENSOR),
        case(lambda x: x[:, np.newaxis, ::2], MATRIX),
        case(lambda x: x[-1, 1:-1], STRIDED),
        case(lambda x: x[None, ..., 0:3, None], MATRIX),
        case(lambda x: x[1][2] * x[0, -1], MATRIX),
        case(lambda x: x[()], MATRIX),
    ],
    "x[integers]": [
        case(lambda x: x[[0, 2, 2, 4]], VECTOR),
        case(lambda x: x[ROWS], MATRIX),
        case(lambda x: x[ROWS, COLUMNS], MATRIX),
        case(lambda x: x[:, COLUMNS], MATRIX),
        case(lambda x: x[PLACES], MATRIX),
        case(lambda x: x[1, :, COLUMNS], TENSOR),
        case(lambda x: x[..., [0, -1]], TENSOR),
        case(lambda x: x[ROWS[:, None], COLUMNS], MATRIX),
        case(lambda x: x[:, ROWS, COLUMNS], TENSOR),
        case(lambda x: x[np.array([1, 0]), :, np.array([2, 2])], TENSOR),
        case(lambda x: x[1:, COLUMNS, None], MATRIX),
    ],
    "x[mask]": [
        case(lambda x: x[MASK], VECTOR),
        case(lambda x: x[x > 0], VECTOR),
        case(lambda x: x[x > 0], MATRIX),
        case(lambda x: x[np.array([True, False, True])], MATRIX),
        case(lambda x: x[:, np.array([True, False, True, True])], MATRIX),
        case(lambda x: x[np.array([True, False, True]), 1], MATRIX),
        case(lambda x: x[0, x[0] > -0.5], MATRIX),
        case(lambda x: x[np.array([True, False]), :, 1:3], TENSOR),
        case(lambda x: x[x[:, 0] > -9, :][:, 0], MATRIX),
    ],
    "np.ix_": [
        case(lambda x: x[np.ix_([0, 2], [1, 3])], MATRIX),
        case(lambda x: x[np.ix_([True, False, True], [1, 3])], MATRIX),
        case(lambda x: x[np.ix_([0, 1], [2, 0], [3])], TENSOR),
    ],
    "np.take": [
        case(lambda x: np.take(x, [0, 3, 3]), VECTOR),
        case(lambda x: np.take(x, PLACES, axis=0), MATRIX),
        case(lambda x: np.take(x, [1, 1], axis=-1), TENSOR),
        case(lambda x: np.take(x, [5, 0]), MATRIX),
        case(lambda x: x.take([0, 1], axis=1), MATRIX),
        case(lambda x: np.take(x, [0, 7], mode="clip"), VECTOR),
        case(lambda x: np.take(x, [0, 7, -9], mode="wrap"), VECTOR),
    ],
    "np.take_along_axis": [
        case(lambda x: np.take_along_axis(x, np.argsort(x), 0), VECTOR),
        case(lambda x: np.take_along_axis(x, np.argsort(x, axis=1), axis=1), MATRIX),
        case(lambda x: np.take_along_axis(x, np.argmax(x, axis=0, keepdims=True), 0), MATRIX),
        case(lambda x: np.take_along_axis(x, np.argsort(x, axis=-1), -1), TENSOR),
    ],
    "np.compress": [
        case(lambda x: np.compress([True, False, True], x, axis=0), MATRIX),
        case(lambda x: np.compress(MASK, x), VECTOR),
        case(lambda x: x.compress([False, True, True], axis=0), MATRIX),
    ],
    "np.extract": [
        case(lambda x: np.extract(x > 0, x), VECTOR),
        case(lambda x: np.extract(x > 0, x), MATRIX),
        case(lambda x: np.extract(MASK, x), VECTOR),
    ],
    "x[...] = y": [
        case(lambda x, y: _assigned(x, y), MATRIX, NUMBER),
        case(lambda x, y: _assigned(x, y), STRIDED, np.array([0.5, 1.0, 2.0, -1.0])),
        case(lambda x, y: _assigned(x, y), SQUARE, THREE),
    ],
    "x[integers] = y": [
        case(lambda x, y: _assigned_by_arrays(x, y), MATRIX, NUMBER),
        case(lambda x, y: _assigned_by_arrays(x, y), STRIDED, np.array([0.1, 0.2, 0.3])),
        case(lambda x, y: _assigned_by_arrays(x, y), MATRIX + 1.0, NUMBER),
    ],
    "x[mask] = y": [
        case(lambda x, y: _assigned_by_masks(x, y), VECTOR, NUMBER),
        case(lambda x, y: _assigned_by_masks(x, y), MATRIX, NUMBER),
        case(lambda x, y: _assigned_by_masks(x, y), TENSOR, NUMBER),
    ],
    "np.add.at": [
        case(lambda x, y: _added(x, y), VECTOR, NUMBER),
        case(lambda x: _added_pairs(x), MATRIX),
        case(lambda x: _added_elsewhere(x), VECTOR),
    ],
    "np.put_along_axis": [
        case(lambda x, y: _put_along(x, y), SQUARE, NUMBER),
        case(lambda x: _put_along_last(x), MATRIX),
        case(lambda x: _put_in_tensor(x), TENSOR),
    ],
    "np.put": [
        case(lambda x, y: _put(x, y), MATRIX, NUMBER),
        case(lambda x: _put_values(x), VECTOR),
        case(lambda x: _put_values(x), VECTOR[::-1]),
    ],
    "np.putmask": [
        case(lambda x, y: _placed(x, y), VECTOR, NUMBER),
        case(lambda x, y: _placed(x, y), MATRIX, NUMBER),
        case(lambda x, y: _placed(x, y), TENSOR, NUMBER),
    ],
    "np.fill_diagonal": [
        case(lambda x, y: _filled_diagonal(x, y), SQUARE, NUMBER),
        case(lambda x, y: _filled_diagonal(x, y), SQUARE, THREE),
        case(lambda x, y: _filled_diagonal(x, y), MATRIX, NUMBER),
    ],
    "np.tril_indices": [
        case(lambda x: x[np.tril_indices(3)], SQUARE),
        case(lambda x: x[np.tril_indices(3, -1)], SQUARE),
        case(lambda x: x[np.tril_indices(3, -1, 2)], SQUARE),
        case(lambda x: x[np.tril_indices_from(x)], SQUARE),
    ],
    "np.triu_indices": [
        case(lambda x: x[np.triu_indices(3, 1)], SQUARE),
        case(lambda x: x[np.triu_indices(3, -1, 4)], MATRIX),
        case(lambda x: x[np.triu_indices(3, -5, 4)], MATRIX),
        case(lambda x: x[np.triu_indices_from(x, 1)], SQUARE),
    ],
    "np.diag_indices": [
        case(lambda x: x[np.diag_indices(3)], SQUARE),
        case(lambda x: x[np.diag_indices(3)] * x[0], SQUARE),
        case(lambda x: x[np.diag_indices_from(x)], SQUARE),
    ],
    "np.sort": [
        case(lambda x: np.sort(x), VECTOR),
        case(lambda x: np.sort(x, axis=0), MATRIX),
        case(lambda x: np.sort(x, axis=None), STRIDED),
        case(lambda x: np.sort(x, axis=1, kind="stable"), TENSOR),
    ],
    "np.partition": [
        case(lambda x: np.partition(x, 2)[2], VECTOR),
        case(lambda x: np.partition(x, 1, axis=0)[1], MATRIX),
        case(lambda x: np.partition(x, -1)[..., -1], TENSOR),
    ],
    "np.argsort": [
        case(lambda x: x[np.argsort(x)], VECTOR),
        case(lambda x: x[np.argmax(x)] * x[np.argmin(x)], VECTOR),
        case(lambda x: x[:, np.argsort(x[0])[::-1]], MATRIX),
        case(lambda x: x.ravel()[np.argsort(x, axis=None)[2:5]], MATRIX),
        case(lambda x: np.sum(x[np.argpartition(x, 3)[:4]]), VECTOR),
        case(lambda x: x[np.lexsort((x, x * 0))], VECTOR),
    ],
    "np.nonzero": [
        case(lambda x: x[np.nonzero(x > 0)], MATRIX),
        case(lambda x: x[np.where(x > 0)], VECTOR),
        case(lambda x: x.ravel()[np.flatnonzero(x > 0)], MATRIX),
    ],
    "np.searchsorted": [
        case(lambda x: x[np.searchsorted(np.sort(x), 0.1)], VECTOR),
        case(lambda x: x * np.searchsorted(np.array([0.0, 1.0]), x), VECTOR),
        case(lambda x: x * np.searchsorted(np.array([0.0, 1.0]), x, side="right"), MATRIX),
        case(lambda x: x * np.digitize(x, np.array([-1.0, 0.5])), MATRIX),
    ],
    "np.apply_along_axis": [
        case(lambda x: np.apply_along_axis(lambda v: v * v[0], 1, x), MATRIX),
        case(lambda x: np.apply_along_axis(np.sum, 0, x), MATRIX),
        case(lambda x: np.apply_along_axis(lambda v: np.sum(v * v), -1, x), TENSOR),
    ],
}
