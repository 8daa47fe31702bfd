"""Distributions of extremes in ``scipy.stats``, with location 0 and scale 1."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.scipy_stats_families import continuous
from adgen.transpiler.library.scipy_stats_of_reals import EULER, any_shape


def _log1p_by(c, z):
    """``log1p(c z) / c`` and its derivatives, by its series where ``c z`` is small."""
    u = c * z
    small = np.abs(u) < 0.01
    total = 0.0
    for k in tuple(range(10, 0, -1)):
        total = 1.0 / k - np.where(small, u, 0.0) * total
    return np.where(small, z * total, np.log1p(np.where(small, 0.0, u)) / np.where(small, 1.0, c))


def _stretched(c, y):
    """``expm1(c y) / c``."""
    return y * special.exprel(c * y)


def _end(c):
    """Where ``1 + c z`` is 0, infinitely far where ``c`` is 0."""
    return np.where(c == 0, np.inf, -1.0 / np.where(c == 0, 1.0, c))


# Generalised Pareto: what exceeds a high level


def _log_excess(z, c):
    level = _log1p_by(c, z)
    flat = (c == -1.0) & (level == np.inf)  # the end of a uniform distribution
    return np.where(flat, 0.0, -(c + 1.0) * level)


continuous(
    stats.genpareto, lambda c: (0.0, np.where(c < 0, _end(c), np.inf)), any_shape,
    logpdf=_log_excess,
    cdf=lambda z, c: -np.expm1(-_log1p_by(c, z)),
    sf=lambda z, c: np.exp(-_log1p_by(c, z)),
    logsf=lambda z, c: -_log1p_by(c, z),
    ppf=lambda q, c: _stretched(c, -np.log1p(-q)),
    isf=lambda q, c: _stretched(c, -np.log(q)),
    entropy=lambda c: 1.0 + c,
)  # fmt: skip

# Generalised extreme values


def _log_level(z, c):
    """``log(-log(cdf))``."""
    return -_log1p_by(-c, z)


def _log_extreme(z, c):
    level = _log_level(z, c)
    return np.where(level == np.inf, -np.inf, (1.0 - c) * level - np.exp(level))


continuous(
    stats.genextreme,
    lambda c: (np.where(c < 0, _end(-c), -np.inf), np.where(c > 0, _end(-c), np.inf)), any_shape,
    logpdf=_log_extreme,
    cdf=lambda z, c: np.exp(-np.exp(_log_level(z, c))),
    logcdf=lambda z, c: -np.exp(_log_level(z, c)),
    sf=lambda z, c: -np.expm1(-np.exp(_log_level(z, c))),
    ppf=lambda q, c: _stretched(-c, -np.log(-np.log(q))),
    isf=lambda q, c: _stretched(-c, -np.log(-np.log1p(-q))),
    entropy=lambda c: EULER * (1.0 - c) + 1.0,
)  # fmt: skip

continuous(
    stats.pareto, lambda b: (1.0, None),
    logpdf=lambda z, b: np.log(b) - (b + 1.0) * np.log(z),
    cdf=lambda z, b: -np.expm1(-b * np.log(z)),
    sf=lambda z, b: z ** (-b),
    ppf=lambda q, b: np.exp(-np.log1p(-q) / b),
    isf=lambda q, b: q ** (-1.0 / b),
    mean=lambda b: np.where(b > 1, b / (np.where(b > 1, b, 2.0) - 1.0), np.inf),
    entropy=lambda b: 1.0 + 1.0 / b - np.log(b),
)  # fmt: skip
