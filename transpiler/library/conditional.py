"""Reductions with more than axes: of chosen elements, from a first value, in another dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.transpiler.library.registry import as_usual, refuse


def _chosen(a, dtype, where, otherwise):
    """The elements in the dtype asked for, with ``otherwise`` for those that are left out."""
    a = np.asarray(a)
    if dtype is not None:
        a = np.asarray(a, dtype)
    if where is None:
        return a
    chosen = np.where(where, a, np.asarray(otherwise, a.dtype))
    if chosen.shape != a.shape:
        raise ValueError("`where` has more elements than what it chooses of")
    return chosen


def sums(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    as_usual(out)
    total = np.sum(_chosen(a, dtype, where, 0), axis=axis, keepdims=keepdims)
    if initial is not None:
        total = total + np.asarray(initial, np.asarray(total).dtype)
    return total if dtype is None else np.asarray(total, dtype)


def products(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    as_usual(out)
    product = np.prod(_chosen(a, dtype, where, 1), axis=axis, keepdims=keepdims)
    if initial is not None:
        product = product * np.asarray(initial, np.asarray(product).dtype)
    return product if dtype is None else np.asarray(product, dtype)


def means(a, axis=None, dtype=None, out=None, keepdims=False, where=None):
    as_usual(out)
    if where is None:
        return np.mean(_chosen(a, dtype, None, 0), axis=axis, keepdims=keepdims)
    chosen = _chosen(a, dtype, where, 0)
    total = np.sum(1.0 * chosen, axis=axis, keepdims=keepdims)
    return total / counted(chosen, where, axis, keepdims, np.asarray(total).dtype)


def counted(a, where, axis, keepdims, dtype):
    """How many elements of ``a`` are chosen, as numbers of that dtype."""
    wide = np.where(where, np.asarray(1, dtype), np.zeros(a.shape, dtype))
    return np.sum(wide, axis=axis, keepdims=keepdims)


def largest(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    as_usual(out)
    if initial is None:
        return np.max(_all(a, where), axis=axis, keepdims=keepdims)
    if np.size(a) == 0:
        return _of_nothing(a, axis, keepdims, initial)
    found = np.max(_chosen(a, None, where, initial), axis=axis, keepdims=keepdims)
    return np.maximum(found, np.asarray(initial, np.asarray(a).dtype))


def smallest(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    as_usual(out)
    if initial is None:
        return np.min(_all(a, where), axis=axis, keepdims=keepdims)
    if np.size(a) == 0:
        return _of_nothing(a, axis, keepdims, initial)
    found = np.min(_chosen(a, None, where, initial), axis=axis, keepdims=keepdims)
    return np.minimum(found, np.asarray(initial, np.asarray(a).dtype))


def _of_nothing(a, axis, keepdims, initial):
    """Of an array without elements: the start, as often as the other axes say."""
    zeros = np.sum(np.zeros_like(a), axis=axis, keepdims=keepdims)
    return np.asarray(zeros + initial, np.asarray(a).dtype)


def _all(a, where):
    if where is not None:
        refuse("an extreme of chosen elements without `initial`", "say what nothing gives")
    return a


def any_of(a, axis=None, out=None, keepdims=False, where=None):
    as_usual(out)
    return np.any(_chosen(np.asarray(a) != 0, None, where, False), axis=axis, keepdims=keepdims)


def all_of(a, axis=None, out=None, keepdims=False, where=None):
    as_usual(out)
    return np.all(_chosen(np.asarray(a) != 0, None, where, True), axis=axis, keepdims=keepdims)


WITH_MORE: dict[Any, Callable[..., Any]] = {
    np.sum: sums,
    np.prod: products,
    np.mean: means,
    np.max: largest,
    np.min: smallest,
    np.any: any_of,
    np.all: all_of,
}
