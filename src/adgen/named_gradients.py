"""Gradients by the names of arguments, called as Autograd calls them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Unpack

from adgen.callables import P
from adgen.gradients import Derivative
from adgen.options import Choices
from adgen.transforms import floating_arguments, grad, object_of


def grad_named(
    function: Callable[P, Any], argname: str, **options: Unpack[Choices]
) -> Derivative[P, Any]:
    """The gradient by the argument of that name.

    >>> grad_named(lambda x, y: x * y, "y", jit=False)(3.0, 2.0)
    3.0
    """
    return grad(function, argname, **options)


def multigrad_dict(
    function: Callable[P, Any], **options: Unpack[Choices]
) -> Callable[P, dict[str, Any]]:
    """The gradients by all arguments at once, in a dict by name.

    Arguments that are no floats, and have no derivative, are left out.

    >>> multigrad_dict(lambda x, y: x * y, jit=False)(3.0, 2.0)
    {'x': 2.0, 'y': 3.0}
    """
    owner = object_of(function, None, options)

    @functools.wraps(function)
    def gradients(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        names = floating_arguments(owner, args, kwargs)
        if not names:
            return {}
        found = object_of(function, names, options).grad(*args, **kwargs)
        return dict(zip(names, found, strict=True))

    return gradients
