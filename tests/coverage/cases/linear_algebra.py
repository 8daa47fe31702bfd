"""Systems, decompositions and norms, of single matrices and of stacks of them."""

from __future__ import annotations

import numpy as np
from scipy import linalg

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
)

FOURS = np.array([[0.5, -1.0, 0.3, 2.0], [1.0, 0.2, -0.4, 0.7], [0.1, 0.9, 1.1, -0.3]])
BANDS = np.array([[0.0, 0.5, -0.2], [3.0, 2.5, 4.0], [0.3, -0.4, 0.0]])

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
    "np.linalg.cholesky": [
        case(lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)), SQUARE),
        case(lambda x: np.linalg.cholesky(x @ x.mT + np.eye(3)), STACK),
        case(lambda x: np.linalg.cholesky(0.5 * (x + x.T)), DEFINITE),
        case(lambda x: np.linalg.cholesky(0.5 * (x + x.T), upper=True), DEFINITE),
    ],
    # The result of real matrices is real or complex by their values: of complex ones it is known.
    "np.linalg.eig": [
        case(lambda x: np.real(np.linalg.eig(x + 0j)[0]), SQUARE),
        case(lambda x: np.abs(np.linalg.eig(x + 0j)[1]) ** 2, SQUARE),
        case(lambda x: np.imag(np.linalg.eig(x * (1.0 + 0.5j))[0]), DEFINITE),
        case(lambda x: np.abs(np.linalg.eig(x + 0j).eigenvalues), STACK),
    ],
    "np.linalg.eigvals": [
        case(lambda x: np.real(np.linalg.eigvals(x + 0j)), SQUARE),
        case(lambda x: np.abs(np.linalg.eigvals(x * (1.0 + 0.5j))), DEFINITE),
        case(lambda x: np.abs(np.linalg.eigvals(x + 0j)), STACK),
    ],
    "np.linalg.eigh": [
        case(lambda x: np.linalg.eigh(x + x.T)[0], SQUARE),
        case(lambda x: np.linalg.eigh(x + x.mT)[0], STACK),
        case(lambda x: np.linalg.eigh(x + x.T)[1] ** 2, SQUARE),
        case(lambda x: np.linalg.eigh(x + x.T, UPLO="U").eigenvalues, SQUARE),
        case(lambda x: np.linalg.eigvalsh(x + x.T), SQUARE),
    ],
    "np.linalg.eigvalsh": [
        case(lambda x: np.linalg.eigvalsh(x + x.T), SQUARE),
        case(lambda x: np.linalg.eigvalsh(x + x.mT), STACK),
        case(lambda x: np.linalg.eigvalsh(x + x.T, "U"), SQUARE),
    ],
    "np.linalg.svd": [
        case(lambda x: np.linalg.svd(x, compute_uv=False), MATRIX),
        case(lambda x: np.linalg.svd(x, full_matrices=False)[1], STACK),
        case(lambda x: np.abs(np.linalg.svd(x, full_matrices=False)[0]), TALL),
        case(lambda x: np.abs(np.linalg.svd(x, full_matrices=False).Vh), MATRIX),
        case(lambda x: np.linalg.svd(x)[1], SQUARE),
        case(lambda x: np.linalg.svdvals(x), MATRIX),
    ],
    "np.linalg.qr": [
        case(lambda x: np.abs(np.linalg.qr(x)[0]), TALL),
        case(lambda x: np.abs(np.linalg.qr(x).R), SQUARE),
        case(lambda x: np.abs(np.linalg.qr(x)[1]), STACK),
    ],
    "np.linalg.pinv": [
        case(lambda x: np.linalg.pinv(x), MATRIX),
        case(lambda x: np.linalg.pinv(x), TALL),
        case(lambda x: np.linalg.pinv(x), STACK),
    ],
    "np.linalg.lstsq": [
        case(lambda x, y: np.linalg.lstsq(x, y)[0], TALL, FOURS[0]),
        case(lambda x, y: np.linalg.lstsq(x, y, rcond=None)[0], TALL, FOURS.T),
        case(lambda x, y: np.linalg.lstsq(x, y)[0], MATRIX, THREE),
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
        case(lambda x: np.linalg.vector_norm(x), MATRIX),
        case(lambda x: np.linalg.vector_norm(x, axis=(0, 1), ord=3), TENSOR),
        case(lambda x: np.linalg.matrix_norm(x), TENSOR),
    ],
    "np.linalg.cond": [
        case(lambda x: np.linalg.cond(x), SQUARE),
        case(lambda x: np.linalg.cond(x, 1), SQUARE),
        case(lambda x: np.linalg.cond(x, "fro"), SQUARE),
    ],
    "np.linalg.tensorsolve": [
        case(lambda x, y: np.linalg.tensorsolve(x, y), DEFINITE.reshape(3, 3), THREE),
        case(lambda x: np.linalg.tensorinv(x, ind=1), DEFINITE),
        case(lambda x: np.linalg.tensorinv(x.reshape(3, 1, 3), ind=1), DEFINITE),
    ],
    "linalg.sqrtm": [
        case(lambda x: linalg.sqrtm(x), DEFINITE),
        case(lambda x: linalg.sqrtm(x @ x.T + np.eye(3)), SQUARE),
        case(lambda x: linalg.sqrtm(x[:2, :2]), DEFINITE),
    ],
    "linalg.expm": [
        case(lambda x: linalg.expm(x), SQUARE),
        case(lambda x: linalg.expm(0.5 * x) @ x, SQUARE),
        case(lambda x: linalg.expm(x[:2, :2]), MATRIX),
    ],
    "linalg.logm": [
        case(lambda x: linalg.logm(x), DEFINITE, single=False),
        case(lambda x: linalg.logm(x @ x.T + np.eye(3)), SQUARE, single=False),
        case(lambda x: linalg.logm(x[:2, :2]), DEFINITE, single=False),
    ],
    "linalg.solve_triangular": [
        case(lambda x, y: linalg.solve_triangular(x, y), DEFINITE, THREE),
        case(lambda x, y: linalg.solve_triangular(x, y, lower=True), DEFINITE, FOURS),
        case(lambda x, y: linalg.solve_triangular(x, y, trans="T"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve_triangular(x, y, trans=1, lower=True), DEFINITE, FOURS),
        case(lambda x, y: linalg.solve_triangular(x, y, unit_diagonal=True), DEFINITE, THREE),
    ],
    "linalg.solve_banded": [
        case(lambda x, y: linalg.solve_banded((1, 1), x, y), BANDS, THREE),
        case(lambda x, y: linalg.solve_banded((1, 1), x, y), BANDS, FOURS),
        case(lambda x, y: linalg.solve_banded((0, 1), x, y), BANDS[:2], THREE),
        case(lambda x, y: linalg.solve_banded((2, 0), x, y), BANDS[[1, 0, 2]], THREE),
    ],
    "linalg.solve_sylvester": [
        case(lambda x, y, q: linalg.solve_sylvester(x, y, q), DEFINITE, DEFINITE.T, SQUARE),
        case(lambda x, q: linalg.solve_sylvester(x, x, q), DEFINITE, SQUARE),
        case(
            lambda x, y, q: linalg.solve_sylvester(x, y, q),
            DEFINITE,
            DEFINITE[:2, :2],
            TALL[:3, :2],
        ),
    ],
    "linalg.solve": [
        case(lambda x, y: linalg.solve(x, y), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y), DEFINITE, FOURS),
        case(lambda x, y: linalg.solve(0.5 * (x + x.T), y, assume_a="pos"), DEFINITE, THREE),
    ],
    "linalg.cho_solve": [
        case(lambda x, y: linalg.cho_solve(linalg.cho_factor(0.5 * (x + x.T)), y), DEFINITE, THREE),
        case(
            lambda x, y: linalg.cho_solve((linalg.cholesky(0.5 * (x + x.T), lower=True), True), y),
            DEFINITE,
            THREE,
        ),
        case(lambda x: linalg.cholesky(0.5 * (x + x.T)), DEFINITE),
    ],
    "linalg.block_diag": [
        case(lambda x, y: linalg.block_diag(x, y), SQUARE, MATRIX),
        case(lambda x: linalg.block_diag(x, x, x), SQUARE),
        case(lambda x: linalg.block_diag(x, 1.0), SQUARE),
    ],
    "linalg.toeplitz": [
        case(lambda x: linalg.toeplitz(x), VECTOR),
        case(lambda x, y: linalg.toeplitz(x, y), VECTOR, THREE),
        case(lambda x: linalg.circulant(x), VECTOR),
    ],
}
