"""Products of vectors, matrices and stacks of matrices."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    FORTRAN,
    MATRIX,
    NUMBER,
    OTHER,
    SQUARE,
    STACK,
    STRIDED,
    TALL,
    TENSOR,
    THREE,
    VECTOR,
    turned,
)

FOUR = np.array([0.5, -1.0, 0.3, 2.0])

CASES: Table = {
    "np.dot": [
        case(lambda x, y: np.dot(x, y), VECTOR, OTHER),
        case(lambda x, y: np.dot(x, y), MATRIX, TALL),
        case(lambda x, y: np.dot(x, y), NUMBER, MATRIX),
        case(lambda x, y: np.dot(x, y), TENSOR, FOUR),
        case(lambda x, y: np.dot(x, y), SQUARE, TENSOR),
        case(lambda x, y: np.dot(x, y), STACK, TENSOR),
        case(lambda x, y: np.dot(x, y), THREE, TENSOR),
        case(lambda x, y: x.dot(y), STRIDED, FOUR),
    ],
    "np.matmul": [
        case(lambda x, y: np.matmul(x, y), MATRIX, TALL),
        case(lambda x, y: x @ y, VECTOR, OTHER),
        case(lambda x, y: x @ y, STACK, TENSOR),
        case(lambda x, y: x @ y, SQUARE, TENSOR),
        case(lambda x, y: x @ y, TENSOR, FOUR),
        case(lambda x, y: x @ y, THREE, TENSOR),
        case(lambda x, y: x[:, None] @ y, STACK, STACK),
        case(lambda x: np.linalg.matmul(x, x), STACK),
    ],
    "np.inner": [
        case(lambda x, y: np.inner(x, y), VECTOR, OTHER),
        case(lambda x, y: np.inner(x, y), MATRIX, FORTRAN),
        case(lambda x, y: np.inner(x, y), TENSOR, MATRIX),
        case(lambda x, y: np.inner(x, y), FOUR, TENSOR),
        case(lambda x, y: np.inner(x, y), NUMBER, VECTOR),
    ],
    "np.outer": [
        case(lambda x, y: np.outer(x, y), VECTOR, OTHER),
        case(lambda x, y: np.outer(x, y), MATRIX, THREE),
        case(lambda x, y: np.outer(x, y), NUMBER, THREE),
        case(lambda x, y: np.multiply.outer(x, y), MATRIX, THREE),
    ],
    "np.vdot": [
        case(lambda x, y: np.vdot(x, y), VECTOR, OTHER),
        case(lambda x, y: np.vdot(x, y), MATRIX, STRIDED),
        case(lambda x, y: np.vecdot(x, y), MATRIX, STRIDED),
    ],
    "np.tensordot": [
        case(lambda x, y: np.tensordot(x, y, 1), SQUARE, MATRIX),
        case(lambda x, y: np.tensordot(x, y), MATRIX, FORTRAN),
        case(lambda x, y: np.tensordot(x, y, axes=([1, 2], [0, 1])), TENSOR, MATRIX),
        case(lambda x, y: np.tensordot(x, y, axes=0), VECTOR, THREE),
        case(lambda x, y: np.tensordot(x, y, axes=(-1, 0)), TENSOR, TALL),
        case(lambda x, y: np.tensordot(x, y, axes=((0, 2), (0, 2))), TENSOR, TENSOR * 0.5),
        case(lambda x, y: np.linalg.tensordot(x, y, axes=1), SQUARE, MATRIX),
    ],
    "np.kron": [
        case(lambda x, y: np.kron(x, y), VECTOR, THREE),
        case(lambda x, y: np.kron(x, y), SQUARE, MATRIX),
        case(lambda x, y: np.kron(x, y), MATRIX, THREE),
        case(lambda x, y: np.kron(x, y), TENSOR, STACK),
    ],
    "np.cross": [
        case(lambda x, y: np.cross(x, y), THREE, THREE[::-1] * 2),
        case(lambda x, y: np.cross(x, y), SQUARE, THREE),
        case(lambda x, y: np.cross(x, y, axis=0), SQUARE, SQUARE.T),
        case(lambda x, y: np.cross(x, y, axisa=1, axisb=0), TENSOR, TENSOR[0]),
        case(lambda x, y: np.cross(x.reshape(-1, 2), y.reshape(-1, 2)), MATRIX, MATRIX[::-1] * 2),
        case(lambda x, y: np.cross(np.stack((x[0], x[2])), y), THREE, SQUARE),
        case(lambda x, y: np.cross(y, np.stack((x[0], x[2]))), THREE, SQUARE),
    ],
    "np.einsum": [
        case(lambda x, y: np.einsum("ij,jk->ik", x, y), MATRIX, TALL),
        case(lambda x: np.einsum("ii", x), SQUARE),
        case(lambda x: np.einsum("ii->i", x), SQUARE),
        case(lambda x: np.einsum("ij->j", x), MATRIX),
        case(lambda x: np.einsum("ij->ji", x), STRIDED),
        case(lambda x, y: np.einsum("...ij,...jk->...ik", x, y), STACK, TENSOR),
        case(lambda x, y: np.einsum("...j,j", x, y), TENSOR, FOUR),
        case(lambda x: np.einsum("i,i,i->", x, x, x), VECTOR),
        case(lambda x, y: np.einsum("ij,kl->ijkl", x, y), SQUARE, MATRIX),
        case(lambda x: np.einsum("aab->b", STACK[:, :2] * x), NUMBER),
        case(lambda x, y: np.einsum("bij,bij->b", x, y), TENSOR, TENSOR[::-1]),
        case(lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), MATRIX, TALL),
        case(lambda x, y: np.einsum("ij,jk", x, y, optimize=True), MATRIX, TALL),
        case(lambda x: np.einsum("...ii->...i", x), STACK),
        case(lambda x, y: np.einsum("i...,i...->...", x, y), MATRIX, STRIDED),
    ],
    "np.linalg.multi_dot": [
        case(lambda x, y: np.linalg.multi_dot([x, y]), MATRIX, TALL),
        case(lambda x, y, z: np.linalg.multi_dot([x, y, z]), MATRIX, TALL, SQUARE),
        case(lambda x, y: np.linalg.multi_dot((x, y, THREE)), MATRIX, TALL),
        case(lambda x, y: np.linalg.multi_dot([THREE, x, y]), MATRIX, TALL),
    ],
    "np.linalg.matrix_power": [
        case(lambda x: np.linalg.matrix_power(x, 3), SQUARE),
        case(lambda x: np.linalg.matrix_power(x, -2), SQUARE),
        case(lambda x: np.linalg.matrix_power(x, 2), STACK),
        case(lambda x: np.linalg.matrix_power(x, -3), STACK),
        case(lambda x: np.abs(np.linalg.matrix_power(turned(x), 5)), SQUARE),
        case(lambda x: np.linalg.matrix_power(x, 0) + x, SQUARE),
        case(lambda x: np.linalg.matrix_power(x, 0) * x, STACK),
    ],
}
