"""Decompositions of SciPy."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    DEFINITE,
    MATRIX,
    SQUARE,
    STACK,
    TALL,
    TENSOR,
    THREE,
    hermitian,
    turned,
)

SIX = np.kron(DEFINITE, np.array([[1.0, 0.4], [-0.3, 2.0]]))

CASES: Table = {
    "linalg.eigh": [
        case(lambda x: linalg.eigh(x + x.T)[0], SQUARE),
        case(lambda x: np.abs(linalg.eigh(x + x.mT, lower=False)[1]), STACK),
        case(lambda x: linalg.eigh(x + x.T, eigvals_only=True, driver="evd"), SQUARE),
        case(lambda x: linalg.eigh(x + x.T, subset_by_index=[1, 2])[1] ** 2, SIX),
        case(lambda x: linalg.eigh(x + x.T, subset_by_index=(1, 3))[0], SIX),
        case(lambda x: np.abs(linalg.eigh(x + x.T, subset_by_index=(1, 1))[1]), SIX),
        case(lambda x: np.abs(linalg.eigh(hermitian(x))[1]), SQUARE),
        case(lambda x: np.abs(linalg.eigh(hermitian(x), subset_by_index=(1, 1))[1]), SQUARE),
        case(lambda x, y: linalg.eigh(x + x.T, y + y.T)[0], SQUARE, DEFINITE),
        case(lambda x, y: np.abs(linalg.eigh(x + x.T, y + y.T)[1]), SQUARE, DEFINITE),
        case(
            lambda x, y: linalg.eigh(x + x.T, y + y.T, subset_by_index=(0, 1))[1] ** 2,
            SQUARE,
            DEFINITE,
        ),
        case(lambda y: np.abs(linalg.eigh(SQUARE + SQUARE.T, y + y.T, lower=False)[1]), DEFINITE),
        case(
            lambda x, y: np.abs(linalg.eigh(hermitian(x), hermitian(y) + 9 * np.eye(3))[1]),
            SQUARE,
            DEFINITE,
        ),
    ],
    "linalg.eigvalsh": [
        case(lambda x: linalg.eigvalsh(x + x.T), SQUARE),
        case(lambda x, y: linalg.eigvalsh(x + x.T, y + y.T), SQUARE, DEFINITE),
        case(lambda x: linalg.eigvalsh(x + x.T, subset_by_index=(0, 1)), SIX),
    ],
    # SciPy's eigenvalues are complex, of real matrices, too.
    "linalg.eigvals": [
        case(lambda x: np.real(linalg.eigvals(x)), SQUARE),
        case(lambda x: np.abs(linalg.eigvals(x)), SIX),
        case(lambda x: np.imag(linalg.eigvals(turned(x))), DEFINITE),
    ],
    "linalg.eig": [
        case(lambda x: np.abs(linalg.eig(x + 0j)[1]), SQUARE),
        case(lambda x: np.real(linalg.eig(turned(x))[0]), DEFINITE),
        case(lambda x: np.abs(linalg.eig(x, right=False)), SQUARE),
    ],
    "linalg.svd": [
        case(lambda x: linalg.svd(x)[1], TALL),
        case(lambda x: np.abs(linalg.svd(x, full_matrices=False)[0]), TALL),
        case(lambda x: linalg.svd(x, compute_uv=False), MATRIX),
        case(lambda x: linalg.svd(x)[2][:3] ** 2, MATRIX),
        case(lambda x: np.abs(linalg.svd(x, lapack_driver="gesvd")[2]), SQUARE),
    ],
    "linalg.svdvals": [
        case(lambda x: linalg.svdvals(x), MATRIX),
        case(lambda x: linalg.svdvals(x), TALL),
        case(lambda x: linalg.svdvals(turned(x)), SQUARE),
    ],
    "linalg.qr": [
        case(lambda x: linalg.qr(x)[1], TALL),
        case(lambda x: linalg.qr(x, mode="economic")[0], TALL),
        case(lambda x: linalg.qr(x, mode="r")[0], TALL),
        case(lambda x: linalg.qr(x)[1], MATRIX),
        case(lambda x: linalg.qr(x)[0][:, :3], TALL),
    ],
    "linalg.lu": [
        case(lambda x: linalg.lu(x)[1], SQUARE),
        case(lambda x: linalg.lu(x)[2], SQUARE),
        case(lambda x: linalg.lu(x)[1], TALL),
        case(lambda x: linalg.lu(x)[2], TALL),
        case(lambda x: linalg.lu(x)[1], MATRIX),
        case(lambda x: linalg.lu(x)[2], TENSOR),
        case(lambda x: linalg.lu(x, permute_l=True)[0], TALL),
        case(lambda x: linalg.lu(x, p_indices=True)[0] * linalg.lu(x)[1][:, 0], TALL),
        case(lambda x: np.abs(linalg.lu(turned(x))[1]), TALL),
        case(lambda x: np.imag(linalg.lu(turned(x))[2]), MATRIX),
    ],
    "linalg.lu_factor": [
        case(lambda x: linalg.lu_factor(x)[0], SQUARE),
        case(lambda x: linalg.lu_factor(x)[0], TALL),
        case(lambda x: linalg.lu_factor(x)[0], MATRIX),
        case(lambda x: linalg.lu_factor(x)[1] * x[0], SQUARE),
    ],
    "linalg.lu_solve": [
        case(lambda x, y: linalg.lu_solve(linalg.lu_factor(x), y), SQUARE, THREE),
        case(lambda x, y: linalg.lu_solve(linalg.lu_factor(x), y, trans=1), SQUARE, MATRIX),
        case(
            lambda x, y: np.abs(linalg.lu_solve(linalg.lu_factor(turned(x)), y, trans=2)),
            SQUARE,
            THREE,
        ),
    ],
    "linalg.polar": [
        case(lambda x: linalg.polar(x)[0], TALL),
        case(lambda x: linalg.polar(x)[1], MATRIX),
        case(lambda x: linalg.polar(x, "left")[1], SQUARE),
    ],
}
