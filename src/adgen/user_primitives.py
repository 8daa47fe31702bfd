"""Functions with derivatives of the user's own, declared as Autograd has it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, overload

import numpy as np  # noqa: F401 (what the examples use)

from adgen.machine_functions import as_ctypes
from adgen.texts import from_source
from adgen.transpiler.errors import AdgenError, NotDifferentiable
from adgen.transpiler.user_primitives import CustomDerivative, UserPrimitive

Function = Callable[..., Any]
P = ParamSpec("P")
R = TypeVar("R")


@overload
def primitive(function: Callable[P, R], *, result: Any = None) -> UserPrimitive[P, R]: ...
@overload
def primitive(
    function: None = None, *, result: Any = None
) -> Callable[[Callable[P, R]], UserPrimitive[P, R]]: ...
def primitive(function: Any = None, *, result: Any = None) -> Any:
    """A function whose derivative is what ``defvjp`` or ``defjvp`` say, not that of its body.

    The body is compiled like any other function; nothing is differentiated through it.

    >>> @primitive
    ... def clip(x):
    ...     return min(max(x, 0.0), 1.0)
    >>> defvjp(clip, lambda ans, x: lambda g: g)  # as if it did not clip
    >>> clip(3.0)
    1.0

    ``result``: what the function returns: ``float``, ``int``, ``"f8[:, :]"``.  Then it is not
    compiled: CPython calls it as it is, also from machine code, with numbers and arrays that it
    may not write to.  So any Python can be differentiated through, and functions of ctypes and
    cffi, which say themselves what they return.

    >>> @primitive(result=float)
    ... def parsed(x):
    ...     return float(repr(x))
    """
    if function is None:
        return functools.partial(primitive, result=result)
    function = as_ctypes(function)
    if not callable(function):
        raise AdgenError(f"{function!r} is no function", hint="decorate a function with @primitive")
    if result is not None and not _is_declared(result):
        raise AdgenError(
            f"{result!r} is not what a primitive returns",
            hint='say result=float, result=np.float32 or result="f8[:, :]"',
        )
    return UserPrimitive(function, result)


def _is_declared(result: Any) -> bool:
    from adgen.transpiler.frontend.outside_calls import declared  # `import adgen` needs no compiler

    return declared(result) is not None


def defvjp(
    function: UserPrimitive[..., Any],
    *makers: Function | None,
    argnums: Sequence[int] | None = None,
) -> None:
    """Say how cotangents go backward through a primitive, one maker for each argument.

    ``maker(ans, *args)`` returns a function from a cotangent of the result to one of the
    argument; None stands for a derivative of zero.  ``argnums``: the arguments meant, if not
    the first ones.
    """
    _define(function, "vjps", makers, argnums)


def defjvp(
    function: UserPrimitive[..., Any], *rules: Function | None, argnums: Sequence[int] | None = None
) -> None:
    """Say how tangents go forward through a primitive, one rule for each argument.

    ``rule(g, ans, *args)`` returns the tangent of the result for a tangent of the argument.
    Where only one of ``defvjp`` and ``defjvp`` is given, the other follows from it.
    """
    _define(function, "jvps", rules, argnums)


def deflinear(function: UserPrimitive[..., Any]) -> None:
    """Say that a primitive is linear in each of its arguments: its tangent is itself.

    Reverse mode transposes its body; of one that is called as it is, or has loops, ``defvjp``
    says the transpose.
    """
    if not isinstance(function, UserPrimitive):
        raise AdgenError(f"{function!r} is no primitive", hint="decorate it with @adgen.primitive")
    function.facts["linear"] = True


def _define(
    function: UserPrimitive[..., Any],
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


@overload
def custom_vjp(
    function: Callable[P, R], *, nondiff_argnums: Sequence[int] = ()
) -> CustomDerivative[P, R]: ...
@overload
def custom_vjp(
    function: None = None, *, nondiff_argnums: Sequence[int] = ()
) -> Callable[[Callable[P, R]], CustomDerivative[P, R]]: ...
def custom_vjp(function: Any = None, *, nondiff_argnums: Sequence[int] = ()) -> Any:
    """A function whose reverse mode is given as JAX has it, by ``f.defvjp(fwd, bwd)``.

    ``fwd(*args)`` returns the value and what ``bwd`` is to know; ``bwd(known, g)`` a tuple of
    cotangents, one for each argument, None for zero.  Arguments at ``nondiff_argnums`` are not
    differentiated by, and come first in ``bwd``.  Forward mode has no rule.

    >>> from adgen import grad
    >>> @custom_vjp
    ... def clipped(x):
    ...     return x
    >>> clipped.defvjp(lambda x: (x, None), lambda known, g: (np.clip(g, -1.0, 1.0),))
    >>> grad(lambda x: clipped(x) * 5.0, jit=False)(2.0)
    1.0
    """
    return _custom(function, "vjp", custom_vjp, nondiff_argnums)


@overload
def custom_jvp(
    function: Callable[P, R], *, nondiff_argnums: Sequence[int] = ()
) -> CustomDerivative[P, R]: ...
@overload
def custom_jvp(
    function: None = None, *, nondiff_argnums: Sequence[int] = ()
) -> Callable[[Callable[P, R]], CustomDerivative[P, R]]: ...
def custom_jvp(function: Any = None, *, nondiff_argnums: Sequence[int] = ()) -> Any:
    """A function whose derivative is given as JAX has it, by ``@f.defjvp`` or ``f.defjvps(...)``.

    ``jvp(primals, tangents)`` returns the value and its tangent, and is linear in the tangents:
    reverse mode transposes it.  Arguments at ``nondiff_argnums`` come first.

    >>> from adgen import grad
    >>> @custom_jvp
    ... def softplus(x):
    ...     return np.log1p(np.exp(x))
    >>> softplus.defjvps(lambda t, ans, x: t * (1.0 - np.exp(-ans)))
    >>> grad(softplus_of := (lambda x: softplus(2.0 * x)), jit=False)(0.0)
    1.0
    """
    return _custom(function, "jvp", custom_jvp, nondiff_argnums)


def _custom(function: Any, mode: str, again: Function, nondiff: Sequence[int]) -> Any:
    if function is None:
        return functools.partial(again, nondiff_argnums=nondiff)
    if not callable(function):
        raise AdgenError(f"{function!r} is no function", hint=f"decorate one with @custom_{mode}")
    return CustomDerivative(function, mode, tuple(nondiff))


def calling(primitive: Any) -> Any:
    """A function with the parameters of a primitive that calls it; the same one each time.

    Raises NotDifferentiable where the parameters are not known or not plain names.
    """
    made = getattr(primitive, "_calling", None)
    if made is None:
        try:
            parameters = dict(inspect.signature(primitive.function).parameters)
        except (TypeError, ValueError):  # of a function of C
            parameters = {}
        plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
        if not parameters or any(p.kind is not plain for p in parameters.values()):
            raise NotDifferentiable(
                f"`{primitive.__name__}` is a primitive",
                hint="differentiate a function that calls it",
            )
        name = primitive.__name__ if primitive.__name__.isidentifier() else "function"
        made = primitive._calling = function_calling(primitive, name, parameters)
    return made


def function_calling(callee: Any, name: str, parameters: Mapping[str, inspect.Parameter]) -> Any:
    """A function of that name with these plain parameters that calls ``callee``."""
    names = ", ".join(parameters)
    text = f"def {name}({names}):\n    return _called({names})\n"
    made = from_source(text, {"__name__": __name__, "_called": callee})[name]
    defaults = [p.default for p in parameters.values() if p.default is not p.empty]
    made.__defaults__ = tuple(defaults) or None
    return made
