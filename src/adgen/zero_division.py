"""Derivatives in CPython divide by zero as NumPy and machine code do: that gives inf or nan.

Its formulas divide where the function need not (``math.sqrt`` at 0), and Python's floats raise
there.  The text that people read divides plainly; only where that has raised is it written once
more, with NumPy's division in the derivative, and run in its place.  Where the function itself
divides by zero, it raises as before.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

Functions = tuple[Callable[..., Any], ...]
_RAISED = (ZeroDivisionError, OverflowError)


def from_zero_division(error: Exception) -> bool:
    """Whether an exception may come from a division by zero, or from a power of Python's."""
    return isinstance(error, _RAISED)


def forgiving(functions: Functions, again: Callable[[], Functions]) -> Functions:
    """The functions of a derivative; those of ``again`` take over where one divides by zero."""
    written: list[Functions] = []

    def second() -> Functions:
        if not written:
            written.append(again())
        return written[0]

    return tuple(_forgiving(function, k, second) for k, function in enumerate(functions))


def _forgiving(
    function: Callable[..., Any], number: int, second: Callable[[], Functions]
) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*flat: Any) -> Any:
        try:
            return function(*flat)
        except _RAISED as error:
            raised = error
        try:
            return second()[number](*flat)
        except _RAISED:  # by the function itself
            raise raised from None

    return run
