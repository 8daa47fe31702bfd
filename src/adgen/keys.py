"""Cheap keys of argument types: what a specialisation is looked up by at every call."""

from __future__ import annotations

from typing import Any

import numpy as np

_NUMBERS = (float, int, bool)


def type_key(value: Any) -> Any:
    """A key that is equal for two values iff one compiled function serves both.

    Arrays that are not C-contiguous, aligned and writable have keys of their own,
    for they are copied before the call.
    """
    kind = type(value)
    if kind is np.ndarray:
        shape = value.shape
        ones = tuple([extent == 1 for extent in shape]) if 1 in shape else len(shape)
        return value.dtype, ones, value.flags.carray
    if kind in _NUMBERS:
        return kind
    if isinstance(value, tuple):
        return (tuple, *[type_key(part) for part in value])
    if isinstance(value, np.generic):
        return kind
    if isinstance(value, np.ndarray):
        return kind, value.dtype, tuple([extent == 1 for extent in value.shape]), value.ndim
    try:
        hash(value)
    except TypeError:
        return "static", kind, id(value)
    return "static", kind, value
