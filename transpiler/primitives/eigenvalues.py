"""Eigenvalues and eigenvectors of general complex matrices: A V = V diag(w).

For real ones NumPy decides by the values whether its results are real: they are refused.
Vectors have length 1 and any phase; see Giles (2008), section 2.2.1, and for lengths Boeddeker et
al., On the computation of complex-valued gradients (2017).
"""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir.types import Array, is_complex
from adgen.transpiler.primitives.decompositions import GAPS, diagonal, gaps
from adgen.transpiler.primitives.kinds import Explicit, Refused
from adgen.transpiler.primitives.linalg import entry, matrices
from adgen.transpiler.primitives.tracer import conjugate


def _types(types, attrs):  # type: ignore[no-untyped-def]
    (kind,) = types
    matrices(kind)
    if not is_complex(kind):
        raise Refused(
            "whether its results are complex depends on the numbers of a real matrix",
            "make the matrix complex: a + 0j",
        )
    return Array(kind.dtype, kind.ones[:-1]), kind


def eig_jvp(ts, results, a, wanted):  # type: ignore[no-untyped-def]
    """The tangents of the eigenvalues and of the vectors."""
    w, v = results
    inner = np.linalg.inv(v) @ ts[0] @ v
    if not wanted[1]:
        return diagonal(inner), None
    moved = v @ (gaps(w) * inner)
    longer = np.real(diagonal(v.mH @ moved))  # lengths stay 1
    return diagonal(inner), moved - v * longer.row()


def eig_vjp(gs, results, a):  # type: ignore[no-untyped-def]
    """The cotangent of the matrix."""
    w, v = results
    total = None if gs[0] is None else gs[0].row() * w.identity()
    if gs[1] is not None:
        onto = v.mT @ gs[1]
        onto = onto - (v.mT @ conjugate(v)) * np.real(diagonal(onto)).row()
        part = gaps(w) * onto
        total = part if total is None else part + total
    return (np.linalg.inv(v).mT @ total @ v.mT,)


FORMULA = (
    "(np.diag(s), m - v * np.real(np.diag(v.conj().T @ m)))"
    f" where s = np.linalg.inv(v) @ t @ v, {GAPS}, m = v @ (g * s)"
)
entry(np.linalg.eig, Explicit(eig_jvp, eig_vjp), _types,
      lambda shapes, attrs: (shapes[0][:-1], shapes[0]), results=("w", "v"), square=(0,),
      named=lambda: type(np.linalg.eig(np.eye(1))),
      formula=FORMULA,
      kink="nan for vectors of equal eigenvalues")  # fmt: skip
entry(np.linalg.eigvals,
      Explicit(lambda ts, w, a: eig_jvp(ts, np.linalg.eig(a), a, (True, False))[0],
               lambda g, w, a: eig_vjp((g, None), np.linalg.eig(a), a)),
      lambda types, attrs: _types(types, attrs)[0], lambda shapes, attrs: (shapes[0][:-1],),
      formula="np.diag(np.linalg.inv(v) @ t @ v) where v = np.linalg.eig(a)[1]",
      square=(0,))  # fmt: skip
