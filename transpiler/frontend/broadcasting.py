"""Broadcasting: which axes NumPy stretches, decided now by a guess or at run time.

The adjoint of ``x + y`` depends on which axes are stretched.  Of arguments the type says
which extents are 1.  A computed extent (``x[:k]``, ``y.reshape(4, -1)``) is *guessed* not to
be 1: a ``guessed`` guard raises where that is wrong, and the caller of the compiler comes
back for the lowering that guesses nothing (``Context.speculates`` is false).  There an operand
whose axis may have length 1 is widened first, by an ``if`` that asks for its length.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.shapes import Extent
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Callee, Operand, Value, type_of
from adgen.transpiler.ir.layout import UNKNOWN
from adgen.transpiler.ir.paths import FULL, Index, Slice
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.table import find

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

_FIRST = Slice(stop=True, length_one=True)  # [:1]


def agreed(
    cx: Context, node: Any, callee: Callee, operands: tuple[Operand, ...], inner: int = 0
) -> tuple[Operand, ...]:
    """The operands of an op in the form in which no axis is stretched unseen.

    ``inner``: so many axes at the end are no axes of stacks: they are not broadcast.
    """
    entry = None if isinstance(callee, str) else find(callee)
    if entry is None or not (entry.elementwise or inner) or len(operands) < 2:
        return operands
    out = list(operands)
    for place, extents in _columns(cx, operands).items():
        if place < inner:
            continue
        extent = common(cx, node, list(extents.values()))
        for k, have in extents.items():
            if may_be_stretched(cx, have, extent):
                out[k] = widened(cx, node, out[k], _axis(out[k], place), extent)
    return tuple(out)


def _columns(cx: Context, operands: tuple[Operand, ...]) -> dict[int, dict[int, Extent]]:
    """By place from the right: the extents of the operands whose axis is not known to be 1."""
    columns: dict[int, dict[int, Extent]] = {}
    for k, operand in enumerate(operands):
        kind = type_of(operand)
        if isinstance(kind, Array):
            extents = cx.extents.of(operand)
            for place, (extent, one) in enumerate(zip(extents[::-1], kind.ones[::-1], strict=True)):
                if not one:
                    columns.setdefault(place, {})[k] = extent
    return columns


def _axis(operand: Operand, place: int) -> int:
    kind = type_of(operand)
    assert isinstance(kind, Array)
    return kind.ndim - 1 - place


def common(cx: Context, node: Any, extents: Sequence[Extent]) -> Extent:
    """The extent of the result on one axis; emits what makes sure that all agree with it."""
    first = extents[0]
    for other in extents[1:]:
        if shapes.equal(cx, first, other):
            continue
        doubtful = may_be_one(cx, first), may_be_one(cx, other)
        if cx.speculates or not any(doubtful):
            shapes.require(cx, node, first, other, "guessed" if any(doubtful) else "known")
        elif doubtful[0]:
            first = ("wide", first, other)
    return first


def may_be_stretched(cx: Context, extent: Extent, room: Extent) -> bool:
    """Whether an axis is to be widened at run time where its length is 1."""
    return not (cx.speculates or shapes.equal(cx, extent, room)) and may_be_one(cx, extent)


def may_be_one(cx: Context, extent: Extent) -> bool:
    """Whether an axis that is not known to have length 1 may have it nevertheless."""
    extent = shapes.canonical(cx, extent)
    if isinstance(extent, int):
        return extent == 1
    if isinstance(extent, tuple) and extent[0] == "dim":
        return extent[1] not in cx.extents.settled
    if isinstance(extent, tuple) and extent[0] == "times":
        return all(may_be_one(cx, factor) for factor in extent[1])
    return True


def widened(cx: Context, node: Any, x: Operand, axis: int, room: Extent) -> Value:
    """``x`` with an axis as long as ``room``: stretched if its length is 1, else checked."""
    assert isinstance(x, Value) and isinstance(x.type, Array)
    shape = list(cx.extents.of(x))
    have = shapes.operand_of(cx, node, shape[axis])
    shape[axis] = room
    extents = [
        1 if one and k != axis else shapes.operand_of(cx, node, extent)
        for k, (extent, one) in enumerate(zip(shape, x.type.ones, strict=True))
    ]
    single = cx.emit(node, operator.eq, have, 1)
    fits = cx.emit(node, operator.eq, have, extents[axis])
    cx.check(node, cx.emit(node, operator.or_, single, fits), "ValueError", core.MISMATCH)
    items = tuple(_FIRST if k == axis else FULL for k in range(x.type.ndim))
    then = cx.builder.inner()
    row = then.getitem(x, (Index(items),), 1)
    wide = then.emit(core.BROADCAST, row, *extents, ones=x.type.ones)
    arms = then.block((), (wide,)), cx.builder.inner().block((), (x,))
    (result,) = cx.builder.region(
        core.IF, (single,), arms, (x.type,), (x.name,), label=core.new_label()
    )
    cx.extents.shapes[result] = tuple(shape)
    if x in cx.extents.layouts:
        cx.extents.layouts[result] = UNKNOWN
    return result
