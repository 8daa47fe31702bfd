"""Functions of NumPy as functions with a text: ``grad(np.tanh)``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np


def with_text(function: Any) -> Any:
    """A Python function that calls a ufunc of one or two arguments; anything else as it is."""
    if isinstance(function, np.ufunc) and function.nin <= 2:
        return _calling(function)
    return function


@functools.cache
def _calling(ufunc: np.ufunc) -> Callable[..., Any]:
    def unary(x: Any) -> Any:
        return ufunc(x)

    def binary(x: Any, y: Any) -> Any:
        return ufunc(x, y)

    made = unary if ufunc.nin == 1 else binary
    made.__name__ = made.__qualname__ = ufunc.__name__
    return made
