"""Orthogonal polynomials of ``scipy.special`` by their degree (DLMF 18.9.15 to 18.9.27).

The derivative of one is one of degree ``n - 1``; of degree 0 it is 0.
"""

from __future__ import annotations

import numpy as np
from scipy import special as sp

from adgen.transpiler.primitives.kinds import POSITIVE, UNIT, Domain, Elementwise, Unknown
from adgen.transpiler.primitives.table import primitive

NO_DEGREE = Unknown("the degree of a polynomial is a parameter")
NO_FORMULA = Unknown("it has no closed form")
DEGREE = Domain(0, 4, integer=True)


def _below(n):  # type: ignore[no-untyped-def]
    """The degree below; of degree 0 any, for what it gives is not used."""
    return np.where(n == 0, n, n - 1)


def _slope(n, value):  # type: ignore[no-untyped-def]
    return np.where(n == 0, 0.0, value)


for _function, _rule in (
    (sp.eval_legendre, lambda t, y, n, x: t * _slope(n, sp.eval_gegenbauer(_below(n), 1.5, x))),
    (sp.eval_chebyt, lambda t, y, n, x: t * n * _slope(n, sp.eval_chebyu(_below(n), x))),
    (sp.eval_chebyu, lambda t, y, n, x: t * 2 * _slope(n, sp.eval_gegenbauer(_below(n), 2.0, x))),
    (sp.eval_hermite, lambda t, y, n, x: t * 2 * n * _slope(n, sp.eval_hermite(_below(n), x))),
    (sp.eval_hermitenorm, lambda t, y, n, x: t * n * _slope(n, sp.eval_hermitenorm(_below(n), x))),
    (sp.eval_laguerre, lambda t, y, n, x: -t * _slope(n, sp.eval_genlaguerre(_below(n), 1.0, x))),
):
    primitive(
        _function,
        Elementwise(NO_DEGREE, _rule),
        domain=(DEGREE, UNIT),
        complex=_function not in (sp.eval_hermite, sp.eval_hermitenorm),
    )

primitive(sp.eval_genlaguerre, Elementwise(NO_DEGREE, NO_FORMULA,
          lambda t, y, n, a, x: -t * _slope(n, sp.eval_genlaguerre(_below(n), a + 1, x))),
          domain=(DEGREE, POSITIVE, POSITIVE), complex=True)  # fmt: skip
primitive(sp.eval_gegenbauer, Elementwise(NO_DEGREE, NO_FORMULA,
          lambda t, y, n, a, x: t * 2 * a * _slope(n, sp.eval_gegenbauer(_below(n), a + 1, x))),
          domain=(DEGREE, POSITIVE, UNIT), complex=True)  # fmt: skip
primitive(sp.eval_jacobi, Elementwise(NO_DEGREE, NO_FORMULA, NO_FORMULA,
          lambda t, y, n, a, b, x: t * 0.5 * (n + a + b + 1)
          * _slope(n, sp.eval_jacobi(_below(n), a + 1, b + 1, x))),
          operands=("n", "a", "b", "x"), domain=(DEGREE, POSITIVE, POSITIVE, UNIT),
          complex=True)  # fmt: skip
