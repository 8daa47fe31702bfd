"""The transforms by name, as functions that are compiled may call them.

The front door's own functions say by ``__adgen_transform__`` which one they are; those of other
packages that its users come from are known by where they are found.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from typing import Any

# transforms of a function: grad(f) is a function
OF_FUNCTION = frozenset(
    {"grad", "value_and_grad", "grad_and_aux", "elementwise_grad", "deriv", "hvp", "jacobian"}
    | {"jacfwd", "jacrev", "hessian", "gauss_newton_vp", "checkpoint"}
)  # fmt: skip
# calls that give a value and a derivative: jvp(f, primals, tangents)
AT_ONCE = frozenset({"jvp", "vjp", "linearize", "stop_gradient", "checkpointed", "grad_of"})
WRAPS = "__adgen_wraps__"  # the mark of a function that only calls a transform of another one
PACKAGES = ("autograd", "jax")


@dataclass(frozen=True, slots=True)
class Transform:
    """``grad`` and the like, before a function is given."""

    name: str

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return self.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Only compiled code calls it."""
        raise TypeError(f"`{self.name}` is called in a function that is not compiled")


@dataclass(frozen=True, slots=True)
class Derived:
    """What a transform makes of a function that is its first argument.

    ``wrt``: positions or names of arguments; ``packed``: derivatives come as a tuple.
    ``holomorphic``: the gradient of a complex result is the complex derivative.
    ``computed``: of a pullback, what the function has computed when its value was.
    """

    name: str
    wrt: tuple[int | str, ...]
    packed: bool
    computed: Any = None
    holomorphic: bool = False

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return self.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Only compiled code calls it."""
        raise TypeError(f"`{self.name}` is called in a function that is not compiled")


@functools.cache
def transform(name: str) -> Transform:
    """The one transform of that name."""
    return Transform(name)


@functools.cache
def derived(
    name: str, wrt: tuple[int | str, ...], packed: bool, holomorphic: bool = False
) -> Derived:
    """The one object for these."""
    return Derived(name, wrt, packed, None, holomorphic)


def mark(thing: Any, name: str, says: Any) -> None:
    """Let ``own_mark`` find what an object of the front door says of itself."""
    setattr(thing, name, (thing, says))


def own_mark(thing: Any, name: str) -> Any:
    """What an object says of itself; None if nothing.

    ``functools.wraps`` copies marks to a function that may compute something else: a mark names
    the object that it belongs to.
    """
    found = getattr(thing, name, None)
    return found[1] if isinstance(found, tuple) and found[0] is thing else None


def given_to(thing: Any) -> tuple[Derived, Any] | None:
    """What an object like ``grad(f)`` of the front door computes, and of which function."""
    inner = own_mark(thing, "__adgen_checkpoint__")
    if inner is not None:
        return derived("checkpoint", (), False), inner
    found = getattr(type(thing), "__adgen_derived__", None)
    if found is None:
        return None
    name, function, wrt, packed, holomorphic = found(thing)
    return derived(name, wrt, packed, holomorphic), function


def member_of(thing: Any, name: str) -> Any:
    """``f.grad`` of a differentiable object: a ``Derived`` or a ``Transform``; None of others."""
    if not hasattr(type(thing), "__adgen_wrt__"):
        return None
    if name in AT_ONCE:
        return transform(name)
    return derived(name, *wrt_of(thing)) if name in OF_FUNCTION else None


def wrt_of(thing: Any) -> tuple[tuple[int | str, ...], bool]:
    """By which arguments a function is differentiated if nothing else is said, and if packed."""
    asked = getattr(type(thing), "__adgen_wrt__", None)
    wrt = 0 if asked is None else asked(thing)
    return (tuple(wrt), True) if isinstance(wrt, (tuple, list)) else ((wrt,), False)


def as_transform(thing: Any) -> Any:
    """The transform that an object is, or the object itself."""
    name = own_mark(thing, "__adgen_transform__")
    if name is not None:
        return transform(name)
    name = getattr(thing, "__name__", None)
    if not callable(thing) or name not in OF_FUNCTION | AT_ONCE:
        return thing
    loaded = [sys.modules.get(package) for package in PACKAGES]
    if any(module is not None and vars(module).get(name) is thing for module in loaded):
        return transform(name)
    return thing
