"""What one row of the benchmark table consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

Objective = Callable[..., Any]
Adjoint = Callable[..., tuple[Any, tuple[Any, ...]]]


@dataclass(frozen=True)
class Peer:
    """The objective as a user of a peer would write it.

    ``objective()`` imports the peer and returns a function of the arguments that ``Case.data``
    gives, where arrays are the peer's own and integers are Python's.  A peer that would take
    minutes runs on ``data(**scaled)``, and its time is multiplied by ``factor``.
    """

    objective: Callable[[], Objective]
    scaled: Mapping[str, int] = field(default_factory=dict)
    factor: float = 1.0


@dataclass(frozen=True)
class Case:
    """A user's function in one or two styles, data for it, the adjoint of an expert, and peers.

    ``styles``: plain Python under ``"loops"`` and ``"numpy"``, both of the same arguments.
    ``data(**sizes)`` gives these.  ``adjoint(*arguments, *workspace(*arguments))`` is compiled
    by Numba and returns ``(value, gradients)`` with one gradient per name in ``wrt``; its
    elementary functions are those of ``math``.  ``peers``: by the names of
    ``benchmarks.peers.PEERS``.  ``small``: sizes for tests and quick runs.  ``scalar``: the
    loops compute on scalars, so their gradient has the aim on gradient over primal.
    """

    name: str
    styles: Mapping[str, Objective]
    wrt: tuple[str, ...]
    data: Callable[..., tuple[Any, ...]]
    adjoint: Adjoint
    workspace: Callable[..., tuple[Any, ...]]
    peers: Mapping[str, Peer] = field(default_factory=dict)
    small: Mapping[str, int] = field(default_factory=dict)
    scalar: bool = False

    def positions(self) -> tuple[int, ...]:
        """Where the arguments of ``wrt`` stand."""
        code = next(iter(self.styles.values())).__code__
        return tuple(code.co_varnames.index(name) for name in self.wrt)


def on_numpy_of(module: Callable[[], Any], function: Objective) -> Callable[[], Objective]:
    """What runs a function, and those of its module that it calls, with another ``np``."""

    def rebound() -> Objective:
        bindings: dict[str, Any] = {}
        for name, value in function.__globals__.items():
            own = isinstance(value, FunctionType) and value.__module__ == function.__module__
            bindings[name] = (
                FunctionType(value.__code__, bindings, name, value.__defaults__) if own else value
            )
        bindings["np"] = module()
        return FunctionType(function.__code__, bindings, function.__name__)

    return rebound


def jax_numpy() -> Any:
    """``jax.numpy``, in double precision."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax.numpy


def autograd_numpy() -> Any:
    """``autograd.numpy``."""
    import autograd.numpy

    return autograd.numpy
