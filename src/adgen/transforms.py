"""The transforms as functions: each takes a Python function or a differentiable object."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack, overload

from adgen import checking
from adgen.callables import P, R
from adgen.compilations import compilations_of
from adgen.controls import marked
from adgen.differentiable import Differentiable
from adgen.gradients import Derivative, calling_derivative
from adgen.leaves import leaves_of
from adgen.options import Choices, Options
from adgen.parameters import Wrt
from adgen.pullbacks import Pullback
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.user_primitives import CustomDerivative, UserPrimitive
from adgen.ufuncs import with_text
from adgen.user_primitives import calling

Function = Callable[..., Any]


@overload
def differentiate(
    function: Callable[P, R], wrt: Wrt = 0, **options: Unpack[Choices]
) -> Differentiable[P, R]: ...
@overload
def differentiate(
    function: None = None, wrt: Wrt = 0, **options: Unpack[Choices]
) -> Callable[[Callable[P, R]], Differentiable[P, R]]: ...
def differentiate(
    function: Function | None = None, wrt: Wrt = 0, **options: Unpack[Choices]
) -> Differentiable[..., Any] | Callable[[Function], Differentiable[..., Any]]:
    """A function as an object that calls like it, compiled, and has its derivatives.

    A decorator, with or without options.  ``wrt``: a position, a name, or a tuple of them
    (then derivatives are tuples).  ``jit=False`` runs the generated source in CPython;
    ``fastmath=True`` lets all sums be reordered; ``boundscheck=True`` checks indices;
    ``vector_math=False`` computes ``exp`` and its like for one number at a time;
    ``parallel=True`` runs loops with independent iterations on threads;
    ``debug=True`` runs in CPython, where indices are checked and a debugger steps;
    ``debug_nans=True`` raises NotFinite where a result is not finite, at the line that it is from;
    ``subgradients={"abs": 1.0}`` chooses what holds at kinks: ``adgen rules`` lists the names;
    ``holomorphic=True`` lets ``grad`` be the complex derivative of a complex result.

    >>> differentiate(lambda x: x * x, jit=False).grad(3.0)
    6.0
    """
    chosen = Options().changed(options)
    if function is None:
        return lambda decorated: _differentiable(decorated, wrt, chosen)
    return _differentiable(function, wrt, chosen)


def _differentiable(function: Function, wrt: Wrt, options: Options) -> Differentiable[..., Any]:
    function = plain(function)
    if isinstance(function, Differentiable):
        function = function._compilations.function
    if not callable(function):
        raise NotDifferentiable(
            f"{function!r} is no function that `differentiate` takes",
            hint="decorate a function written with def or lambda",
        )
    return Differentiable(function, wrt, options)


def plain(function: Function) -> Function:
    """A function with a text in the place of what only stands for one."""
    function = with_text(function)
    if isinstance(function, (UserPrimitive, CustomDerivative)):
        return calling(function)  # type: ignore[no-any-return]
    return calling_derivative(function) if isinstance(function, Derivative) else function


def grad(
    function: Callable[P, Any], wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Derivative[P, Any]:
    """The gradient of a function of one scalar result, a function of the same arguments.

    ``wrt`` is the first argument unless given (of a differentiable object: its own).  The
    options are those of ``differentiate``.
    By a complex number ``x + iy`` the gradient of a real ``f`` is ``df/dx - i df/dy``, as in JAX
    and Autograd; with ``holomorphic=True`` the result is complex, and the gradient its derivative.
    ``grad(grad(f))`` is the second derivative by a number.

    >>> grad(grad(lambda x: x**3, jit=False))(2.0)
    12.0
    """
    return _derivative("grad", function, wrt, options)


def value_and_grad(
    function: Callable[P, R], wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Derivative[P, tuple[R, Any]]:
    """Like ``grad``, but returns ``(value, gradient)``, computed together.

    >>> value_and_grad(lambda x: x * x, jit=False)(3.0)
    (9.0, 6.0)
    """
    return _derivative("value_and_grad", function, wrt, options)


def hvp(
    function: Function, wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Derivative[..., Any]:
    """``hvp(f)(*args, v)``: the Hessian of a function of one scalar result, times ``v``.

    >>> hvp(lambda x, y: x * x * y, jit=False)(1.0, 3.0, 2.0)
    12.0
    """
    return _derivative("hvp", function, wrt, options)


def grad_and_aux(
    function: Callable[P, tuple[Any, R]], wrt: Wrt | None = None, **options: Unpack[Choices]
) -> Derivative[P, tuple[Any, R]]:
    """``(gradient, aux)`` of a function that returns ``(scalar, aux)``: aux is anything.

    >>> grad_and_aux(lambda x: (x * x, -x), jit=False)(3.0)
    (6.0, -3.0)
    """
    return _derivative("grad_and_aux", function, wrt, options)


def vjp(
    function: Callable[..., R],
    *args: Any,
    wrt: Wrt | None = None,
    jit: bool | None = None,
    parallel: bool | None = None,
    debug: bool | None = None,
    debug_nans: bool | None = None,
    subgradients: Mapping[str, float | str] | None = None,
    **kwargs: Any,
) -> tuple[R, Pullback]:
    """``(value, pullback)``: the pullback maps a cotangent of the value to those of ``wrt``.

    Without ``wrt``: to those of all floating arguments, as a tuple.  Complex cotangents ``g`` and
    tangents ``t`` pair by ``Re(sum(g * t))``.

    >>> value, pullback = vjp(lambda x: (x, x * x), 3.0, jit=False)
    >>> pullback((1.0, 10.0))
    (61.0,)
    """
    options: Choices = {
        "jit": jit,
        "parallel": parallel,
        "debug": debug,
        "debug_nans": debug_nans,
        "subgradients": subgradients,
    }
    if wrt is None:
        wrt = floating_arguments(object_of(function, None, options), args, kwargs)
    return object_of(function, wrt, options).vjp(*args, **kwargs)


def jvp(
    function: Callable[..., R],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    **options: Unpack[Choices],
) -> tuple[R, Any]:
    """``(value, tangent)`` in the direction ``tangents``, one per primal; None is zero.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, None), jit=False)
    (6.0, 3.0)
    """
    for given, what in ((primals, "arguments"), (tangents, "tangents")):
        if not isinstance(given, (tuple, list)):
            raise TypeError(f"jvp takes a tuple of {what}: jvp(f, (x,), (t,))")
    return object_of(function, None, options).jvp(tuple(primals), tuple(tangents))


def check_grads(
    function: Callable[P, Any],
    wrt: Wrt | None = None,
    *,
    modes: Sequence[str] = checking.MODES,
    order: int = 1,
    **options: Unpack[Choices],
) -> Callable[P, None]:
    """``check_grads(f)(*args)`` compares derivatives with finite differences of ``f``.

    ``modes``: ``"fwd"``, ``"rev"`` or both; ``order`` 2 checks second derivatives too, of a
    function of one scalar result.  Raises WrongDerivative if they differ.

    >>> check_grads(lambda x: x * x, order=2, jit=False)(3.0)
    """
    owner = object_of(function, wrt, options)

    def check(*args: P.args, **kwargs: P.kwargs) -> None:
        bound = owner._compilations.parameters.bind(args, kwargs)
        checking.check(owner, owner._positions, bound, modes, order)

    return check


def _derivative(kind: str, function: Function, wrt: Wrt | None, options: Choices) -> Any:
    if not isinstance(function, Derivative):
        return object_of(function, wrt, options).derivative(kind)
    owner, order = function.owner, function._wanted.order
    given = owner._compilations.parameters.positions(owner.wrt if wrt is None else wrt)
    if function.kind.startswith(("value_", "grad_and")) or function.packed:
        raise NotDifferentiable(
            f"{kind} needs one scalar result, but {function!r} returns a tuple",
            hint="take `jacobian` or `vjp` of it, or hvp(f)(*args, v): the Hessian times a vector",
        )
    alone = kind in ("hvp", "grad_and_aux")
    if function.kind != "grad" or given != owner._positions or alone:
        return object_of(function, wrt, options).derivative(kind)
    return object_of(owner, owner.wrt, options).derivative(kind, order + 1)


def floating_arguments(
    function: Differentiable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[str, ...]:
    """The names of the parameters whose arguments are floats, or containers of some."""
    compilations = function._compilations
    arguments = compilations.arguments(compilations.parameters.bind(args, kwargs))
    floats = {leaf.position for leaf in leaves_of(arguments) if is_float(leaf.type)}
    return tuple(compilations.parameters.names[k] for k in sorted(floats))


def object_of(function: Function, wrt: Wrt | None, choices: Choices) -> Differentiable[..., Any]:
    """A differentiable object of the function with these options."""
    if isinstance(function, Derivative):
        owner = function.owner
        by = owner.wrt if wrt is None else wrt
        return _kept_object(function, by, owner.options.changed(choices))
    if not isinstance(function, Differentiable):
        return _kept_object(function, 0 if wrt is None else wrt, Options().changed(choices))
    options = function.options.changed(choices)
    if options == function.options and (wrt is None or wrt == function.wrt):
        return function
    return _differentiable(function, function.wrt if wrt is None else wrt, options)


def _kept_object(function: Function, wrt: Wrt, options: Options) -> Differentiable[..., Any]:
    """One object for each function and choice: `grad(f)(x)` in a loop makes nothing anew."""
    function = plain(function)
    if not callable(function):
        return _differentiable(function, wrt, options)  # refuses
    objects = compilations_of(function).objects
    key = repr(wrt), options
    if key not in objects:
        objects[key] = _differentiable(function, wrt, options)
    return objects[key]


def linearize(
    function: Callable[..., R], *primals: Any, **options: Unpack[Choices]
) -> tuple[R, Callable[..., Any]]:
    """``(value, pushforward)``: the pushforward maps tangents of the primals to that of the value.

    >>> value, pushforward = linearize(lambda x, y: x * y, 2.0, 3.0, jit=False)
    >>> pushforward(1.0, 10.0)
    23.0
    """
    owner = object_of(function, None, options)
    primals = copy.deepcopy(primals)  # the caller may change his arrays before the pushforward
    value = owner.jvp(primals, (None,) * len(primals))[0]
    return value, lambda *tangents: owner.jvp(primals, tangents)[1]


marked(grad, value_and_grad, grad_and_aux, hvp, vjp, jvp, linearize)
