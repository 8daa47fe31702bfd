"""Jacobians, Hessians and other derivatives that are functions of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

from adgen.callables import P
from adgen.composed import composed
from adgen.controls import marked
from adgen.differentiable import Differentiable
from adgen.gradients import Derivative
from adgen.options import Choices, Options
from adgen.parameters import Wrt
from adgen.transforms import differentiate, plain

Function = Callable[..., Any]


def jacobian(
    function: Callable[P, Any],
    wrt: Wrt | None = None,
    mode: str = "auto",
    **options: Unpack[Choices],
) -> Differentiable[P, Any]:
    """The Jacobian of a function of numbers and arrays: a function of the same arguments.

    Its axes are those of the value, then those of the argument.  ``mode``: ``"forward"`` takes
    a sweep for each element of the argument, ``"reverse"`` one for each element of the value,
    ``"auto"`` the fewer.  By several arguments: a tuple.

    >>> jacobian(lambda x: (x * x, 3.0 * x)[0], jit=False)(3.0)
    6.0
    """
    names = {"auto": "jacobian", "forward": "jacfwd", "reverse": "jacrev"}
    if mode not in names:
        raise ValueError(f"mode is one of {', '.join(map(repr, names))}, not {mode!r}")
    return _composed(names[mode], function, wrt, options)


def jacfwd(
    function: Callable[P, Any], wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Differentiable[P, Any]:
    """``jacobian(function, mode="forward")``, as JAX names it."""
    return _composed("jacfwd", function, wrt, options)


def jacrev(
    function: Callable[P, Any], wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Differentiable[P, Any]:
    """``jacobian(function, mode="reverse")``, as JAX names it."""
    return _composed("jacrev", function, wrt, options)


def hessian(
    function: Callable[P, Any], wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Differentiable[P, Any]:
    """The matrix of second derivatives of a function of one scalar result.

    Its axes are those of the argument, twice; by several arguments: a tuple of rows of blocks.

    >>> hessian(lambda x: x**3, jit=False)(2.0)
    12.0
    """
    return _composed("hessian", function, wrt, options)


def elementwise_grad(
    function: Callable[P, Any], wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Differentiable[P, Any]:
    """The derivatives of a function that works element by element: the sum over its values.

    >>> elementwise_grad(lambda x: x * x, jit=False)(3.0)
    6.0
    """
    return _composed("elementwise_grad", function, wrt, options)


def deriv(
    function: Callable[P, Any], wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Differentiable[P, Any]:
    """The derivative by a number, of any value, in forward mode.

    >>> deriv(lambda t: (t * t, 5.0 * t), jit=False)(3.0)
    (6.0, 5.0)
    """
    return _composed("deriv", function, wrt, options)


def gauss_newton_vp(
    function: Callable[[Any], Any], **options: Unpack[Choices]
) -> Differentiable[[Any, Any], Any]:
    """``gauss_newton_vp(f)(x, v)``: the transposed Jacobian times the Jacobian times ``v``.

    >>> gauss_newton_vp(lambda x: 3.0 * x, jit=False)(1.0, 2.0)
    18.0
    """
    return _composed("gauss_newton_vp", function, None, options)


def _composed(name: str, function: Function, wrt: Wrt | None, options: Choices) -> Any:
    chosen, by = Options().changed(options), 0 if wrt is None else wrt
    if isinstance(function, Derivative):
        chosen = function.owner.options.changed(options)
        by = function.owner.wrt if wrt is None else wrt
    function = plain(function)
    if isinstance(function, Differentiable):
        chosen = function.options.changed(options)
        by = function.wrt if wrt is None else wrt
    elif not callable(function):
        return differentiate(function, by)  # refuses
    return composed(name, function, by, chosen)


marked(jacobian, jacfwd, jacrev, hessian, elementwise_grad, deriv, gauss_newton_vp)
