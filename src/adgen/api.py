"""The transforms as functions, in the shape that users of Autograd and JAX know."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, overload

from adgen.differentiable import Differentiable, jvp_of
from adgen.parameters import Wrt
from adgen.transforms import CompiledCallable, Derivative, Grad, Hvp, ValueAndGrad, Vjp
from adgen.transpiler.errors import NotDifferentiable

Function = Callable[..., Any]


@overload
def differentiate(function: Function, /) -> Differentiable: ...
@overload
def differentiate(
    *, wrt: Wrt = 0, jit: bool | None = None, fastmath: bool = False, boundscheck: bool = False
) -> Callable[[Function], Differentiable]: ...


def differentiate(
    function: Function | None = None, /, *, wrt: Wrt = 0, jit: bool | None = None,
    fastmath: bool = False, boundscheck: bool = False,
) -> Any:  # fmt: skip
    """Compile a function and give it derivatives with respect to ``wrt``.

    ``wrt``: a position, a name, or a tuple of them (then gradients are tuples).
    ``jit=False``: run the generated source in CPython.  ``fastmath``: let Numba
    reassociate sums (NaN and infinity stay right).  ``boundscheck``: check indices.

    >>> @differentiate
    ... def square(x):
    ...     return x * x
    >>> square.grad(3.0)
    6.0
    """
    make = functools.partial(
        Differentiable, wrt=wrt, jit=jit, fastmath=fastmath, boundscheck=boundscheck
    )
    return make if function is None else make(function)


def _differentiable(function: Any, jit: bool | None) -> Differentiable:
    """The function as a Differentiable; one object for each function."""
    if isinstance(function, Differentiable) and jit in (None, function.engine.jit):
        return function
    plain = getattr(function, "__wrapped__", function)
    return Differentiable(plain, jit=jit)


def _positions(function: Differentiable, wrt: Wrt | None) -> tuple[tuple[int, ...], bool]:
    if wrt is None:
        return function.positions, function.packed
    return function.engine.parameters.positions(wrt), isinstance(wrt, (tuple, list))


def grad(function: Any, wrt: Wrt | None = None, *, jit: bool | None = None) -> CompiledCallable:
    """The gradient of a scalar function as a function of the same arguments.

    ``wrt``: a position, a name, or a tuple of them; the first argument by default.
    ``grad(grad(f))`` is the second derivative of a function of one number, and so on.

    Raises NotDifferentiable at the call if the value is no floating scalar.
    """
    if isinstance(function, (Grad, Derivative)):
        return _higher(function, wrt, with_value=False)
    f = _differentiable(function, jit)
    return Grad(f.engine, *_positions(f, wrt))


def value_and_grad(
    function: Any, wrt: Wrt | None = None, *, jit: bool | None = None
) -> CompiledCallable:
    """``(value, gradient)`` of a scalar function as a function of the same arguments."""
    if isinstance(function, (Grad, Derivative)):
        return _higher(function, wrt, with_value=True)
    f = _differentiable(function, jit)
    return ValueAndGrad(f.engine, *_positions(f, wrt))


def _higher(function: Grad | Derivative, wrt: Wrt | None, with_value: bool) -> Derivative:
    positions = function.wrt if wrt is None else function.engine.parameters.positions(wrt)
    if positions != function.wrt or len(positions) != 1 or function.packed:
        raise NotDifferentiable(
            "a second derivative is taken with respect to one and the same parameter",
            function.engine.source.header,
            hint="use hvp, the Hessian times a vector, for several parameters",
        )
    order = function.order if isinstance(function, Derivative) else 1
    return Derivative(function.engine, positions, order + 1, with_value)


def vjp(function: Any, *args: Any, wrt: Wrt | None = None, jit: bool | None = None) -> Any:
    """``(value, pullback)``: ``pullback(cotangent)`` gives the cotangents of the arguments.

    With respect to all floating arguments in order as a tuple (``wrt`` to choose).
    """
    f = _differentiable(function, jit)
    if wrt is None:
        wrt = _floating(f, args)
    return Vjp(f.engine, *_positions(f, wrt))(*args)


def _floating(function: Differentiable, args: tuple[Any, ...]) -> tuple[int, ...]:
    from adgen.leaves import leaves_of
    from adgen.transpiler.ir.types import is_float

    full = function.engine.parameters.bind(args, {})
    leaves = leaves_of(function.engine.arguments(full))
    positions = sorted({leaf.position for leaf in leaves})
    return tuple(
        k for k in positions if all(is_float(leaf.type) for leaf in leaves if leaf.position == k)
    )


def jvp(
    function: Any, primals: tuple[Any, ...], tangents: tuple[Any, ...], *,
    jit: bool | None = None,
) -> Any:  # fmt: skip
    """``(value, tangent)``: the derivative at ``primals`` along ``tangents``.

    One tangent for each primal, of its shape; None for an argument that does not vary.
    """
    return jvp_of(_differentiable(function, jit).engine, tuple(primals), tuple(tangents))


def hvp(function: Any, wrt: Wrt | None = None, *, jit: bool | None = None) -> Hvp:
    """``hvp(f)(*args, v)``: the Hessian of a scalar function times ``v``, forward over reverse."""
    f = _differentiable(function, jit)
    return Hvp(f.engine, *_positions(f, wrt))


def check_grads(function: Any, wrt: Wrt | None = None, *, jit: bool | None = None) -> Function:
    """``check_grads(f)(*args)`` compares the derivatives with differences.

    Raises CheckFailed with the numbers where they disagree.
    """
    f = _differentiable(function, jit)
    if wrt is not None:
        f = Differentiable(f.engine.function, wrt=wrt, jit=jit)
    return f.check
