"""Functions of matrices, and equations for matrices, of SciPy."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    DEFINITE,
    DEFINITES,
    MATRIX,
    SQUARE,
    STACK,
    TALL,
    turned,
)


def trigonometric(function, scale):
    """Functions that are series in the matrix; ``scale`` keeps away from poles."""
    return [
        case(lambda x: function(x), scale * SQUARE),
        case(lambda x: function(0.2 * x) @ x, scale * SQUARE),
        case(lambda x: np.abs(function(turned(x))), 0.3 * SQUARE),
    ]


CASES: Table = {
    "linalg.sqrtm": [
        case(lambda x: linalg.sqrtm(x), DEFINITE),
        case(lambda x: linalg.sqrtm(x @ x.T + np.eye(3)), SQUARE),
        case(lambda x: linalg.sqrtm(x[:2, :2]), DEFINITE),
    ],
    "linalg.expm": [
        case(lambda x: linalg.expm(x), SQUARE),
        case(lambda x: linalg.expm(0.5 * x) @ x, SQUARE),
        case(lambda x: linalg.expm(x[:2, :2]), MATRIX),
        case(lambda x: linalg.expm(x), STACK),
        case(lambda x: np.abs(linalg.expm(turned(x))), SQUARE),
    ],
    "linalg.logm": [
        case(lambda x: linalg.logm(x), DEFINITE, single=False),
        case(lambda x: linalg.logm(x @ x.T + np.eye(3)), SQUARE, single=False),
        case(lambda x: linalg.logm(x[:2, :2]), DEFINITE, single=False),
        case(lambda x: linalg.logm(x), DEFINITES[:, :2, :2], single=False),
    ],
    "linalg.solve_sylvester": [
        case(lambda x, y, q: linalg.solve_sylvester(x, y, q), DEFINITE, DEFINITE.T, SQUARE),
        case(lambda x, q: linalg.solve_sylvester(x, x, q), DEFINITE, SQUARE),
        case(
            lambda x, y, q: linalg.solve_sylvester(x, y, q),
            DEFINITE,
            DEFINITE[:2, :2],
            TALL[:3, :2],
        ),
    ],
    "linalg.expm_frechet": [
        case(lambda x, y: linalg.expm_frechet(x, y)[1], SQUARE, DEFINITE, exact=False),
        case(lambda x, y: linalg.expm_frechet(x, y)[0], SQUARE, DEFINITE, exact=False),
        case(lambda x: linalg.expm_frechet(x, x.T, compute_expm=False), SQUARE, exact=False),
    ],
    "linalg.solve_continuous_lyapunov": [
        case(lambda x, q: linalg.solve_continuous_lyapunov(x, q), DEFINITE, SQUARE),
        case(lambda x: linalg.solve_continuous_lyapunov(x, x), DEFINITE),
        case(lambda x, q: np.abs(linalg.solve_continuous_lyapunov(turned(x), q)), DEFINITE, SQUARE),
    ],
    "linalg.solve_discrete_lyapunov": [
        case(lambda x, q: linalg.solve_discrete_lyapunov(x, q), 0.4 * SQUARE, SQUARE),
        case(
            lambda x, q: linalg.solve_discrete_lyapunov(x, q, method="bilinear"),
            0.4 * SQUARE,
            SQUARE,
        ),
        case(
            lambda x, q: np.abs(linalg.solve_discrete_lyapunov(turned(x), q)), 0.4 * SQUARE, SQUARE
        ),
    ],
    "linalg.fractional_matrix_power": [
        case(lambda x: linalg.fractional_matrix_power(x, -2), DEFINITE),
        case(lambda x: linalg.fractional_matrix_power(x, 3), SQUARE),
        case(lambda x: linalg.fractional_matrix_power(x, 0) + x, SQUARE),
    ],
}
for _scale, _names in {1.0: "cosm sinm coshm sinhm", 0.3: "tanm tanhm"}.items():
    for _name in _names.split():
        CASES[f"linalg.{_name}"] = trigonometric(getattr(linalg, _name), _scale)
