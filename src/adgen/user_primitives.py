"""Functions with derivatives of the user's own, declared as Autograd has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.transpiler.errors import AdgenError
from adgen.transpiler.user_primitives import UserPrimitive

Function = Callable[..., Any]


def primitive(function: Function) -> UserPrimitive:
    """A function whose derivative is what ``defvjp`` or ``defjvp`` say, not that of its body.

    The body is compiled like any other function; nothing is differentiated through it.

    >>> @primitive
    ... def clip(x):
    ...     return min(max(x, 0.0), 1.0)
    >>> defvjp(clip, lambda ans, x: lambda g: g)  # as if it did not clip
    >>> clip(3.0)
    1.0
    """
    if not callable(function):
        raise AdgenError(f"{function!r} is no function", hint="decorate a function with @primitive")
    return UserPrimitive(function)


def defvjp(
    function: UserPrimitive, *makers: Function | None, argnums: Sequence[int] | None = None
) -> None:
    """Say how cotangents go backward through a primitive, one maker for each argument.

    ``maker(ans, *args)`` returns a function from a cotangent of the result to one of the
    argument; None stands for a derivative of zero.  ``argnums``: the arguments meant, if not
    the first ones.
    """
    _define(function, "vjps", makers, argnums)


def defjvp(
    function: UserPrimitive, *rules: Function | None, argnums: Sequence[int] | None = None
) -> None:
    """Say how tangents go forward through a primitive, one rule for each argument.

    ``rule(g, ans, *args)`` returns the tangent of the result for a tangent of the argument.
    Where only one of ``defvjp`` and ``defjvp`` is given, the other follows from it.
    """
    _define(function, "jvps", rules, argnums)


def _define(
    function: UserPrimitive,
    table: str,
    rules: Sequence[Function | None],
    argnums: Sequence[int] | None,
) -> None:
    if not isinstance(function, UserPrimitive):
        raise AdgenError(f"{function!r} is no primitive", hint="decorate it with @adgen.primitive")
    for rule in rules:
        if rule is not None and not callable(rule):
            raise AdgenError(f"{rule!r} is no rule", hint="give a function, or None for zero")
    numbers = range(len(rules)) if argnums is None else argnums
    if len(numbers) != len(rules):
        raise AdgenError(f"there are {len(rules)} rules for {len(numbers)} arguments")
    getattr(function, table).update(zip(numbers, rules, strict=True))
