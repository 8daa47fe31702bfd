"""Distributions of counts in ``scipy.stats``, with location 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special, stats

from adgen.transpiler.library.scipy_stats_families import Formula, enter, or_nan, parameters


def counts(family: Any, least: float, most: Formula, valid: Formula, **standard: Formula) -> None:
    """Define the methods of a family of integers from ``least`` to ``most(*shapes)``, or None."""
    names = tuple(family.shapes.split(", "))
    mass = standard["logpmf"]
    enter(family, "logpmf", _log_mass(mass, names, least, most, valid))
    enter(family, "pmf", _mass(mass, names, least, most, valid))
    for name in ("cdf", "sf"):
        if name in standard:
            ends = (0.0, 1.0) if name == "cdf" else (1.0, 0.0)
            enter(family, name, _tail(standard[name], *ends, names, least, most, valid))
    for name in ("mean", "var", "std"):
        formula = standard.get("var" if name == "std" else name)
        if formula is not None:
            enter(family, name, _moment(formula, name, names, valid))
    if "entropy" in standard:
        enter(family, "entropy", _moment(standard["entropy"], "entropy", names, valid))


def _among(k, least, last):
    """Whether a point is among those that can be."""
    within = k >= least if last is None else (k >= least) & (k <= last)
    return within & (k == np.floor(k))


def _log_mass(formula, names, least, most, valid):
    def logpmf(k, *args, **kwds):
        shapes, loc, _ = parameters(names, args, kwds, ("loc",))
        k = np.asarray(k - loc, np.float64)
        inside = _among(k, least, most(*shapes))
        value = np.where(inside, formula(np.where(inside, k, least), *shapes), -np.inf)
        return or_nan(valid(*shapes) & (k == k), value)

    return logpmf


def _mass(formula, names, least, most, valid):
    logarithm = _log_mass(formula, names, least, most, valid)

    def pmf(k, *args, **kwds):
        return np.exp(logarithm(k, *args, **kwds))

    return pmf


def _tail(formula, below, above, names, least, most, valid):
    def tail(k, *args, **kwds):
        shapes, loc, _ = parameters(names, args, kwds, ("loc",))
        k = np.floor(np.asarray(k - loc, np.float64))
        last = most(*shapes)
        inside = (k >= least) & (k < np.inf) if last is None else (k >= least) & (k < last)
        value = formula(np.where(inside, k, least), *shapes)
        value = np.where(inside, value, np.where(k < least, below, above))
        return or_nan(valid(*shapes) & (k == k), value)

    return tail


def _moment(formula, name, names, valid):
    def moment(*args, **kwds):
        shapes, loc, _ = parameters(names, args, kwds, ("loc",))
        value = formula(*shapes)
        loc = np.asarray(loc, np.float64)
        value = np.sqrt(value) if name == "std" else value
        return or_nan(valid(*shapes), value + loc if name == "mean" else value + 0.0 * loc)

    return moment


def no_end(*shapes):
    return None


def a_part(p):
    return (p >= 0) & (p <= 1)


def _log_ways(n, k):
    """The logarithm of in how many ways ``k`` of ``n`` can be chosen."""
    return -np.log1p(n) - special.betaln(n - k + 1.0, k + 1.0)


def _trials(n, p):
    return (n >= 0) & (n == np.floor(n)) & a_part(p)


counts(
    stats.bernoulli, 0.0, lambda p: 1.0, a_part,
    logpmf=lambda k, p: special.xlogy(k, p) + special.xlog1py(1.0 - k, -p),
    cdf=lambda k, p: 1.0 - p,
    sf=lambda k, p: p,
    mean=lambda p: p,
    var=lambda p: p * (1.0 - p),
    entropy=lambda p: special.entr(p) + special.entr(1.0 - p),
)  # fmt: skip

counts(
    stats.binom, 0.0, lambda n, p: n, _trials,
    logpmf=lambda k, n, p: (
        _log_ways(n, k) + special.xlogy(k, p) + special.xlog1py(n - k, -p)
    ),
    cdf=lambda k, n, p: special.betaincc(k + 1.0, n - k, p),
    sf=lambda k, n, p: special.betainc(k + 1.0, n - k, p),
    mean=lambda n, p: n * p,
    var=lambda n, p: n * p * (1.0 - p),
)  # fmt: skip

counts(
    stats.poisson, 0.0, no_end, lambda mu: mu >= 0,
    logpmf=lambda k, mu: special.xlogy(k, mu) - special.gammaln(k + 1.0) - mu,
    cdf=lambda k, mu: special.gammaincc(k + 1.0, mu),
    sf=lambda k, mu: special.gammainc(k + 1.0, mu),
    mean=lambda mu: mu,
    var=lambda mu: mu,
)  # fmt: skip

counts(
    stats.geom, 1.0, no_end, lambda p: (p > 0) & (p <= 1),
    logpmf=lambda k, p: special.xlog1py(k - 1.0, -p) + np.log(p),
    cdf=lambda k, p: -np.expm1(np.log1p(-p) * k),
    sf=lambda k, p: np.exp(np.log1p(-p) * k),
    mean=lambda p: 1.0 / p,
    var=lambda p: (1.0 - p) / (p * p),
)  # fmt: skip

counts(
    stats.nbinom, 0.0, no_end, lambda n, p: (n > 0) & (p > 0) & (p <= 1),
    logpmf=lambda k, n, p: (
        special.gammaln(n + k) - special.gammaln(k + 1.0) - special.gammaln(n)
        + n * np.log(p) + special.xlog1py(k, -p)
    ),
    cdf=lambda k, n, p: special.betainc(n, k + 1.0, p),
    sf=lambda k, n, p: special.betaincc(n, k + 1.0, p),
    mean=lambda n, p: n * (1.0 - p) / p,
    var=lambda n, p: n * (1.0 - p) / (p * p),
)  # fmt: skip

counts(
    stats.betabinom, 0.0, lambda n, a, b: n,
    lambda n, a, b: (n >= 0) & (n == np.floor(n)) & (a > 0) & (b > 0),
    logpmf=lambda k, n, a, b: (
        _log_ways(n, k) + special.betaln(k + a, n - k + b) - special.betaln(a, b)
    ),
    mean=lambda n, a, b: n * a / (a + b),
    var=lambda n, a, b: n * a * b * (a + b + n) / ((a + b) ** 2 * (a + b + 1.0)),
)  # fmt: skip

counts(
    stats.betanbinom, 0.0, no_end,
    lambda n, a, b: (n >= 0) & (n == np.floor(n)) & (a > 0) & (b > 0),
    logpmf=lambda k, n, a, b: (
        -np.log(n + k) - special.betaln(n, k + 1.0) + special.betaln(a + n, b + k)
        - special.betaln(a, b)
    ),
)  # fmt: skip

counts(
    stats.logser, 1.0, no_end, lambda p: (p > 0) & (p < 1),
    logpmf=lambda k, p: k * np.log(p) - np.log(k) - np.log(-np.log1p(-p)),
    mean=lambda p: -p / ((1.0 - p) * np.log1p(-p)),
)  # fmt: skip
