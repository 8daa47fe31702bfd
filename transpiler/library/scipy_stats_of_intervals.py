"""Distributions of ``scipy.stats`` over intervals, with location 0 and scale 1."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.scipy_stats_families import continuous, unit_interval
from adgen.transpiler.library.scipy_stats_of_reals import log_normal_density

continuous(
    stats.uniform, unit_interval,
    logpdf=lambda z: 0.0 * z,
    cdf=lambda z: z,
    ppf=lambda q: q,
    mean=lambda: 0.5,
    var=lambda: 1.0 / 12.0,
    entropy=lambda: 0.0,
)  # fmt: skip

continuous(
    stats.beta, unit_interval,
    logpdf=lambda z, a, b: (
        special.xlog1py(b - 1.0, -z) + special.xlogy(a - 1.0, z) - special.betaln(a, b)
    ),
    cdf=lambda z, a, b: special.betainc(a, b, z),
    sf=lambda z, a, b: special.betaincc(a, b, z),
    ppf=lambda q, a, b: special.betaincinv(a, b, q),
    isf=lambda q, a, b: special.betainccinv(a, b, q),
    mean=lambda a, b: a / (a + b),
    var=lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1.0)),
)  # fmt: skip

continuous(
    stats.powerlaw, unit_interval,
    logpdf=lambda z, a: np.log(a) + special.xlogy(a - 1.0, z),
    cdf=lambda z, a: z**a,
    logcdf=lambda z, a: a * np.log(z),
    sf=lambda z, a: -special.powm1(z, a),
    ppf=lambda q, a: q ** (1.0 / a),
    mean=lambda a: a / (a + 1.0),
    var=lambda a: a / ((a + 2.0) * (a + 1.0) ** 2),
    entropy=lambda a: 1.0 - 1.0 / a - np.log(a),
)  # fmt: skip

# The triangle with its top at ``c``


def _not_zero(c):
    return np.where(c > 0, c, 1.0)


def _log_triangle(z, c):
    rises, falls = z / _not_zero(c), (1.0 - z) / _not_zero(1.0 - c)
    return math.log(2.0) + np.log(np.where((z < c) | (c == 1), rises, falls))


def _under_triangle(z, c):
    rises = z * z / _not_zero(c)
    return np.where((z < c) | (c == 1), rises, 1.0 - (1.0 - z) ** 2 / _not_zero(1.0 - c))


continuous(
    stats.triang, unit_interval, lambda c: (c >= 0) & (c <= 1),
    logpdf=_log_triangle,
    cdf=_under_triangle,
    ppf=lambda q, c: np.where(
        q < c, np.sqrt(c * q), 1.0 - np.sqrt((1.0 - np.where(q < c, 0.0, c)) * (1.0 - q))
    ),
    mean=lambda c: (c + 1.0) / 3.0,
    var=lambda c: (1.0 - c + c * c) / 18.0,
    entropy=lambda c: 0.5 - math.log(2.0) + 0.0 * c,
)  # fmt: skip

continuous(
    stats.loguniform, lambda a, b: (a, b), lambda a, b: (a > 0) & (b > a),
    logpdf=lambda z, a, b: -np.log(z) - np.log(np.log(b) - np.log(a)),
    cdf=lambda z, a, b: (np.log(z) - np.log(a)) / (np.log(b) - np.log(a)),
    ppf=lambda q, a, b: np.exp(np.log(a) + q * (np.log(b) - np.log(a))),
    entropy=lambda a, b: 0.5 * (np.log(a) + np.log(b)) + np.log(np.log(b) - np.log(a)),
)  # fmt: skip

# The normal distribution between two points


def _log_less(low, high):
    """``log(ndtr(high) - ndtr(low))`` for points that are not above 0."""
    top = special.log_ndtr(high)
    return top + np.log1p(-np.exp(special.log_ndtr(low) - top))


def _log_mass(a, b):
    """``log(ndtr(b) - ndtr(a))``, from the side where nothing cancels."""
    left, right = b <= 0, a > 0
    outside = left | right
    low, high = np.where(right, -b, a), np.where(right, -a, b)
    tail = _log_less(np.where(outside, low, -2.0), np.where(outside, high, -1.0))
    centre = -special.ndtr(np.where(outside, -1.0, a)) - special.ndtr(np.where(outside, -1.0, -b))
    return np.where(outside, tail, np.log1p(centre))


def _log_below(z, a, b):
    return _log_mass(a, z) - _log_mass(a, b)


def _log_above(z, a, b):
    return _log_mass(z, b) - _log_mass(a, b)


def _density_at(z):
    """The normal density, and ``z`` times it, which is 0 where ``z`` is infinite."""
    finite = np.where(np.isfinite(z), z, 0.0)
    density = np.where(np.isfinite(z), np.exp(log_normal_density(finite)), 0.0)
    return density, finite * density


def _truncated_mean(a, b):
    mass = np.exp(_log_mass(a, b))
    return (_density_at(a)[0] - _density_at(b)[0]) / mass


def _truncated_variance(a, b):
    mass = np.exp(_log_mass(a, b))
    first = (_density_at(a)[0] - _density_at(b)[0]) / mass
    return 1.0 + (_density_at(a)[1] - _density_at(b)[1]) / mass - first**2


continuous(
    stats.truncnorm, lambda a, b: (a, b), lambda a, b: a < b,
    logpdf=lambda z, a, b: log_normal_density(z) - _log_mass(a, b),
    cdf=lambda z, a, b: np.exp(_log_below(z, a, b)),
    logcdf=_log_below,
    sf=lambda z, a, b: np.exp(_log_above(z, a, b)),
    logsf=_log_above,
    mean=_truncated_mean,
    var=_truncated_variance,
)  # fmt: skip
