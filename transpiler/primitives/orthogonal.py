"""Orthogonal and triangular factors: A = Q R.

Formulas: Seeger et al. (2017); for more columns than rows Roberts & Roberts, QR and LQ
decomposition matrix backpropagation algorithms for square, wide, and deep matrices (2020): the
first columns say what Q is, and ``R = Q^H A`` the rest.  What ``mode="complete"`` adds to Q
completes a basis, of which ``singular_values.py`` says what holds.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.blocks import above, beside, first_rows, shorter
from adgen.transpiler.primitives.blocks import first_columns as first
from adgen.transpiler.primitives.blocks import last_columns as last
from adgen.transpiler.primitives.decompositions import shorter_axis, turns
from adgen.transpiler.primitives.kinds import Explicit, Refused
from adgen.transpiler.primitives.linalg import entry, float_of, matrices
from adgen.transpiler.primitives.singular_values import completed, of_first
from adgen.transpiler.primitives.tracer import conjugate


def _types(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    if attrs["mode"] not in ("reduced", "complete"):
        raise Refused(f"{attrs['mode']!r} is no mode", 'use "reduced", "complete" or "r"')
    dtype, ones = float_of(types[0]), types[0].ones
    k = ones[-2] if attrs["mode"] == "complete" else shorter_axis(ones)
    return Array(dtype, (*ones[:-1], k)), Array(dtype, (*ones[:-2], k, ones[-1]))


def _shape(shapes, attrs):  # type: ignore[no-untyped-def]
    *stack, n, m = shapes[0]
    k = n if n == m or attrs["mode"] == "complete" else None
    return (*stack, n, k), (*stack, k, m)


def _thin_slopes(t, q, inverse):  # type: ignore[no-untyped-def]
    """The tangent of Q, and that of R times the inverse of R, of no more columns than rows."""
    scaled = t @ inverse
    onto = q.mH @ scaled
    lower = np.tril(onto, k=-1)
    turn = lower - lower.mH
    if t.is_complex:  # the diagonal of R stays real
        turn = turn + turns(onto)
    return q @ (turn - onto) + scaled, onto - turn


def _jvp(ts, results, a, mode, wanted):  # type: ignore[no-untyped-def]
    k = shorter(a)
    q, r = first(results[0], k), first_rows(results[1], k)
    corner = first(r, k)
    slope, upper = _thin_slopes(first(ts[0], k), q, np.linalg.inv(corner))
    rest = slope.mH @ last(a, k) + q.mH @ last(ts[0], k)
    r_slope = beside(upper @ corner, rest, r)
    if mode == "reduced":
        return slope, r_slope
    return completed(slope, results[0]), above(r_slope, None, results[1])


def _thin_cotangent(q_bar, r_bar, q, r):  # type: ignore[no-untyped-def]
    if q_bar is None:
        inner = r @ r_bar.mH
    elif r_bar is None:
        inner = -(q_bar.mH @ q)
    else:
        inner = r @ r_bar.mH - q_bar.mH @ q
    low = np.tril(inner, k=-1)
    turn = np.tril(inner) + low.mH
    total = q @ (turn - turns(inner) if q.is_complex else turn)
    if q_bar is not None:
        total = q_bar + total
    return total @ np.linalg.inv(r).mH


def _vjp(gs, results, a, mode):  # type: ignore[no-untyped-def]
    k = shorter(a)
    q, r = first(results[0], k), first_rows(results[1], k)
    q_bar, r_bar = (None if g is None else conjugate(g) for g in gs)
    if q_bar is not None and mode == "complete":
        q_bar = of_first(q_bar, results[0], k)
    corner_bar = rest_bar = None
    if r_bar is not None:
        r_bar = first_rows(r_bar, k)
        corner_bar, rest = first(r_bar, k), last(r_bar, k)
        rest_bar = q @ rest
        moved = last(a, k) @ rest.mH
        q_bar = moved if q_bar is None else q_bar + moved
    return (conjugate(beside(_thin_cotangent(q_bar, corner_bar, q, first(r, k)), rest_bar, a)),)


entry(np.linalg.qr, Explicit(_jvp, _vjp), _types, _shape,
      static={"mode": "reduced"}, named=lambda: type(np.linalg.qr(np.eye(1))), results=("q", "r"),
      formula="(p - q @ s + q @ (k - k.T), (s - k + k.T) @ r)"
              " where p = t @ np.linalg.inv(r), s = q.T @ p, k = np.tril(s, -1)",
      kink="as if the rank were full; nan for what depends on the choice of the vectors that "
           "complete a basis")  # fmt: skip
