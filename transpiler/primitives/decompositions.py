"""Decompositions of matrices and of stacks of matrices.

Formulas: Murray (2016) for Cholesky; Giles (2008) for eigenvectors; Townsend, Differentiating the
singular value decomposition (2016); Seeger et al. (2017) for QR; Golub & Pereyra, The
differentiation of pseudo-inverses (1973).  Where two eigenvalues or singular values are equal,
their vectors have no derivative: it is nan or infinite.

Of complex matrices, vectors are determined but for their phase: the derivatives are those of
functions that do not depend on it.  What is said of transposes is meant of adjoints then.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir.types import Array, Scalar, real_dtype
from adgen.transpiler.primitives.kinds import Explicit, Refused
from adgen.transpiler.primitives.linalg import (
    entry,
    float_of,
    matrices,
    same_shape,
    symmetric,
)
from adgen.transpiler.primitives.tracer import conjugate

# Cholesky: A = L L^T, of which NumPy reads the lower triangle


def _half(x):  # type: ignore[no-untyped-def]
    """The lower triangle with half of the diagonal."""
    return 0.5 * (np.tril(x) + np.tril(x, k=-1))


def _cholesky_jvp(ts, y, a, upper):  # type: ignore[no-untyped-def]
    lower = y.mH if upper else y
    inverse = np.linalg.inv(lower)
    tangent = lower @ _half(inverse @ symmetric(ts[0]) @ inverse.mH)
    return tangent.mH if upper else tangent


def _cholesky_vjp(g, y, a, upper):  # type: ignore[no-untyped-def]
    g = conjugate(g)
    lower, g = (y.mH, g.mH) if upper else (y, g)
    inverse = np.linalg.inv(lower)
    return (conjugate(symmetric(inverse.mH @ _half(lower.mH @ g) @ inverse)),)


def _matrix(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    return Array(float_of(types[0]), types[0].ones)


entry(np.linalg.cholesky, Explicit(_cholesky_jvp, _cholesky_vjp), _matrix, same_shape,
      static={"upper": False}, square=(0,), kink="the matrix counts as symmetric")  # fmt: skip

# Eigenvalues of symmetric matrices: A V = V diag(w)


def gaps(w):  # type: ignore[no-untyped-def]
    """1 / (w_j - w_i), and 0 on the diagonal."""
    one = w.identity()
    return (1.0 - one) / (w.row() - w.wide() + one)


def _eigh_jvp(ts, results, a, UPLO, wanted):  # type: ignore[no-untyped-def]  # noqa: N803
    w, v = results
    inner = v.mH @ symmetric(ts[0]) @ v
    values = diagonal(inner)
    return values, (v @ (gaps(w) * inner) if wanted[1] else None)


def diagonal(x):  # type: ignore[no-untyped-def]
    """The diagonal of each matrix."""
    return np.sum(x * x.identity(), axis=(x.ndim - 1,), keepdims=False)


def _eigh_vjp(gs, results, a, UPLO):  # type: ignore[no-untyped-def]  # noqa: N803
    w, v = results
    inner = None
    if gs[1] is not None:
        inner = v @ (gaps(w) * (v.mH @ conjugate(gs[1]))) @ v.mH
    if gs[0] is not None:
        part = (v * gs[0].row()) @ v.mH
        inner = part if inner is None else part + inner
    return (conjugate(symmetric(inner)),)


def _values(types, attrs):  # type: ignore[no-untyped-def]
    return Array(real_dtype(float_of(types[0])), _matrix(types, attrs).ones[:-1])


_SYMMETRIC = "the matrix counts as symmetric; nan for vectors of equal eigenvalues"
entry(np.linalg.eigh, Explicit(_eigh_jvp, _eigh_vjp),
      lambda types, attrs: (_values(types, attrs), _matrix(types, attrs)),
      lambda shapes, attrs: (shapes[0][:-1], shapes[0]), static={"UPLO": "L"},
      named=lambda: type(np.linalg.eigh(np.eye(1))), results=("w", "v"), square=(0,),
      kink=_SYMMETRIC)  # fmt: skip
entry(np.linalg.eigvalsh,
      Explicit(lambda ts, w, a, UPLO: _eigh_jvp(
                   ts, np.linalg.eigh(a, UPLO=UPLO), a, UPLO, (True, False))[0],
               lambda g, w, a, UPLO: _eigh_vjp((g, None), np.linalg.eigh(a, UPLO=UPLO), a, UPLO)),
      _values, lambda shapes, attrs: (shapes[0][:-1],), static={"UPLO": "L"}, square=(0,),
      kink="the matrix counts as symmetric")  # fmt: skip

# Singular values: A = U diag(s) V^T


def _shorter(ones):  # type: ignore[no-untyped-def]
    """Whether the shorter axis of a matrix is known to have length 1."""
    return ones[-2] or ones[-1]


def _svd_types(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    dtype, ones = float_of(types[0]), types[0].ones
    stack, k = ones[:-2], _shorter(ones)
    values = Array(real_dtype(dtype), (*stack, k))
    if not attrs["compute_uv"]:
        return values
    left, right = (ones[-2], ones[-1]) if attrs["full_matrices"] else (k, k)
    return Array(dtype, (*stack, ones[-2], left)), values, Array(dtype, (*stack, right, ones[-1]))


def _svd_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    *stack, n, m = shapes[0]
    k = n if n == m else None
    if not attrs["compute_uv"]:
        return ((*stack, k),)
    left, right = (n, m) if attrs["full_matrices"] else (k, k)
    return (*stack, n, left), (*stack, k), (*stack, right, m)


def _thin(full_matrices):  # type: ignore[no-untyped-def]
    if full_matrices:
        raise Refused(
            "the vectors that complete a basis have no derivative",
            "write np.linalg.svd(a, full_matrices=False)",
        )


def _only_values(a):  # type: ignore[no-untyped-def]
    return np.linalg.svd(a, full_matrices=False)


def _turns(x):  # type: ignore[no-untyped-def]
    """The imaginary parts of the diagonal, on the diagonal."""
    return 1j * np.imag(x) * x.identity()


def _svd_jvp(ts, results, a, full_matrices, compute_uv, hermitian, wanted=(False, True, False)):  # type: ignore[no-untyped-def]
    if full_matrices and (wanted[0] or wanted[2]):
        _thin(full_matrices)
    u, s, vh = results if compute_uv and not full_matrices else _only_values(a)
    inner = u.mH @ ts[0] @ vh.mH
    values = diagonal(inner)
    if not compute_uv:
        return values
    if not (wanted[0] or wanted[2]):
        return None, values, None
    apart = gaps(s * s)
    left = apart * (inner * s.row() + s.wide() * inner.mH)
    if a.is_complex:  # the phases of both vectors turn together: that of `u` is chosen
        left = left + _turns(inner) / s.row()
    left = u @ left
    left = left + (ts[0] @ vh.mH - u @ inner) / s.row()
    right = vh.mH @ (apart * (s.wide() * inner + inner.mH * s.row()))
    right = right + (ts[0].mH @ u - vh.mH @ inner.mH) / s.row()
    return left, values, right.mH


def _svd_vjp(gs, results, a, full_matrices, compute_uv, hermitian):  # type: ignore[no-untyped-def]
    u_bar, s_bar, vh_bar = gs if compute_uv else (None, gs, None)
    u_bar, vh_bar = (None if g is None else conjugate(g) for g in (u_bar, vh_bar))
    if full_matrices and (u_bar is not None or vh_bar is not None):
        _thin(full_matrices)
    u, s, vh = results if compute_uv and not full_matrices else _only_values(a)
    total = None if s_bar is None else (u * s_bar.row()) @ vh
    if u_bar is not None:
        onto = u.mH @ u_bar
        turn = gaps(s * s) * onto
        turn = (turn + turn.mH) * s.row()
        if a.is_complex:
            turn = turn + _turns(onto) / s.row()
        part = u @ turn @ vh + ((u_bar - u @ onto) / s.row()) @ vh
        total = part if total is None else total + part
    if vh_bar is not None:
        onto = vh @ vh_bar.mH
        turn = gaps(s * s) * onto
        part = u @ (s.wide() * (turn + turn.mH)) @ vh
        part = part + u @ ((vh_bar - onto.mH @ vh) / s.wide())
        total = part if total is None else total + part
    return (conjugate(total),)


entry(np.linalg.svd, Explicit(_svd_jvp, _svd_vjp), _svd_types, _svd_shape,
      static={"full_matrices": True, "compute_uv": True, "hermitian": False},
      named=lambda: type(np.linalg.svd(np.eye(1))), results=("u", "s", "vh"),
      kink="nan for vectors of equal singular values, and of singular values 0")  # fmt: skip

# QR of matrices with at least as many rows as columns


def _qr_types(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    if attrs["mode"] != "reduced":
        raise Refused("the mode is not 'reduced'", "leave the mode out")
    dtype, ones = float_of(types[0]), types[0].ones
    k = _shorter(ones)
    return Array(dtype, (*ones[:-1], k)), Array(dtype, (*ones[:-2], k, ones[-1]))


def _qr_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    *stack, n, m = shapes[0]
    k = n if n == m else None
    return (*stack, n, k), (*stack, k, m)


def _qr_jvp(ts, results, a, mode, wanted):  # type: ignore[no-untyped-def]
    q, r = results
    scaled = ts[0] @ np.linalg.inv(r)
    onto = q.mH @ scaled
    lower = np.tril(onto, k=-1)
    turn = lower - lower.mH
    if a.is_complex:  # the diagonal of R stays real
        turn = turn + _turns(onto)
    return q @ (turn - onto) + scaled, (onto - turn) @ r


def _qr_vjp(gs, results, a, mode):  # type: ignore[no-untyped-def]
    q, r = results
    q_bar, r_bar = (None if g is None else conjugate(g) for g in gs)
    if q_bar is None:
        inner = r @ r_bar.mH
    elif r_bar is None:
        inner = -(q_bar.mH @ q)
    else:
        inner = r @ r_bar.mH - q_bar.mH @ q
    low = np.tril(inner, k=-1)
    turn = np.tril(inner) + low.mH
    total = q @ (turn - _turns(inner) if a.is_complex else turn)
    if q_bar is not None:
        total = q_bar + total
    return (conjugate(total @ np.linalg.inv(r).mH),)


entry(np.linalg.qr, Explicit(_qr_jvp, _qr_vjp), _qr_types, _qr_shape,
      static={"mode": "reduced"}, named=lambda: type(np.linalg.qr(np.eye(1))), results=("q", "r"),
      kink="LinAlgError for more columns than rows")  # fmt: skip

# The pseudo-inverse P and least squares, where the rank stays the same


def _pinv_jvp(ts, p, a, **how):  # type: ignore[no-untyped-def]
    t = ts[0].mH
    pt = p @ p.mH @ t
    tp = t @ p.mH @ p
    return -(p @ ts[0] @ p) + pt - pt @ a @ p + tp - p @ (a @ tp)


def _pinv_vjp(g, p, a, **how):  # type: ignore[no-untyped-def]
    g = conjugate(g)
    one = g.mH @ (p @ p.mH)
    other = (p.mH @ p) @ g.mH
    return (conjugate(-(p.mH @ g @ p.mH) + one - a @ (p @ one) + other - (other @ p) @ a),)


def _turned(types, attrs):  # type: ignore[no-untyped-def]
    kind = _matrix(types, attrs)
    return Array(kind.dtype, (*kind.ones[:-2], kind.ones[-1], kind.ones[-2]))


entry(np.linalg.pinv, Explicit(_pinv_jvp, _pinv_vjp), _turned,
      lambda shapes, attrs: ((*shapes[0][:-2], shapes[0][-1], shapes[0][-2]),),
      static={"rcond": None, "hermitian": False},
      kink="as if the rank stayed the same")  # fmt: skip


def _lstsq_types(types, attrs):  # type: ignore[no-untyped-def]
    a, b = types
    matrices(a)
    if isinstance(b, Scalar) or b.ndim > 2 or a.ndim > 2:
        raise Refused("it takes one matrix, and a vector or matrix", "loop over further axes")
    dtype = float_of(a, b)
    x = Array(dtype, (a.ones[-1], *b.ones[1:]))
    residuals = Array(real_dtype(dtype), (False,))
    values = Array(real_dtype(dtype), (_shorter(a.ones),))
    return x, residuals, Scalar(np.dtype(np.int32)), values


def _lstsq_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    a, b = shapes
    return (a[1], *b[1:]), (None,), (), (None,)


def _column(b):  # type: ignore[no-untyped-def]
    return b.wide() if b.ndim == 1 else b


def _plain(x, like):  # type: ignore[no-untyped-def]
    """A matrix of one column as a vector, where that is what it stands for."""
    return np.sum(x, axis=(1,), keepdims=False) if like.ndim == 1 else x


def _only_solution(others):  # type: ignore[no-untyped-def]
    if any(others):
        raise Refused(
            "only the solution has a derivative", "compute the residuals from it: b - a @ x"
        )


def _lstsq_jvp(ts, results, a, b, rcond, wanted):  # type: ignore[no-untyped-def]
    _only_solution((wanted[1], wanted[3]))
    p, x = np.linalg.pinv(a), _column(results[0])
    total = None
    if ts[1] is not None:
        total = p @ _column(ts[1])
    if ts[0] is not None:
        rest = _column(b) - a @ x
        turned = ts[0].mH @ (p.mH @ x)
        part = p @ (p.mH @ (ts[0].mH @ rest)) - p @ (ts[0] @ x) + turned - p @ (a @ turned)
        total = part if total is None else total + part
    return _plain(total, b), None, None, None


def _lstsq_vjp(gs, results, a, b, rcond):  # type: ignore[no-untyped-def]
    _only_solution((gs[1] is not None, gs[3] is not None))
    p, x, g = np.linalg.pinv(a), _column(results[0]), conjugate(_column(gs[0]))
    right = p.mH @ g
    rest = _column(b) - a @ x
    a_bar = rest @ (p @ right).mH - right @ x.mH + (p.mH @ x) @ (g - p @ (a @ g)).mH
    return conjugate(a_bar), conjugate(_plain(right, b))


entry(np.linalg.lstsq, Explicit(_lstsq_jvp, _lstsq_vjp), _lstsq_types, _lstsq_shape, ("a", "b"),
      static={"rcond": None}, results=("x", "residuals", "rank", "s"),
      kink="as if the rank stayed the same")  # fmt: skip
