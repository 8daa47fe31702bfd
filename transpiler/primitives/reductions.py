"""Reductions over axes: ``axis`` is a tuple of non-negative axes in the IR."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.primitives import typing as rules
from adgen.transpiler.primitives.conventions import word
from adgen.transpiler.primitives.kinds import Explicit, Linear, NoDerivative
from adgen.transpiler.primitives.products_of_others import products_of_others
from adgen.transpiler.primitives.table import primitive
from adgen.transpiler.primitives.tracer import broadcast_like, counted_along, expand_reduced

_AXES = {"axis": None, "keepdims": False}


def _count(x, axis):  # type: ignore[no-untyped-def]
    extents = [x.shape[k] for k in axis]
    total = extents[0] if extents else 1
    for extent in extents[1:]:
        total = total * extent
    return total


def _sum_vjp(g, x, axis, keepdims):  # type: ignore[no-untyped-def]
    return broadcast_like(g, x, axis, keepdims)


def _mean_vjp(g, x, axis, keepdims):  # type: ignore[no-untyped-def]
    return broadcast_like(g / _count(x, axis), x, axis, keepdims)


primitive(np.sum, Linear(_sum_vjp), types=rules.reduction(rules.sum_dtype),
          operands=("a",), static=_AXES, reduction=True, complex=True)  # fmt: skip
primitive(np.mean, Linear(_mean_vjp), types=rules.reduction(rules.mean_dtype),
          operands=("a",), static=_AXES, reduction=True, complex=True)  # fmt: skip


def _extremum_weights(y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    """1 where x attains the extremum, shared among ties or given to one of them, else 0."""
    hit = np.where(x == expand_reduced(y, x, axis, keepdims), 1.0, 0.0)
    if x.ndim == 0:
        return hit
    tie = word("max", "share")
    if tie != "share":
        return _one_of(hit, _places(x, axis), axis, tie)
    return hit / np.sum(hit, axis=axis, keepdims=True)


def _one_of(hit, places, axis, tie):  # type: ignore[no-untyped-def]
    """1 at the first or the last place of those that are hit."""
    if tie == "first":
        chosen = np.min(np.where(hit == 1, places, np.inf), axis=axis, keepdims=True)
    else:
        chosen = np.max(np.where(hit == 1, places, -1.0), axis=axis, keepdims=True)
    return np.where(hit == 1, np.where(places == chosen, 1.0, 0.0), 0.0)


def _places(x, axes):  # type: ignore[no-untyped-def]
    """Where an element stands among those that it is reduced with, as NumPy counts them."""
    places = None
    for axis in axes:
        counted = counted_along(x, axis)
        places = counted if places is None else places * x.shape[axis] + counted
    return places


def _extremum_vjp(g, y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    return (_extremum_weights(y, x, axis, keepdims) * expand_reduced(g, x, axis, keepdims),)


def _extremum_jvp(tangents, y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    product = _extremum_weights(y, x, axis, keepdims) * tangents[0]
    return np.sum(product, axis=axis, keepdims=keepdims) if x.ndim else product


_function: Any  # of the registering loops below
for _function in (np.max, np.min):
    primitive(_function, Explicit(_extremum_jvp, _extremum_vjp),
              types=rules.reduction(rules.same_dtype), operands=("a",), static=_AXES,
              reduction=True, formula="np.sum(t * (a == f)) / np.sum(a == f)",
              kink="ties share equally",
              convention="max")  # fmt: skip


def _prod_vjp(g, y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    if not x.ndim:
        return (g,)
    others = products_of_others(x, axis)
    return (others * expand_reduced(g, x, axis, keepdims),)


def _prod_jvp(tangents, y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    if not x.ndim:
        return tangents[0]
    product = products_of_others(x, axis) * tangents[0]
    return np.sum(product, axis=axis, keepdims=keepdims)


primitive(np.prod, Explicit(_prod_jvp, _prod_vjp), types=rules.reduction(rules.sum_dtype),
          operands=("a",), static=_AXES, reduction=True, complex=True,
          formula="np.sum(t * f / a)")  # fmt: skip

for _function in (np.any, np.all):
    primitive(_function, NoDerivative("a truth value"),
              types=rules.reduction(lambda dtype: np.dtype(np.bool_)),
              operands=("a",), static=_AXES, reduction=True, complex=True)  # fmt: skip
