"""Methods of a distribution of ``scipy.stats``, from what it is with location 0 and scale 1.

As in SciPy: nothing is computed outside of the support, and parameters that are none give nan.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.transpiler.library.registry import defines, is_defined, refuse

_SMALLEST = math.ulp(0.0)
Formula = Callable[..., Any]


def positive(*shapes):
    """Whether all parameters of shape are: what most families ask for."""
    known = True
    for shape in shapes:
        known = known & (shape > 0)
    return known


def real_line(*shapes):
    """The ends of the support, None for what has no end."""
    return None, None


def half_line(*shapes):
    return 0.0, None


def above_zero(*shapes):
    """The half line without 0: what lies below the smallest number is 0, or less."""
    return _SMALLEST, None


def finite(*shapes):
    """All numbers, where what is infinite is to be as far out as can be."""
    return -sys.float_info.max, sys.float_info.max


def finite_above_zero(*shapes):
    return _SMALLEST, sys.float_info.max


def unit_interval(*shapes):
    return 0.0, 1.0


def continuous(
    family: Any, support: Formula = half_line, valid: Formula = positive, **standard: Formula
) -> None:
    """Define the methods of a family, by the name of each, of points and parameters of shape.

    What is not given follows from what is, where SciPy lets it follow too.
    """
    names = tuple(family.shapes.split(", ")) if family.shapes else ()
    if "logpdf" in standard:
        enter(family, "logpdf", _log_density(standard["logpdf"], names, support, valid))
        enter(family, "pdf", _density(standard["logpdf"], names, support, valid))
    below = {"cdf": (0.0, 1.0), "sf": (1.0, 0.0), "logcdf": (-np.inf, 0.0), "logsf": (0.0, -np.inf)}
    for name, ends in below.items():
        formula = standard.get(name) or _derived(family, name, standard)
        if formula is not None:
            enter(family, name, _tail(formula, *ends, names, support, valid))
    if "ppf" in standard:
        enter(family, "ppf", _quantile(standard["ppf"], True, names, support, valid))
        enter(family, "median", _median(standard["ppf"], names, valid))
        if "_isf" not in vars(type(family)):
            standard.setdefault("isf", _of_rest(standard["ppf"]))
    if "isf" in standard:
        enter(family, "isf", _quantile(standard["isf"], False, names, support, valid))
    _of_moments(family, names, valid, standard)


def _of_moments(family: Any, names: Any, valid: Formula, standard: dict[str, Formula]) -> None:
    powers = {"mean": 1, "var": 2, "std": 2}
    for name, power in powers.items():
        formula = standard.get("var" if name == "std" else name)
        if formula is not None:
            enter(family, name, _moment(formula, power, name == "std", names, valid))
    if "entropy" in standard:
        enter(family, "entropy", _entropy(standard["entropy"], names, valid))


def enter(family: Any, name: str, definition: Formula) -> None:
    """Define a method, unless it is defined by itself."""
    method = getattr(family, name)
    if not is_defined(method):
        defines(method)(definition)


def _derived(family: Any, name: str, standard: dict[str, Formula]) -> Formula | None:
    """A distribution function by another one, where SciPy has no better way."""
    source = {"sf": "cdf", "logcdf": "cdf", "logsf": "sf"}.get(name, "")
    if f"_{name}" in vars(type(family)):
        return None
    formula = standard.get(source) or (_derived(family, source, standard) if source else None)
    if formula is None:
        return None
    return _rest(formula) if name == "sf" else _logarithm(formula)


def _rest(formula):
    def rest(z, *shapes):
        return 1.0 - formula(z, *shapes)

    return rest


def _of_rest(formula):
    def of_rest(q, *shapes):
        return formula(1.0 - q, *shapes)

    return of_rest


def _logarithm(formula):
    def logarithm(z, *shapes):
        return np.log(formula(z, *shapes))

    return logarithm


def parameters(names, args, kwds, more=("loc", "scale")):
    """Those of shape, in order, then location and scale."""
    known = (*names, *more)
    given = dict(zip(known, args))
    wrong = [name for name in kwds if name not in known or name in given]
    given.update(kwds)
    missing = [name for name in names if name not in given]
    if len(args) > len(known) or wrong or missing:
        refuse("parameters that a distribution does not have, or lacks",
               f"give it {', '.join(known)} once each")  # fmt: skip
    shapes = tuple([np.asarray(given[name], np.float64) for name in names])
    return shapes, given.get("loc", 0.0), given.get("scale", 1.0)


def _standard(x, loc, scale):
    """The points in units of the scale, in double precision, as SciPy computes."""
    return np.asarray((x - loc) / scale, np.float64)


def or_nan(known, value):
    """A value where the parameters are some."""
    return np.where(known, value, np.nan)


def _inside(z, low, high):
    """The points, where they are in the support; others as if they were."""
    if low is None and high is None:
        return z
    if high is None:
        return np.where(z < low, low + 1.0, z)
    if low is None:
        return np.where(z > high, high - 1.0, z)
    return np.where((z < low) | (z > high), _between(low, high), z)


def _between(low, high):
    """A point between two, one or both of which may be infinite."""
    if isinstance(low, float) and isinstance(high, float):
        return 0.5 * (max(low, -1.0) + min(high, 2.0))
    some = np.where(np.isfinite(high), high - 2.0, -1.0)
    low = np.where(np.isfinite(low), low, some)
    return 0.5 * (low + np.where(np.isfinite(high), high, low + 2.0))


def _with_ends(z, low, high, value, below, above):
    """A value in the support, and what there is below and above."""
    if low is not None:
        value = np.where(z < low, below, value)
    if high is not None:
        value = np.where(z > high, above, value)
    return value


def _log_density(formula, names, support, valid):
    def logpdf(x, *args, **kwds):
        shapes, loc, scale = parameters(names, args, kwds)
        z = _standard(x, loc, scale)
        low, high = support(*shapes)
        value = formula(_inside(z, low, high), *shapes) - np.log(np.asarray(scale, np.float64))
        value = _with_ends(z, low, high, value, -np.inf, -np.inf)
        return or_nan(valid(*shapes) & (scale > 0), value)

    return logpdf


def _density(formula, names, support, valid):
    logarithm = _log_density(formula, names, support, valid)

    def pdf(x, *args, **kwds):
        return np.exp(logarithm(x, *args, **kwds))

    return pdf


def _tail(formula, below, above, names, support, valid):
    def tail(x, *args, **kwds):
        shapes, loc, scale = parameters(names, args, kwds)
        z = _standard(x, loc, scale)
        low, high = support(*shapes)
        value = formula(_inside(z, low, high), *shapes)
        value = _with_ends(z, low, high, value, below, above)
        return or_nan(valid(*shapes) & (scale > 0), value)

    return tail


def _quantile(formula, ascends, names, support, valid):
    def quantile(q, *args, **kwds):
        shapes, loc, scale = parameters(names, args, kwds)
        q = np.asarray(q, np.float64)
        low, high = support(*shapes)
        low, high = -np.inf if low is None else low, np.inf if high is None else high
        ends = (low, high) if ascends else (high, low)
        value = formula(np.where((q > 0) & (q < 1), q, 0.5), *shapes)
        value = np.where(q == 0, ends[0], np.where(q == 1, ends[1], value)) * scale + loc
        return or_nan(valid(*shapes) & (scale > 0) & (q >= 0) & (q <= 1), value)

    return quantile


def _median(formula, names, valid):
    def median(*args, **kwds):
        shapes, loc, scale = parameters(names, args, kwds)
        half = np.asarray(0.5, np.float64)
        return or_nan(valid(*shapes) & (scale > 0), formula(half, *shapes) * scale + loc)

    return median


def _moment(formula, power, root, names, valid):
    def moment(*args, **kwds):
        shapes, loc, scale = parameters(names, args, kwds)
        scale, loc = np.asarray(scale, np.float64), np.asarray(loc, np.float64)
        value = formula(*shapes)
        value = value * scale + loc if power == 1 else value * scale * scale + 0.0 * loc
        return or_nan(valid(*shapes) & (scale > 0), np.sqrt(value) if root else value)

    return moment


def _entropy(formula, names, valid):
    def entropy(*args, **kwds):
        shapes, loc, scale = parameters(names, args, kwds)
        scale, loc = np.asarray(scale, np.float64), np.asarray(loc, np.float64)
        value = formula(*shapes) + np.log(scale) + 0.0 * loc
        return or_nan(valid(*shapes) & (scale > 0), value)

    return entropy
