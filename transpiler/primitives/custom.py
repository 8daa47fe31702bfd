"""Functions of the user with derivatives of his own.

The body of such a function is inlined on arguments that nothing is differentiated by (``STOP``);
the op of a ``Custom`` callee hands its value on and brings the derivative::

    %1 = STOP(x)
    %2 = … the body, of %1
    %y = custom(%2, x)          the derivative of %y by x is that of the rules

Derivatives do away with both kinds of op (``autodiff/custom.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir.core import Function
from adgen.transpiler.primitives.kinds import Explicit, NoDerivative, Primitive


class Deferred:
    """A rule that calls its own primitive: the function is known when it has been lowered."""

    function: Function


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """The derivative by one argument: linear in the first of its operands.

    ``function``: of a cotangent of the result (``transposed``) or a tangent of the argument, the
    result, and the arguments; ``captures``: where the operands of the op have the arrays that
    it reads besides.  ``other``: the rule of the other mode, where there are both.
    """

    held: Function | Deferred
    transposed: bool
    captures: tuple[int, ...]
    other: Rule | None = None

    @property
    def function(self) -> Function:
        """What the rule computes."""
        return self.held.function if isinstance(self.held, Deferred) else self.held


@dataclass(frozen=True, eq=False, slots=True)
class Custom:
    """The callee of an op: ``custom(value, *arguments, *captures)``.

    ``rules``: for each argument its rule; None where the derivative is zero, and the name of
    what is missing where there is no rule.  ``replaces``: of a block ``with grad_of(x)``, whose
    one rule says which cotangent goes on: whether that is another one.
    """

    name: str
    rules: tuple[Rule | str | None, ...]
    replaces: bool | None = None

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return self.name

    def __call__(self, value: Any, *arguments: Any) -> Any:
        """The value: what the op computes."""
        return value

    @property
    def entry(self) -> Primitive:
        """What the table says of it: its derivative is not a formula."""
        return Primitive(
            self, Explicit(_no_formula, _no_formula), lambda types, attrs: types[0], (),
            cheap=True, complex=True,
        )  # fmt: skip


def stop_gradient(x: Any) -> Any:
    """The argument, by which nothing is differentiated."""
    return x


STOP = stop_gradient
STOP_ENTRY = Primitive(
    STOP, NoDerivative("the rules of the function say it"), lambda types, attrs: types[0], ("x",),
    cheap=True, elementwise=True, complex=True,
)  # fmt: skip


def _no_formula(*operands: Any) -> Any:
    raise InvalidIR("the derivative of a function with rules of its own is no formula")
