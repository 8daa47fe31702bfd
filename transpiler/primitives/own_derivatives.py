"""Values in formulas that bring a derivative of their own, where that of the formula is no good.

The formula is computed of stopped operands (``STOP``); the op of a ``Custom`` callee hands the
value on, as for a primitive of the user's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Operand, Value, type_of
from adgen.transpiler.ir.types import Type
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.custom import Custom, Deferred, Rule
from adgen.transpiler.primitives.tracer import Tracer, apply_rule

Slope = Callable[..., Tracer]


def with_derivative(
    name: str, value: Tracer, arguments: tuple[Tracer, ...], slopes: tuple[Slope, ...]
) -> Tracer:
    """A value that depends on arguments as the slopes say.

    ``slope(t, value, *arguments)``: what the value changes by in a direction of one argument.
    It is to be a symmetric map, so that it serves cotangents too.
    """
    kinds = tuple(type_of(a.operand) for a in arguments)
    held = [
        _Traced(slope, type_of(value.operand), kinds, kinds[k]) for k, slope in enumerate(slopes)
    ]
    rules = tuple(Rule(function, False, (), Rule(function, True, ())) for function in held)
    operands: tuple[Operand, ...] = (value.operand, *(a.operand for a in arguments))
    return Tracer(value.builder, value.builder.emit(Custom(name, rules), *operands))


class _Traced(Deferred):
    """The function that a slope is, traced when somebody asks: most derivatives are the first."""

    def __init__(self, slope: Slope, value: Type, arguments: tuple[Type, ...], t: Type) -> None:
        self._slope, self._types = slope, (t, value, *arguments)

    @cached_property
    def function(self) -> Function:  # type: ignore[override]
        """What the slope computes."""
        params = tuple(Value(kind) for kind in self._types)
        builder = Builder(role=core.ADJOINT)
        result = apply_rule(builder, self._slope, *params)
        return Function("slope", builder.block(params, (result,)))
