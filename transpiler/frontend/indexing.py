"""Reading and writing parts of arrays."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import broadcasting, shapes
from adgen.transpiler.frontend.advanced_indexing import gathered, is_advanced, picked
from adgen.transpiler.frontend.alternatives import write_one_of
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Nullable, Ref, SliceOf, Static, is_operand
from adgen.transpiler.frontend.boxes import is_list
from adgen.transpiler.frontend.containers import read_item
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, expression, known
from adgen.transpiler.frontend.element_views import element_view
from adgen.transpiler.frontend.names import use_up_part
from adgen.transpiler.frontend.nullable import certain
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.ir import core, types
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Item, Slice
from adgen.transpiler.ir.types import Array, Scalar


@expression(gast.Subscript)
def _subscript(cx: Context, node: Any, name: str) -> Binding:
    base = subscripted(cx, node, cx.ev(node.value))
    if isinstance(base, Ref):
        parts = index_of(cx, node)
        if is_advanced(cx, parts):
            return gathered(cx, node, picked(cx, node, base, parts))
        part = select(cx, node, base, parts)
        if _with_ellipsis(parts) and not isinstance(shapes.ref_type(cx, part), Array):
            return element_view(cx, node, part, name)
        return read_part(cx, node, part, name)
    found = read_item(cx, node, base, cx.ev(node.slice), name)
    use_up_part(cx, node, found)
    return found


def subscripted(cx: Context, node: Any, base: Binding) -> Binding:
    """What is indexed, which is not None."""
    return certain(cx, node, base, "TypeError", "'NoneType' object is not subscriptable")


def index_of(cx: Context, node: Any) -> Binding:
    """The index of an array; one that may be None, for NumPy a new axis, is an index."""
    binding = cx.ev(node.slice)
    parts = binding if isinstance(binding, tuple) else (binding,)
    if any(isinstance(part, Nullable) for part in parts):
        message = "an index is None"
        parts = tuple(certain(cx, node, part, "TypeError", message) for part in parts)
        return parts if isinstance(binding, tuple) else parts[0]
    return binding


@expression(gast.Slice)
def _slice(cx: Context, node: Any, name: str) -> Binding:
    bounds = [None if part is None else cx.ev(part) for part in (node.lower, node.upper, node.step)]
    return SliceOf(*(None if _is_none(bound) else bound for bound in bounds))


@known(slice)
def _slice_call(cx: Context, call: Call) -> Binding:
    bounds = [None if _is_none(bound) else bound for bound in call.args]
    start, stop, step = (None, *bounds, None) if len(bounds) == 1 else (*bounds, None)[:3]
    return SliceOf(start, stop, step)


def _is_none(binding: Binding) -> bool:
    return binding is None or (isinstance(binding, Static) and binding.value is None)


def select(cx: Context, node: Any, base: Ref, parts: Binding) -> Ref:
    """The part of an array that an index without arrays denotes."""
    return select_parts(cx, node, base, list(parts) if isinstance(parts, tuple) else [parts])


def select_parts(cx: Context, node: Any, base: Ref, listed: list[Binding]) -> Ref:
    """The part of an array that integers, slices, None and an ellipsis select."""
    kind = shapes.ref_type(cx, base)
    if not isinstance(kind, Array):
        cx.refuse(TypeMismatch, "too many indices", node)
    items, operands = _items(cx, node, listed, kind.ndim)
    items = single_elements(cx, node, shapes.ref_shape(cx, base), items, operands)
    return compose(cx, node, base, (Index(tuple(items)),), tuple(operands))


def _items(
    cx: Context, node: Any, parts: list[Binding], ndim: int
) -> tuple[list[Item], list[Operand]]:
    items: list[Item] = []
    operands: list[Operand] = []
    used = sum(1 for part in parts if not (_is_none(part) or _is_ellipsis(part)))
    if used > ndim:
        cx.refuse(TypeMismatch, f"too many indices: {used} for an array of {ndim} axes", node)
    for part in parts:
        if _is_none(part):
            items.append(NEW)
        elif _is_ellipsis(part):
            items += [FULL] * (ndim - used)
        elif isinstance(part, SliceOf):
            item, bounds = _slice_item(cx, node, part)
            items.append(item)
            operands += bounds
        else:
            items.append(INT)
            operands.append(_integer(cx, node, part))
    axes = sum(1 for item in items if item != NEW)
    items += [FULL] * (ndim - axes)
    return items, operands


def _with_ellipsis(parts: Binding) -> bool:
    return any(map(_is_ellipsis, parts if isinstance(parts, tuple) else (parts,)))


def _is_ellipsis(binding: Binding) -> bool:
    return isinstance(binding, Static) and binding.value is Ellipsis


def _integer(cx: Context, node: Any, binding: Binding) -> Operand:
    if is_operand(binding):
        kind = type_of(binding)
        if isinstance(kind, Scalar) and kind.dtype.kind in "iu":
            if not isinstance(binding, Value):
                return int(binding)  # type: ignore[arg-type]
            # a sum of an unsigned and a signed integer is a float for Numba
            return cx.cast(node, binding, types.INT) if kind.dtype.kind == "u" else binding
    if isinstance(binding, Ref) or is_list(binding):
        cx.refuse(
            UnsupportedSyntax, "indexing by an array or a list is not compiled yet", node,
            "loop over the indices: for k in range(len(idx)): … x[idx[k]]",
        )  # fmt: skip
    cx.refuse(TypeMismatch, f"an index must be an integer, not {_shown(binding)}", node,
              "convert it: int(...)")  # fmt: skip


def _shown(binding: Binding) -> str:
    return str(type_of(binding)) if is_operand(binding) else describe(binding)


def _slice_item(cx: Context, node: Any, part: SliceOf) -> tuple[Slice, list[Operand]]:
    bounds = (part.start, part.stop, part.step)
    given = [_integer(cx, node, bound) for bound in bounds if bound is not None]
    if part.step is not None and not isinstance(given[-1], Value):
        if given[-1] == 0:
            cx.refuse(TypeMismatch, "a slice step of zero", node)
        if given[-1] == 1:
            given.pop()
            part = SliceOf(part.start, part.stop, None)
    start, stop, step = (bound is not None for bound in (part.start, part.stop, part.step))
    return Slice(start, stop, step), given


def single_elements(
    cx: Context, node: Any, shape: shapes.Shape, items: list[Item], operands: list[Operand]
) -> list[Item]:
    """Slices like ``a[2:3]`` and ``a[i : i + 1]`` are marked as of length 1.

    NumPy would broadcast them, so the length should be known; it is guessed, with a guard.
    """
    rest, out, axis = list(operands), list(items), 0
    for place, item in enumerate(items):
        if item == NEW:
            continue
        if isinstance(item, Slice):
            bounds, rest = rest[: item.operands], rest[item.operands :]
            if _one_apart(cx, item, bounds):
                length = shapes.slice_extent(shape[axis], item, bounds)
                if not isinstance(length, int) and cx.speculates:
                    shapes.require(cx, node, 1, length, "guessed")
                    length = 1
                out[place] = replace(item, length_one=length == 1)
        else:
            rest = rest[1:]
        axis += 1
    return out


def _one_apart(cx: Context, item: Slice, bounds: list[Operand]) -> bool:
    if item.step:
        return False
    start: Operand | None = bounds[0] if item.start else 0
    stop: Operand | None = bounds[-1] if item.stop else None
    if type(start) is int and (stop is None or type(stop) is int):
        if stop is None:
            return start == -1
        return stop - start == 1 and (start >= 0 or stop < 0)
    if not isinstance(start, Value) or stop is None:
        return False
    return stop is cx.state.known.get((operator.add, (start, 1), None))


def read_part(cx: Context, node: Any, ref: Ref, name: str = "") -> Binding:
    """An element as a number, anything larger as a view."""
    if isinstance(shapes.ref_type(cx, ref), Array):
        return ref
    return cx.read(ref, node, name)


def write_part(cx: Context, node: Any, ref: Ref, binding: Binding) -> None:
    """Store into the part of an array that ``ref`` denotes, broadcasting as NumPy does."""
    if isinstance(binding, Ref):
        value: Operand = cx.read(binding, node)
    elif is_operand(binding):
        value = binding
    else:
        from adgen.transpiler.frontend.table_calls import operand_of_binding

        value = operand_of_binding(cx, binding, node)
    if ref.cell in cx.state.one_of:
        write_one_of(cx, ref, node, lambda view: write_part(cx, node, view, value))
        return
    part = shapes.ref_type(cx, ref)
    value = fitted(cx, node, value, part, shapes.ref_shape(cx, ref))
    root = cx.root(ref, node)
    path = ref.path or (Index((FULL,) * root.type.ndim),)  # type: ignore[union-attr]
    new = cx.emit(
        node, core.SETITEM, root, value, *ref.index, path=path, name=ref.cell.name
    )  # fmt: skip
    assert isinstance(new, Value)
    cx.write(ref, new, node)


def fitted(cx: Context, node: Any, value: Operand, part: Any, shape: shapes.Shape) -> Operand:
    """A value with the dtype of the part it is stored into, its extents guarded."""
    kind = type_of(value)
    if isinstance(kind, Array):
        ndim = part.ndim if isinstance(part, Array) else 0
        while kind.ndim > ndim and kind.ones[0]:
            first: tuple[Item, ...] = (INT, *(FULL for _ in kind.ones[1:]))
            value = cx.emit(node, core.GETITEM, value, 0, path=(Index(first),))
            kind = type_of(value)
            if not isinstance(kind, Array):
                break
    if isinstance(kind, Array):
        if not isinstance(part, Array) or kind.ndim > part.ndim:
            cx.refuse(
                TypeMismatch, "an array is stored into a part of fewer axes", node,
                "select as many axes as the value has",
            )  # fmt: skip
        value = _roomy(cx, node, value, shape)
    if kind.dtype != part.dtype:
        wanted = Scalar(part.dtype) if isinstance(kind, Scalar) else Array(part.dtype, kind.ones)
        value = cx.cast(node, value, wanted)
    return value


def _roomy(cx: Context, node: Any, value: Operand, shape: shapes.Shape) -> Operand:
    """An array whose extents are those of the part that it is stored into, or 1 by type."""
    kind = type_of(value)
    assert isinstance(kind, Array)
    for axis in range(kind.ndim):
        if kind.ones[axis]:
            continue
        extent, room = cx.extents.of(value)[axis], shape[len(shape) - kind.ndim + axis]
        if broadcasting.may_be_stretched(cx, extent, room):
            value = broadcasting.widened(cx, node, value, axis, room)
        else:
            doubtful = broadcasting.may_be_one(cx, extent)
            shapes.require(cx, node, room, extent, "guessed" if doubtful else "known")
    return value
