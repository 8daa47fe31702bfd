"""Series of powers and of orthogonal polynomials."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, NUMBER, OTHER, THREE, VECTOR


def series(function):
    """Sums, by the points and by the coefficients; of one and two coefficients too."""
    return [
        case(lambda x, c: function(x, c), VECTOR, OTHER, single=False),
        case(lambda x, c: function(x, c), NUMBER, THREE, single=False),
        case(lambda x, c: function(x, c), THREE, MATRIX, single=False),
        case(lambda x, c: function(x, c[:2]) * function(x, c[:1]), MATRIX, THREE, single=False),
    ]


def matrices(function):
    """The polynomials one by one."""
    return [
        case(lambda x: function(x, 3), VECTOR, single=False),
        case(lambda x: function(x, 2), MATRIX, single=False),
        case(lambda x: function(x, 0) + function(x, 1), THREE, single=False),
    ]


CASES: Table = {
    "np.polynomial.polynomial.polyval": series(polynomial.polyval),
    "np.polynomial.chebyshev.chebval": series(chebyshev.chebval),
    "np.polynomial.legendre.legval": series(legendre.legval),
    "np.polynomial.hermite.hermval": series(hermite.hermval),
    "np.polynomial.hermite_e.hermeval": series(hermite_e.hermeval),
    "np.polynomial.laguerre.lagval": series(laguerre.lagval),
    "np.polynomial.polynomial.polyvander": matrices(polynomial.polyvander),
    "np.polynomial.chebyshev.chebvander": matrices(chebyshev.chebvander),
    "np.polynomial.legendre.legvander": matrices(legendre.legvander),
    "np.polynomial.hermite.hermvander": matrices(hermite.hermvander),
    "np.polynomial.hermite_e.hermevander": matrices(hermite_e.hermevander),
    "np.polynomial.laguerre.lagvander": matrices(laguerre.lagvander),
    "np.polynomial.polynomial.polyvalfromroots": [
        case(lambda x, r: polynomial.polyvalfromroots(x, r), VECTOR, THREE, single=False),
        case(lambda x, r: polynomial.polyvalfromroots(x, r), NUMBER, THREE, single=False),
        case(lambda x, r: polynomial.polyvalfromroots(x, r), VECTOR, MATRIX, single=False),
    ],
    "np.polynomial.polynomial.polyval2d": [
        case(lambda x, y: polynomial.polyval2d(x, y, MATRIX), VECTOR, OTHER, single=False),
        case(lambda c: polynomial.polyval2d(0.3, -0.7, c), MATRIX, single=False),
        case(lambda x, c: polynomial.polyval2d(x, 2 * x, c), THREE, MATRIX, single=False),
    ],
    "np.polynomial.polynomial.polyder": [
        case(lambda c: polynomial.polyder(c), VECTOR, single=False),
        case(lambda c: polynomial.polyder(c, 2, scl=0.5), VECTOR, single=False),
        case(lambda c: polynomial.polyder(c, axis=1), MATRIX, single=False),
    ],
    "np.polynomial.polynomial.polymul": [
        case(lambda c, d: polynomial.polymul(c, d), VECTOR, THREE, single=False),
        case(lambda c: polynomial.polyadd(c, c[:2] + 1.0), VECTOR, single=False),
        case(lambda c, d: polynomial.polysub(c, d), VECTOR, THREE, single=False),
        case(lambda c: polynomial.polysub(c, c) + c[1], VECTOR, single=False),
        case(lambda c: polynomial.polysub(c, c * np.array([1.0, 2.0, 1.0])), THREE, single=False),
        case(lambda c: polynomial.polyder(c[:1]) + c[1], VECTOR, single=False),
        case(lambda c: polynomial.polyvalfromroots(c, c[:0]) * c[0], VECTOR, single=False),
    ],
    "np.poly": [
        case(lambda x: np.poly(x), VECTOR, single=False),
        case(lambda x: np.poly(x), THREE, single=False),
        case(lambda x: np.poly(x[:1]), VECTOR, single=False),
    ],
}
