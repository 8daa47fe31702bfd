"""Linear algebra on matrices and stacks of matrices: calls of LAPACK by NumPy.

Formulas: Giles, Collected matrix derivative results for forward and reverse mode AD (2008);
Seeger et al., Auto-differentiating linear algebra (2017); Murray, Differentiation of the
Cholesky decomposition (2016).  Where NumPy reads one triangle of a matrix only, the matrix counts
as symmetric: its cotangent is symmetric too; of complex numbers, as Hermitian.

Cotangents are those of ``Re(sum(g * t))``.  Where a formula has the conjugate of an operand, it is
written for the gradient of ``Re(vdot(g, t))``, and `conjugate` stands at both ends.
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir.types import Array, Scalar, real_part
from adgen.transpiler.primitives.determinants import cofactors, trace
from adgen.transpiler.primitives.kinds import (
    Explicit,
    Linear,
    NoDerivative,
    Refused,
)
from adgen.transpiler.primitives.table import primitive
from adgen.transpiler.primitives.typing import broadcast_ones, shaped


def float_of(*types):  # type: ignore[no-untyped-def]
    """The dtype in which LAPACK computes."""
    dtype = np.result_type(*(kind.dtype for kind in types))
    return dtype if dtype.kind in "fc" and dtype != np.float16 else np.dtype(np.float64)


def matrices(*types):  # type: ignore[no-untyped-def]
    """Refuse operands that are no matrices or stacks of them."""
    for kind in types:
        if not isinstance(kind, Array) or kind.ndim < 2:
            raise Refused("it takes matrices", "give it an array of at least two axes")


def _like_first(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    return Array(float_of(types[0]), types[0].ones)


def entry(function, kind, types, shape, operands=("a",), complex=True, **facts):  # type: ignore[no-untyped-def]
    """Enter a function on whole arrays."""
    primitive(function, kind, types=types, shape=shape, operands=operands, complex=complex, **facts)


def same_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    """The shape of the first operand."""
    return (shapes[0],)


def symmetric(x):  # type: ignore[no-untyped-def]
    """The symmetric part, of complex matrices the Hermitian one."""
    return 0.5 * (x + x.mH)


# Triangles and identities, for rules


entry(np.tril, Linear(lambda g, m, k: np.tril(g, k=k)),
      lambda types, attrs: types[0], same_shape, ("m",), static={"k": 0})  # fmt: skip
entry(np.triu, Linear(lambda g, m, k: np.triu(g, k=k)),
      lambda types, attrs: types[0], same_shape, ("m",), static={"k": 0})  # fmt: skip
entry(np.eye, NoDerivative("it depends on no element"),
      lambda types, attrs: Array(np.dtype(attrs["dtype"]), (False, False)),
      lambda shapes, attrs: ((shapes[0], shapes[0]),), ("N",),
      static={"dtype": np.float64})  # fmt: skip

# inv, det, slogdet: dY = -Y dA Y, d det = det tr(Y dA), with Y = inv(A)


entry(np.linalg.inv,
      Explicit(lambda ts, y, a: -y @ ts[0] @ y, lambda g, y, a: (-y.mT @ g @ y.mT,)),
      _like_first, same_shape, square=(0,), formula="-f @ t @ f")  # fmt: skip


def _stack_of_numbers(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    return shaped(float_of(types[0]), types[0].ones[:-2])


entry(np.linalg.det,
      Explicit(lambda ts, d, a: trace(cofactors(a, d), ts[0]),
               lambda g, d, a: (g.wide(2) * cofactors(a, d),)),
      _stack_of_numbers, lambda shapes, attrs: (shapes[0][:-2],),
      formula="f * np.trace(np.linalg.inv(a) @ t)", square=(0,))  # fmt: skip


def _slogdet_jvp(ts, results, a, wanted):  # type: ignore[no-untyped-def]
    slope = trace(np.linalg.inv(a).mT, ts[0])
    turn = 1j * np.imag(slope) if slope.is_complex else 0.0  # a real sign is piecewise constant
    return results[0] * turn, slope


def _slogdet_vjp(gs, results, a):  # type: ignore[no-untyped-def]
    total = gs[1]
    if gs[0] is not None and a.is_complex:
        turn = 1j * np.imag(gs[0] * results[0])
        total = turn if total is None else total + turn
    return (None if total is None else total.wide(2) * np.linalg.inv(a).mT,)


def _slogdet_types(types, attrs):  # type: ignore[no-untyped-def]
    sign = _stack_of_numbers(types, attrs)
    return sign, real_part(sign)


entry(np.linalg.slogdet, Explicit(_slogdet_jvp, _slogdet_vjp),
      _slogdet_types,
      lambda shapes, attrs: (shapes[0][:-2],) * 2,
      results=("sign", "logdet"), named=lambda: type(np.linalg.slogdet(np.eye(1))),
      formula="(0, np.trace(np.linalg.inv(a) @ t))", square=(0,),
      kink="LinAlgError where the matrix is singular")  # fmt: skip

# solve: A x = b; dx = inv(A) (db - dA x)


def _is_vector(b):  # type: ignore[no-untyped-def]
    return b.ndim == 1


def _solve_types(types, attrs):  # type: ignore[no-untyped-def]
    a, b = types
    matrices(a)
    if isinstance(b, Scalar):
        raise Refused("the right side is a number", "divide instead: b / a")
    dtype = float_of(a, b)
    stacks = [Array(dtype, kind.ones[:-2]) for kind in (a, b) if kind.ndim > 2]
    core = b.ones[-1:] if b.ndim == 1 else b.ones[-2:]
    return Array(dtype, broadcast_ones(tuple(stacks)) + core)


def _solve_shape(shapes, attrs):  # type: ignore[no-untyped-def]
    a, b = shapes
    longer = a[:-2] if len(a) >= len(b) else b[:-2]
    same = len(a) <= 2 or len(b) <= 2 or a[:-2] == b[:-2]
    return ((longer if same else (None,) * len(longer)) + (b[-1:] if len(b) == 1 else b[-2:]),)


def _solve_jvp(ts, x, a, b):  # type: ignore[no-untyped-def]
    right = None if ts[0] is None else -_product(ts[0], x, b)
    if ts[1] is not None:
        right = ts[1] if right is None else ts[1] + right
    stack_of_vectors = _is_vector(b) and right.ndim > 1
    return _solved(a, right) if stack_of_vectors else np.linalg.solve(a, right)


def _product(a, x, b):  # type: ignore[no-untyped-def]
    """A x, where x are vectors if b is one."""
    if _is_vector(b) and x.ndim > 1:
        return np.sum(a * x.row(), axis=(x.ndim,), keepdims=False)
    return a @ x


def _solved(a, b):  # type: ignore[no-untyped-def]
    """For a stack of vectors."""
    x = np.linalg.solve(a, b.wide())
    return np.sum(x, axis=(x.ndim - 1,), keepdims=False)


def _solve_vjp(g, x, a, b):  # type: ignore[no-untyped-def]
    vectors = _is_vector(b)
    stack_of_vectors = vectors and a.ndim > 2
    b_bar = _solved(a.mT, g) if stack_of_vectors else np.linalg.solve(a.mT, g)
    a_bar = -(b_bar.wide() * x.row()) if vectors else -(b_bar @ x.mT)
    return a_bar, b_bar


entry(np.linalg.solve, Explicit(_solve_jvp, _solve_vjp), _solve_types, _solve_shape, ("a", "b"),
      formula="-np.linalg.solve(a, t @ f), np.linalg.solve(a, t)", square=(0,))  # fmt: skip
