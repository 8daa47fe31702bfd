"""Names that Autograd has for what adgen calls otherwise, with Autograd's order of results.

``argnum`` is a position.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from adgen.transforms import grad, hvp, jvp, vjp

__all__ = [
    "hessian_tensor_product",
    "hessian_vector_product",
    "make_hvp",
    "make_jvp",
    "make_vjp",
    "tensor_jacobian_product",
    "vector_jacobian_product",
]

Function = Callable[..., Any]


def make_vjp(function: Function, argnum: int = 0) -> Function:
    """``make_vjp(f)(*args)`` is ``(pullback, value)``; the pullback returns one cotangent.

    >>> pullback, value = make_vjp(lambda x: x * x)(3.0)
    >>> value, pullback(10.0)
    (9.0, 60.0)
    """

    def made(*args: Any) -> tuple[Function, Any]:
        value, pullback = vjp(function, *args, wrt=argnum)
        return pullback, value

    return made


def make_jvp(function: Function, argnum: int = 0) -> Function:
    """``make_jvp(f)(*args)(v)`` is ``(value, tangent)``.

    >>> make_jvp(lambda x: x * x)(3.0)(10.0)
    (9.0, 60.0)
    """

    def made(*args: Any) -> Function:
        args = copy.deepcopy(args)  # the caller may change his arrays before the product

        def push(v: Any) -> tuple[Any, Any]:
            tangents = [v if k == argnum else None for k in range(len(args))]
            return jvp(function, args, tangents)

        return push

    return made


def make_hvp(function: Function, argnum: int = 0) -> Function:
    """``make_hvp(f)(*args)`` is ``(product, gradient)``: ``product(v)`` is the Hessian times v.

    >>> product, gradient = make_hvp(lambda x: x**3)(2.0)
    >>> gradient, product(10.0)
    (12.0, 120.0)
    """

    def made(*args: Any) -> tuple[Function, Any]:
        args = copy.deepcopy(args)
        return lambda v: hvp(function, argnum)(*args, v), grad(function, argnum)(*args)

    return made


def hessian_vector_product(function: Function, argnum: int = 0) -> Function:
    """``hessian_vector_product(f)(*args, v)``: what ``hvp`` is.

    >>> hessian_vector_product(lambda x: x**3)(2.0, 10.0)
    120.0
    """
    return hvp(function, argnum)


def vector_jacobian_product(function: Function, argnum: int = 0) -> Function:
    """``vector_jacobian_product(f)(*args, w)``: the cotangent of the argument, given ``w``.

    >>> vector_jacobian_product(lambda x: x**3)(2.0, 10.0)
    120.0
    """

    def product(*args: Any) -> Any:
        *args_, weights = args
        return vjp(function, *args_, wrt=argnum)[1](weights)

    return product


hessian_tensor_product = hessian_vector_product
tensor_jacobian_product = vector_jacobian_product
