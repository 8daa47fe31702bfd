"""The chain rule through derivatives that are computed inside of a function.

The tokens of ``primitives/linked.py`` have several tangents or cotangents, one for each value that
they keep together.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.custom import inlined
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, type_of
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.linked import Linked


@dataclass(frozen=True, eq=False, slots=True)
class Parts:
    """Tangents or cotangents by the position of the value: the derivative of a token."""

    found: Mapping[int, Operand]


def collect(b: Builder, op: Op, g: Operand, adjoints: dict[Any, Any]) -> None:
    """Add the cotangent of a ``PART`` to those of its token."""
    token, k = op.operands[0], op.attrs["index"]
    have = adjoints[token].found if token in adjoints else {}
    if k in have:
        g = b.emit(core.ACCUM if isinstance(type_of(g), Array) else operator.add, have[k], g)
    adjoints[token] = Parts({**have, k: g})


def varied_arguments(op: Op, activity: Activity) -> tuple[int, ...]:
    """The positions of the arguments, behind the values, that vary.

    Raises NotDifferentiable where what may not vary does.
    """
    linked = op.callee
    assert isinstance(linked, Linked)
    arguments = _arguments(op)
    if any(x in activity for x in op.operands[len(op.operands) - linked.outer :]):
        raise NotDifferentiable(
            f"`{linked.name}` has a rule of its own, and reads a value that varies from outside",
            op.span,
            hint="pass the value as an argument",
        )
    first = arguments[: len(arguments) - linked.known]
    return tuple(k for k, x in enumerate(first) if x in activity)


def pulled(
    b: Builder, op: Op, parts: Parts, activity: Activity
) -> Iterable[tuple[Operand, Operand]]:
    """The arguments that vary with what the cotangents of the values contribute to theirs."""
    linked, arguments = op.callee, _arguments(op)
    assert isinstance(linked, Linked)
    varied, wanted = varied_arguments(op, activity), tuple(sorted(parts.found))
    function = linked.pullback(varied, wanted)
    found = inlined(b, function, [*arguments, *(parts.found[k] for k in wanted)], own_places=True)
    return zip((arguments[k] for k in varied), found, strict=True)


def pushed(b: Builder, op: Op, tangents: Mapping[int, Operand]) -> list[Operand]:
    """The tangents of the floating values, given those of arguments that vary."""
    linked = op.callee
    assert isinstance(linked, Linked)
    if linked.backwards:
        raise NotDifferentiable(
            f"`{linked.name}` is a custom_vjp: forward mode has no rule for it",
            op.span,
            hint='declare it custom_jvp, or use grad, vjp, or jacobian(f, mode="reverse")',
        )
    function = linked.pushforward(tuple(tangents))
    return inlined(b, function, [*_arguments(op), *tangents.values()], own_places=True)


def _arguments(op: Op) -> tuple[Operand, ...]:
    assert isinstance(op.callee, Linked)
    return op.operands[op.callee.values : len(op.operands) - op.callee.outer]
