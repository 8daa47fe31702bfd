"""Cholesky's decomposition, and eigenvectors of symmetric matrices; of stacks of them, too.

Formulas: Murray (2016) for Cholesky; Giles (2008) for eigenvectors.  Where two eigenvalues are
equal, their vectors have no derivative: it is nan or infinite.

Of complex matrices, vectors are determined but for their phase: the derivatives are those of
functions that do not depend on it.  What is said of transposes is meant of adjoints then.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir.types import Array, real_dtype
from adgen.transpiler.primitives.kinds import Explicit
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
      static={"upper": False}, square=(0,), kink="the matrix counts as symmetric",
      formula="f @ (np.tril(s) - np.diag(np.diag(s)) / 2)"
              " where s = np.linalg.solve(f, t) @ np.linalg.inv(f).T")  # fmt: skip

# Eigenvalues of symmetric matrices: A V = V diag(w)


def gaps(w):  # type: ignore[no-untyped-def]
    """1 / (w_j - w_i), and 0 on the diagonal."""
    one = w.identity()
    return (1.0 - one) / (w.row() - w.wide() + one)


def _eigh_jvp(ts, results, a, UPLO, wanted):  # type: ignore[no-untyped-def]
    w, v = results
    inner = v.mH @ symmetric(ts[0]) @ v
    values = diagonal(inner)
    return values, (v @ (gaps(w) * inner) if wanted[1] else None)


def diagonal(x):  # type: ignore[no-untyped-def]
    """The diagonal of each matrix."""
    return np.sum(x * x.identity(), axis=(x.ndim - 1,), keepdims=False)


def _eigh_vjp(gs, results, a, UPLO):  # type: ignore[no-untyped-def]
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


GAPS = "g = 1 / (w - w[:, None]), 0 on its diagonal"
_SYMMETRIC = "the matrix counts as symmetric; nan for vectors of equal eigenvalues"
entry(np.linalg.eigh, Explicit(_eigh_jvp, _eigh_vjp),
      lambda types, attrs: (_values(types, attrs), _matrix(types, attrs)),
      lambda shapes, attrs: (shapes[0][:-1], shapes[0]), static={"UPLO": "L"},
      named=lambda: type(np.linalg.eigh(np.eye(1))), results=("w", "v"), square=(0,),
      formula=f"(np.diag(s), v @ (g * s)) where s = v.T @ t @ v, {GAPS}",
      kink=_SYMMETRIC)  # fmt: skip
entry(np.linalg.eigvalsh,
      Explicit(lambda ts, w, a, UPLO: _eigh_jvp(
                   ts, np.linalg.eigh(a, UPLO=UPLO), a, UPLO, (True, False))[0],
               lambda g, w, a, UPLO: _eigh_vjp((g, None), np.linalg.eigh(a, UPLO=UPLO), a, UPLO)),
      _values, lambda shapes, attrs: (shapes[0][:-1],), static={"UPLO": "L"}, square=(0,),
      formula="np.diag(v.T @ t @ v) where v = np.linalg.eigh(a)[1]",
      kink="the matrix counts as symmetric")  # fmt: skip


def shorter_axis(ones):  # type: ignore[no-untyped-def]
    """Whether the shorter axis of a matrix is known to have length 1."""
    return ones[-2] or ones[-1]


def turns(x):  # type: ignore[no-untyped-def]
    """The imaginary parts of the diagonal, on the diagonal."""
    return 1j * np.imag(x) * x.identity()
