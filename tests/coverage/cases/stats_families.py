"""Families of SciPy's distributions: each method, by points, shapes, location and scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from adgen.transpiler import library
from tests.coverage.case import Case, Table, case
from tests.coverage.cases.stats import CASES as BY_HAND

POINTS = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
MOMENTS = ("mean", "var", "std", "median", "entropy")
FROZEN = ("logpdf", "ppf")  # also as methods of a distribution with its parameters
# Functions whose derivatives by parameters of shape have no closed form
PARTLY = (
    *(f"{family}.{name}" for family in ("t", "gamma", "chi2", "chi", "beta", "invgamma", "f")
      for name in ("cdf", "logcdf", "sf", "logsf", "ppf", "isf", "median")),
    *(f"nakagami.{name}" for name in ("cdf", "sf", "logcdf", "logsf", "ppf", "isf", "median")),
)  # fmt: skip
PARTS = np.array([0.07, 0.3, 0.62, 0.9])
CENTRED = "norm laplace cauchy logistic gumbel_r gumbel_l moyal hypsecant".split()
POSITIVE = (
    "expon rayleigh maxwell halfnorm halfcauchy halflogistic wald levy uniform"
).split()  # fmt: skip
SHAPED: dict[str, tuple[float, ...]] = {
    "t": (3.7,), "skewnorm": (1.3,), "exponnorm": (1.7,), "gennorm": (2.6,), "loggamma": (1.7,),
    "genlogistic": (1.7,), "vonmises": (1.7,), "gamma": (1.7,), "chi2": (2.7,), "chi": (2.7,),
    "lognorm": (0.7,), "invgamma": (3.3,), "weibull_min": (1.7,), "invweibull": (1.7,),
    "nakagami": (1.7,), "invgauss": (0.8,), "rice": (1.2,), "fisk": (1.7,), "lomax": (1.7,),
    "gompertz": (0.8,), "powerlaw": (1.7,), "triang": (0.4,), "pareto": (2.6,),
    "genpareto": (0.2,), "genextreme": (0.3,), "johnsonsu": (0.4, 1.3), "betaprime": (1.7, 2.2),
    "f": (3.2, 7.4), "beta": (1.7, 2.2), "loguniform": (0.4, 2.6), "truncnorm": (-0.8, 1.4),
}  # fmt: skip


def _points(family: Any, name: str, shapes: tuple[float, ...]) -> Any:
    return PARTS if name in ("ppf", "isf") else family.ppf(PARTS, *shapes, 0.1, 1.2)


def of_two(family: Any, name: str) -> list[Case]:
    """A family of location and scale."""
    function = getattr(family, name)
    if name in MOMENTS:
        return [case(lambda m, s: function(m, s), 0.1, 1.2)]
    frozen: Callable[..., Any] = lambda x, m, s: getattr(family(m, scale=s), name)(x)  # noqa: E731
    x = _points(family, name, ())
    direct = case(lambda x, m, s: function(x, m, s), x, 0.1, 1.2)
    return [direct, case(frozen, x, 0.1, 1.2)] if name in FROZEN else [direct]


def of_three(family: Any, name: str, shape: float) -> list[Case]:
    """A family with one parameter of shape."""
    function, x = getattr(family, name), _points(family, name, (shape,))
    if f"{family.name}.{name}" in PARTLY:
        if name in MOMENTS:
            return [case(lambda s: function(shape, 0.1, s), 1.2)]
        return [case(lambda x, m, s: function(x, shape, m, s), x, 0.1, 1.2)]
    if name in MOMENTS:
        single = family.name != "t"  # whose moments SciPy does not compute of float32
        return [case(lambda a, m, s: function(a, m, s), shape, 0.1, 1.2, single=single)]
    frozen: Callable[..., Any] = lambda x, a: getattr(family(a, 0.1, 1.2), name)(x)  # noqa: E731
    direct = case(lambda x, a, s: function(x, a, 0.1, s), x, shape, 1.2)
    return [direct, case(frozen, x, shape)] if name in FROZEN else [direct]


def of_four(family: Any, name: str, shapes: tuple[float, ...]) -> list[Case]:
    """A family with two parameters of shape."""
    function, x = getattr(family, name), _points(family, name, shapes)
    if f"{family.name}.{name}" in PARTLY:
        if name in MOMENTS:
            return [case(lambda s: function(*shapes, 0.1, s), 1.2)]
        return [case(lambda x, m, s: function(x, *shapes, m, s), x, 0.1, 1.2)]
    if name in MOMENTS:
        return [case(lambda a, b, s: function(a, b, 0.1, s), *shapes, 1.2)]
    return [case(lambda x, a, b: function(x, a, b, 0.1, 1.2), x, *shapes)]


def _of_family(name: str, method: str) -> list[Case]:
    family, shapes = getattr(stats, name), SHAPED.get(name, ())
    if len(shapes) == 0:
        return of_two(family, method)
    if len(shapes) == 1:
        return of_three(family, method, shapes[0])
    return of_four(family, method, shapes)


_COUNTS = np.array([0, 2, 1, 4])
_PARTLY_COUNTED = ("binom.cdf", "binom.sf", "nbinom.cdf", "nbinom.sf")
COUNTED: dict[str, tuple[float, ...]] = {
    "bernoulli": (0.4,), "poisson": (1.4,), "geom": (0.4,), "logser": (0.4,), "nbinom": (2.5, 0.4),
    "binom": (5, 0.4), "betabinom": (5, 1.3, 2.2), "betanbinom": (5, 1.3, 2.2),
}  # fmt: skip


def _of_counts(family: Any, name: str, shapes: tuple[float, ...]) -> list[Case]:
    """Probabilities of counts, by the parameters that are no counts."""
    function, k = getattr(family, name), _COUNTS + (family.name in ("geom", "logser"))
    points = () if name in MOMENTS else (k % 2 if family.name == "bernoulli" else k,)
    if len(shapes) == 1:
        frozen = lambda p: getattr(family(p), name)(*points)  # noqa: E731
        return [case(lambda p: function(*points, p), *shapes), case(frozen, *shapes)]
    if len(shapes) == 3:
        return [case(lambda a, b: function(*points, shapes[0], a, b), *shapes[1:])]
    if shapes[0] == int(shapes[0]) or f"{family.name}.{name}" in _PARTLY_COUNTED:
        return [case(lambda p: function(*points, shapes[0], p), shapes[1])]
    return [case(lambda n, p: function(*points, n, p), *shapes)]


def _defined(name: str, methods: tuple[str, ...]) -> dict[str, str]:
    """The methods that a family has here, by their names, but for those with cases by hand."""
    family = getattr(stats, name)
    found = {f"stats.{name}.{method}": method for method in methods if hasattr(family, method)}
    return {
        whole: method for whole, method in found.items()
        if whole not in BY_HAND and library.definition_of(getattr(family, method)) is not None
    }  # fmt: skip


CASES: Table = {
    whole: _of_family(name, method)
    for name in (*CENTRED, *POSITIVE, *SHAPED)
    for whole, method in _defined(name, (*POINTS, *MOMENTS)).items()
} | {
    whole: _of_counts(getattr(stats, name), method, shapes)
    for name, shapes in COUNTED.items()
    for whole, method in _defined(name, ("pmf", "logpmf", "cdf", "sf", *MOMENTS)).items()
}
