"""Methods of ufuncs, and ufuncs with keywords."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, POSITIVE, TENSOR, VECTOR

_COUNTS = np.array([6, 4, 2, 3, 0])
_FLAGS = np.array([True, False, True, True, False])

CASES: Table = {
    "np.logaddexp.reduce": [
        case(lambda x: np.logaddexp.reduce(x), VECTOR),
        case(lambda x: np.logaddexp.reduce(x, axis=1, keepdims=True), MATRIX),
        case(lambda x: np.logaddexp.reduce(x, axis=(0, 2)), TENSOR),
        case(lambda x: np.logaddexp.reduce(x, axis=None, initial=0.5), MATRIX),
    ],
    "np.hypot.reduce": [
        case(lambda x: np.hypot.reduce(x), VECTOR),
        case(lambda x: np.hypot.reduce(x[:1]), VECTOR),
        case(lambda x: np.hypot.reduce(x, axis=-1), TENSOR),
    ],
    "np.subtract.reduce": [
        case(lambda x: np.subtract.reduce(x), VECTOR),
        case(lambda x: np.subtract.reduce(x, initial=2.0), VECTOR),
        case(lambda x: np.subtract.reduce(x, axis=-1), MATRIX),
    ],
    "np.fmin.reduce": [
        case(lambda x: np.fmin.reduce(x), VECTOR),
        case(lambda x: np.fmin.reduce(x, axis=None), MATRIX),
        case(lambda x: np.fmin.reduce(x, axis=1, initial=-0.05), MATRIX),
    ],
    "np.bitwise_or.reduce": [
        case(lambda x: x * np.bitwise_or.reduce(_COUNTS), VECTOR),
        case(lambda x: x * np.bitwise_and.reduce(_COUNTS[:2]), VECTOR),
        case(lambda x: x * np.bitwise_xor.reduce(_COUNTS), MATRIX),
        case(lambda x: x * np.logical_xor.reduce(_COUNTS), MATRIX),
    ],
    "np.subtract.accumulate": [
        case(lambda x: np.subtract.accumulate(x), VECTOR),
        case(lambda x: np.subtract.accumulate(x, axis=1), MATRIX),
        case(lambda x: np.subtract.accumulate(x), TENSOR),
    ],
    "np.divide.accumulate": [
        case(lambda x: np.divide.accumulate(x), POSITIVE),
        case(lambda x: np.divide.accumulate(x, axis=1), MATRIX),
        case(lambda x: x * np.divide.accumulate(np.array([8, 4, 2, 5])), POSITIVE),
    ],
    "np.logaddexp.accumulate": [
        case(lambda x: np.logaddexp.accumulate(x), VECTOR),
        case(lambda x: np.logaddexp.accumulate(x, axis=-1), MATRIX),
        case(lambda x: np.logaddexp.accumulate(x), MATRIX),
    ],
    "np.logical_and.accumulate": [
        case(lambda x: x * np.logical_and.accumulate(_FLAGS), VECTOR),
        case(lambda x: x * np.logical_xor.accumulate(_COUNTS), VECTOR),
        case(lambda x: x * np.maximum.accumulate(_COUNTS), VECTOR),
    ],
    "np.add.reduceat": [
        case(lambda x: np.add.reduceat(x, [0, 2, 3]), VECTOR),
        case(lambda x: np.add.reduceat(x, np.array([0, 3, 1, 2])), VECTOR),
        case(lambda x: np.add.reduceat(x, [0, 1], axis=1), MATRIX),
    ],
    "np.multiply.reduceat": [
        case(lambda x: np.multiply.reduceat(x, [1, 3]), VECTOR),
        case(lambda x: np.multiply.reduceat(x, [0, 2]), MATRIX),
        case(lambda x: np.multiply.reduceat(x, [0], axis=-1), TENSOR),
    ],
    "np.maximum.reduceat": [
        case(lambda x: np.maximum.reduceat(x, [0, 3, 1]), VECTOR),
        case(lambda x: np.maximum.reduceat(x, [0, 2], axis=1), MATRIX),
        case(lambda x: np.minimum.reduceat(x, [0, 1]), TENSOR),
    ],
    "np.hypot.outer": [
        case(lambda x: np.hypot.outer(x, x + 3.0), VECTOR),
        case(lambda x: np.hypot.outer(x, 2.0), MATRIX),
        case(lambda x, y: np.hypot.outer(x, y), MATRIX, VECTOR),
    ],
    "np.logaddexp.outer": [
        case(lambda x: np.logaddexp.outer(x, x), VECTOR),
        case(lambda x, y: np.logaddexp.outer(x, y), VECTOR, MATRIX),
        case(lambda x: np.where(np.less.outer(x, x), x, 2.0 * x), VECTOR),
    ],
    "np.nextafter": [
        case(lambda x: np.nextafter(x, 3.0), VECTOR, single=False),
        case(lambda x: np.nextafter(x, -3.0), MATRIX, single=False),
        case(lambda x: x * np.nextafter(x, x + 1.0), TENSOR),
    ],
    "np.spacing": [
        case(lambda x: x * (np.spacing(x) < 1e-3), VECTOR),
        case(lambda x: x * (np.spacing(x) < 1e-3), MATRIX),
        case(lambda x: x * np.sign(np.spacing(x)), TENSOR),
    ],
    "np.gcd": [
        case(lambda x: x * np.gcd(_COUNTS, 4), VECTOR),
        case(lambda x: x * np.gcd.reduce(_COUNTS), MATRIX),
        case(lambda x: x * np.gcd.outer(_COUNTS[:3], _COUNTS[:4]), MATRIX),
    ],
    "np.lcm": [
        case(lambda x: x * np.lcm(_COUNTS, 4), VECTOR),
        case(lambda x: x * np.lcm.reduce(_COUNTS[:4]), MATRIX),
        case(lambda x: x * np.lcm.accumulate(_COUNTS), VECTOR),
    ],
}
