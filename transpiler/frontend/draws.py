"""The op of a draw: what is passed to NumPy, the type and the shape of what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adgen.transpiler.frontend.arguments import integer
from adgen.transpiler.frontend.bindings import Binding
from adgen.transpiler.frontend.boxes import items_of
from adgen.transpiler.frontend.budget import spend
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.shapes import Shape, extent_of
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.draws import Draw
from adgen.transpiler.ir.templates import NOTHING, Items
from adgen.transpiler.ir.types import Array, Scalar, Type

Extents = tuple[Operand, ...]
Size = Operand | Extents  # as the user has written it


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a generator: arguments by position, then by keyword.

    ``owner``: the generator, None for that of the process.  An argument is an operand, a tuple
    of operands (a shape), a constant text, or None.
    """

    owner: Value | None
    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def size_of(cx: Context, node: Any, size: Binding) -> Size:
    """The ``size`` of samples: an integer or several."""
    listed = items_of(cx, size, node)
    if listed is None:
        return integer(cx, size, node, "an extent")
    return tuple(integer(cx, item, node, "an extent") for item in listed)


def extents_in(size: Size | None) -> Extents:
    """The extents that a size says."""
    if size is None:
        return ()
    return size if isinstance(size, tuple) else (size,)


def drawn(
    cx: Context, node: Any, asked: Asked, result: Type | None, name: str = "",
    extents: Extents = (), shape: Shape | None = None,
) -> Operand | None:  # fmt: skip
    """Append the op; what it gives, whose first extents these are, or which has this shape."""
    spend(cx, node)
    operands: list[Operand] = [] if asked.owner is None else [asked.owner]
    given = [*asked.args, *asked.kwargs.values()]
    template = tuple(_entry(argument, operands) for argument in given)
    call = Draw(asked.name, asked.owner is not None, template, tuple(asked.kwargs), result)

    def emit() -> Operand | None:
        cx.builder.span = cx.span(node)
        if result is None:
            cx.builder.effect(core.DRAW, *operands, call=call)
            return None
        return cx.builder.emit(core.DRAW, *operands, call=call, name=name)

    value: Operand | None = emit() if cx.script is None else cx.script.give(cx, node, result, emit)
    for extent in extents:
        cx.state.known["natural", extent] = extent  # else NumPy has raised
    if isinstance(value, Value) and isinstance(value.type, Array):
        own = tuple(extent_of(cx, extent) for extent in extents)
        if shape is None and len(own) == value.type.ndim:
            shape = own
        if shape is not None:
            cx.extents.shapes.setdefault(value, shape)
    return value


def _entry(argument: Any, operands: list[Operand]) -> Any:
    """An argument as an entry of a template; its values join the operands."""
    if argument is None:
        return NOTHING
    if isinstance(argument, tuple):
        return Items(tuple(_entry(part, operands) for part in argument))
    if isinstance(argument, Value):
        operands.append(argument)
        return None
    return argument.item() if isinstance(argument, np.generic) else argument


def array_of(dtype: np.dtype[Any], extents: Sequence[Operand], event: int = 0) -> Array:
    """The type of samples of these extents; an event has axes of its own."""
    ones = [not isinstance(extent, Value) and extent == 1 for extent in extents]
    return Array(dtype, (*ones, *(False,) * event))


def broadcast_type(
    cx: Context, operands: Sequence[Operand], dtype: np.dtype[Any], scalar: Scalar
) -> tuple[Type, Shape | None]:
    """The type of samples without a size, and their shape where one array decides it."""
    kinds = [kind for kind in map(type_of, operands) if isinstance(kind, Array)]
    if not kinds:
        return scalar, None
    rank = max(kind.ndim for kind in kinds)
    ones = [True] * rank
    for kind in kinds:
        for axis, one in enumerate(kind.ones[::-1], 1):
            ones[-axis] = ones[-axis] and one
    arrays = [o for o in operands if isinstance(type_of(o), Array)]
    return Array(dtype, tuple(ones)), cx.extents.of(arrays[0]) if len(arrays) == 1 else None
