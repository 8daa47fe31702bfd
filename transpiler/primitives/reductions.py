"""Reductions over axes: ``axis`` is a tuple of non-negative axes in the IR."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.primitives import typing as rules
from adgen.transpiler.primitives.kinds import Explicit, Linear, NoDerivative
from adgen.transpiler.primitives.table import primitive
from adgen.transpiler.primitives.tracer import broadcast_like, expand_reduced

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
          operands=("a",), static=_AXES, reduction=True)  # fmt: skip
primitive(np.mean, Linear(_mean_vjp), types=rules.reduction(rules.mean_dtype),
          operands=("a",), static=_AXES, reduction=True)  # fmt: skip


def _extremum_weights(y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    """1 / (number of ties) where x attains the extremum, else 0."""
    hit = np.where(x == expand_reduced(y, x, axis, keepdims), 1.0, 0.0)
    if x.ndim == 0:
        return hit
    return hit / np.sum(hit, axis=axis, keepdims=True)


def _extremum_vjp(g, y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    return (_extremum_weights(y, x, axis, keepdims) * expand_reduced(g, x, axis, keepdims),)


def _extremum_jvp(tangents, y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    product = _extremum_weights(y, x, axis, keepdims) * tangents[0]
    return np.sum(product, axis=axis, keepdims=keepdims) if x.ndim else product


_function: Any  # of the registering loops below
for _function in (np.max, np.min):
    primitive(_function, Explicit(_extremum_jvp, _extremum_vjp),
              types=rules.reduction(rules.same_dtype), operands=("a",), static=_AXES,
              reduction=True, kink="ties share equally")  # fmt: skip


def _others(y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    """The product of all other elements, right with one zero too."""
    wide = expand_reduced(y, x, axis, keepdims)
    zeros = np.where(x == 0, 1.0, 0.0)
    safe = np.where(x == 0, 1.0, x)
    rest = np.prod(safe, axis=axis, keepdims=True) if x.ndim else safe
    count = np.sum(zeros, axis=axis, keepdims=True) if x.ndim else zeros
    single = np.where((count == 1) & (x == 0), rest, 0.0)
    return np.where(count == 0, wide / safe, single)


def _prod_vjp(g, y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    return (_others(y, x, axis, keepdims) * expand_reduced(g, x, axis, keepdims),)


def _prod_jvp(tangents, y, x, axis, keepdims):  # type: ignore[no-untyped-def]
    product = _others(y, x, axis, keepdims) * tangents[0]
    return np.sum(product, axis=axis, keepdims=keepdims) if x.ndim else product


primitive(np.prod, Explicit(_prod_jvp, _prod_vjp), types=rules.reduction(rules.sum_dtype),
          operands=("a",), static=_AXES, reduction=True)  # fmt: skip

for _function in (np.any, np.all):
    primitive(_function, NoDerivative("a truth value"),
              types=rules.reduction(lambda dtype: np.dtype(np.bool_)),
              operands=("a",), static=_AXES, reduction=True)  # fmt: skip
