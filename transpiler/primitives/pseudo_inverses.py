"""The pseudo-inverse P, where the rank stays the same.

Formulas: Golub & Pereyra, The differentiation of pseudo-inverses (1973), section 4.  They hold
where what is cut off is rounding.  A larger cutoff leaves out singular values that count: then P
is the sum over the others, whose slope has the divided differences of 1 / s and 0 (Noferini, A
formula for the Frechet derivative of a generalized matrix function, 2017).
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.kinds import Explicit
from adgen.transpiler.primitives.linalg import entry, float_of, matrices
from adgen.transpiler.primitives.tracer import conjugate

_ROUNDING = 1e-12  # a relative cutoff below which only rounding is cut off
USUAL = {"rcond": None, "rtol": np._NoValue}  # type: ignore[attr-defined]


def cutoff(rcond, rtol):  # type: ignore[no-untyped-def]
    """The relative cutoff, where it cuts off more than rounding; else None."""
    given = rcond if rtol is np._NoValue else rtol  # type: ignore[attr-defined]
    return None if given is None or given < _ROUNDING else given


def slope(t, p, a, rcond, rtol):  # type: ignore[no-untyped-def]
    """The tangent of P along ``t``."""
    part = cutoff(rcond, rtol)
    if part is not None:
        return _over_largest(t, a, part).mH
    t = t.mH
    pt = p @ p.mH @ t
    tp = t @ p.mH @ p
    return -(p @ t.mH @ p) + pt - pt @ a @ p + tp - p @ (a @ tp)


def cotangent(g, p, a, rcond, rtol):  # type: ignore[no-untyped-def]
    """The gradient of ``Re(vdot(g, P))`` by the matrix."""
    part = cutoff(rcond, rtol)
    if part is not None:
        return _over_largest(g.mH, a, part)
    one = g.mH @ (p @ p.mH)
    other = (p.mH @ p) @ g.mH
    return -(p.mH @ g @ p.mH) + one - a @ (p @ one) + other - (other @ p) @ a


def _over_largest(t, a, part):  # type: ignore[no-untyped-def]
    """The slope of P^H along ``t``, a map that is its own adjoint."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    kept = s > part * _largest(s)
    inverse = np.where(kept, 1.0 / np.where(kept, s, 1.0), 0.0)
    straight, turned = _differences(s, kept, inverse)
    inner = u.mH @ t @ vh.mH
    within = u @ (straight * inner + turned * inner.mH) @ vh
    right, left = t @ vh.mH, u.mH @ t
    squares = inverse * inverse
    across = ((right - u @ inner) * squares.row()) @ vh
    return within + across + u @ (squares.wide() * (left - inner @ vh))


def _largest(s):  # type: ignore[no-untyped-def]
    return np.max(s, axis=(s.ndim - 1,), keepdims=True)


def _differences(s, kept, inverse):  # type: ignore[no-untyped-def]
    """What the elements of U^H dA V, and of its adjoint, are multiplied by."""
    apart = np.logical_xor(kept.wide(), kept.row())
    gap = np.where(apart, np.abs(s.wide() * s.wide() - s.row() * s.row()), 1.0)
    across = s.wide() * inverse.row() + s.row() * inverse.wide()
    mixed = np.where(apart, across / gap, 0.0)
    return np.where(apart, 1.0 / gap, 0.0), mixed - inverse.wide() * inverse.row()


def _types(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    *stack, n, m = types[0].ones
    return Array(float_of(types[0]), (*stack, m, n))


def pinv_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    """The shape of the matrix with rows and columns exchanged."""
    *stack, n, m = shapes[0]
    return ((*stack, m, n),)


entry(np.linalg.pinv,
      Explicit(lambda ts, p, a, **how: slope(ts[0], p, a, **how),
               lambda g, p, a, **how: (conjugate(cotangent(conjugate(g), p, a, **how)),)),
      _types, pinv_shape, static=USUAL, kink="as if the rank stayed the same",
      formula="-f @ t @ f + f @ f.T @ (t.T - t.T @ a @ f)"
              " + (t.T - f @ a @ t.T) @ f.T @ f")  # fmt: skip
