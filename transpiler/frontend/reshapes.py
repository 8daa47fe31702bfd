"""``reshape``, ``ravel`` and ``flatten``: views where NumPy makes views."""

from __future__ import annotations

import operator
from typing import Any

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import integer, is_none, static_value
from adgen.transpiler.frontend.bindings import Binding, Ref
from adgen.transpiler.frontend.boxes import items_of
from adgen.transpiler.frontend.constructors import copy_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.layouts import is_contiguous, is_mergeable
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.frontend.shapes import Extent, Shape
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Item, Reshape, Transpose


def reshaped(cx: Context, node: Any, ref: Ref, wanted: Binding) -> Ref:
    """``ref.reshape(wanted)``; appends the check that the number of elements stays."""
    extents = _wanted(cx, node, wanted)
    if not extents:
        cx.refuse(
            UnsupportedSyntax,
            "a reshape to no axes",
            node,
            "take the element: `x[0]`, or `x.item()`",
        )
    shape = shapes.ref_shape(cx, ref)
    resolved = _resolved(cx, node, shape, extents)
    ones = _with_other_ones(cx, ref, shape, resolved)
    if ones is not None:
        return ones
    operands = tuple(shapes.operand_of(cx, node, extent) for extent in resolved)
    flags = tuple(extent == 1 and isinstance(extent, int) for extent in resolved)
    base = _copied_unless(cx, node, ref, _gives_view(cx, ref, shape, resolved))
    return compose(cx, node, base, (Reshape(len(operands), flags),), operands)


def raveled(cx: Context, node: Any, ref: Ref) -> Ref:
    """``ref.ravel()``: a view of contiguous memory, a copy of any other."""
    base = _copied_unless(cx, node, ref, is_contiguous(cx, ref))
    return base if len(shapes.ref_shape(cx, ref)) == 1 else reshaped(cx, node, base, -1)


def flattened(cx: Context, node: Any, ref: Ref) -> Ref:
    """``ref.flatten()``: always a copy."""
    return raveled(cx, node, copy_of(cx, node, ref))


def _wanted(cx: Context, node: Any, wanted: Binding) -> tuple[Operand, ...]:
    items = items_of(cx, wanted, node)
    if items is None:
        items = (wanted,)
    return tuple(integer(cx, item, node, "an extent") for item in items)


# Extents


def _resolved(
    cx: Context, node: Any, shape: Shape, wanted: tuple[Operand, ...]
) -> tuple[Extent, ...]:
    """The new extents; -1 is what the others leave."""
    open_axes = [axis for axis, extent in enumerate(wanted) if _is_minus_one(extent)]
    if len(open_axes) > 1:
        cx.refuse(TypeMismatch, "two axes of a reshape are -1", node, "leave at most one open")
    extents = [shapes.extent_of(cx, extent) for extent in wanted]
    if not open_axes:
        _check_size(cx, node, shape, tuple(extents))
        return tuple(extents)
    (axis,) = open_axes
    others = (*extents[:axis], *extents[axis + 1 :])
    extents[axis] = _left(cx, node, shape, others)
    return tuple(extents)


def _is_minus_one(extent: Operand) -> bool:
    return not isinstance(extent, Value) and extent == -1


def _cancelled(first: Shape, second: Shape) -> tuple[list[Extent], list[Extent]]:
    """Two lists of factors without those that are certainly equal, and without ones."""
    left, right = [e for e in first if e != 1], [e for e in second if e != 1]
    for extent in list(right):
        found = next((k for k, e in enumerate(left) if e == extent), None)
        if found is not None:
            left.pop(found)
            right.remove(extent)
    return left, right


def _left(cx: Context, node: Any, shape: Shape, others: Shape) -> Extent:
    """The extent that remains when the others are given."""
    left, right = _cancelled(shape, others)
    total, divisor = shapes.product(tuple(left)), shapes.product(tuple(right))
    if divisor == 1:
        return total
    if isinstance(total, int) and isinstance(divisor, int):
        if divisor <= 0 or total % divisor:
            _refuse_size(cx, node, total)
        return total // divisor
    whole, part = (shapes.operand_of(cx, node, extent) for extent in (total, divisor))
    if isinstance(part, Value):
        _check(cx, node, cx.emit(node, operator.gt, part, 0))
    rest = cx.emit(node, operator.mod, whole, part)
    _check(cx, node, cx.emit(node, operator.eq, rest, 0))
    return shapes.extent_of(cx, cx.emit(node, operator.floordiv, whole, part))


def _check_size(cx: Context, node: Any, shape: Shape, extents: Shape) -> None:
    left, right = _cancelled(shape, extents)
    if not left and not right:
        return
    total, new = shapes.product(tuple(left)), shapes.product(tuple(right))
    if isinstance(total, int) and isinstance(new, int):
        if total != new:
            _refuse_size(cx, node, total)
        return
    for extent in right:
        operand = shapes.operand_of(cx, node, extent)
        if isinstance(operand, Value) and not cx.extents.is_natural(operand):
            _check(cx, node, cx.emit(node, operator.ge, operand, 0))
    one, two = (shapes.operand_of(cx, node, extent) for extent in (total, new))
    _check(cx, node, cx.emit(node, operator.eq, one, two))


def _check(cx: Context, node: Any, condition: Operand) -> None:
    cx.check(node, condition, "ValueError", "cannot reshape array: the number of elements differs")


def _refuse_size(cx: Context, node: Any, total: int) -> None:
    cx.refuse(
        TypeMismatch,
        "cannot reshape an array: the number of elements differs",
        node,
        f"the extents that are not shared with the array must multiply to {total}",
    )


# Memory


def is_by_columns(cx: Context, node: Any, ref: Ref, order: Binding | None) -> bool:
    """Whether ``order`` means that the first axis runs fastest.

    Raises UnsupportedSyntax where that depends on memory, and memory is not known.
    """
    given = "C" if is_none(order) else static_value(cx, order, node, "an order")
    if given in ("C", "F"):
        return bool(given == "F")
    axes = tuple(range(len(shapes.ref_shape(cx, ref))))
    if is_contiguous(cx, ref):
        return False
    if is_contiguous(cx, compose(cx, node, ref, (Transpose(axes[::-1]),), ())):
        return True
    cx.refuse(
        UnsupportedSyntax, f"the order {given!r} of an array that is not contiguous", node,
        "say 'C' or 'F'",
    )  # fmt: skip


def _with_other_ones(cx: Context, ref: Ref, shape: Shape, wanted: Shape) -> Ref | None:
    """The view if only axes of length 1 come and go."""
    old = [axis for axis, extent in enumerate(shape) if extent != 1]
    new = [axis for axis, extent in enumerate(wanted) if extent != 1]
    if not old or len(old) != len(new):
        return None
    if any(shape[a] != wanted[b] for a, b in zip(old, new, strict=True)):
        return None
    items: list[Item] = [FULL if axis in old else INT for axis in range(len(shape))]
    index = (0,) * items.count(INT)
    narrow = compose(cx, None, ref, (Index(tuple(items)),), index)
    wide: list[Item] = [FULL if axis in new else NEW for axis in range(len(wanted))]
    return compose(cx, None, narrow, (Index(tuple(wide)),), ())


def _copied_unless(cx: Context, node: Any, ref: Ref, is_view: bool | None) -> Ref:
    """The array itself where NumPy makes a view of it, else a copy.

    Where only the run could tell, writing to one of the two makes the other unreadable.
    """
    if is_view:
        return ref
    copy = copy_of(cx, node, ref)
    if is_view is None:
        cx.state.share(copy.cell, ref.cell)
    return copy


def _gives_view(cx: Context, ref: Ref, shape: Shape, wanted: Shape) -> bool | None:
    """Whether NumPy reshapes without a copy."""
    old, new = ([extent for extent in part if extent != 1] for part in (shape, wanted))
    if len(old) < 2:
        return True  # one axis is cut into several
    merges = is_mergeable(cx, ref)
    return None if merges is False and len(new) > 1 else merges
