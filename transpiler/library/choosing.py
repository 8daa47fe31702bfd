"""One of several arrays or functions for each element, and functions of rows."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of
from adgen.transpiler.library.registry import defines


@defines(np.select)
def select(condlist, choicelist, default=0):
    kind = np.result_type(*choicelist, default)
    chosen = np.asarray(default, kind)
    for condition, choice in zip(condlist[::-1], choicelist[::-1]):
        chosen = np.where(condition, np.asarray(choice, kind), chosen)
    return chosen


@defines(np.choose)
def choose(a, choices, out=None, mode="raise"):
    a = np.asarray(a)
    if mode == "wrap":
        a = a % len(choices)
    elif mode == "clip":
        a = np.clip(a, 0, len(choices) - 1)
    elif np.any((a < 0) | (a >= len(choices))):
        raise ValueError("invalid entry in choice array")
    chosen = choices[0]
    for k, choice in enumerate(choices):
        chosen = np.where(a == k, choice, chosen)
    return chosen


@defines(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    x = np.asarray(x)
    conditions = condlist if isinstance(condlist, (list, tuple)) else [condlist]
    found = np.zeros_like(x)
    rest = np.ones(x.shape, np.bool_)
    for condition, function in zip(conditions, funclist):
        _put(found, x, condition, function, args, kw)
        rest = rest & ~condition
    if len(funclist) > len(conditions):
        _put(found, x, rest, funclist[len(conditions)], args, kw)
    return found


def _put(found, x, condition, function, args, kw):
    found[condition] = function(x[condition], *args, **kw) if callable(function) else function


@defines(np.apply_along_axis)
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    wide = np.moveaxis(np.asarray(arr), axis, -1)
    rest = wide.shape[:-1]
    if 0 in rest:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    rows = wide.reshape((-1, wide.shape[-1]))
    model = np.asarray(func1d(rows[0], *args, **kwargs))
    found = np.empty((rows.shape[0],) + np.shape(model), model.dtype)
    found[0] = model
    for k in range(1, rows.shape[0]):
        found[k] = func1d(rows[k], *args, **kwargs)
    if wide.ndim == 1:
        return found[0]
    whole = found.reshape(rest + np.shape(model))
    own = tuple(range(len(rest), whole.ndim))
    start = axis % wide.ndim
    return np.moveaxis(whole, own, tuple(range(start, start + len(own))))


@defines(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    a = np.asarray(a)
    for axis in axes_of(a, tuple(axes) if isinstance(axes, list) else axes):
        found = func(a, axis)
        a = found if np.ndim(found) == a.ndim else np.expand_dims(found, axis)
    return a
