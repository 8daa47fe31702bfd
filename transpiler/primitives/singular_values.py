"""Singular values and vectors: A = U diag(s) V^H.

Formulas: Townsend, Differentiating the singular value decomposition (2016); of complex matrices
Wan & Zhang, Automatic differentiation for complex valued SVD (2019).

With ``full_matrices`` U (or V) has further columns W, which complete a basis.  They are orthogonal
to the others, so ``W^H dU = -dW^H U``; how they turn among themselves is not determined by A, and
is 0 here.  That is the derivative of what does not depend on the basis, like the projection W W^H.
A loss that depends on it has a cotangent for which W^H g is not Hermitian: its gradient is nan.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.types import Array, real_dtype
from adgen.transpiler.primitives.blocks import beside
from adgen.transpiler.primitives.blocks import first_columns as first
from adgen.transpiler.primitives.blocks import last_columns as last
from adgen.transpiler.primitives.decompositions import diagonal, gaps, shorter_axis, turns
from adgen.transpiler.primitives.kinds import Explicit
from adgen.transpiler.primitives.linalg import entry, float_of, matrices
from adgen.transpiler.primitives.tracer import Tracer, conjugate

KINK = "nan for vectors of equal singular values, of singular values 0, and for what depends on \
the choice of the vectors that complete a basis"
FORMULA = (
    "(u @ (g * (p * s + s[:, None] * p.T)) + q @ vh.T / s, np.diag(p),"
    " (vh.T @ (g * (s[:, None] * p + p.T * s)) + r / s).T)"
    " where p = u.T @ t @ vh.T, q = t - u @ u.T @ t, r = t.T @ u - vh.T @ vh @ t.T @ u,"
    " g = 1 / (s * s - (s * s)[:, None]), 0 on its diagonal"
)
_TURNED = 1e-6  # of squares: how much of a cotangent may be rounding
_ZERO = 1e5  # times the precision: a cotangent that may be nothing but rounding


def svd_types(types, attrs):  # type: ignore[no-untyped-def]
    """U, s and V^H, or s alone."""
    matrices(types[0])
    dtype, ones = float_of(types[0]), types[0].ones
    stack, k = ones[:-2], shorter_axis(ones)
    values = Array(real_dtype(dtype), (*stack, k))
    if not attrs["compute_uv"]:
        return values
    left, right = (ones[-2], ones[-1]) if attrs["full_matrices"] else (k, k)
    return Array(dtype, (*stack, ones[-2], left)), values, Array(dtype, (*stack, right, ones[-1]))


def svd_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    """The shapes of U, s and V^H, or of s alone."""
    *stack, n, m = shapes[0]
    k = n if n == m else None
    if not attrs["compute_uv"]:
        return ((*stack, k),)
    left, right = (n, m) if attrs["full_matrices"] else (k, k)
    return (*stack, n, left), (*stack, k), (*stack, right, m)


def thin(results, a, full_matrices, compute_uv):  # type: ignore[no-untyped-def]
    """U, s and V^H without the vectors that complete a basis."""
    if not compute_uv:
        return np.linalg.svd(a, full_matrices=False)
    if not full_matrices:
        return results
    u, s, vh = results
    k = s.shape[-1]
    return first(u, k), s, first(vh.mT, k).mT


def _thin_slopes(t, u, s, vh):  # type: ignore[no-untyped-def]
    """The tangents of U and V."""
    inner, apart = u.mH @ t @ vh.mH, gaps(s * s)
    left = apart * (inner * s.row() + s.wide() * inner.mH)
    if t.is_complex:  # the phases of both vectors turn together: that of `u` is chosen
        left = left + turns(inner) / s.row()
    left = u @ left
    left = left + _across(u, (t @ vh.mH - u @ inner) / s.row())
    right = vh.mH @ (apart * (s.wide() * inner + inner.mH * s.row()))
    return left, right + _across(vh.mT, (t.mH @ u - vh.mH @ inner.mH) / s.row())


def _across(u, part):  # type: ignore[no-untyped-def]
    """What leaves the space of the vectors: nothing but rounding, if they are a whole basis."""
    n, k = u.shape[-2:]
    if not isinstance(n, Tracer) and not isinstance(k, Tracer):
        return part * 0.0
    return np.where(n == k, 0.0, part)


def _thin_cotangent(u_bar, s_bar, v_bar, u, s, vh):  # type: ignore[no-untyped-def]
    total = None if s_bar is None else (u * s_bar.row()) @ vh
    if u_bar is not None:
        onto = u.mH @ u_bar
        turn = gaps(s * s) * onto
        turn = (turn + turn.mH) * s.row()
        if u.is_complex:
            turn = turn + turns(onto) / s.row()
        part = u @ turn @ vh + _across(u, (u_bar - u @ onto) / s.row()) @ vh
        total = part if total is None else total + part
    if v_bar is not None:
        onto = vh @ v_bar
        turn = gaps(s * s) * onto
        part = u @ (s.wide() * (turn + turn.mH)) @ vh
        part = part + u @ _across(vh.mT, (v_bar - vh.mH @ onto) / s.row()).mH
        total = part if total is None else total + part
    return total


def completed(slope, u):  # type: ignore[no-untyped-def]
    """The tangent of all of an orthogonal matrix, from that of its first columns."""
    k = slope.shape[-1]
    return beside(slope, -(first(u, k) @ (slope.mH @ last(u, k))), u)


def of_first(u_bar, u, k):  # type: ignore[no-untyped-def]
    """The cotangent of the first ``k`` columns of an orthogonal matrix, from that of all.

    nan where it depends on how the others turn among themselves.
    """
    more, more_bar = last(u, k), last(u_bar, k)
    onto = more.mH @ more_bar
    turned = _size(onto - onto.mH)
    nothing = float((_ZERO * np.finfo(type_of(u.operand).dtype).eps) ** 2)
    undetermined = turned > _TURNED * _size(more_bar) + nothing
    found = first(u_bar, k) - more @ (more_bar.mH @ first(u, k))
    return found + np.where(undetermined, np.nan, 0.0)


def _size(x):  # type: ignore[no-untyped-def]
    """The sum of the squares of each matrix, with axes of length 1 for rows and columns."""
    squares = np.real(x) * np.real(x) + np.imag(x) * np.imag(x) if x.is_complex else x * x
    return np.sum(squares, axis=(x.ndim - 2, x.ndim - 1), keepdims=True)


def svd_jvp(ts, results, a, full_matrices, compute_uv, wanted=(False, True, False), **how):  # type: ignore[no-untyped-def]
    """The tangents of U, s and V^H, or of s alone."""
    u, s, vh = thin(results, a, full_matrices, compute_uv)
    values = diagonal(u.mH @ ts[0] @ vh.mH)
    if not compute_uv:
        return values
    if not (wanted[0] or wanted[2]):
        return None, values, None
    left, right = _thin_slopes(ts[0], u, s, vh)
    if full_matrices:
        left, right = completed(left, results[0]), completed(right, results[2].mH)
    return left, values, right.mH


def svd_vjp(gs, results, a, full_matrices, compute_uv, **how):  # type: ignore[no-untyped-def]
    """The cotangent of the matrix."""
    u_bar, s_bar, vh_bar = gs if compute_uv else (None, gs, None)
    u, s, vh = thin(results, a, full_matrices, compute_uv)
    u_bar = None if u_bar is None else conjugate(u_bar)
    v_bar = None if vh_bar is None else vh_bar.mT
    if full_matrices and u_bar is not None:
        u_bar = of_first(u_bar, results[0], s.shape[-1])
    if full_matrices and v_bar is not None:
        v_bar = of_first(v_bar, results[2].mH, s.shape[-1])
    return (conjugate(_thin_cotangent(u_bar, s_bar, v_bar, u, s, vh)),)


entry(np.linalg.svd, Explicit(svd_jvp, svd_vjp), svd_types, svd_shape,
      static={"full_matrices": True, "compute_uv": True, "hermitian": False},
      named=lambda: type(np.linalg.svd(np.eye(1))), results=("u", "s", "vh"),
      formula=FORMULA,
      kink=KINK)  # fmt: skip
