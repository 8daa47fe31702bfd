"""Decompositions of single matrices and of stacks of them: vectors, values, factors."""

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
    hermitian,
    turned,
)


def _projection(w):
    """What does not depend on which basis of a space the columns are."""
    return w @ np.conj(w.mT)


CASES: Table = {
    "np.linalg.cholesky": [
        case(lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)), SQUARE),
        case(lambda x: np.linalg.cholesky(x @ x.mT + np.eye(3)), STACK),
        case(lambda x: np.linalg.cholesky(0.5 * (x + x.T)), DEFINITE),
        case(lambda x: np.linalg.cholesky(0.5 * (x + x.T), upper=True), DEFINITE),
        case(lambda x: np.linalg.cholesky(0.5 * (x + x.mT), upper=True), DEFINITES),
        case(lambda x: np.abs(np.linalg.cholesky(hermitian(x) + 9 * np.eye(3))), SQUARE),
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
        case(lambda x: np.abs(np.linalg.eigh(x + x.mT, "U")[1]), STACK),
        case(lambda x: np.abs(np.linalg.eigh(hermitian(x)).eigenvectors), SQUARE),
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
        case(lambda x: np.abs(np.linalg.svd(x)[0][:, :3]), TALL),
        case(lambda x: np.linalg.svd(x)[2][:, :3] ** 2, TENSOR),
        case(lambda x: _projection(np.linalg.svd(x).U[:, 3:]), TALL),
        case(lambda x: _projection(np.linalg.svd(x).Vh[..., 3:, :].mT), TENSOR),
        case(lambda x: np.abs(_projection(np.linalg.svd(turned(x)).U[:, 3:])), TALL),
        case(lambda x: np.abs(np.linalg.svd(turned(x)).Vh), SQUARE),
        case(lambda x: np.linalg.svd(x + x.T, hermitian=True)[1], SQUARE),
        case(lambda x: np.abs(np.linalg.svd(x + x.mT, hermitian=True).U), STACK),
        case(lambda x: np.linalg.svd(x + x.T, compute_uv=False, hermitian=True), SQUARE),
        case(lambda x: np.linalg.svd(hermitian(x), hermitian=True)[1], SQUARE),
    ],
    "np.linalg.svdvals": [
        case(lambda x: np.linalg.svdvals(x), MATRIX),
        case(lambda x: np.linalg.svdvals(x), STACK),
        case(lambda x: np.linalg.svdvals(turned(x)), TALL),
    ],
    "np.linalg.qr": [
        case(lambda x: np.abs(np.linalg.qr(x)[0]), TALL),
        case(lambda x: np.abs(np.linalg.qr(x).R), SQUARE),
        case(lambda x: np.abs(np.linalg.qr(x)[1]), STACK),
        case(lambda x: np.linalg.qr(x)[1], MATRIX),
        case(lambda x: np.linalg.qr(x).Q, TENSOR),
        case(lambda x: np.linalg.qr(x[:1])[1], MATRIX),
        case(lambda x: np.linalg.qr(x, mode="r"), TALL),
        case(lambda x: np.linalg.qr(x, mode="r"), TENSOR),
        case(lambda x: np.linalg.qr(x, mode="complete")[1], TALL),
        case(lambda x: np.linalg.qr(x, mode="complete")[0], MATRIX),
        case(lambda x: np.linalg.qr(x, "complete")[0][:, :3], TALL),
        case(lambda x: _projection(np.linalg.qr(x, "complete").Q[..., 3:]), TENSOR.mT.copy()),
        case(lambda x: np.abs(np.linalg.qr(turned(x))[1]), MATRIX),
        case(lambda x: np.imag(np.linalg.qr(turned(x), "complete")[0][:, :3]), TALL),
    ],
}
