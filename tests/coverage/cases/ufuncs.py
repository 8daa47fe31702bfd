"""Methods of ufuncs, and ufuncs with keywords."""

from __future__ import annotations

import math

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


def put_where(x):
    out = np.zeros_like(x)
    np.exp(x, where=x > 0, out=out)
    np.add(out, x, out=out, where=_FLAGS)
    return out


def bump(v):
    if v > 0:
        return math.exp(-v) * v
    return 1.0 - v


bumps = np.vectorize(bump)


@np.vectorize
def either(a, b):
    return a * b if a > b else a + b


def vectorized_inside(x):
    @np.vectorize
    def f(v):
        return math.sin(v) if v > 0 else v**2

    return f(x)


CASES |= {
    "np.exp(where)": [
        case(lambda x: put_where(x), VECTOR),
        case(lambda x: np.exp(x, where=x > 0, out=np.ones_like(x)), MATRIX),
        case(lambda x: np.sqrt(x, where=x > 0, out=x.copy()), VECTOR),
        case(lambda x: np.log(x, x.copy(), where=x > 0), MATRIX),
        case(lambda x: np.divide(1.0, x, where=x > 0.2, out=np.zeros_like(x)), MATRIX),
    ],
    "np.add(dtype)": [
        case(lambda x: np.add(x, 1.0, dtype=np.float64), VECTOR, single=False),
        case(lambda x: x * np.add(_COUNTS, 1, dtype=np.float32), VECTOR),
        case(lambda x: x * np.true_divide(_COUNTS, 2, dtype=float), VECTOR, single=False),
        case(lambda x: np.multiply([1, 2, 3, 4, 5], x, dtype=float), VECTOR, single=False),
    ],
    "np.vectorize": [
        case(lambda x: np.vectorize(lambda v: v * v if v > 0 else -v)(x), VECTOR, single=False),
        case(lambda x: bumps(x), MATRIX, single=False),
        case(lambda x, y: either(x, y), MATRIX, VECTOR[:4], single=False),
        case(lambda x: either(x, 0.5) * either(0.3, 0.4), TENSOR, single=False),
        case(lambda x: vectorized_inside(x), VECTOR, single=False),
        case(lambda x: np.vectorize(math.sin, otypes=[float])(x), VECTOR, single=False),
    ],
}
