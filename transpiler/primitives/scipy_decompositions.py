"""Decompositions of SciPy; loaded only for programs that have imported it.

Formulas: eigenvalues of A v = w B v by Boeddeker et al., On the computation of complex-valued
gradients with application to statistically optimum beamforming (2017), and of B by Seeger et al.
(2017); LU by de Hoog, Anderssen & Lukas, Differentiation of matrix functionals using triangular
factorization (2011).  Singular values as in ``singular_values.py``.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg as la

from adgen.transpiler.ir.paths import FULL, Index, Slice
from adgen.transpiler.ir.types import Array, real_dtype
from adgen.transpiler.primitives.blocks import (
    above,
    beside,
    first_columns,
    first_rows,
    last_columns,
    last_rows,
    shorter,
)
from adgen.transpiler.primitives.decompositions import GAPS, shorter_axis
from adgen.transpiler.primitives.eigenvalues import FORMULA as OF_EIG
from adgen.transpiler.primitives.eigenvalues import eig_jvp, eig_vjp
from adgen.transpiler.primitives.kinds import Explicit, Refused
from adgen.transpiler.primitives.linalg import entry, float_of, matrices, symmetric
from adgen.transpiler.primitives.singular_values import (
    FORMULA,
    KINK,
    svd_jvp,
    svd_shape,
    svd_types,
    svd_vjp,
)
from adgen.transpiler.primitives.tracer import Tracer, conjugate

entry(la.svd, Explicit(svd_jvp, svd_vjp), svd_types, svd_shape,
      static={"full_matrices": True, "compute_uv": True, "overwrite_a": False,
              "check_finite": True, "lapack_driver": "gesdd"},
      results=("u", "s", "vh"), formula=FORMULA, kink=KINK)  # fmt: skip

# Eigenvalues of symmetric matrices, all or some, also of pairs: A V = B V diag(w), V^H B V = 1


def generalised(a, b, **how):  # type: ignore[no-untyped-def]
    """``scipy.linalg.eigh`` of two matrices, which is an entry of its own."""
    return la.eigh(a, b, **how)


generalised.__name__, generalised.__module__ = la.eigh.__name__, la.eigh.__module__


def _eigh_types(types, attrs):  # type: ignore[no-untyped-def]
    matrices(*types)
    dtype, ones = float_of(*types), types[0].ones
    if len(types) > 1 and any(kind.ndim > 2 for kind in types):
        raise Refused("it takes one matrix of each", "loop over the matrices of a stack")
    kept = ones[-1] if attrs["subset_by_index"] is None else _count(attrs) == 1
    return Array(real_dtype(dtype), (*ones[:-2], kept)), Array(dtype, (*ones[:-1], kept))


def _count(attrs):  # type: ignore[no-untyped-def]
    low, high = attrs["subset_by_index"]
    return high - low + 1


def _eigh_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    count = shapes[0][-1] if attrs["subset_by_index"] is None else None
    return (*shapes[0][:-2], count), (*shapes[0][:-1], count)


def _all_of(results, a, b, lower, subset_by_index, **how):  # type: ignore[no-untyped-def]
    """The values and vectors of all, and 1 where one of them and one of the results is the same."""
    if subset_by_index is None:
        return *results, results[0].identity()
    if b is None:
        w, v = np.linalg.eigh(a, UPLO="L" if lower else "U")
    else:
        w, v = a.call(generalised, b, lower=lower)
    low, high = subset_by_index
    chosen = Index((FULL, Slice(start=True, stop=True)))
    same = w.builder.getitem(w.identity().operand, (chosen,), low, high + 1)
    return w, v, Tracer(w.builder, same)


def _apart(w, others, same):  # type: ignore[no-untyped-def]
    """1 / (w_j - w_i) of the values j and all i, and 0 where they are the same."""
    return (1.0 - same) / (w.row() - others.wide() + same)


def _own(v, moved):  # type: ignore[no-untyped-def]
    """The products of vectors with what a matrix makes of them, each with its own."""
    return np.sum(conjugate(v) * moved, axis=(v.ndim - 2,), keepdims=False)


def _eigh_jvp(ts, results, a, b=None, wanted=(True, True), **how):  # type: ignore[no-untyped-def]
    w, v = results
    moved, stretched = None, None
    if ts[0] is not None:
        moved = symmetric(ts[0]) @ v
    if len(ts) > 1 and ts[1] is not None:
        stretched = symmetric(ts[1]) @ v
        moved = -(stretched * w.row()) if moved is None else moved - stretched * w.row()
    values = _own(v, moved)
    if not wanted[1]:
        return values, None
    others, vectors, same = _all_of(results, a, b, **how)
    turned = vectors @ (_apart(w, others, same) * (vectors.mH @ moved))
    if stretched is not None:  # lengths stay 1
        turned = turned - 0.5 * (v * _own(v, stretched).row())
    return values, turned


def _eigh_vjp(gs, results, a, b=None, **how):  # type: ignore[no-untyped-def]
    w, v = results
    w_bar, v_bar = gs[0], None if gs[1] is None else conjugate(gs[1])
    onto = None if w_bar is None else v * w_bar.row()  # the cotangent of what A makes of v
    if v_bar is not None:
        others, vectors, same = _all_of(results, a, b, **how)
        part = vectors @ (_apart(w, others, same) * (vectors.mH @ v_bar))
        onto = part if onto is None else onto + part
    a_bar = conjugate(symmetric(onto @ v.mH))
    if b is None:
        return (a_bar,)
    inner = -(onto * w.row())
    if v_bar is not None:
        longer = _own(v, v_bar)
        inner = inner - 0.5 * v * (np.real(longer) if longer.is_complex else longer).row()
    return a_bar, conjugate(symmetric(inner @ v.mH))


_HOW = {"lower": True, "driver": None, "subset_by_index": None}
_SYMMETRIC = "the matrix counts as symmetric; nan for vectors of equal eigenvalues"
entry(la.eigh, Explicit(_eigh_jvp, _eigh_vjp), _eigh_types, _eigh_shape, static=_HOW,
      results=("w", "v"), square=(0,), wider=generalised,
      formula=f"(np.diag(s), v @ (g * s)) where s = v.T @ t @ v, {GAPS}",
      kink=_SYMMETRIC)  # fmt: skip
entry(generalised, Explicit(_eigh_jvp, _eigh_vjp), _eigh_types, _eigh_shape, ("a", "b"),
      static=_HOW, results=("w", "v"), square=(0, 1),
      formula="(np.diag(s), v @ (g * s)), (-w * np.diag(s), -v @ (g * s * w) - v * np.diag(s) / 2)"
              f" where s = v.T @ t @ v, {GAPS}", kink=_SYMMETRIC)  # fmt: skip

# Eigenvalues of general matrices, which are complex of real ones, too


def _spectrum(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    dtype = np.result_type(float_of(types[0]), np.complex64)
    return Array(dtype, types[0].ones[:-1]), Array(dtype, types[0].ones)


def _as_operand(found, a):  # type: ignore[no-untyped-def]
    """A cotangent of a real matrix, which is real."""
    return (found if a.is_complex else np.real(found),)


def _eig_vjp(gs, results, a):  # type: ignore[no-untyped-def]
    return _as_operand(eig_vjp(gs, results, a)[0], a)


def _eigvals_jvp(ts, w, a):  # type: ignore[no-untyped-def]
    return eig_jvp(ts, a.call(la.eig), a, (True, False))[0]


def _eigvals_vjp(g, w, a):  # type: ignore[no-untyped-def]
    return _eig_vjp((g, None), a.call(la.eig), a)


entry(la.eig, Explicit(eig_jvp, _eig_vjp), _spectrum,
      lambda shapes, attrs: (shapes[0][:-1], shapes[0]), results=("w", "v"),
      square=(0,), formula=OF_EIG)  # fmt: skip
entry(la.eigvals, Explicit(_eigvals_jvp, _eigvals_vjp),
      lambda types, attrs: _spectrum(types, attrs)[0], lambda shapes, attrs: (shapes[0][:-1],),
      square=(0,), formula="np.diag(np.linalg.inv(v) @ t @ v) where v = linalg.eig(a)[1]",
      kink="nan or LinAlgError where there is no basis of eigenvectors")  # fmt: skip

# LU with rows exchanged: A = P L U, in blocks of as many rows and columns as the shorter axis has


def _lu_types(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    dtype, ones = float_of(types[0]), types[0].ones
    k, n = shorter_axis(ones), ones[-2]
    real = real_dtype(dtype)
    return Array(real, (*ones[:-2], n, n)), Array(dtype, (*ones[:-1], k)), Array(
        dtype, (*ones[:-2], k, ones[-1]))  # fmt: skip


def _lu_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    *stack, n, m = shapes[0]
    k = n if n == m else None
    return (*stack, n, n), (*stack, n, k), (*stack, k, m)


def _lu_jvp(ts, results, a, wanted, **how):  # type: ignore[no-untyped-def]
    p, lower, upper = results
    k, moved = shorter(a), p.mT @ ts[0]
    left, right = first_rows(lower, k), first_columns(upper, k)
    left_inverse, right_inverse = np.linalg.inv(left), np.linalg.inv(right)
    inner = left_inverse @ first_columns(first_rows(moved, k), k) @ right_inverse
    left_slope, right_slope = left @ np.tril(inner, k=-1), np.triu(inner) @ right
    below = first_columns(last_rows(moved, k), k) - last_rows(lower, k) @ right_slope
    after = last_columns(first_rows(moved, k), k) - left_slope @ last_columns(upper, k)
    return (p * 0.0, above(left_slope, below @ right_inverse, lower),
            beside(right_slope, left_inverse @ after, upper))  # fmt: skip


def _lu_vjp(gs, results, a, **how):  # type: ignore[no-untyped-def]
    p, lower, upper = results
    left_bar, right_bar = (x * 0.0 if g is None else conjugate(g)
                           for g, x in zip(gs[1:], (lower, upper), strict=True))  # fmt: skip
    k = shorter(a)
    left, right = first_rows(lower, k), first_columns(upper, k)
    left_inverse, right_inverse = np.linalg.inv(left).mH, np.linalg.inv(right).mH
    below, after = last_rows(left_bar, k) @ right_inverse, left_inverse @ last_columns(right_bar, k)
    left_bar = first_rows(left_bar, k) - after @ last_columns(upper, k).mH
    right_bar = first_columns(right_bar, k) - last_rows(lower, k).mH @ below
    inner = np.tril(left.mH @ left_bar, k=-1) + np.triu(right_bar @ right.mH)
    rows = beside(left_inverse @ inner @ right_inverse, after, first_rows(a, k))
    columns = beside(below, None, last_rows(a, k))
    return (conjugate(p @ above(rows, columns, a)),)


entry(la.lu, Explicit(_lu_jvp, _lu_vjp), _lu_types, _lu_shape,
      static={"overwrite_a": False, "check_finite": True}, results=("p", "l", "u"),
      formula="(0 * p, l @ np.tril(s, -1), np.triu(s) @ u)"
              " where s = np.linalg.inv(l) @ p.T @ t @ np.linalg.inv(u)",
      kink="as if the same rows were exchanged")  # fmt: skip
