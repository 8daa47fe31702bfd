"""Linear algebra of SciPy."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    DEFINITE,
    MATRIX,
    SQUARE,
    TALL,
    THREE,
    VECTOR,
)

FOURS = np.array([[0.5, -1.0, 0.3, 2.0], [1.0, 0.2, -0.4, 0.7], [0.1, 0.9, 1.1, -0.3]])
BANDS = np.array([[0.0, 0.5, -0.2], [3.0, 2.5, 4.0], [0.3, -0.4, 0.0]])

CASES: Table = {
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
        case(lambda x: np.abs(linalg.toeplitz(x + 1j * x[::-1])), VECTOR),
        case(lambda x: linalg.circulant(x), VECTOR),
    ],
}
