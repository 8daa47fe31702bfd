"""Decompositions of SciPy in all their modes; loaded only for programs that use SciPy."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import defines, of_table, refuse


@defines(linalg.eigh)
def eigh(
    a, b=None, *, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, type=1,
    check_finite=True, subset_by_index=None, subset_by_value=None, driver=None,
):  # fmt: skip
    if subset_by_value is not None:
        refuse("how many eigenvalues lie in an interval depends on the numbers",
               "pick them: `w[(low < w) & (w <= high)]`")  # fmt: skip
    if type != 1:
        refuse("`eigh` of another type",
               "write `linalg.eigh(a, inv(b))`, whose vectors are `b @ v` of type 2")  # fmt: skip
    part = None if subset_by_index is None else tuple(subset_by_index)
    if b is None:
        w, v = of_table(linalg.eigh, a, lower=lower, driver=driver, subset_by_index=part)
    else:
        w, v = of_table(linalg.eigh, a, b, lower=lower, driver=driver, subset_by_index=part)
    return w if eigvals_only else (w, v)


@defines(linalg.eigvalsh)
def eigvalsh(
    a, b=None, *, lower=True, overwrite_a=False, overwrite_b=False, type=1, check_finite=True,
    subset_by_index=None, subset_by_value=None, driver=None,
):  # fmt: skip
    return linalg.eigh(
        a, b, lower=lower, eigvals_only=True, type=type, subset_by_index=subset_by_index,
        subset_by_value=subset_by_value, driver=driver,
    )  # fmt: skip


@defines(linalg.eig)
def eig(a, b=None, left=False, right=True, overwrite_a=False, overwrite_b=False,
        check_finite=True, homogeneous_eigvals=False):  # fmt: skip
    if b is not None or left or homogeneous_eigvals:
        refuse("`eig` of two matrices, or with left vectors",
               "solve first: `np.linalg.solve(b, a)`; left vectors are `inv(v)`")  # fmt: skip
    if not right:
        return linalg.eigvals(a)
    if not np.iscomplexobj(a):
        refuse("whether its vectors are complex depends on the numbers of a real matrix",
               "make the matrix complex: a + 0j")  # fmt: skip
    return of_table(linalg.eig, a)


@defines(linalg.eigvals)
def eigvals(a, b=None, overwrite_a=False, check_finite=True, homogeneous_eigvals=False):
    if b is not None or homogeneous_eigvals:
        refuse("`eigvals` of two matrices", "solve first: `np.linalg.solve(b, a)`")
    return of_table(linalg.eigvals, a)


@defines(linalg.svdvals)
def svdvals(a, overwrite_a=False, check_finite=True):
    return np.linalg.svd(a, compute_uv=False)


@defines(linalg.qr)
def qr(a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True):
    if pivoting:
        refuse("which columns are exchanged depends on the numbers",
               "exchange them before: `q, r = linalg.qr(a[:, order])`")  # fmt: skip
    if mode == "raw":
        refuse("the reflections of a QR decomposition", "take Q and R: `linalg.qr(a)`")
    q, r = np.linalg.qr(a, mode="reduced" if mode == "economic" else "complete")
    return (r,) if mode == "r" else (q, r)


@defines(linalg.lu)
def lu(a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False):
    p, lower, upper = of_table(linalg.lu, a)
    if permute_l:
        return p @ lower, upper
    return (np.argmax(p, axis=-1).astype(np.int32) if p_indices else p), lower, upper


@defines(linalg.lu_factor)
def lu_factor(a, overwrite_a=False, check_finite=True):
    a = np.asarray(a)
    if a.ndim != 2:
        refuse("`lu_factor` of more than one matrix", "loop over the matrices of a stack")
    p, lower, upper = of_table(linalg.lu, a)
    count = upper.shape[0]
    both = np.zeros(a.shape, upper.dtype)
    both[:, :count] = np.tril(lower, -1)
    both[:count] += upper
    return both, _exchanges(np.argmax(p, axis=0), count)


def _exchanges(order, count):
    """Which row each of the first ones is exchanged with, one after the other, for that order."""
    rows = np.arange(order.shape[0])
    found = np.empty(count, np.int32)
    for i in range(count):
        for j in range(i, order.shape[0]):
            if rows[j] == order[i]:
                found[i] = j
                rows[j] = rows[i]
                rows[i] = order[i]
                break
    return found


def _order(exchanges, count):
    """The rows in the order that exchanges one after the other bring them into."""
    rows = np.arange(count)
    for i in range(exchanges.shape[0]):
        other = rows[exchanges[i]]
        rows[exchanges[i]] = rows[i]
        rows[i] = other
    return rows


@defines(linalg.lu_solve)
def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    both, exchanges = lu_and_piv
    both, b = np.asarray(both), np.asarray(b)
    order = _order(np.asarray(exchanges), both.shape[0])
    if trans == 0:
        half = linalg.solve_triangular(both, b[order], lower=True, unit_diagonal=True)
        return linalg.solve_triangular(both, half)
    both = conjugated(both) if trans == 2 else both
    half = linalg.solve_triangular(both, b, trans=1)
    x = linalg.solve_triangular(both, half, trans=1, lower=True, unit_diagonal=True)
    return x[np.argsort(order)]


@defines(linalg.polar)
def polar(a, side="right"):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    if side == "right":
        return u @ vh, (conjugated(vh.mT) * s[..., None, :]) @ vh
    return u @ vh, (u * s[..., None, :]) @ conjugated(u.mT)


@defines(linalg.schur)
def schur(a, output="real", lwork=None, overwrite_a=False, sort=None, check_finite=True):
    refuse("a Schur decomposition, whose vectors depend on an order of the eigenvalues",
           "use `np.linalg.eigh`, or `np.linalg.eig(a + 0j)`")  # fmt: skip


@defines(linalg.null_space)
def null_space(A, rcond=None, *, overwrite_a=False, check_finite=True, lapack_driver="gesdd"):
    refuse("how many vectors a basis has depends on the numbers",
           "project: `x - np.linalg.pinv(A) @ (A @ x)`")  # fmt: skip


@defines(linalg.orth)
def orth(A, rcond=None):
    refuse("how many vectors a basis has depends on the numbers",
           "project: `A @ (np.linalg.pinv(A) @ x)`")  # fmt: skip
