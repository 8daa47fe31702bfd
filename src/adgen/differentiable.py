"""The object that ``@differentiate`` makes of a function."""

from __future__ import annotations

import functools
import importlib
import operator
from collections.abc import Callable
from typing import Any

from adgen.engine import Engine
from adgen.listing import listing
from adgen.parameters import Wrt
from adgen.runtime.compile import Options
from adgen.transforms import Grad, Hvp, Jvp, Primal, ValueAndGrad, Vjp


class Differentiable(Primal):
    """A compiled function with its derivatives.

    Calls like the function.  ``.grad(*args)``, ``.value_and_grad(*args)``, ``.vjp(*args)``,
    ``.jvp(primals, tangents)``, ``.hvp(*args, v)`` are with respect to ``wrt``.
    """

    numba_members = ("grad", "value_and_grad")

    def __init__(
        self, function: Callable[..., Any], wrt: Wrt = 0, *, jit: bool | None = None,
        fastmath: bool = False, boundscheck: bool = False,
    ) -> None:  # fmt: skip
        options = Options(fastmath=fastmath, boundscheck=boundscheck)
        engine = Engine(function, jit, options)
        super().__init__(engine)
        functools.update_wrapper(self, engine.plain)
        self.packed = isinstance(wrt, (tuple, list))
        self.asked = wrt

    @functools.cached_property
    def positions(self) -> tuple[int, ...]:
        """The parameters that derivatives are taken of."""
        return self.engine.parameters.positions(self.asked)

    @functools.cached_property
    def grad(self) -> Grad:
        """The gradient as a function of the same arguments."""
        return Grad(self.engine, self.positions, self.packed)

    @functools.cached_property
    def value_and_grad(self) -> ValueAndGrad:
        """``(value, gradient)`` as a function of the same arguments."""
        return ValueAndGrad(self.engine, self.positions, self.packed)

    @functools.cached_property
    def vjp(self) -> Vjp:
        """``(value, pullback)`` as a function of the same arguments."""
        return Vjp(self.engine, self.positions, self.packed)

    @functools.cached_property
    def hvp(self) -> Hvp:
        """The Hessian times a vector: ``f.hvp(*args, v)``."""
        return Hvp(self.engine, self.positions, self.packed)

    def jvp(self, primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
        """``(value, tangent)`` at ``primals`` along ``tangents``, one for each argument."""
        return jvp_of(self.engine, primals, tangents)

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Compare the derivatives with differences; raises CheckFailed."""
        from adgen.checks import check

        check(self, self.engine.parameters.bind(args, kwargs))

    def source(self, stage: str = "array") -> str:
        """The generated gradient as source text (``stage``: array, numba, ir, … or all).

        For the argument types of the last call; before any, for those of annotations,
        defaults and use.
        """
        return listing(self.engine, self.positions, stage)

    def show(self, stage: str = "array") -> None:
        """Print the generated gradient."""
        print(self.source(stage))

    def __repr__(self) -> str:
        return f"<differentiable {self.engine.source.name}, wrt {self.asked!r}>"

    def __reduce__(self) -> Any:
        """By name, as functions are."""
        return _by_name, (self.__module__, self.__qualname__)


def jvp_of(engine: Engine, primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """``(value, tangent)``; a tangent of None stands for an argument that does not vary."""
    if len(primals) != len(tangents):
        raise ValueError(f"{len(primals)} primals and {len(tangents)} tangents")
    full = engine.parameters.bind(tuple(primals), {})
    varied = tuple(k for k, tangent in enumerate(tangents) if tangent is not None)
    transform = _jvps.setdefault((engine, varied), Jvp(engine, varied))
    return transform.along(full, tuple(tangents))


_jvps: dict[Any, Jvp] = {}


def _by_name(module: str, qualname: str) -> Any:
    return operator.attrgetter(qualname)(importlib.import_module(module))
