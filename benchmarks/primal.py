"""The user's own function under ``numba.njit``: what the time of a gradient is measured by."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Any:
    """``numba.njit`` of a function and of the plain Python functions of its module it calls."""
    assert isinstance(function, FunctionType)
    bindings = dict(function.__globals__)
    for name in function.__code__.co_names:
        if isinstance(bindings.get(name), FunctionType):
            bindings[name] = compiled(bindings[name])
    return njit(FunctionType(function.__code__, bindings, function.__name__))
