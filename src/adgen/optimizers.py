"""Optimisers over nested parameters, with the signatures that Autograd's have.

Each takes ``grad(params, i)``, where ``i`` counts iterations, and parameters in any nesting of
containers; ``callback(params, i, g)`` sees the parameters before each step and their gradient;
``progress=True`` draws a bar on the standard error.  What comes back nests like the parameters;
what is no float in them stays as it was.

>>> from adgen import grad
>>> def loss(params, i):
...     return (params["w"] - 3.0) ** 2
>>> round(sgd(grad(loss, jit=False), {"w": 0.0}, num_iters=300)["w"], 6)
3.0
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adgen.flattening import Unflatten
from adgen.gradients import Derivative
from adgen.runtime import descent

__all__ = ["adam", "adamw", "lbfgs", "rmsprop", "sgd"]

Gradient = Callable[[Any, int], Any]
Callback = Callable[[Any, int, Any], Any]


def sgd(
    grad: Gradient,
    x0: Any,
    callback: Callback | None = None,
    num_iters: int = 200,
    step_size: float = 0.1,
    mass: float = 0.9,
    progress: bool = False,
) -> Any:
    """Gradient descent with momentum; ``mass`` is the part of the velocity that stays."""
    step = descent.momentum(step_size, mass)
    return _descend(grad, x0, step, callback, num_iters, progress)


def rmsprop(
    grad: Gradient,
    x0: Any,
    callback: Callback | None = None,
    num_iters: int = 100,
    step_size: float = 0.1,
    gamma: float = 0.9,
    eps: float = 1e-8,
    progress: bool = False,
) -> Any:
    """Gradients divided by the root of their running mean square."""
    step = descent.root_mean_square(step_size, gamma, eps)
    return _descend(grad, x0, step, callback, num_iters, progress)


def adam(
    grad: Gradient,
    x0: Any,
    callback: Callback | None = None,
    num_iters: int = 100,
    step_size: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    progress: bool = False,
) -> Any:
    """Adam: steps from running means of gradients and of their squares."""
    step = descent.adaptive_moments(step_size, b1, b2, eps, 0.0)
    return _descend(grad, x0, step, callback, num_iters, progress)


def adamw(
    grad: Gradient,
    x0: Any,
    callback: Callback | None = None,
    num_iters: int = 100,
    step_size: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
    progress: bool = False,
) -> Any:
    """Adam with weights that decay beside the step: by ``step_size * weight_decay`` each time."""
    step = descent.adaptive_moments(step_size, b1, b2, eps, weight_decay)
    return _descend(grad, x0, step, callback, num_iters, progress)


def lbfgs(
    grad: Gradient,
    x0: Any,
    callback: Callback | None = None,
    num_iters: int = 200,
    memory: int = 10,
    tolerance: float = 1e-10,
    progress: bool = False,
) -> Any:
    """SciPy's L-BFGS, which needs values too.

    ``grad`` is ``adgen.grad(loss)``, whose loss is then known, or any function that returns
    ``(value, gradient)``.  The loss must be one function: it is called with ``i = 0``.
    ``callback`` comes after each step.
    """
    unflatten = Unflatten(x0)
    x = unflatten.flatten(x0)
    both = grad.owner.value_and_grad if isinstance(grad, Derivative) else grad

    def value_and_gradient(at: descent.Vector) -> tuple[float, descent.Vector]:
        value, gradient = both(unflatten(at), 0)
        return value, unflatten.flatten(gradient, gradient=True)

    found = descent.quasi_newton(
        value_and_gradient, x, num_iters, memory, tolerance, _nested(callback, unflatten), progress
    )
    return unflatten(found)


def _descend(
    grad: Gradient,
    x0: Any,
    step: descent.Step,
    callback: Callback | None,
    num_iters: int,
    progress: bool,
) -> Any:
    unflatten = Unflatten(x0)
    x = unflatten.flatten(x0)

    def gradient(at: descent.Vector, i: int) -> descent.Vector:
        return unflatten.flatten(grad(unflatten(at), i), gradient=True)

    seen = _nested(callback, unflatten)
    return unflatten(descent.descend(gradient, x, step, num_iters, seen, progress))


def _nested(callback: Callback | None, unflatten: Unflatten) -> descent.Callback | None:
    """A callback of vectors from one of nested parameters."""
    if callback is None:
        return None
    return lambda x, i, g: callback(unflatten(x), i, unflatten.gradient(g))
