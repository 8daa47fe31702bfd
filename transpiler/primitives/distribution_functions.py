"""Distribution functions of ``scipy.special``, by their points: the slopes are densities.

By parameters of shape the derivatives have no closed form, but for rates (DLMF 8.2, 8.17, 26).
"""

from __future__ import annotations

import numpy as np
from scipy import special as sp

from adgen.transpiler.primitives.kinds import POSITIVE, Domain, Elementwise, Unknown
from adgen.transpiler.primitives.special import PROBABILITY, _beta_density, _student_density
from adgen.transpiler.primitives.table import primitive

NO_FORMULA = Unknown("it has no closed form")
WHOLE = Unknown("it is a number of successes")
COUNT = Domain(1, 4, integer=True)


def _chi_square(v, x):  # type: ignore[no-untyped-def]
    """The density of ``v`` degrees of freedom."""
    return 0.5 * np.exp(sp.xlogy(0.5 * v - 1, 0.5 * x) - 0.5 * x - sp.gammaln(0.5 * v))


def _f(n, m, x):  # type: ignore[no-untyped-def]
    """The density of the ratio of two chi-squares."""
    return _beta_density(0.5 * n, 0.5 * m, n * x / (n * x + m)) * n * m / (n * x + m) ** 2


def _gamma(b, x):  # type: ignore[no-untyped-def]
    return np.exp(sp.xlogy(b - 1, x) - x - sp.gammaln(b))


def _by_point(function, rule, domain):  # type: ignore[no-untyped-def]
    unknown = (NO_FORMULA,) * (len(domain) - 1)
    primitive(function, Elementwise(*unknown, rule), domain=domain)


_TWO, _THREE = (POSITIVE, POSITIVE), (POSITIVE, POSITIVE, POSITIVE)
_by_point(sp.chdtr, lambda t, z, v, x: t * _chi_square(v, x), _TWO)
_by_point(sp.chdtrc, lambda t, z, v, x: -t * _chi_square(v, x), _TWO)
_by_point(sp.chdtri, lambda t, z, v, p: -t / _chi_square(v, z), (POSITIVE, PROBABILITY))
_by_point(sp.fdtr, lambda t, z, n, m, x: t * _f(n, m, x), _THREE)
_by_point(sp.fdtrc, lambda t, z, n, m, x: -t * _f(n, m, x), _THREE)
_by_point(sp.fdtri, lambda t, z, n, m, p: t / _f(n, m, z), (POSITIVE, POSITIVE, PROBABILITY))
_by_point(sp.stdtrit, lambda t, z, n, p: t / _student_density(n, z),
          (Domain(1.0, 4.0), PROBABILITY))  # fmt: skip
_by_point(sp.betainccinv, lambda t, z, a, b, p: -t / _beta_density(a, b, z),
          (POSITIVE, POSITIVE, PROBABILITY))  # fmt: skip

primitive(sp.gdtr, Elementwise(lambda t, z, a, b, x: t * x * _gamma(b, a * x), NO_FORMULA,
                               lambda t, z, a, b, x: t * a * _gamma(b, a * x)),
          domain=_THREE)  # fmt: skip
primitive(sp.gdtrc, Elementwise(lambda t, z, a, b, x: -t * x * _gamma(b, a * x), NO_FORMULA,
                                lambda t, z, a, b, x: -t * a * _gamma(b, a * x)),
          domain=_THREE)  # fmt: skip
primitive(sp.pdtr, Elementwise(WHOLE, lambda t, z, k, m: -t * _gamma(np.floor(k) + 1, m)),
          domain=(COUNT, POSITIVE))  # fmt: skip
primitive(sp.pdtrc, Elementwise(WHOLE, lambda t, z, k, m: t * _gamma(np.floor(k) + 1, m)),
          domain=(COUNT, POSITIVE))  # fmt: skip
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
