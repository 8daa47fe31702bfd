"""Distributions of ``scipy.stats`` with their parameters: frozen in the program, or before it.

They are SciPy's own objects, and have the methods that their family has here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from adgen.transpiler.library.registry import defines, refuse
from adgen.transpiler.library.scipy_stats_families import Formula

_CONTINUOUS: Any = type(stats.norm())
_DISCRETE: Any = type(stats.poisson(1.0))


@defines(stats.rv_continuous.__call__, stats.rv_continuous.freeze)
def freeze(self, *args, **kwds):
    if isinstance(self, stats.rv_continuous):
        return _CONTINUOUS(self, *args, **kwds)
    return _DISCRETE(self, *args, **kwds)


@defines(_CONTINUOUS.__init__)
def hold(self, dist, *args, **kwds):
    self.args = args
    self.kwds = kwds
    self.dist = dist


@defines(stats.rv_continuous.rvs, stats.rv_discrete.rvs, _CONTINUOUS.rvs)
def rvs(self, *args, **kwds):
    refuse("samples of a distribution of `scipy.stats`",
           "draw them from a generator of NumPy, as rng.normal(...)")  # fmt: skip


def _of_points(name: str) -> Formula:
    def method(self, x):
        return getattr(self.dist, name)(x, *self.args, **self.kwds)

    return method


def _of_parameters(name: str) -> Formula:
    def method(self):
        return getattr(self.dist, name)(*self.args, **self.kwds)

    return method


for _name in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"):
    defines(getattr(_CONTINUOUS, _name))(_of_points(_name))
for _name in ("pmf", "logpmf"):
    defines(getattr(_DISCRETE, _name))(_of_points(_name))
for _name in ("median", "mean", "var", "std", "entropy"):
    defines(getattr(_CONTINUOUS, _name))(_of_parameters(_name))


# Distributions of vectors: each object of SciPy keeps its parameters under names of its own

_NORMAL: Any = type(stats.multivariate_normal())
_STUDENT: Any = type(stats.multivariate_t())
_DIRICHLET: Any = type(stats.dirichlet([1.0, 1.0]))


class Covariance:
    """What SciPy makes of a matrix, as far as it is read here."""

    def __init__(self, matrix):
        self._covariance = matrix


@defines(type(stats.multivariate_normal).__call__)
def freeze_normal(self, mean=None, cov=1, allow_singular=False, seed=None):
    return _NORMAL(mean, cov, allow_singular)


@defines(_NORMAL.__init__)
def hold_normal(self, mean=None, cov=1, allow_singular=False):
    self.mean = np.zeros(np.shape(cov)[0]) if mean is None and np.ndim(cov) > 0 else mean
    self.cov_object = Covariance(cov)
    self.allow_singular = allow_singular


@defines(_NORMAL.logpdf)
def normal_logpdf(self, x):
    matrix = self.cov_object._covariance
    return stats.multivariate_normal.logpdf(x, self.mean, matrix, self.allow_singular)


@defines(_NORMAL.pdf)
def normal_pdf(self, x):
    return np.exp(normal_logpdf(self, x))


@defines(_NORMAL.entropy)
def normal_entropy(self):
    return stats.multivariate_normal.entropy(self.mean, self.cov_object._covariance)


@defines(type(stats.multivariate_t).__call__)
def freeze_student(self, loc=None, shape=1, df=1, allow_singular=False, seed=None):
    return _STUDENT(loc, shape, df, allow_singular)


@defines(_STUDENT.__init__)
def hold_student(self, loc=None, shape=1, df=1, allow_singular=False):
    self.loc = np.zeros(np.shape(shape)[0]) if loc is None and np.ndim(shape) > 0 else loc
    self.shape, self.df, self.allow_singular = shape, df, allow_singular


@defines(_STUDENT.pdf)
def student_pdf(self, x):
    return stats.multivariate_t.pdf(x, self.loc, self.shape, self.df, self.allow_singular)


@defines(_STUDENT.logpdf)
def student_logpdf(self, x):
    if self.allow_singular:
        refuse("`multivariate_t` with `allow_singular`", "give it a regular matrix")
    return stats.multivariate_t.logpdf(x, self.loc, self.shape, self.df)


@defines(type(stats.dirichlet).__call__)
def freeze_dirichlet(self, alpha, seed=None):
    return _DIRICHLET(alpha)


@defines(_DIRICHLET.__init__)
def hold_dirichlet(self, alpha, seed=None):
    self.alpha = alpha


@defines(_DIRICHLET.pdf)
def dirichlet_pdf(self, x):
    return stats.dirichlet.pdf(x, self.alpha)


@defines(_DIRICHLET.logpdf)
def dirichlet_logpdf(self, x):
    return stats.dirichlet.logpdf(x, self.alpha)


@defines(_DIRICHLET.mean)
def dirichlet_mean(self):
    return stats.dirichlet.mean(self.alpha)


@defines(_DIRICHLET.var)
def dirichlet_var(self):
    return stats.dirichlet.var(self.alpha)


for _class in (stats.multivariate_normal, stats.multivariate_t, stats.dirichlet):
    defines(type(_class).rvs)(rvs)
for _class in (_NORMAL, _STUDENT, _DIRICHLET):
    defines(_class.rvs)(rvs)
