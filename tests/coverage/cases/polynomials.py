"""Series of powers and of orthogonal polynomials."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, NUMBER, OTHER, SQUARE, THREE, VECTOR


def series(function):
    """Sums, by the points and by the coefficients; of one and two coefficients too."""
    return [
        case(lambda x, c: function(x, c), VECTOR, OTHER),
        case(lambda x, c: function(x, c), NUMBER, THREE),
        case(lambda x, c: function(x, c), THREE, MATRIX),
        case(lambda x, c: function(x, c[:2]) * function(x, c[:1]), MATRIX, THREE),
    ]


def matrices(function):
    """The polynomials one by one."""
    return [
        case(lambda x: function(x, 3), VECTOR),
        case(lambda x: function(x, 2), MATRIX),
        case(lambda x: function(x, 0) + function(x, 1), THREE),
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
        case(lambda x, r: polynomial.polyvalfromroots(x, r), VECTOR, THREE),
        case(lambda x, r: polynomial.polyvalfromroots(x, r), NUMBER, THREE),
        case(lambda x, r: polynomial.polyvalfromroots(x, r), VECTOR, MATRIX),
    ],
    "np.polynomial.polynomial.polyval2d": [
        case(lambda x, y: polynomial.polyval2d(x, y, MATRIX), VECTOR, OTHER),
        case(lambda c: polynomial.polyval2d(0.3, -0.7, c), MATRIX),
        case(lambda x, c: polynomial.polyval2d(x, 2 * x, c), THREE, MATRIX),
    ],
    "np.polynomial.polynomial.polyder": [
        case(lambda c: polynomial.polyder(c), VECTOR),
        case(lambda c: polynomial.polyder(c, 2, scl=0.5), VECTOR),
        case(lambda c: polynomial.polyder(c, axis=1), MATRIX),
    ],
    "np.polynomial.polynomial.polymul": [
        case(lambda c, d: polynomial.polymul(c, d), VECTOR, THREE),
        case(lambda c: polynomial.polyadd(c, c[:2] + 1.0), VECTOR),
        case(lambda c, d: polynomial.polysub(c, d), VECTOR, THREE),
        case(lambda c: polynomial.polysub(c, c) + c[1], VECTOR),
        case(lambda c: polynomial.polysub(c, c * np.array([1.0, 2.0, 1.0])), THREE),
        case(lambda c: polynomial.polyder(c[:1]) + c[1], VECTOR),
        case(lambda c: polynomial.polyvalfromroots(c, c[:0]) * c[0], VECTOR),
    ],
    "np.poly": [
        case(lambda x: np.poly(x), VECTOR),
        case(lambda x: np.poly(x), THREE),
        case(lambda x: np.poly(x[:1]), VECTOR),
    ],
    "np.polyadd": [
        case(lambda p, q: np.polyadd(p, q), MATRIX, MATRIX + 1.0),
        case(lambda p, q: np.polysub(p, q), SQUARE, np.array([2.0])),
        case(lambda p, q: np.polyadd(np.polysub(q, p), p), SQUARE, np.array([1.0, 2.0])),
    ],
}
