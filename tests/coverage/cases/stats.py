"""Distributions of SciPy, in form and scale."""

from __future__ import annotations

import numpy as np
from scipy import stats

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    DEFINITE,
    MATRIX,
    NUMBER,
    SQUARE,
    TENSOR,
    THREE,
    VECTOR,
    spread,
)

REAL, POSITIVE, PART = (-2.0, 2.0), (0.4, 3.0), (0.1, 0.9)


def of_location(function, low=-2.0, high=2.0):
    """Densities of points, by location and scale too."""
    wide = spread(low, high, (2, 3))
    return [
        case(lambda x: function(x), spread(low, high, (4,))),
        case(lambda x, m, s: function(x, m, s), wide, -1.5 if low < 0 else 0.05, 1.2),
        case(lambda x, s: function(x, scale=s), spread(low, high), np.array([0.9, 1.3])),
    ]


def of_shape(function, low, high, order=2):
    """Densities with a parameter of shape, by which they are differentiated or not."""
    wide = spread(low, high, (2, 3))
    return [
        case(lambda x, a: function(x, a), spread(low, high, (4,)), 1.7, order=order),
        case(lambda x, a: function(x, a, 0.05, 1.2), wide, spread(1.1, 3.0, (3,)), order=order),
        case(lambda x, a, s: function(x, a, scale=s), spread(low, high), 2.3, 1.1, order=order),
    ]


def of_points(function, low, high):
    """Functions of distributions whose parameters have no derivative known."""
    wide = spread(low, high, (2, 3))
    return [
        case(lambda x: function(x, 1.7), spread(low, high, (4,))),
        case(lambda x, s: function(x, 2.3, 0.05, s), wide, 1.2),
        case(lambda x: function(x, 3.0), spread(low, high)),
    ]


def of_two_shapes(function):
    """Densities on the interval from 0 to 1."""
    return [
        case(lambda x, a, b: function(x, a, b), spread(0.1, 0.9, (4,)), 1.7, 2.2),
        case(lambda x, a: function(x, a, 1.5), spread(0.1, 0.9, (2, 3)), spread(1.1, 3.0, (3,))),
        case(lambda x, b: function(x, 2.0, b, 0.05, 1.2), 0.4, 1.3),
    ]


_COUNTS = np.array([0, 2, 1, 3])
PAIRS, SQUARE2 = MATRIX[:, :2], np.array([[2.0, 0.3], [0.3, 1.0]])
FROZEN, COUNTS_FROZEN = stats.norm(0.3, scale=1.2), stats.poisson(1.4)
OF_SHAPES = stats.gamma(np.array([1.5, 2.0, 2.5]), scale=1.3)
NORMAL_FROZEN = stats.multivariate_normal(np.zeros(3), DEFINITE)
MULTIVARIATE_T = stats.multivariate_t(np.zeros(3), DEFINITE, 3.0)
SIMPLEX_FROZEN = stats.dirichlet(np.array([2.0, 3.0, 0.5]))

CASES: Table = {
    **{
        f"stats.norm.{name}": of_location(getattr(stats.norm, name))
        for name in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")
    },
    **{
        f"stats.{name}.logpdf": of_location(getattr(stats, name).logpdf)
        for name in ("laplace", "cauchy", "logistic", "gumbel_r", "gumbel_l")
    },
    "stats.uniform.logpdf": [
        case(lambda x, s: stats.uniform.logpdf(x, -1.0, s), spread(-0.9, 1.0, (4,)), 3.0),
        case(lambda x: stats.uniform.logpdf(x), spread(*PART, (2, 3))),
        case(lambda s: stats.uniform.logpdf(0.5, scale=s), 1.4),
    ],
    "stats.expon.logpdf": of_location(stats.expon.logpdf, 0.2, 3.0),
    "stats.expon.pdf": of_location(stats.expon.pdf, 0.2, 3.0),
    "stats.expon.cdf": of_location(stats.expon.cdf, 0.2, 3.0),
    "stats.halfnorm.logpdf": of_location(stats.halfnorm.logpdf, 0.2, 3.0),
    "stats.rayleigh.logpdf": of_location(stats.rayleigh.logpdf, 0.2, 3.0),
    "stats.t.logpdf": of_shape(stats.t.logpdf, *REAL),
    "stats.t.pdf": of_shape(stats.t.pdf, *REAL),
    "stats.t.cdf": of_points(stats.t.cdf, *REAL),
    "stats.t.logcdf": of_points(stats.t.logcdf, *REAL),
    "stats.beta.logpdf": of_two_shapes(stats.beta.logpdf),
    "stats.beta.pdf": of_two_shapes(stats.beta.pdf),
    "stats.beta.cdf": [
        case(lambda x: stats.beta.cdf(x, 1.7, 2.2), spread(*PART, (4,))),
        case(lambda x, s: stats.beta.cdf(x, 1.7, 0.8, 0.05, s), spread(*PART, (2, 3)), 1.2),
        case(lambda x: stats.beta.cdf(x, 0.7, 2.0), 0.3),
    ],
    "stats.gamma.logpdf": of_shape(stats.gamma.logpdf, *POSITIVE),
    "stats.gamma.pdf": of_shape(stats.gamma.pdf, *POSITIVE),
    "stats.gamma.cdf": of_points(stats.gamma.cdf, *POSITIVE),
    "stats.chi2.logpdf": of_shape(stats.chi2.logpdf, *POSITIVE),
    "stats.chi2.pdf": of_shape(stats.chi2.pdf, *POSITIVE),
    "stats.chi2.cdf": of_points(stats.chi2.cdf, *POSITIVE),
    "stats.lognorm.logpdf": of_shape(stats.lognorm.logpdf, *POSITIVE),
    "stats.invgamma.logpdf": of_shape(stats.invgamma.logpdf, *POSITIVE),
    "stats.weibull_min.logpdf": of_shape(stats.weibull_min.logpdf, *POSITIVE),
    "stats.pareto.logpdf": of_shape(stats.pareto.logpdf, 1.3, 4.0),
    "stats.poisson.logpmf": [
        case(lambda m: stats.poisson.logpmf(_COUNTS, m), 1.4),
        case(lambda m: stats.poisson.logpmf(_COUNTS, m), spread(*POSITIVE, (4,))),
        case(lambda m: stats.poisson.logpmf(2, m), spread(*POSITIVE, (2, 3))),
    ],
    "stats.poisson.pmf": [
        case(lambda m: stats.poisson.pmf(_COUNTS, m), 1.4),
        case(lambda m: stats.poisson.pmf(_COUNTS, m), spread(*POSITIVE, (4,))),
        case(lambda m: stats.poisson.pmf(2, m), spread(*POSITIVE, (2, 3))),
    ],
    "stats.poisson.cdf": [
        case(lambda m: stats.poisson.cdf(_COUNTS, m), 1.4),
        case(lambda m: stats.poisson.cdf(_COUNTS, m), spread(*POSITIVE, (4,))),
        case(lambda m: stats.poisson.cdf(2, m), spread(*POSITIVE, (2, 3))),
    ],
    "stats.bernoulli.logpmf": [
        case(lambda p: stats.bernoulli.logpmf(np.array([0, 1, 1, 0]), p), 0.4),
        case(lambda p: stats.bernoulli.logpmf(np.array([0, 1, 1]), p), spread(*PART, (3,))),
        case(lambda p: stats.bernoulli.logpmf(1, p), spread(*PART, (2, 3))),
    ],
    "stats.binom.logpmf": [
        case(lambda p: stats.binom.logpmf(_COUNTS, 5, p), 0.4),
        case(lambda p: stats.binom.logpmf(_COUNTS, 4, p), spread(*PART, (4,))),
        case(lambda p: stats.binom.logpmf(2, 6, p), spread(*PART, (2, 3))),
    ],
    "stats.dirichlet.logpdf": [
        case(lambda a: stats.dirichlet.logpdf(a / np.sum(a), a), np.abs(THREE)),
        case(lambda a: stats.dirichlet.logpdf(np.array([0.2, 0.5, 0.3]), a), np.abs(THREE)),
        case(lambda a: stats.dirichlet.logpdf(np.array([0.4, 0.6]), a), np.array([0.7, 2.0])),
        case(
            lambda x: stats.dirichlet.logpdf(x / np.sum(x), np.array([2.0, 3.0, 0.5])),
            np.abs(THREE),
        ),
    ],
    "stats.dirichlet.pdf": [
        case(lambda a: stats.dirichlet.pdf(np.array([0.2, 0.5, 0.3]), a), np.abs(THREE)),
        case(lambda a: stats.dirichlet.pdf(np.array([0.4, 0.6]), a), np.array([0.7, 2.0])),
        case(
            lambda x: stats.dirichlet.pdf(x / np.sum(x), np.array([2.0, 3.0, 0.5])), np.abs(THREE)
        ),
    ],
    "stats.multivariate_normal.logpdf": [
        case(lambda x, m: stats.multivariate_normal.logpdf(x, m, DEFINITE), THREE, THREE * 0.3),
        case(
            lambda x, m, c: stats.multivariate_normal.logpdf(x, m, c @ c.T + np.eye(3)),
            SQUARE[:2],
            THREE,
            SQUARE,
        ),
        case(lambda x: stats.multivariate_normal.logpdf(x), THREE),
        case(lambda x, s: stats.multivariate_normal.logpdf(x, None, s * s), THREE, NUMBER),
        case(lambda x, s: stats.multivariate_normal.logpdf(x, THREE, s), SQUARE, np.abs(THREE)),
        case(lambda x, s: stats.multivariate_normal.logpdf(x, 0.3, s), VECTOR, 1.4),
    ],
    "stats.multivariate_normal.pdf": [
        case(lambda x, m: stats.multivariate_normal.pdf(x, m, DEFINITE), THREE, THREE * 0.3),
        case(lambda x, c: stats.multivariate_normal.pdf(x, cov=c @ c.T + np.eye(3)), THREE, SQUARE),
        case(lambda x: stats.multivariate_normal.pdf(x, THREE, DEFINITE), MATRIX[:, :3]),
        case(lambda x: stats.multivariate_normal.pdf(x, THREE, DEFINITE), TENSOR[..., :3]),
        case(lambda x: stats.multivariate_normal.pdf(x, THREE, DEFINITE), TENSOR[:, :1, :3]),
    ],
    "stats.multivariate_normal.entropy": [
        case(lambda c: stats.multivariate_normal.entropy(THREE, c @ c.T + np.eye(3)), SQUARE),
        case(lambda c: stats.multivariate_normal.entropy(cov=c @ c.T + np.eye(3)), SQUARE),
        case(lambda s: stats.multivariate_normal.entropy(0.0, s * s), NUMBER),
    ],
    "stats.norm.ppf": of_location(stats.norm.ppf, 0.1, 0.9),
    "stats.norm.isf": of_location(stats.norm.isf, 0.1, 0.9),
    "stats.expon.sf": of_location(stats.expon.sf, 0.2, 3.0),
    "stats.expon.logsf": of_location(stats.expon.logsf, 0.2, 3.0),
    "stats.expon.ppf": of_location(stats.expon.ppf, 0.1, 0.9),
    "stats.logistic.pdf": of_location(stats.logistic.pdf),
    "stats.logistic.cdf": of_location(stats.logistic.cdf),
    "stats.logistic.sf": of_location(stats.logistic.sf),
    "stats.logistic.ppf": of_location(stats.logistic.ppf, 0.1, 0.9),
    "stats.gumbel_r.cdf": of_location(stats.gumbel_r.cdf),
    "stats.halfcauchy.logpdf": of_location(stats.halfcauchy.logpdf, 0.2, 3.0),
    "stats.vonmises.logpdf": of_shape(stats.vonmises.logpdf, *REAL),
    "stats.f.logpdf": [
        case(lambda x, a, b: stats.f.logpdf(x, a, b), spread(*POSITIVE, (4,)), 1.7, 2.4),
        case(lambda x, a: stats.f.logpdf(x, a, 3), spread(*POSITIVE, (2, 3)), 2.2),
        case(lambda x, s: stats.f.logpdf(x, 2, 5, 0.05, s), spread(*POSITIVE), 1.2),
    ],
    "stats.geom.logpmf": [
        case(lambda p: stats.geom.logpmf(_COUNTS + 1, p), 0.4),
        case(lambda p: stats.geom.logpmf(_COUNTS + 1, p), spread(*PART, (4,))),
        case(lambda p: stats.geom.logpmf(2, p), spread(*PART, (2, 3))),
    ],
    "stats.nbinom.logpmf": [
        case(lambda n, p: stats.nbinom.logpmf(_COUNTS, n, p), 2.5, 0.4),
        case(lambda p: stats.nbinom.logpmf(_COUNTS, 4, p), spread(*PART, (4,))),
        case(lambda p: stats.nbinom.logpmf(2, 6, p), spread(*PART, (2, 3))),
    ],
    "stats.multivariate_t.logpdf": [
        case(lambda x: stats.multivariate_t.logpdf(x, THREE, DEFINITE, 3.5), VECTOR[:3]),
        case(lambda s, d: stats.multivariate_t.logpdf(PAIRS, None, s @ s.T, d), SQUARE2, 2.5),
        case(lambda m, s: stats.multivariate_t(m, s @ s.T, 4).logpdf(THREE), 0.3 * THREE, DEFINITE),
    ],
    "stats.multivariate_t.pdf": [
        case(lambda x: stats.multivariate_t.pdf(x, THREE, DEFINITE, 3.5), VECTOR[:3]),
        case(lambda x: MULTIVARIATE_T.pdf(x), VECTOR[:3]),
        case(lambda m, s: stats.multivariate_t(m, s @ s.T, 4).pdf(THREE), THREE * 0.3, DEFINITE),
    ],
    "stats.multinomial.logpmf": [
        case(lambda p: stats.multinomial.logpmf([1, 0, 3], 4, p / np.sum(p)), np.abs(THREE)),
        case(
            lambda p: stats.multinomial.logpmf([[1, 0, 3], [2, 2, 0]], 4, p / np.sum(p)),
            np.abs(THREE),
        ),
        case(lambda p: stats.multinomial.logpmf([1, 1], 2, p / np.sum(p)), np.abs(THREE)[:2]),
    ],
    "stats.multinomial.pmf": [
        case(lambda p: stats.multinomial.pmf([1, 0, 3], 4, p / np.sum(p)), np.abs(THREE)),
        case(
            lambda p: stats.multinomial.pmf([[1, 0, 3], [2, 2, 0]], 4, p / np.sum(p)), np.abs(THREE)
        ),
        case(lambda p: stats.multinomial.pmf([1, 1], 2, p / np.sum(p)), np.abs(THREE)[:2]),
    ],
    "stats.dirichlet.mean": [
        case(lambda a: stats.dirichlet.mean(a), np.abs(THREE)),
        case(lambda a: stats.dirichlet(a).mean(), np.abs(THREE)),
        case(lambda a: stats.dirichlet(a * a).logpdf(np.array([0.2, 0.5, 0.3])), THREE),
    ],
    "stats.dirichlet.var": [
        case(lambda a: stats.dirichlet.var(a), np.abs(THREE)),
        case(lambda a: stats.dirichlet(a).var(), np.abs(THREE)),
        case(lambda a: stats.dirichlet(a * a).pdf(np.array([0.2, 0.5, 0.3])), THREE),
    ],
    "stats.frozen": [
        case(lambda x: FROZEN.logpdf(x) + FROZEN.cdf(x) * FROZEN.std(), VECTOR),
        case(lambda x: COUNTS_FROZEN.logpmf(2) * x + OF_SHAPES.logpdf(np.abs(x)), VECTOR[:3]),
        case(lambda x: NORMAL_FROZEN.logpdf(x) + NORMAL_FROZEN.entropy(), THREE),
        case(lambda m, s: stats.multivariate_normal(m, s @ s.T).pdf(THREE), THREE * 0.3, DEFINITE),
        case(lambda x: SIMPLEX_FROZEN.logpdf(x / np.sum(x)), np.abs(THREE)),
    ],
}
