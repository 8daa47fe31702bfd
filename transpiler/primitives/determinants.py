"""The derivative of a determinant: its cofactors, at singular matrices too.

``C = det(A) inv(A)^T`` is the short way to them.  Where a pivot is 0 there is no inverse, and the
cofactors are those of the singular values: with ``A = U diag(s) V^H``

    C = det(U V^H) conj(U) diag(p) V^T               p[i]    the product of all s but s[i]
    C'[T] = det(U V^H) conj(U) (diag(P e) - (P * E)^T) V^T
            E = U^H T V, e its diagonal              P[i, j] the product of all but s[i] and s[j]

in which nothing is divided that might be 0: near a singular matrix the derivative of the quotient
would have no right digit.  What is more than a second derivative is that of the quotient.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.primitives.builder import type_of
from adgen.transpiler.primitives.custom import STOP
from adgen.transpiler.primitives.own_derivatives import with_derivative
from adgen.transpiler.primitives.tracer import Tracer, conjugate


def trace(x, y):  # type: ignore[no-untyped-def]
    """The sum of the products of the elements, matrix by matrix."""
    return np.sum(x * y, axis=(x.ndim - 2, x.ndim - 1), keepdims=False)


def cofactors(a, d):  # type: ignore[no-untyped-def]
    """The derivative of ``d``, the determinant of ``a`` or of each matrix of a stack."""
    b, stopped, known = a.builder, a.call(STOP), d.call(STOP)
    is_singular = known == 0
    if d.ndim:
        is_singular = np.any(is_singular, axis=tuple(range(d.ndim)), keepdims=False)
    arms = []
    for arm in (lambda x, _: _of_singular_values(x), lambda x, d: d.wide(2) * np.linalg.inv(x).mT):
        inner = b.inner()
        found = arm(Tracer(inner, stopped.operand), Tracer(inner, known.operand))
        arms.append(inner.block((), (found.operand,)))
    kind = type_of(arms[0].yields[0])
    (value,) = b.region(core.IF, (is_singular.operand,), arms, [kind], ["cofactors"])
    return with_derivative("cofactors", Tracer(b, value), (a,), (_slope,))


def _of_singular_values(a):  # type: ignore[no-untyped-def]
    u, s, vh = np.linalg.svd(a)
    zeros, safe = np.where(s == 0, 1.0, 0.0), np.where(s == 0, 1.0, s)
    over = (s.ndim - 1,)
    count, product = (f(x, axis=over, keepdims=True) for f, x in ((np.sum, zeros), (np.prod, safe)))
    others = np.where(count == zeros, product / safe, 0.0)
    return _turned(u, vh, (conjugate(u) * others.row()) @ conjugate(vh))


def _turned(u, vh, matrix):  # type: ignore[no-untyped-def]
    return (np.linalg.det(u) * np.linalg.det(vh)).wide(2) * matrix


def _slope(t, c, a):  # type: ignore[no-untyped-def]
    """What the cofactors change by, which is linear in ``t``."""
    stopped, direction = a.call(STOP), t.call(STOP)
    u, s, vh = np.linalg.svd(stopped)
    e = u.mH @ direction @ vh.mH
    pairs = _products_of_others_in_pairs(s)
    identity = s.identity()
    diagonal = np.sum(e * identity, axis=(e.ndim - 1,), keepdims=True)
    inner = (pairs @ diagonal) * identity - (pairs * e).mT
    value = _turned(u, vh, conjugate(u) @ inner @ conjugate(vh))
    return with_derivative("slope of cofactors", value, (t, a), (_along, _curvature))


def _products_of_others_in_pairs(s):  # type: ignore[no-untyped-def]
    """The products of all numbers but two; 0 on the diagonal."""
    zeros, safe = np.where(s == 0, 1.0, 0.0), np.where(s == 0, 1.0, s)
    over = (s.ndim - 1,)
    count = np.sum(zeros, axis=over, keepdims=True).wide()
    product = np.prod(safe, axis=over, keepdims=True).wide()
    pairs = np.where(count == zeros.wide() + zeros.row(), product / safe.wide() / safe.row(), 0.0)
    return np.where(s.identity() == 1, 0.0, pairs)


def _along(dt, value, t, a):  # type: ignore[no-untyped-def]
    return _slope(dt, None, a)


def _curvature(da, value, t, a):  # type: ignore[no-untyped-def]
    """The third derivative of a determinant along ``t`` and ``da``, at a regular matrix."""
    y = np.linalg.inv(a)
    d = np.linalg.det(a)
    change = -y @ da @ y
    first = trace(y.mT, t).wide(2) * y - y @ t @ y
    second = (
        trace(change.mT, t).wide(2) * y + trace(y.mT, t).wide(2) * change
        - change @ t @ y - y @ t @ change
    )  # fmt: skip
    return d.wide(2) * (trace(y.mT, da).wide(2) * first + second).mT
