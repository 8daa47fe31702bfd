"""What the shape of a new value is: noted when the op that makes it is appended."""

from __future__ import annotations

import builtins
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.transpiler.frontend.shapes import (
    Extent,
    Shape,
    extent_of,
    fresh_shape,
    minus,
    path_shape,
    plus,
)
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.custom import Custom
from adgen.transpiler.primitives.kinds import Primitive
from adgen.transpiler.primitives.table import find

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

_KEEP_NATURAL = (operator.add, operator.mul, operator.floordiv, operator.mod)


def note(
    cx: Context, value: Value, callee: core.Callee, operands: tuple[Operand, ...], attrs: Any,
    number: int = 0,
) -> None:  # fmt: skip
    """Record the shape of a new value, or which extent a new integer is.

    ``number``: which result of several it is.
    """
    if not isinstance(value.type, Array):
        _note_integer(cx, value, callee, operands, attrs)
        return
    entry = None if isinstance(callee, (str, Custom)) else find(callee)
    if entry is not None and entry.shape is not None:
        shape: Shape | None = _shape_by_rule(cx, value, entry, operands, attrs, number)
    else:
        shape = _shape_of_result(cx, value, callee, operands, attrs)
    if shape is not None:
        cx.extents.shapes[value] = tuple(
            1 if one else extent for extent, one in zip(shape, value.type.ones, strict=True)
        )


def _shape_of_result(
    cx: Context, value: Value, callee: core.Callee, operands: tuple[Operand, ...], attrs: Any
) -> Shape | None:
    of = cx.extents.of
    match callee:
        case core.SETITEM | core.ADDITEM | core.COPY | core.CAST:
            return of(operands[0])
        case core.GETITEM:
            base = operands[0]
            assert isinstance(base, Value)
            return path_shape(cx, base, of(base), attrs["path"], operands[1:])
        case core.ZEROS | core.EMPTY:
            return tuple(extent_of(cx, operand) for operand in operands)
        case core.FULL_:
            return tuple(extent_of(cx, operand) for operand in operands[1:])
    if isinstance(callee, Custom):
        return of(operands[0])
    entry = find(callee)
    if entry is None:
        return None
    if entry.elementwise:
        return _elementwise_shape(cx, operands)
    if entry.reduction:
        axes, keep = attrs["axis"], attrs["keepdims"]
        return tuple(
            1 if axis in axes else extent
            for axis, extent in enumerate(of(operands[0]))
            if keep or axis not in axes
        )
    left, right = of(operands[0]), of(operands[1])
    if callee is np.outer:
        return left + right
    return _broadcast(
        [(left[:-2], _ones(operands[0])[:-2]), (right[:-2], _ones(operands[1])[:-2])]
    ) + (left[-2:-1] + (right[-1:] if len(right) > 1 else ()))


def _shape_by_rule(
    cx: Context,
    value: Value,
    entry: Primitive,
    operands: tuple[Operand, ...],
    attrs: Any,
    number: int,
) -> Shape:
    """The shape of a result of a function on whole arrays; its own extents where it is not said."""
    assert entry.shape is not None
    given = tuple(
        extent_of(cx, o) if type_of(o).dtype.kind == "i" and core.is_scalar(o) else cx.extents.of(o)
        for o in operands
    )
    said = entry.shape(given, attrs)[number]
    return tuple(
        own if extent is None else extent
        for extent, own in zip(said, fresh_shape(value), strict=True)
    )


def _elementwise_shape(cx: Context, operands: tuple[Operand, ...]) -> Shape:
    """The broadcast shape of operands that agree."""
    return _broadcast([(cx.extents.of(operand), _ones(operand)) for operand in operands])


def _ones(operand: Operand) -> tuple[bool, ...]:
    kind = type_of(operand)
    return kind.ones if isinstance(kind, Array) else ()


def _broadcast(shapes: list[tuple[Shape, tuple[bool, ...]]]) -> Shape:
    """The shape that shapes with their flags of length 1 broadcast to."""
    out: list[Extent] = []
    for extents, flags in shapes:
        for place, (extent, one) in enumerate(zip(extents[::-1], flags[::-1], strict=True)):
            if place == len(out):
                out.append(1)
            if not one and out[place] == 1:
                out[place] = extent
    return tuple(reversed(out))


def _note_integer(
    cx: Context, value: Value, callee: core.Callee, operands: tuple[Operand, ...], attrs: Any
) -> None:
    """Which extent a new integer is, and whether it is natural."""
    extents = cx.extents
    if callee in _KEEP_NATURAL and all(map(extents.is_natural, operands)):
        extents.natural.add(value)
    if callee in (core.RANGELEN, core.DIM) or (callee is builtins.max and 0 in operands[1:]):
        extents.natural.add(value)
    if callee not in (operator.add, operator.sub):
        return
    left, right = operands
    meaning = extents.meaning.get(left) if isinstance(left, Value) else None
    if meaning is None or type(right) is not int:
        return
    count = right if callee is operator.add else -right
    if count < 0:  # where it serves as an extent it is not negative: clamping changes nothing
        extents.meaning[value] = minus(meaning, -count)
    elif not (isinstance(meaning, tuple) and meaning[0] == "minus"):
        extents.meaning[value] = plus(meaning, count)
