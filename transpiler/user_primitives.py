"""Functions of the user with rules of his own, as a program declares them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

DECLARING = ("primitive", "defvjp", "defjvp")  # the names of the package that do it


class UserPrimitive:
    """A function and its rules, as ``defvjp`` and ``defjvp`` give them, by argument.

    Of a file that is only read, function and rules are sources.
    """

    __name__: str

    def __init__(self, function: Any) -> None:
        functools.update_wrapper(self, function)
        if not hasattr(function, "__name__"):
            self.__name__ = getattr(function, "name", "function")
        self.function = function
        self.vjps: dict[Any, Callable[..., Any] | None] = {}
        self.jvps: dict[Any, Callable[..., Any] | None] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns."""
        return self.function(*args, **kwargs)
