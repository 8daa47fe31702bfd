"""What a function says of its own derivative, and the marks that compiled code knows them by."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import numpy as np

from adgen.transpiler.transforms import mark

Function = Callable[..., Any]
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def marked(*transforms: Function) -> None:
    """Say what they are in functions that are compiled: see transpiler/transforms.py."""
    for made in transforms:
        mark(made, "__adgen_transform__", made.__name__)


def checkpoint(function: Callable[P, R]) -> Callable[P, R]:
    """A function whose values the reverse sweep computes again instead of storing them.

    A decorator, or ``checkpoint(f)(x)`` inside of a function.  A loop over segments of a long loop,
    each of them a call of such a function, stores what passes between segments and the inside of
    one of them.

    >>> from adgen import grad
    >>> grad(lambda x: checkpoint(np.sin)(x * x), jit=False)(0.0)
    0.0
    """

    @functools.wraps(function)
    def checkpointed(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    mark(checkpointed, "__adgen_checkpoint__", function)
    return checkpointed


def checkpointed(sequence: range, snapshots: int | None = None, memory: int | None = None) -> range:
    """A range of whose loop the reverse sweep stores few states, and computes the others again.

    ``snapshots``: so many states at once at most (and that ahead of the last step).  Which ones,
    the binomial schedule says, so no steps are repeated that need not be: with k snapshots each
    of (k + r)! / (k! r!) steps is repeated r times at most.  ``memory``: as many snapshots as
    fit into so many bytes.  Without both: the states ahead of about the root of n segments, and
    what one segment needs, for one more forward sweep.  The values are the same to the last
    bit.  In CPython it is the range itself.

    >>> from adgen import grad
    >>> def powers(x, n):
    ...     for _ in checkpointed(range(n), snapshots=4):
    ...         x = x * x
    ...     return x
    >>> grad(powers, jit=False)(1.0, 10)
    1024.0
    """
    for name, limit in (("snapshots", snapshots), ("memory", memory)):
        if limit is not None and limit < 1:
            raise ValueError(f"{name} must be at least 1, not {limit}")
    if snapshots is not None and memory is not None:
        raise ValueError("give one of snapshots and memory")
    return sequence


def stop_gradient(x: T) -> T:
    """``x``, by which nothing is differentiated: a constant for all derivatives.

    >>> from adgen import grad
    >>> grad(lambda x: x * stop_gradient(x), jit=False)(3.0)
    3.0
    """
    return x


@contextmanager
def grad_of(x: T) -> Iterator[T]:
    """A block of the reverse sweep, which sees and replaces the cotangent of ``x``.

    ``with grad_of(x) as g:`` runs when the sweep comes to it, with ``g`` the cotangent of what is
    read as ``x`` behind the block.  What ``g`` is at the end goes on: it may be assigned or
    written to.  Forward mode refuses a block that changes it.  A call of the compiled function
    leaves the block out; in CPython it runs on zeros.

    >>> from adgen import grad
    >>> def clipped(x):
    ...     y = x * x
    ...     with grad_of(y) as g:
    ...         g = min(g, 1.0)
    ...     return 10.0 * y
    >>> grad(clipped, jit=False)(3.0)
    6.0
    """
    yield np.zeros_like(x) if isinstance(x, np.ndarray) else 0.0  # type: ignore[misc]


marked(checkpoint, checkpointed, grad_of, stop_gradient)
