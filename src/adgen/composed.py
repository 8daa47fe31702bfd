"""Derivatives that are functions of their own: ``jacobian(f)`` is compiled like any function.

What a compiled function means by ``jacobian(f)(x)`` says all: the front door only wraps that call
in a function.  So the Jacobian of a function is differentiable itself.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from adgen import pickles
from adgen.compilations import compilations_of
from adgen.differentiable import Differentiable
from adgen.options import Options
from adgen.parameters import Wrt
from adgen.transpiler.transforms import WRAPS, mark, transform


class Composed(Differentiable[..., Any]):
    """A derivative that can be differentiated."""

    is_derivative = True

    def __init__(self, name: str, function: Callable[..., Any], wrt: Wrt, options: Options) -> None:
        super().__init__(_calling(name, function, wrt), wrt, options)
        self.transform = name
        self.of = function

    def __reduce__(self) -> Any:
        return _restored, (self.transform, pickles.carry(self.of), self.wrt, self.options)


def _restored(name: str, carried: Any, wrt: Wrt, options: Options) -> Differentiable[..., Any]:
    return composed(name, pickles.function_of(carried), wrt, options)


def composed(
    name: str, function: Callable[..., Any], wrt: Wrt, options: Options
) -> Differentiable[..., Any]:
    """The function that a transform makes of ``function``, one object for each choice."""
    objects = compilations_of(function).objects
    key = name, repr(wrt), options
    if key not in objects:
        objects[key] = Composed(name, function, wrt, options)
    made: Differentiable[..., Any] = objects[key]
    return made


def _calling(name: str, function: Callable[..., Any], wrt: Wrt) -> Callable[..., Any]:
    asked = transform(name)
    by = _positions(function, wrt)

    if name == "gauss_newton_vp":

        def derivative(x: Any, v: Any) -> Any:
            return asked(function)(x, v)

    else:

        @functools.wraps(function)
        def derivative(*args: Any, **kwargs: Any) -> Any:
            return asked(function, by)(*args, **kwargs)

    mark(derivative, WRAPS, function)
    derivative.__name__ = f"{getattr(function, '__name__', 'function').strip('<>')}_{name}"
    derivative.__doc__ = f"The {name} of `{getattr(function, '__name__', 'a function')}`."
    return derivative


def _positions(function: Callable[..., Any], wrt: Wrt) -> Any:
    """``wrt`` by position where a name says it: of a derivative, the text has no parameters."""
    by = tuple(wrt) if isinstance(wrt, (tuple, list)) else (wrt,)
    if any(isinstance(one, str) for one in by):
        listed = inspect.signature(function).parameters.values()
        names = [p.name for p in listed if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        by = tuple(names.index(one) if one in names else one for one in by)
    return by if isinstance(wrt, (tuple, list)) else by[0]
