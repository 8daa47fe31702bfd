"""Systems of SciPy's linear algebra, and matrices of a form."""

from __future__ import annotations

import inspect

import numpy as np
from scipy import linalg

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    DEFINITE,
    MATRIX,
    SQUARE,
    STACK,
    TALL,
    THREE,
    VECTOR,
    hermitian,
    turned,
)

FOURS = np.array([[0.5, -1.0, 0.3, 2.0], [1.0, 0.2, -0.4, 0.7], [0.1, 0.9, 1.1, -0.3]])
BANDS = np.array([[0.0, 0.5, -0.2], [3.0, 2.5, 4.0], [0.3, -0.4, 0.0]])

FIRST = np.array([3.0, 0.5, 0.2])
UPPER = np.array(
    [[0.0, 0.0, 0.4, -0.2, 0.1], [0.0, 0.5, 0.2, -0.3, 0.1], [3.0, 4.0, 5.0, 4.0, 3.0]]
)
TURNS = np.array([[0.2j], [0.1j], [0.0]])


def _complex(x):
    return hermitian(x) + 9.0 * np.eye(3)


CASES: Table = {
    "linalg.solve_triangular": [
        case(lambda x, y: linalg.solve_triangular(x, y), DEFINITE, THREE),
        case(lambda x, y: linalg.solve_triangular(x, y, lower=True), DEFINITE, FOURS),
        case(lambda x, y: linalg.solve_triangular(x, y, trans="T"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve_triangular(x, y, trans=1, lower=True), DEFINITE, FOURS),
        case(lambda x, y: linalg.solve_triangular(x, y, unit_diagonal=True), DEFINITE, THREE),
        case(lambda x, y: np.abs(linalg.solve_triangular(turned(x), y, trans=2)), DEFINITE, THREE),
    ],
    "linalg.solve_banded": [
        case(lambda x, y: linalg.solve_banded((1, 1), x, y), BANDS, THREE),
        case(lambda x, y: linalg.solve_banded((1, 1), x, y), BANDS, FOURS),
        case(lambda x, y: linalg.solve_banded((0, 1), x, y), BANDS[:2], THREE),
        case(lambda x, y: linalg.solve_banded((2, 0), x, y), BANDS[[1, 0, 2]], THREE),
    ],
    "linalg.solve": [
        case(lambda x, y: linalg.solve(x, y), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y), DEFINITE, FOURS),
        case(lambda x, y: linalg.solve(0.5 * (x + x.T), y, assume_a="pos"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y, assume_a="diagonal"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y, assume_a="tridiagonal"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y, assume_a="upper triangular"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y, assume_a="lower triangular"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y, assume_a="sym"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y, assume_a="her"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y, assume_a="pos"), DEFINITE, THREE),
        case(lambda x, y: linalg.solve(x, y, lower=True, assume_a="symmetric"), DEFINITE, FOURS),
        case(
            lambda x, y: linalg.solve(x, y, lower=True, assume_a="positive definite"),
            DEFINITE,
            THREE,
        ),
        case(lambda x, y: linalg.solve(x, y, transposed=True), DEFINITE, THREE),
        case(lambda x, y: np.abs(linalg.solve(turned(x), y, assume_a="sym")), SQUARE, THREE),
        case(lambda x, y: np.abs(linalg.solve(turned(x), y, assume_a="her")), SQUARE, THREE),
    ],
    "linalg.cho_solve": [
        case(lambda x, y: linalg.cho_solve(linalg.cho_factor(0.5 * (x + x.T)), y), DEFINITE, THREE),
        case(
            lambda x, y: linalg.cho_solve((linalg.cholesky(0.5 * (x + x.T), lower=True), True), y),
            DEFINITE,
            THREE,
        ),
        case(lambda x: linalg.cholesky(0.5 * (x + x.T)), DEFINITE),
        case(
            lambda x, y: np.abs(linalg.cho_solve(linalg.cho_factor(_complex(x)), y)), SQUARE, THREE
        ),
        case(
            lambda x, y: np.abs(linalg.cho_solve(linalg.cho_factor(_complex(x), True), y)),
            SQUARE,
            FOURS,
        ),
    ],
    "linalg.block_diag": [
        case(lambda x, y: linalg.block_diag(x, y), SQUARE, MATRIX),
        case(lambda x: linalg.block_diag(x, x, x), SQUARE),
        case(lambda x: linalg.block_diag(x, 1.0), SQUARE),
    ],
    "linalg.toeplitz": [
        case(lambda x: linalg.toeplitz(x), VECTOR),
        case(lambda x, y: linalg.toeplitz(x, y), VECTOR, THREE),
        case(lambda x: np.abs(linalg.toeplitz(turned(x))), VECTOR),
    ],
    "linalg.circulant": [
        case(lambda x: linalg.circulant(x), VECTOR),
        case(lambda x: linalg.circulant(x) @ x, THREE),
        case(lambda x: np.abs(linalg.circulant(turned(x))), THREE),
    ],
    "linalg.hankel": [
        case(lambda x: linalg.hankel(x), VECTOR),
        case(lambda x, y: linalg.hankel(x, y), VECTOR, THREE),
        case(lambda x: linalg.hankel(x, x), THREE),
    ],
    "linalg.solve_toeplitz": [
        case(lambda x, y: linalg.solve_toeplitz(x, y), FIRST, THREE),
        case(lambda x, y: linalg.solve_toeplitz((x, y), y), FIRST, THREE),
        case(lambda x, y: np.imag(linalg.solve_toeplitz(turned(x), y)), FIRST, FOURS),
    ],
    "linalg.matmul_toeplitz": [
        case(lambda x, y: linalg.matmul_toeplitz((x, y), y), VECTOR, THREE),
        case(lambda x, y: linalg.matmul_toeplitz(x, y), THREE, FOURS),
        case(lambda x: linalg.matmul_toeplitz(x, x), VECTOR),
    ],
    "linalg.khatri_rao": [
        case(lambda x, y: linalg.khatri_rao(x, y), SQUARE, TALL),
        case(lambda x: linalg.khatri_rao(x, x), MATRIX),
        case(lambda x: np.abs(linalg.khatri_rao(turned(x), x)), SQUARE),
    ],
    "linalg.inv": [
        case(lambda x: linalg.inv(x), DEFINITE),
        case(lambda x: linalg.inv(x) @ x[0], DEFINITE),
        case(lambda x: np.abs(linalg.inv(turned(x))), DEFINITE),
    ],
    "linalg.det": [
        case(lambda x: linalg.det(x), SQUARE),
        case(lambda x: linalg.det(x), STACK),
        case(lambda x: np.abs(linalg.det(turned(x))), DEFINITE),
    ],
    "linalg.pinv": [
        case(lambda x: linalg.pinv(x), TALL),
        case(lambda x: linalg.pinv(x, rtol=0.5), MATRIX),
        case(
            lambda x: linalg.pinv(x, return_rank=True)[0] * linalg.pinv(x, return_rank=True)[1],
            TALL,
        ),
    ],
    "linalg.pinvh": [
        case(lambda x: linalg.pinvh(0.5 * (x + x.T)), SQUARE),
        case(lambda x: linalg.pinvh(x, lower=False), DEFINITE),
        case(lambda x: linalg.pinvh(x, rtol=0.5), DEFINITE),
    ],
    "linalg.lstsq": [
        case(lambda x, y: linalg.lstsq(x, y)[0], TALL, FOURS.T),
        case(lambda x, y: linalg.lstsq(x, y)[1], TALL, FOURS.T),
        case(lambda x, y: linalg.lstsq(x, y, cond=0.5)[0] * linalg.lstsq(x, y)[2], MATRIX, SQUARE),
        case(lambda x, y: linalg.lstsq(x, y[:, None])[0][:, 0], TALL, FOURS[0]),
    ],
    "linalg.norm": [
        case(lambda x: linalg.norm(x), MATRIX),
        case(lambda x: linalg.norm(x, "nuc"), MATRIX),
        case(lambda x: linalg.norm(x, 1, axis=0), MATRIX),
    ],
    "linalg.cholesky_banded": [
        case(lambda x: linalg.cholesky_banded(x), UPPER),
        case(lambda x: linalg.cholesky_banded(x, lower=True), UPPER[::-1]),
        case(lambda x: linalg.cholesky_banded(x[2:]), UPPER),
    ],
    "linalg.cho_solve_banded": [
        case(lambda x, y: linalg.cho_solve_banded((x, True), y), UPPER[::-1], VECTOR),
        case(lambda x, y: linalg.cho_solve_banded((x, False), y), UPPER, VECTOR),
        case(
            lambda x, y: linalg.cho_solve_banded((x, False), y),
            UPPER[1:],
            np.eye(5)[:, :2] + VECTOR[:, None],
        ),
    ],
    "linalg.solveh_banded": [
        case(lambda x, y: linalg.solveh_banded(x, y), UPPER, VECTOR),
        case(lambda x, y: linalg.solveh_banded(x, y, lower=True), UPPER[::-1], VECTOR),
        case(
            lambda x, y: linalg.solveh_banded(x, y), UPPER[1:], np.eye(5)[:, :2] + VECTOR[:, None]
        ),
        case(lambda x, y: np.imag(linalg.solveh_banded(x + TURNS * x, y)), UPPER, VECTOR),
    ],
}

if "assume_a" in inspect.signature(linalg.inv).parameters:  # new in SciPy 1.17
    CASES["linalg.inv"] += [
        case(lambda x: linalg.inv(x, assume_a="pos"), DEFINITE),
        case(lambda x: linalg.inv(x, assume_a="sym", lower=True), DEFINITE),
        case(lambda x: linalg.inv(x, assume_a="upper triangular"), DEFINITE),
    ]
