"""Least squares: x = P b, where P is the pseudo-inverse of A.

Formulas: Golub & Pereyra (1973), as for P, which is multiplied out where its rank is that of A.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.paths import Index, Slice
from adgen.transpiler.ir.types import Array, Scalar, real_dtype
from adgen.transpiler.primitives import pseudo_inverses as inverses
from adgen.transpiler.primitives.decompositions import shorter_axis
from adgen.transpiler.primitives.kinds import Explicit, Refused
from adgen.transpiler.primitives.linalg import entry, float_of, matrices
from adgen.transpiler.primitives.tracer import Tracer, conjugate

_FIRST = (Index((Slice(stop=True),)),)


def _types(types, attrs):  # type: ignore[no-untyped-def]
    a, b = types
    matrices(a)
    if isinstance(b, Scalar) or b.ndim > 2 or a.ndim > 2:
        raise Refused("it takes one matrix, and a vector or matrix", "loop over further axes")
    dtype = float_of(a, b)
    x = Array(dtype, (a.ones[-1], *b.ones[1:]))
    residuals = Array(real_dtype(dtype), (False,))
    values = Array(real_dtype(dtype), (shorter_axis(a.ones),))
    return x, residuals, Scalar(np.dtype(np.int32)), values


def _shape(shapes, attrs):  # type: ignore[no-untyped-def]
    a, b = shapes
    return (a[1], *b[1:]), (None,), (), (None,)


def _column(b):  # type: ignore[no-untyped-def]
    return b.wide() if b.ndim == 1 else b


def _plain(x, like):  # type: ignore[no-untyped-def]
    """A matrix of one column as a vector, where that is what it stands for."""
    return np.sum(x, axis=(1,), keepdims=False) if like.ndim == 1 else x


def _how(rcond, x):  # type: ignore[no-untyped-def]
    """The cutoff of ``lstsq`` as ``pinv`` has it."""
    if rcond is None:
        return {"rcond": None, "rtol": None}
    return {**inverses.USUAL, "rcond": rcond if rcond >= 0 else float(np.finfo(float).eps)}


def _inverse(a, how):  # type: ignore[no-untyped-def]
    if type_of(a.operand).dtype.kind in "biu":  # which have no precision to cut off by
        a = a * 1.0
    return a.call(np.linalg.pinv, **how)


def _times(x, y):  # type: ignore[no-untyped-def]
    """The real part of the product of each number and the conjugate of another."""
    return np.real(x * conjugate(y)) if x.is_complex or y.is_complex else x * y


def _jvp(ts, results, a, b, rcond, wanted):  # type: ignore[no-untyped-def]
    how, x, t = _how(rcond, a), _column(results[0]), ts[0]
    rest, found = _column(b) - a @ x, [None, None, None, None]
    right = None if ts[1] is None else _column(ts[1])
    if wanted[0]:
        p = _inverse(a, how)
        total = None if right is None else p @ right
        if t is not None:
            part = _solution_slope(t, a, b, x, rest, p, how)
            total = part if total is None else total + part
        found[0] = _plain(total, b)
    if wanted[1]:
        moved = _sum(right, None if t is None else -(t @ x))
        slopes = 2.0 * np.sum(_times(moved, rest), axis=(0,), keepdims=False)
        found[1] = _first(slopes, results[1].shape[0])
    if wanted[3] and t is not None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        found[3] = np.sum(_times(t @ vh.mH, u), axis=(0,), keepdims=False)
    elif wanted[3]:
        found[3] = results[3] * 0.0
    return tuple(found)


def _solution_slope(t, a, b, x, rest, p, how):  # type: ignore[no-untyped-def]
    if inverses.cutoff(**how) is not None:
        return inverses.slope(t, p, a, **how) @ _column(b)
    turned = t.mH @ (p.mH @ x)
    return p @ (p.mH @ (t.mH @ rest)) - p @ (t @ x) + turned - p @ (a @ turned)


def _sum(x, y):  # type: ignore[no-untyped-def]
    return x if y is None else y if x is None else x + y


def _first(x, count):  # type: ignore[no-untyped-def]
    """As many as there are residuals: none where the rank is not full."""
    stop = count.operand if isinstance(count, Tracer) else count
    return Tracer(x.builder, x.builder.getitem(x.operand, _FIRST, stop))


def _for_each(g, x):  # type: ignore[no-untyped-def]
    """The cotangents of the residuals, or zeros where there are none, for each column."""
    builder, count = g.builder, g.shape[0]
    zeros = np.sum(_times(x, x) * 0.0, axis=(0,), keepdims=False)
    stop = count.operand if isinstance(count, Tracer) else count
    return Tracer(builder, builder.setitem(zeros.operand, g.operand, _FIRST, stop)).row()


def _vjp(gs, results, a, b, rcond):  # type: ignore[no-untyped-def]
    how, x = _how(rcond, a), _column(results[0])
    rest, a_bar, b_bar = _column(b) - a @ x, None, None
    if gs[0] is not None:
        a_bar, b_bar = _of_solution(conjugate(_column(gs[0])), a, b, x, rest, how)
    if gs[1] is not None:
        right = 2.0 * rest * _for_each(gs[1], rest)
        a_bar, b_bar = _sum(-(right @ x.mH), a_bar), _sum(right, b_bar)
    if gs[3] is not None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        a_bar = _sum((u * gs[3].row()) @ vh, a_bar)
    return conjugate(a_bar), None if b_bar is None else conjugate(_plain(b_bar, b))


def _of_solution(g, a, b, x, rest, how):  # type: ignore[no-untyped-def]
    """The cotangents of both operands, for that of the solution."""
    p = _inverse(a, how)
    right = p.mH @ g
    if inverses.cutoff(**how) is not None:
        return inverses.cotangent(g @ _column(b).mH, p, a, **how), right
    return rest @ (p @ right).mH - right @ x.mH + (p.mH @ x) @ (g - p @ (a @ g)).mH, right


entry(np.linalg.lstsq, Explicit(_jvp, _vjp), _types, _shape, ("a", "b"),
      static={"rcond": None}, results=("x", "residuals", "rank", "s"),
      formula="(p @ (p.T @ t.T @ r - t @ x) + k - p @ a @ k,"
              " -2 * np.sum(r * (t @ x), axis=0), 0, np.diag(w[0].T @ t @ w[2].T)),"
              " (p @ t, 2 * np.sum(r * t, axis=0), 0, 0)"
              " where p = np.linalg.pinv(a), k = t.T @ p.T @ x, r = b - a @ x,"
              " w = np.linalg.svd(a, full_matrices=False)",
      kink="as if the rank stayed the same")  # fmt: skip
