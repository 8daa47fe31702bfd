"""Systems, inverses, norms and products of matrices, and of stacks of them."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    DEFINITE,
    DEFINITES,
    MATRIX,
    SQUARE,
    STACK,
    TALL,
    TENSOR,
    THREE,
    VECTOR,
    turned,
)

FOURS = np.array([[0.5, -1.0, 0.3, 2.0], [1.0, 0.2, -0.4, 0.7], [0.1, 0.9, 1.1, -0.3]])
SIX = np.kron(DEFINITE, np.array([[1.0, 0.4], [-0.3, 2.0]]))

CASES: Table = {
    "np.linalg.inv": [
        case(lambda x: np.linalg.inv(x), DEFINITE),
        case(lambda x: np.linalg.inv(x), STACK + 2 * np.eye(3)),
        case(lambda x: np.linalg.inv(x.T), SQUARE + 2 * np.eye(3)),
    ],
    "np.linalg.det": [
        case(lambda x: np.linalg.det(x), SQUARE),
        case(lambda x: np.linalg.det(x), STACK),
        case(lambda x: np.linalg.det(x[:2, :2]), MATRIX),
    ],
    "np.linalg.slogdet": [
        case(lambda x: np.linalg.slogdet(x)[1], SQUARE),
        case(lambda x: np.linalg.slogdet(x).logabsdet, STACK),
        case(lambda x: np.linalg.slogdet(x)[0] * np.linalg.slogdet(x)[1], DEFINITE),
    ],
    "np.linalg.solve": [
        case(lambda x, y: np.linalg.solve(x, y), DEFINITE, THREE),
        case(lambda x, y: np.linalg.solve(x, y), DEFINITE, FOURS),
        case(lambda x, y: np.linalg.solve(x, y), DEFINITES, TENSOR),
        case(lambda x, y: np.linalg.solve(x, y), DEFINITES, FOURS),
    ],
    "np.linalg.pinv": [
        case(lambda x: np.linalg.pinv(x), MATRIX),
        case(lambda x: np.linalg.pinv(x), TALL),
        case(lambda x: np.linalg.pinv(x), STACK),
        case(lambda x: np.linalg.pinv(x, rtol=None), TALL),
        case(lambda x: np.linalg.pinv(x, 0.5), TALL),
        case(lambda x: np.linalg.pinv(x, rtol=0.5), TENSOR),
        case(lambda x: np.linalg.pinv(x + x.T, 0.3, hermitian=True), SQUARE),
        case(lambda x: np.linalg.pinv(x + x.mT, hermitian=True), STACK),
        case(lambda x: np.abs(np.linalg.pinv(turned(x), rcond=0.5)), TALL),
    ],
    "np.linalg.matrix_rank": [
        case(lambda x: np.linalg.matrix_rank(x) * x, MATRIX),
        case(lambda x: np.linalg.matrix_rank(x[:0]) + x, MATRIX),
        case(lambda x: np.linalg.matrix_rank(x, tol=0.5) * x, SQUARE),
        case(lambda x: np.linalg.matrix_rank(x, rtol=0.5)[:, None, None] * x, STACK),
        case(lambda x: np.linalg.matrix_rank(x + x.T, hermitian=True) * x, SQUARE),
        case(
            lambda x: np.linalg.matrix_rank(x, np.array([0.1, 2.0])).astype(float) + x[0, 0, 0],
            STACK,
        ),
        case(lambda x: np.linalg.matrix_rank(x) * x, VECTOR),
    ],
    "np.linalg.lstsq": [
        case(lambda x, y: np.linalg.lstsq(x, y)[0], TALL, FOURS[0]),
        case(lambda x, y: np.linalg.lstsq(x, y, rcond=None)[0], TALL, FOURS.T),
        case(lambda x, y: np.linalg.lstsq(x, y)[0], MATRIX, THREE),
        case(lambda x, y: np.linalg.lstsq(x, y, rcond=-1)[0], MATRIX, SQUARE),
        case(lambda x, y: np.linalg.lstsq(x, y, rcond=0.5)[0], TALL, FOURS[0]),
        case(lambda x, y: np.linalg.lstsq(x, y, 0.5)[0], MATRIX, SQUARE),
        case(lambda x, y: np.linalg.lstsq(x, y)[1], TALL, FOURS[0]),
        case(lambda x, y: np.linalg.lstsq(x, y)[1], TALL, FOURS.T),
        case(lambda x, y: np.sum(np.linalg.lstsq(x, y)[1]) + y[0], MATRIX, THREE),
        case(lambda x, y: np.linalg.lstsq(x, y)[3] * np.linalg.lstsq(x, y)[2], TALL, FOURS[0]),
        case(lambda x, y: np.linalg.lstsq(turned(x), y)[1], TALL, FOURS.T),
        case(lambda x, y: np.abs(np.linalg.lstsq(turned(x), y, 0.5)[0]), TALL, FOURS[0]),
    ],
    "np.linalg.norm": [
        case(lambda x: np.linalg.norm(x), VECTOR),
        case(lambda x: np.linalg.norm(x), TENSOR),
        case(lambda x: np.linalg.norm(x, axis=1), MATRIX),
        case(lambda x: np.linalg.norm(x, axis=-1, keepdims=True), TENSOR),
        case(lambda x: np.linalg.norm(x, 1), VECTOR),
        case(lambda x: np.linalg.norm(x, np.inf), VECTOR),
        case(lambda x: np.linalg.norm(x, -np.inf), VECTOR),
        case(lambda x: np.linalg.norm(x, 3), VECTOR),
        case(lambda x: np.linalg.norm(x, -1.5, axis=0), MATRIX),
        case(lambda x: np.linalg.norm(x, 0) + x[0], VECTOR),
        case(lambda x: np.linalg.norm(x, "fro"), MATRIX),
        case(lambda x: np.linalg.norm(x, "nuc"), MATRIX),
        case(lambda x: np.linalg.norm(x, 2), MATRIX),
        case(lambda x: np.linalg.norm(x, -2), MATRIX),
        case(lambda x: np.linalg.norm(x, 1), MATRIX),
        case(lambda x: np.linalg.norm(x, -1), MATRIX),
        case(lambda x: np.linalg.norm(x, np.inf), MATRIX),
        case(lambda x: np.linalg.norm(x, -np.inf), MATRIX),
        case(lambda x: np.linalg.norm(x, axis=(0, 1)), TENSOR),
        case(lambda x: np.linalg.norm(x, "nuc", axis=(1, 2)), TENSOR),
        case(lambda x: np.linalg.norm(x, 2, axis=(2, 1), keepdims=True), TENSOR),
        case(lambda x: np.linalg.norm(x, 1, axis=(0, 2), keepdims=True), TENSOR),
    ],
    "np.linalg.vector_norm": [
        case(lambda x: np.linalg.vector_norm(x), MATRIX),
        case(lambda x: np.linalg.vector_norm(x, axis=(0, 1), ord=3), TENSOR),
        case(lambda x: np.linalg.vector_norm(x, axis=1, ord=1), TENSOR),
        case(lambda x: np.linalg.vector_norm(x, ord=0.5, keepdims=True), TENSOR),
        case(lambda x: np.linalg.vector_norm(x, ord=-np.inf), TENSOR),
        case(lambda x: np.linalg.vector_norm(turned(x)), TALL),
    ],
    "np.linalg.matrix_norm": [
        case(lambda x: np.linalg.matrix_norm(x), TENSOR),
        case(lambda x: np.linalg.matrix_norm(x, ord="nuc", keepdims=True), TENSOR),
        case(lambda x: np.linalg.matrix_norm(x, ord=2), TENSOR),
        case(lambda x: np.linalg.matrix_norm(x, ord=-2, keepdims=True), MATRIX),
        case(lambda x: np.linalg.matrix_norm(x, ord=1), TENSOR),
        case(lambda x: np.linalg.matrix_norm(x, ord=-np.inf), MATRIX),
        case(lambda x: np.linalg.matrix_norm(turned(x), ord="nuc"), TALL),
    ],
    "np.linalg.cond": [
        case(lambda x: np.linalg.cond(x), SQUARE),
        case(lambda x: np.linalg.cond(x), TENSOR),
        case(lambda x: np.linalg.cond(x, 2), MATRIX),
        case(lambda x: np.linalg.cond(x, -2), TALL),
        case(lambda x: np.linalg.cond(x, 1), SQUARE),
        case(lambda x: np.linalg.cond(x, -1), STACK),
        case(lambda x: np.linalg.cond(x, np.inf), STACK),
        case(lambda x: np.linalg.cond(x, -np.inf), SQUARE),
        case(lambda x: np.linalg.cond(x, "fro"), SQUARE),
        case(lambda x: np.linalg.cond(x, "nuc"), STACK),
    ],
    "np.linalg.tensorsolve": [
        case(lambda x, y: np.linalg.tensorsolve(x, y), DEFINITE.reshape(3, 3), THREE),
        case(lambda x, y: np.linalg.tensorsolve(x.reshape(2, 3, 6), y), SIX, TENSOR[:, :, 0]),
        case(
            lambda x, y: np.linalg.tensorsolve(x.reshape(2, 6, 3), y, axes=(1,)),
            SIX,
            TENSOR[:, :, 0],
        ),
    ],
    "np.linalg.tensorinv": [
        case(lambda x: np.linalg.tensorinv(x, ind=1), DEFINITE),
        case(lambda x: np.linalg.tensorinv(x.reshape(3, 1, 3), ind=1), DEFINITE),
        case(lambda x: np.linalg.tensorinv(x.reshape(6, 2, 3), ind=1), SIX),
        case(lambda x: np.linalg.tensorinv(x.reshape(2, 3, 3, 2)), SIX),
    ],
    "np.linalg.cross": [
        case(lambda x: np.linalg.cross(x, x[::-1]), SQUARE),
        case(lambda x: np.linalg.cross(x, x[::-1] + 1.0, axis=0), SQUARE),
        case(lambda x, y: np.linalg.cross(y, x), SQUARE, THREE),
    ],
    "np.linalg.outer": [
        case(lambda x: np.linalg.outer(x, x), VECTOR),
        case(lambda x, y: np.linalg.outer(x, y), VECTOR, THREE),
        case(lambda x, y: np.abs(np.linalg.outer(turned(x), y)), VECTOR, THREE),
    ],
    "np.linalg.trace": [
        case(lambda x: np.linalg.trace(x), TENSOR),
        case(lambda x: np.linalg.trace(x, offset=1), MATRIX),
        case(lambda x: np.linalg.trace(x, offset=-1), STACK),
    ],
    "np.linalg.diagonal": [
        case(lambda x: np.linalg.diagonal(x), TENSOR),
        case(lambda x: np.linalg.diagonal(x, offset=1), MATRIX),
        case(lambda x: np.linalg.diagonal(x, offset=-1), STACK),
    ],
    "np.linalg.matrix_transpose": [
        case(lambda x: np.linalg.matrix_transpose(x), TENSOR),
        case(lambda x: np.linalg.matrix_transpose(x) @ x, MATRIX),
        case(lambda x: np.linalg.matrix_transpose(x) * x, STACK),
    ],
    "np.linalg.vecdot": [
        case(lambda x: np.linalg.vecdot(x, x), TENSOR),
        case(lambda x, y: np.linalg.vecdot(x, y, axis=0), SQUARE, THREE),
        case(lambda x: np.abs(np.linalg.vecdot(turned(x), x)), MATRIX),
    ],
}

if hasattr(np, "matvec"):  # new in NumPy 2.2
    CASES |= {
        "np.matvec": [
            case(lambda x, y: np.matvec(x, y), SQUARE, THREE),
            case(lambda x, y: np.matvec(x, y), STACK, THREE),
            case(lambda x, y: np.matvec(x, y), SQUARE, FOURS.T),
        ],
        "np.vecmat": [
            case(lambda x, y: np.vecmat(y, x), SQUARE, THREE),
            case(lambda x, y: np.vecmat(y, x), STACK, THREE),
            case(lambda x, y: np.vecmat(y, x), SQUARE, FOURS.T),
            case(lambda x, y: np.abs(np.vecmat(turned(y), x)), SQUARE, THREE),
        ],
    }
