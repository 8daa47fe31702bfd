"""Derivatives inside of functions: what the front end writes, and what derivatives are made of.

``grad(g)(x)`` in a function is at first an op with the body of ``g`` as its region::

    %value, %x_bar = gradient(x) { (x'): … }

(``Derivation``).  Before anything else looks at it, ``autodiff/inside.py`` puts the gradient
itself in its place, computed of arguments that nothing is differentiated by (``STOP``), and lets
the ops of a ``Linked`` callee and ``PART`` hand the results on; they bring the derivative::

    %1 = STOP(x);  %2, %3 = … the gradient of g at %1
    %token = linked(%2, %3, x)
    %value = PART(%token, index=0);  %x_bar = PART(%token, index=1)

The token is no value of the run: it only keeps together what is differentiated together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.types import Scalar
from adgen.transpiler.primitives.kinds import Explicit, Primitive

GRADIENT, PULLBACK, PUSHFORWARD = "gradient", "pullback", "pushforward"
HOLOMORPHIC = "holomorphic"  # a gradient of a complex value
CHECKPOINT = "checkpoint"
GRADIENTS = (GRADIENT, HOLOMORPHIC)
_TOKEN = Scalar(np.dtype(np.float64))


@dataclass(frozen=True, eq=False, slots=True)
class Derivation:
    """The callee of an op with one region, a function of ``inputs`` floats.

    ===========  =======================================  =========================================
    mode         operands                                 results
    ===========  =======================================  =========================================
    gradient     inputs                                   values, cotangents of the inputs, of
                                                          the first value with the cotangent 1
    pullback     inputs, cotangents of floating values    values, cotangents of the inputs
    pushforward  inputs, their tangents                   values, tangents of floating values
    holomorphic  inputs                                   the same of a complex first value
    checkpoint   inputs                                   values; the reverse sweep computes them
                                                          again, and nothing of them is stored
    ===========  =======================================  =========================================
    """

    mode: str
    inputs: int
    name: str

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return f"{self.mode} of {self.name}"

    def __call__(self, *operands: Any) -> Any:
        """Nothing: a derivative takes the place of the op before it is run."""
        raise InvalidIR(f"the {self.__name__} was not derived")


@dataclass(frozen=True, eq=False, slots=True)
class Ruled:
    """The callee of an op with one region: ``ruled(*inputs, *values, *outer)`` is the values.

    The region is their derivative by the inputs, which the user has given.  ``mode`` ``"vjp"``: of
    cotangents of the floating values, cotangents of the inputs; ``"jvp"``: of tangents of the
    inputs, tangents of the floating values.  The outer operands are what the values were computed
    of besides.
    """

    mode: str
    inputs: int
    values: int
    name: str

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return f"custom_{self.mode} of {self.name}"

    def __call__(self, *operands: Any) -> Any:
        """Nothing: links take the place of the op before it is run."""
        raise InvalidIR(f"the {self.__name__} was not linked")


@dataclass(frozen=True, eq=False, slots=True)
class Linked:
    """The callee of an op: ``linked(*values, *arguments)`` is a token for the values.

    ``known``: so many of the last arguments are only read by what follows: nothing is
    differentiated by them.  ``outer``: so many operands behind the arguments may not vary.
    ``backwards``: there is no pushforward but that of the values as they were computed.

    ``pushforward(varied)``: a function of the arguments and of tangents of those whose positions
    are ``varied``; it returns tangents of the floating values.  ``pullback(varied, wanted)``: of
    the arguments and of cotangents of the values at ``wanted``; it returns cotangents of the
    arguments that are ``varied``.
    """

    name: str
    values: int
    pushforward: Callable[[tuple[int, ...]], Function]
    pullback: Callable[[tuple[int, ...], tuple[int, ...]], Function]
    known: int = 0
    outer: int = 0
    backwards: bool = False

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return self.name

    def __call__(self, *operands: Any) -> Any:
        """The values: what the op keeps together."""
        return operands[: self.values]

    @property
    def entry(self) -> Primitive:
        """What the table says of it: its derivative is not a formula."""
        return Primitive(self, Explicit(_no_formula, _no_formula), lambda types, attrs: _TOKEN, ())


def part(token: Any, index: int, type: Any) -> Any:  # noqa: A002 (the name of an attribute)
    """One of the values that a token keeps together."""
    return token[index]


PART = part


def _no_formula(*operands: Any, **attrs: Any) -> Any:
    raise InvalidIR("the derivative of a derivative is no formula")


PART_ENTRY = Primitive(
    PART, Explicit(_no_formula, _no_formula), lambda types, attrs: attrs["type"], ("token",)
)
