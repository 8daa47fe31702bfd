"""Decompositions, pseudo-inverses and ranks, of matrices that may be said to be Hermitian."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import defines, of_table, refuse

_SINGLE, _DOUBLE = float(np.finfo(np.float32).eps), float(np.finfo(np.float64).eps)
SVDResult = type(np.linalg.svd(np.eye(1)))


def mirrored(a, lower=True):
    """The Hermitian matrix that one triangle says."""
    half, other = (np.tril(a), np.tril(a, -1)) if lower else (np.triu(a), np.triu(a, 1))
    return half + conjugated(np.swapaxes(other, -1, -2))


@defines(np.linalg.svd)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    if not hermitian:
        return of_table(np.linalg.svd, a, full_matrices=full_matrices, compute_uv=compute_uv)
    if not compute_uv:
        s = np.abs(np.linalg.eigvalsh(a))
        return np.take_along_axis(s, np.argsort(s, axis=-1)[..., ::-1], -1)
    w, v = np.linalg.eigh(a)
    order = np.argsort(np.abs(w), axis=-1)[..., ::-1]
    w = np.take_along_axis(w, order, -1)
    u = np.take_along_axis(v, order[..., None, :], -1)
    right = u * np.sign(w)[..., None, :]
    return SVDResult(u, np.abs(w), conjugated(np.swapaxes(right, -1, -2)))


@defines(np.linalg.qr)
def qr(a, mode="reduced"):
    if mode == "raw":
        refuse("the reflections of a QR decomposition", "take Q and R: `np.linalg.qr(a)`")
    if mode == "r":
        return of_table(np.linalg.qr, a).R
    return of_table(np.linalg.qr, a, mode=mode)


@defines(np.linalg.pinv)
def pinv(a, rcond=None, hermitian=False, *, rtol=np._NoValue):
    a = mirrored(np.asarray(a)) if hermitian else a
    return of_table(np.linalg.pinv, a, rcond=rcond, rtol=rtol)


@defines(np.linalg.matrix_rank)
def matrix_rank(A, tol=None, hermitian=False, *, rtol=None):
    A = np.asarray(A)
    if A.ndim < 2:
        return int(np.any(A != 0))
    s = np.linalg.svd(A, compute_uv=False, hermitian=hermitian)
    if tol is None:
        usual = _SINGLE if s.dtype == np.float32 else _DOUBLE
        part = max(A.shape[-2], A.shape[-1]) * usual if rtol is None else rtol
        largest = np.max(s, axis=-1, keepdims=True, initial=0)
        return np.count_nonzero(s > largest * _row(part), axis=-1)
    return np.count_nonzero(s > _row(tol), axis=-1)


def _row(tolerance):
    """A number, or one for each matrix of a stack."""
    return tolerance if np.ndim(tolerance) == 0 else np.asarray(tolerance)[..., None]
