"""Lists whose length is known only at run time: their items in arrays with room for more.

``xs.append(v)`` writes at the end of what is used; where the room may be used up, the array is
exchanged for one of twice the length.  Items are numbers or arrays of one shape, or tuples.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Box, Cell, Column, Grown, Ref, is_operand
from adgen.transpiler.frontend.boxes import check_fresh
from adgen.transpiler.frontend.checks import check_equal
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.element_views import held
from adgen.transpiler.frontend.shapes import Shape
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, INT, Index, Slice
from adgen.transpiler.ir.trees import LIST, Node
from adgen.transpiler.ir.types import Array, Scalar, Type, join

_FIRST = Slice(False, True, False)


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """The type of an item, or of a part of one, and its shape."""

    kind: Type
    shape: Shape = ()


Item = Any  # a Leaf or a tuple of Items


# What items are


def item_of(cx: Context, binding: Binding) -> Item | None:
    """What a binding is as an item; None for what arrays do not hold."""
    if is_operand(binding):
        return Leaf(type_of(binding))
    if isinstance(binding, Ref):
        return Leaf(shapes.ref_type(cx, binding), shapes.ref_shape(cx, binding))
    if isinstance(binding, tuple) and binding:
        parts = tuple(item_of(cx, part) for part in binding)
        return None if any(part is None for part in parts) else parts
    return None


def items_in(cx: Context, contents: Any) -> Item | None:
    """What all items of a list are; ``()`` if there is none, None if they differ too much."""
    if isinstance(contents, Grown):
        return _of_columns(cx, contents.items)
    if not isinstance(contents, Node) or contents.kind is not LIST:
        return None
    found: Item | None = ()
    for part in contents.parts:
        found = joined_items(found, item_of(cx, part))
    return found


def _of_columns(cx: Context, items: Binding) -> Item:
    if isinstance(items, tuple):
        return tuple(_of_columns(cx, part) for part in items)
    kind = shapes.ref_type(cx, items.buffer)
    assert isinstance(kind, Array)
    if kind.ndim == 1:
        return Leaf(Scalar(kind.dtype, weak=items.weak))
    return Leaf(Array(kind.dtype, kind.ones[1:]), shapes.ref_shape(cx, items.buffer)[1:])


def joined_items(first: Item | None, second: Item | None) -> Item | None:
    """What holds both; ``()`` stands for nothing yet, None for too much."""
    if first is None or second is None:
        return None
    if first == () or second == ():
        return second if first == () else first
    if isinstance(first, tuple) or isinstance(second, tuple):
        if not (isinstance(first, tuple) and isinstance(second, tuple)):
            return None
        if len(first) != len(second):
            return None
        parts = tuple(map(joined_items, first, second))
        return None if any(part is None for part in parts) else parts
    kind = join(first.kind, second.kind)
    if kind is None or isinstance(kind, Array) != isinstance(first.kind, Array):
        return None
    return first if kind == first.kind else replace(first, kind=kind)


def same_items(first: Item | None, second: Item | None) -> bool:
    """Whether two descriptions say the same of the types."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(same_items, first, second))
    if isinstance(first, Leaf) and isinstance(second, Leaf):
        return bool(first.kind == second.kind)
    return first is second


def mentions_any(item: Item, local: set[Value]) -> bool:
    """Whether the shape of items is told in terms of these values."""
    if isinstance(item, tuple):
        return any(mentions_any(part, local) for part in item)
    return shapes.mentions(item.shape, local)


def without_shape(item: Item) -> Item:
    """Items of the same types, of extents that are not known yet: 0, until one is put in."""
    if isinstance(item, tuple):
        return tuple(map(without_shape, item))
    kind = item.kind
    if isinstance(kind, Array):
        kind = Array(kind.dtype, (False,) * kind.ndim)
    return Leaf(kind, (0,) * len(item.shape))


# Making


def grown_of(cx: Context, binding: Binding, node: Any) -> Grown | None:
    """The contents of a list whose length is known only at run time; None for other things."""
    if not isinstance(binding, Box) or not isinstance(cx.state.boxes[binding], Grown):
        return None
    check_fresh(cx, binding, node)
    found = cx.state.boxes[binding]
    assert isinstance(found, Grown)
    return found


def columns(
    cx: Context, node: Any, item: Item, capacity: Operand, name: str, cells: list[Cell]
) -> Binding:
    """Empty arrays for so many items, in new cells; ``cells``: those to take, if there are."""
    if isinstance(item, tuple):
        return tuple(columns(cx, node, part, capacity, name, cells) for part in item)
    extents = [shapes.operand_of(cx, node, extent) for extent in item.shape]
    ones = item.kind.ones if isinstance(item.kind, Array) else ()
    value = cx.emit(
        node, core.EMPTY, capacity, *extents, dtype=item.kind.dtype, ones=(False, *ones), name=name
    )
    assert isinstance(value, Value)
    cell = cells.pop(0) if cells else Cell(name)
    cx.state.cells[cell] = value
    weak = isinstance(item.kind, Scalar) and item.kind.weak
    return Column(Ref(cell), weak)


def cell_count(item: Item) -> int:
    """How many arrays hold such items."""
    return sum(map(cell_count, item)) if isinstance(item, tuple) else 1


def in_arrays(
    cx: Context, node: Any, contents: Node, item: Item, capacity: Operand, name: str,
    cells: list[Cell],
) -> Grown:  # fmt: skip
    """The items of a list of known length in arrays with that much room."""
    made = columns(cx, node, item, capacity, name, cells)
    for number, part in enumerate(contents.parts):
        store(cx, node, made, number, part)
    return Grown(made, len(contents.parts))


def grow(
    cx: Context, node: Any, box: Box, item: Item, capacity: Operand, cells: list[Cell]
) -> Grown:  # fmt: skip
    """Put the items of a list of known length into arrays with that much room."""
    contents = cx.state.boxes[box]
    assert isinstance(contents, Node)
    out = in_arrays(cx, node, contents, item, capacity, box.name, cells)
    cx.state.boxes[box] = out
    return out


def made(cx: Context, node: Any, item: Item, size: Operand, name: str = "") -> Box:
    """A fresh list of that length, its items not stored yet."""
    box = Box(LIST, name)
    cx.state.boxes[box] = Grown(columns(cx, node, item, size, name, []), size)
    return box


def of_array(cx: Context, node: Any, array: Value, weak: bool, name: str = "") -> Box:
    """A fresh list of the items of an array that nothing else refers to."""
    size = shapes.operand_of(cx, node, cx.extents.of(array)[0])
    box = Box(LIST, name)
    cx.state.boxes[box] = Grown(Column(cx.new_array(array, name), weak), size)
    return box


# Items


def store(cx: Context, node: Any, items: Binding, index: Operand, value: Binding) -> None:
    """Write an item; the list refers to the array that it was, so the two may be one memory."""
    if isinstance(items, tuple):
        parts = value if isinstance(value, tuple) else ()
        if len(parts) != len(items):
            refuse_item(cx, node, value)
        for column, part in zip(items, parts, strict=True):
            store(cx, node, column, index, part)
        return
    root = cx.root(items.buffer, node)
    room = root.type
    assert isinstance(room, Array)
    operand = cx.read(value, node) if isinstance(value, Ref) else value
    if not (is_operand(value) or isinstance(value, Ref)) or _rank(operand) != room.ndim - 1:
        refuse_item(cx, node, value)
    kind = join(Scalar(room.dtype), Scalar(type_of(operand).dtype))
    assert kind is not None
    if kind.dtype != room.dtype:  # all items of a list are as wide as the widest
        wider = cx.cast(node, root, Array(kind.dtype, room.ones))
        assert isinstance(wider, Value)
        root = wider
    for one, two in zip(cx.extents.of(operand), cx.extents.of(root)[1:], strict=True):
        check_equal(cx, node, one, two, "the arrays in a list differ in shape")
    if type_of(operand).dtype != kind.dtype:
        own = type_of(operand)
        wanted = Array(kind.dtype, own.ones) if isinstance(own, Array) else Scalar(kind.dtype)
        operand = cx.cast(node, operand, wanted)
    path = (Index((INT, *(FULL,) * (room.ndim - 1))),)
    cell = items.buffer.cell
    new = cx.emit(node, core.SETITEM, root, operand, index, path=path, name=cell.name)
    assert isinstance(new, Value)
    cx.state.cells[cell] = new
    if isinstance(value, Ref):
        cx.state.share(cell, value.cell)
    held(cx, cell, (value,))


def _rank(operand: Operand) -> int:
    kind = type_of(operand)
    return kind.ndim if isinstance(kind, Array) else 0


def refuse_item(cx: Context, node: Any, value: Binding) -> NoReturn:
    """Refuse what does not fit to the items of a list."""
    cx.refuse(
        TypeMismatch, f"{describe(value)} is put into a list of other things", node,
        "let all items of a list that grows in a loop be of one type and shape",
    )  # fmt: skip


def load(cx: Context, node: Any, items: Binding, index: Operand, name: str = "") -> Binding:
    """Read an item."""
    if isinstance(items, tuple):
        return tuple(load(cx, node, part, index, name) for part in items)
    root = cx.root(items.buffer, node)
    assert isinstance(root.type, Array)
    path = (Index((INT, *(FULL,) * (root.type.ndim - 1))),)
    value = cx.emit(node, core.GETITEM, root, index, path=path, name=name)
    if root.type.ndim > 1:
        assert isinstance(value, Value)
        cx.extents.shapes[value] = cx.extents.of(root)[1:]
        ref = cx.new_array(value, name)
        cx.state.share(ref.cell, items.buffer.cell)
        return ref
    if items.weak:
        return cx.emit(node, core.CAST, value, type=Scalar(root.type.dtype, weak=True), name=name)
    return value


def place(cx: Context, node: Any, found: Grown, index: Binding, what: str) -> Operand:
    """An index from 0, checked as Python does."""
    kind = type_of(index) if is_operand(index) else None
    if not isinstance(kind, Scalar) or kind.dtype.kind not in "iu":
        cx.refuse(TypeMismatch, f"an index of a list must be an int, not {describe(index)}", node)
    size, message = found.size, f"{what} out of range"
    if not isinstance(index, Value):
        number = int(index)
        most = number + 1 if number >= 0 else -number
        _require(cx, node, cx.emit(node, operator.ge, size, most), message)
        return number if number >= 0 else cx.emit(node, operator.sub, size, -number)
    below = cx.extents.below.get(index)
    if below is None and not cx.extents.is_natural(index):
        negative = cx.emit(node, operator.lt, index, 0)
        shifted = cx.emit(node, operator.add, index, size)
        index = _either(cx, node, negative, shifted, index)
        _require(cx, node, cx.emit(node, operator.ge, index, 0), message)
    if below is None or below is not size:
        _require(cx, node, cx.emit(node, operator.lt, index, size), message)
    return index


def _either(cx: Context, node: Any, condition: Operand, one: Operand, two: Operand) -> Operand:
    from adgen.transpiler.frontend.blocks import choose

    if not isinstance(condition, Value):
        return one if condition else two
    chosen = choose(cx, node, condition, lambda: one, lambda: two)
    cx.extents.natural.discard(chosen)
    return chosen  # type: ignore[no-any-return]


def _require(cx: Context, node: Any, condition: Operand, message: str) -> None:
    if condition is not True:
        cx.check(node, condition, "IndexError", message)


# The whole list


def used(cx: Context, node: Any, found: Grown, name: str = "") -> Value:
    """The array of all items."""
    if isinstance(found.items, tuple):
        cx.refuse(
            UnsupportedSyntax, "a list of tuples is used as an array", node,
            "keep one list for each part of the tuples",
        )  # fmt: skip
    return used_of(cx, node, found.items, found.size, name)


def in_array(cx: Context, node: Any, binding: Binding) -> Binding:
    """A list of computed length as an array of its items; other things as they are."""
    found = grown_of(cx, binding, node)
    return binding if found is None else cx.new_array(used(cx, node, found))


def used_of(cx: Context, node: Any, column: Column, size: Operand, name: str = "") -> Value:
    """The part of an array of items that is used."""
    root = cx.root(column.buffer, node)
    assert isinstance(root.type, Array)
    rest = (FULL,) * (root.type.ndim - 1)
    value = cx.emit(node, core.GETITEM, root, size, path=(Index((_FIRST, *rest)),), name=name)
    assert isinstance(value, Value)
    cx.extents.shapes[value] = (shapes.extent_of(cx, size), *cx.extents.of(root)[1:])
    return value


def copied(cx: Context, node: Any, found: Grown, name: str = "") -> Box:
    """A list of the same items."""

    def copy(items: Binding) -> Binding:
        if isinstance(items, tuple):
            return tuple(map(copy, items))
        value = cx.emit(node, core.COPY, used_of(cx, node, items, found.size), name=name)
        assert isinstance(value, Value)
        ref = cx.new_array(value, name)
        if value.type.ndim > 1:  # type: ignore[union-attr]
            cx.state.share(ref.cell, items.buffer.cell)
        return Column(ref, items.weak)

    box = Box(LIST, name)
    cx.state.boxes[box] = Grown(copy(found.items), found.size)
    return box


# Changing
