"""Functions of the user with rules of his own, as a program declares them."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, ParamSpec, TypeVar

# The names of the package that do it.
DECLARING = ("primitive", "defvjp", "defjvp", "deflinear", "custom_vjp", "custom_jvp")


P = ParamSpec("P")
R = TypeVar("R")
Rule = TypeVar("Rule", bound=Callable[..., Any])
Noted = list[tuple[Any, tuple[Any, ...]]]
_noting: ContextVar[Noted | None] = ContextVar("_noting", default=None)
_MOST_NOTED = 20


@contextmanager
def calls_noted() -> Iterator[Noted]:
    """Calls of functions with rules, by CPython: the first ones with their arguments."""
    noted: Noted = []
    before = _noting.set(noted)
    try:
        yield noted
    finally:
        _noting.reset(before)


def _note(called: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    noted = _noting.get()
    if noted is not None and not kwargs and len(noted) < _MOST_NOTED:
        noted.append((called, copy.deepcopy(args)))


class UserPrimitive(Generic[P, R]):
    """A function and its rules, as ``defvjp`` and ``defjvp`` give them, by argument.

    ``result``: what it returns, if it is to be called as it is rather than compiled.
    ``facts``: what else is said of it, as that it is linear in each argument.  Of a file that is
    only read, function and rules are sources.
    """

    __name__: str

    def __init__(self, function: Any, result: Any = None) -> None:
        functools.update_wrapper(self, function)
        if not hasattr(function, "__name__"):
            self.__name__ = getattr(function, "name", "function")
        self.function = function
        self.vjps: dict[Any, Callable[..., Any] | None] = {}
        self.jvps: dict[Any, Callable[..., Any] | None] = {}
        self.result = result
        self.facts: dict[str, Any] = {}
        self.made: dict[Any, Any] = {}  # callees that the front end has made of it

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function returns."""
        _note(self, args, kwargs)
        value: R = self.function(*args, **kwargs)
        return value


class CustomDerivative(Generic[P, R]):
    """A function with one rule for all of its arguments, as JAX has it.

    ``mode`` is ``"vjp"``, with the rules ``fwd`` and ``bwd``, or ``"jvp"``, with the rule ``jvp``
    or one for each argument, ``jvps``.  ``nondiff``: arguments that no rule differentiates by.
    """

    __name__: str

    def __init__(self, function: Any, mode: str, nondiff: tuple[int, ...]) -> None:
        functools.update_wrapper(self, function)
        if not hasattr(function, "__name__"):
            self.__name__ = getattr(function, "name", "function")
        self.function, self.mode, self.nondiff = function, mode, nondiff
        self.rules: dict[str, Any] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function returns."""
        _note(self, args, kwargs)
        value: R = self.function(*args, **kwargs)
        return value

    def defvjp(self, fwd: Callable[P, tuple[R, Any]], bwd: Callable[..., tuple[Any, ...]]) -> None:
        """``fwd(*args)`` returns the value and what ``bwd`` is to know of it.

        ``bwd(known, g)`` returns a tuple of cotangents, one for each argument; arguments that are
        not differentiated by come first.
        """
        self._is("vjp")
        self.rules |= {"fwd": fwd, "bwd": bwd}

    def defjvp(self, jvp: Rule) -> Rule:
        """``jvp(primals, tangents)`` returns the value and its tangent."""
        self._is("jvp")
        self.rules["jvp"] = jvp
        return jvp

    def defjvps(self, *jvps: Callable[..., Any] | None) -> None:
        """``jvp(t, ans, *args)`` for each argument returns its part of the tangent; None: zero."""
        self._is("jvp")
        self.rules["jvps"] = jvps

    def _is(self, mode: str) -> None:
        if self.mode != mode:
            raise TypeError(f"{self.__name__} is a custom_{self.mode}: use its def{self.mode}")
