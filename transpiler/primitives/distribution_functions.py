"""Distribution functions of ``scipy.special``, made of the incomplete gamma and beta functions.

The slopes by their points are densities (DLMF 8.2, 8.17, 26).
"""

from __future__ import annotations

import numpy as np
from scipy import special as sp

from adgen.transpiler.primitives.incomplete import (
    PROBABILITY,
    beta_density,
    beta_slope_a,
    beta_slope_b,
    gamma_density,
    gamma_slope,
)
from adgen.transpiler.primitives.kinds import POSITIVE, Domain, Elementwise, Unknown
from adgen.transpiler.primitives.table import primitive

WHOLE = Unknown("it is a number of successes")
COUNT = Domain(1, 4, integer=True)
_TWO, _THREE = (POSITIVE, POSITIVE), (POSITIVE, POSITIVE, POSITIVE)

# Chi-square: gammainc(v / 2, x / 2)


def _chi_square(v, x):  # type: ignore[no-untyped-def]
    """The density of ``v`` degrees of freedom."""
    return 0.5 * gamma_density(0.5 * v, 0.5 * x)


def _chi_square_slope(v, x):  # type: ignore[no-untyped-def]
    """The derivative of ``chdtr(v, x)`` by ``v``."""
    return 0.5 * gamma_slope(0.5 * v, 0.5 * x)


primitive(sp.chdtr, Elementwise(lambda t, z, v, x: t * _chi_square_slope(v, x),
                                lambda t, z, v, x: t * _chi_square(v, x)),
          domain=_TWO)  # fmt: skip
primitive(sp.chdtrc, Elementwise(lambda t, z, v, x: -t * _chi_square_slope(v, x),
                                 lambda t, z, v, x: -t * _chi_square(v, x)),
          domain=_TWO)  # fmt: skip
primitive(sp.chdtri, Elementwise(
              lambda t, z, v, p: -t * _chi_square_slope(v, z) / _chi_square(v, z),
              lambda t, z, v, p: -t / _chi_square(v, z)),
          domain=(POSITIVE, PROBABILITY))  # fmt: skip

# F, the ratio of two chi-squares: betainc(n / 2, m / 2, n x / (n x + m))


def _share(n, m, x):  # type: ignore[no-untyped-def]
    return n * x / (n * x + m)


def _f(n, m, x):  # type: ignore[no-untyped-def]
    """The density."""
    return beta_density(0.5 * n, 0.5 * m, _share(n, m, x)) * n * m / (n * x + m) ** 2


def _f_slope_n(n, m, x):  # type: ignore[no-untyped-def]
    """The derivative of ``fdtr(n, m, x)`` by ``n``."""
    return 0.5 * beta_slope_a(0.5 * n, 0.5 * m, _share(n, m, x)) + _f(n, m, x) * x / n


def _f_slope_m(n, m, x):  # type: ignore[no-untyped-def]
    """The derivative of ``fdtr(n, m, x)`` by ``m``."""
    return 0.5 * beta_slope_b(0.5 * n, 0.5 * m, _share(n, m, x)) - _f(n, m, x) * x / m


primitive(sp.fdtr, Elementwise(
              lambda t, z, n, m, x: t * _f_slope_n(n, m, x),
              lambda t, z, n, m, x: t * _f_slope_m(n, m, x),
              lambda t, z, n, m, x: t * _f(n, m, x)), domain=_THREE)  # fmt: skip
primitive(sp.fdtrc, Elementwise(
              lambda t, z, n, m, x: -t * _f_slope_n(n, m, x),
              lambda t, z, n, m, x: -t * _f_slope_m(n, m, x),
              lambda t, z, n, m, x: -t * _f(n, m, x)), domain=_THREE)  # fmt: skip
primitive(sp.fdtri, Elementwise(
              lambda t, z, n, m, p: -t * _f_slope_n(n, m, z) / _f(n, m, z),
              lambda t, z, n, m, p: -t * _f_slope_m(n, m, z) / _f(n, m, z),
              lambda t, z, n, m, p: t / _f(n, m, z)),
          domain=(POSITIVE, POSITIVE, PROBABILITY))  # fmt: skip

# Gamma of rate a and shape b: gammainc(b, a x); Poisson

primitive(sp.gdtr, Elementwise(lambda t, z, a, b, x: t * x * gamma_density(b, a * x),
                               lambda t, z, a, b, x: t * gamma_slope(b, a * x),
                               lambda t, z, a, b, x: t * a * gamma_density(b, a * x)),
          domain=_THREE)  # fmt: skip
primitive(sp.gdtrc, Elementwise(lambda t, z, a, b, x: -t * x * gamma_density(b, a * x),
                                lambda t, z, a, b, x: -t * gamma_slope(b, a * x),
                                lambda t, z, a, b, x: -t * a * gamma_density(b, a * x)),
          domain=_THREE)  # fmt: skip
primitive(sp.pdtr, Elementwise(WHOLE, lambda t, z, k, m: -t * gamma_density(np.floor(k) + 1, m)),
          domain=(COUNT, POSITIVE))  # fmt: skip
primitive(sp.pdtrc, Elementwise(WHOLE, lambda t, z, k, m: t * gamma_density(np.floor(k) + 1, m)),
          domain=(COUNT, POSITIVE))  # fmt: skip

# Box and Cox

primitive(sp.boxcox, Elementwise(
              lambda t, z, x, k: t * x ** (k - 1),
              lambda t, z, x, k: t * _power_slope(np.log(x), k)),
          domain=(POSITIVE, POSITIVE))  # fmt: skip
primitive(sp.boxcox1p, Elementwise(
              lambda t, z, x, k: t * (1 + x) ** (k - 1),
              lambda t, z, x, k: t * _power_slope(np.log1p(x), k)),
          domain=(POSITIVE, POSITIVE))  # fmt: skip
primitive(sp.inv_boxcox, Elementwise(
              lambda t, z, y, k: t * z ** (1 - k),
              lambda t, z, y, k: -t * z ** (1 - k) * _power_slope(np.log(z), k)),
          domain=(POSITIVE, POSITIVE))  # fmt: skip
primitive(sp.inv_boxcox1p, Elementwise(
              lambda t, z, y, k: t * (1 + z) ** (1 - k),
              lambda t, z, y, k: -t * (1 + z) ** (1 - k) * _power_slope(np.log1p(z), k)),
          domain=(POSITIVE, POSITIVE))  # fmt: skip


def _power_slope(log, k):  # type: ignore[no-untyped-def]
    """The derivative of ``(exp(k log) - 1) / k`` by ``k``, and its limit where that is 0."""
    return np.where(
        k == 0,
        0.5 * log * log,
        (np.exp(k * log) * (k * log - 1) + 1) / np.where(k == 0, 1.0, k * k),
    )
