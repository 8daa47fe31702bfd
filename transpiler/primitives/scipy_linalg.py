"""Linear algebra of SciPy, on matrices; loaded only for programs that have imported it.

Formulas: as in ``linalg.py``; the matrix exponential by Najfeld & Havel, Derivatives of the matrix
exponential and their computation (1995).
"""

from __future__ import annotations

import numpy as np
from scipy import linalg as la

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.paths import FULL, Index, Slice
from adgen.transpiler.ir.types import Array, Scalar, is_complex
from adgen.transpiler.primitives.builder import zero
from adgen.transpiler.primitives.determinants import cofactors, trace
from adgen.transpiler.primitives.kinds import Explicit, Refused
from adgen.transpiler.primitives.linalg import (
    entry,
    float_of,
    matrices,
    same_shape,
)
from adgen.transpiler.primitives.tracer import Tracer
from adgen.transpiler.primitives.typing import shaped

_CHECKED = {"overwrite_a": False, "check_finite": True}


def _one_matrix(*types):  # type: ignore[no-untyped-def]
    for kind in types:
        if isinstance(kind, Scalar) or kind.ndim != 2:
            raise Refused("it takes one matrix", "loop over the matrices of a stack")


def _like_first(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    return Array(float_of(types[0]), types[0].ones)


def _numbers(types, attrs):  # type: ignore[no-untyped-def]
    matrices(types[0])
    wide = np.complex128 if is_complex(types[0]) else np.float64  # of single precision too
    return shaped(np.dtype(wide), types[0].ones[:-2])


entry(la.inv,
      Explicit(lambda ts, y, a, **how: -y @ ts[0] @ y, lambda g, y, a, **how: (-y.mT @ g @ y.mT,)),
      _like_first, same_shape, square=(0,), static=_CHECKED, formula="-f @ t @ f")  # fmt: skip
# NumPy's determinant goes with NumPy's inverse: near a singular matrix SciPy's differs by rounding.
entry(la.det,
      Explicit(lambda ts, d, a, **how: trace(cofactors(a, np.linalg.det(a)), ts[0]),
               lambda g, d, a, **how: (g.wide(2) * cofactors(a, np.linalg.det(a)),)),
      _numbers, lambda shapes, attrs: (shapes[0][:-2],), square=(0,), static=_CHECKED,
      formula="f * np.trace(linalg.inv(a) @ t)")  # fmt: skip

# Triangular systems: T x = b, where T is a triangle of A


def _right_side(types, attrs):  # type: ignore[no-untyped-def]
    a, b = types
    _one_matrix(a)
    if isinstance(b, Scalar) or b.ndim > 2:
        raise Refused("the right side is no vector or matrix", "give it one or two axes")
    return Array(float_of(a, b), b.ones)


def _is_transposed(trans):  # type: ignore[no-untyped-def]
    return trans in (1, 2, "T", "C")


def _triangle(x, lower, unit_diagonal):  # type: ignore[no-untyped-def]
    if lower:
        return np.tril(x, k=-1 if unit_diagonal else 0)
    return np.triu(x, k=1 if unit_diagonal else 0)


def _outer(x, y):  # type: ignore[no-untyped-def]
    return x.wide() * y.row() if x.ndim == 1 else x @ y.T


def _triangular_jvp(ts, x, a, b, trans, lower, unit_diagonal, **how):  # type: ignore[no-untyped-def]
    right = ts[1]
    if ts[0] is not None:
        moved = _triangle(ts[0], lower, unit_diagonal)
        part = -((moved.T if _is_transposed(trans) else moved) @ x)
        right = part if right is None else right + part
    return a.call(la.solve_triangular, right, trans=trans, lower=lower, unit_diagonal=unit_diagonal)


def _triangular_vjp(g, x, a, b, trans, lower, unit_diagonal, **how):  # type: ignore[no-untyped-def]
    turned = _is_transposed(trans)
    b_bar = a.call(
        la.solve_triangular, g, trans=0 if turned else 1, lower=lower, unit_diagonal=unit_diagonal
    )
    both = _outer(x, b_bar) if turned else _outer(b_bar, x)
    return -_triangle(both, lower, unit_diagonal), b_bar


entry(la.solve_triangular, Explicit(_triangular_jvp, _triangular_vjp), _right_side,
      lambda shapes, attrs: (shapes[1],), ("a", "b"), square=(0,),
      formula="-linalg.solve_triangular(a, np.triu(t) @ f), linalg.solve_triangular(a, t)",
      static={"trans": 0, "lower": False, "unit_diagonal": False, "overwrite_b": False,
              "check_finite": True})  # fmt: skip


# Sylvester's equation: A X + X B = Q


def _sylvester_types(types, attrs):  # type: ignore[no-untyped-def]
    _one_matrix(*types)
    return Array(float_of(*types), types[2].ones)


def _sylvester_jvp(ts, x, a, b, q):  # type: ignore[no-untyped-def]
    right = ts[2]
    for part in (None if ts[0] is None else ts[0] @ x, None if ts[1] is None else x @ ts[1]):
        if part is not None:
            right = -part if right is None else right - part
    return a.call(la.solve_sylvester, b, right)


def _sylvester_vjp(g, x, a, b, q):  # type: ignore[no-untyped-def]
    q_bar = a.T.call(la.solve_sylvester, b.T, g)
    return -(q_bar @ x.T), -(x.T @ q_bar), q_bar


entry(la.solve_sylvester, Explicit(_sylvester_jvp, _sylvester_vjp), _sylvester_types,
      lambda shapes, attrs: (shapes[2],), ("a", "b", "q"), square=(0, 1),
      formula="-linalg.solve_sylvester(a, b, t @ f), -linalg.solve_sylvester(a, b, f @ t),"
              " linalg.solve_sylvester(a, b, t)")  # fmt: skip

# Exponential and logarithm: the derivative at A along E stands in that of a matrix of four blocks


def _blocks(function, a, e):  # type: ignore[no-untyped-def]
    """``f([[A, E], [0, A]])[:n, n:]``, which is the derivative of f at A along E."""
    builder, dims, kind = a.builder, a.builder.dims(a.operand), type_of(a.operand)
    *stack, n = dims[:-1]
    twice = (Tracer(builder, n) * 2).operand
    ones = (*kind.ones[:-2], False, False)
    big = builder.emit(core.ZEROS, *stack, twice, twice, dtype=kind.dtype, ones=ones)
    first, last, whole = Slice(stop=True), Slice(start=True), (FULL,) * len(stack)
    for part, rows, columns in ((a, first, first), (e, first, last), (a, last, last)):
        value = part.operand if part.ndim else zero(Scalar(kind.dtype))
        big = builder.setitem(big, value, (Index((*whole, rows, columns)),), n, n)
    found = Tracer(builder, big).call(function).operand
    return Tracer(builder, builder.getitem(found, (Index((*whole, first, last)),), n, n))


for _function in (la.expm, la.logm):
    entry(_function,
          Explicit(lambda ts, y, a, f=_function: _blocks(f, a, ts[0]),
                   lambda g, y, a, f=_function: (_blocks(f, a.mT, g),)),
          _like_first, same_shape, ("A",), square=(0,),
          formula=f"linalg.{_function.__name__}(np.block([[A, t], [0 * A, A]]))[:len(A), len(A):]",
          kink="" if _function is la.expm else "of matrices whose logarithm is real")  # fmt: skip

# The square root S of A: S dS + dS S = dA


def _matrix(types, attrs):  # type: ignore[no-untyped-def]
    _one_matrix(types[0])
    return _like_first(types, attrs)


entry(la.sqrtm,
      Explicit(lambda ts, s, a: s.call(la.solve_sylvester, s, ts[0]),
               lambda g, s, a: (s.T.call(la.solve_sylvester, s.T, g),)),
      _matrix, same_shape, ("A",), square=(0,),
      formula="linalg.solve_sylvester(f, f, t)", kink="of matrices whose root is real")  # fmt: skip
