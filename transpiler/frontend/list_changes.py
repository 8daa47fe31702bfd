"""What changes a list whose length is known only at run time: its methods, slices, products."""

from __future__ import annotations

import operator
from dataclasses import replace
from functools import partial
from typing import Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.binding_parts import children, describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Cell,
    Column,
    GeneratorOf,
    Grown,
    IteratorOf,
    Ref,
    ReversedOf,
    is_operand,
)
from adgen.transpiler.frontend.boxes import mark_changed
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.growing import (
    _FIRST,
    Leaf,
    grow,
    grown_of,
    items_in,
    joined_items,
    load,
    of_array,
    place,
    refuse_item,
    store,
    used,
    used_of,
)
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, Index, Slice
from adgen.transpiler.ir.trees import LIST, Node
from adgen.transpiler.ir.types import Array, Scalar, join

_ASKED = (GeneratorOf, IteratorOf, ReversedOf)  # for one item after the other


def append(cx: Context, node: Any, box: Box, value: Binding) -> None:
    """Write behind the last item."""
    found = grown_of(cx, box, node)
    assert found is not None
    if not cells_of(found.items) <= cx.roomy:
        make_room(cx, node, found, cx.emit(node, operator.add, found.size, 1), value)
    store(cx, node, found.items, found.size, value)
    size = _more(cx, node, box, found.size, 1)
    put(cx, node, box, Grown(found.items, size, found.added.plus(1)))


def _more(cx: Context, node: Any, box: Box, size: Operand, count: Operand) -> Operand:
    name = f"{box.name}_size" if box.name else "size"
    total = cx.emit(node, operator.add, size, count, name=name)
    if isinstance(total, Value):
        cx.extents.natural.add(total)
    return total


def cells_of(items: Binding) -> set[Cell]:
    """The cells of the arrays of items."""
    if isinstance(items, Column):
        return {items.buffer.cell}
    return set().union(*map(cells_of, children(items) or ()))


def put(cx: Context, node: Any, box: Box, contents: Grown) -> None:
    """Let a list hold these items."""
    cx.state.boxes[box] = contents
    mark_changed(cx, box, node)


def mark_elements(cx: Context, node: Any, base: Binding) -> None:
    """After ``base[i] op= value``: arrays that a container may hold elements of are stale."""
    if not isinstance(base, Box):
        return
    found = cx.state.boxes[base]
    holders = cells_of(found.items) if isinstance(found, Grown) else {base}
    for cell in holders & cx.elements.holders:
        for array in cx.state.partners(cell):
            if not isinstance(array, Box):
                cx.state.stale[array] = cx.span(node)


def make_room(
    cx: Context, node: Any, found: Grown, wanted: Operand, value: Binding = None
) -> None:  # fmt: skip
    """Exchange the arrays for larger ones where ``wanted`` items do not fit in.

    ``value``: an item that is to be put in; while there is none, it tells the shape of all.
    """
    from adgen.transpiler.frontend.blocks import arm
    from adgen.transpiler.frontend.joins import branch

    first = min(cells_of(found.items), key=lambda cell: list(cx.state.cells).index(cell))
    capacity = cx.emit(node, core.DIM, cx.state.cells[first], axis=0)
    full = cx.emit(node, operator.gt, wanted, capacity)
    if not isinstance(full, Value):
        if full:
            _exchange(cx, node, found, wanted, value)
        return
    arms = arm(cx, lambda: _exchange(cx, node, found, wanted, value)), arm(cx, lambda: None)
    branch(cx, node, full, *arms, lambda key: True)


def _exchange(cx: Context, node: Any, found: Grown, wanted: Operand, value: Binding) -> None:
    from adgen.transpiler.frontend.blocks import arm
    from adgen.transpiler.frontend.joins import branch

    room = cx.emit(node, operator.mul, wanted, 2)

    def larger(items: Binding, value: Binding) -> None:
        if not isinstance(items, Column):
            parts = value if isinstance(value, tuple) else (None,) * len(items)
            for part, of_value in zip(items, parts, strict=False):
                larger(part, of_value)
            return
        cell = items.buffer.cell
        old = used_of(cx, node, items, found.size)
        assert isinstance(old.type, Array)
        shape = had = cx.extents.of(old)[1:]
        if isinstance(value, Ref):
            shape = shapes.ref_shape(cx, value)
        extents = [shapes.operand_of(cx, node, extent) for extent in shape]
        empty = cx.emit(
            node, core.EMPTY, room, *extents, dtype=old.type.dtype, ones=old.type.ones,
            name=cell.name,
        )  # fmt: skip
        assert isinstance(empty, Value)
        cx.state.cells[cell] = empty

        def copy() -> None:
            path = (Index((_FIRST, *(FULL,) * (len(had)))),)
            new = cx.emit(node, core.SETITEM, empty, old, found.size, path=path, name=cell.name)
            assert isinstance(new, Value)
            cx.state.cells[cell] = new

        some = cx.emit(node, operator.gt, found.size, 0)
        if all(map(partial(shapes.equal, cx), shape, had)) or some is True:
            copy()
        elif isinstance(some, Value):
            arms = arm(cx, copy), arm(cx, lambda: None)
            branch(cx, node, some, *arms, lambda key: True)

    larger(found.items, value)


def pop(cx: Context, node: Any, box: Box, index: Binding, name: str = "") -> Binding:
    """Take an item out; those behind it move up."""
    found = grown_of(cx, box, node)
    assert found is not None
    if isinstance(found.size, Value):
        cx.check(node, cx.emit(node, operator.gt, found.size, 0), "IndexError",
                 "pop from empty list")  # fmt: skip
    at = place(cx, node, found, index, "pop index") if index != -1 else None
    size = cx.emit(node, operator.sub, found.size, 1, name=f"{box.name}_size" if box.name else "")
    if isinstance(size, Value):
        cx.extents.natural.add(size)
    value = load(cx, node, found.items, size if at is None else at, name)
    if at is not None:
        move(cx, node, found.items, at, found.size, -1)
    put(cx, node, box, replace(found, size=size))
    return value


def move(
    cx: Context, node: Any, items: Binding, start: Operand, stop: Operand, by: int
) -> None:  # fmt: skip
    """Move the items from ``start`` up (``by`` 1) or those behind it down (``by`` -1)."""
    if isinstance(items, tuple):
        for part in items:
            move(cx, node, part, start, stop, by)
        return
    root = cx.root(items.buffer, node)
    assert isinstance(root.type, Array)
    path = (Index((Slice(True, True, False), *(FULL,) * (root.type.ndim - 1))),)
    after = cx.emit(node, operator.add, start, 1)
    end = cx.emit(node, operator.add, stop, 1) if by > 0 else stop
    last = stop if by > 0 else cx.emit(node, operator.sub, stop, 1)
    low, high = ((start, last), (after, end)) if by > 0 else ((after, end), (start, last))
    taken = cx.emit(node, core.GETITEM, root, *low, path=path)
    new = cx.emit(node, core.SETITEM, root, taken, *high, path=path, name=items.buffer.cell.name)
    assert isinstance(new, Value)
    cx.state.cells[items.buffer.cell] = new


def insert(cx: Context, node: Any, box: Box, index: Binding, value: Binding) -> None:
    """Put an item in front of another."""
    found = grown_of(cx, box, node)
    assert found is not None
    at = 0 if index == 0 and type(index) is int else place(cx, node, found, index, "insert index")
    make_room(cx, node, found, cx.emit(node, operator.add, found.size, 1))
    move(cx, node, found.items, at, found.size, 1)
    store(cx, node, found.items, at, value)
    size = _more(cx, node, box, found.size, 1)
    put(cx, node, box, replace(found, size=size, added=found.added.plus(1)))


def reverse(cx: Context, node: Any, box: Box) -> None:
    """Turn the order of the items around."""
    found = grown_of(cx, box, node)
    assert found is not None

    def turn(items: Binding) -> None:
        if isinstance(items, tuple):
            for part in items:
                turn(part)
            return
        value = used_of(cx, node, items, found.size)
        assert isinstance(value.type, Array)
        rest = (FULL,) * (value.type.ndim - 1)
        turned = cx.emit(
            node, core.GETITEM, value, -1, path=(Index((Slice(False, False, True), *rest)),)
        )
        root, cell = cx.root(items.buffer, node), items.buffer.cell
        new = cx.emit(
            node, core.SETITEM, root, turned, found.size, path=(Index((_FIRST, *rest)),),
            name=cell.name,
        )  # fmt: skip
        assert isinstance(new, Value)
        cx.state.cells[cell] = new

    turn(found.items)
    put(cx, node, box, found)


def extend(cx: Context, node: Any, box: Box, values: Binding) -> None:
    """Put the items of another sequence behind the last one."""
    from adgen.transpiler.frontend.iteration import known_items

    items = known_items(cx, node, values)
    if items is not None:
        for item in items:
            append(cx, node, box, item)
        return
    found = grown_of(cx, box, node)
    assert found is not None
    other = grown_of(cx, values, node)
    one_by_one = other is not None and not isinstance(found.items, Column)
    if one_by_one or isinstance(values, _ASKED):
        _append_all(cx, node, box, values)
        return
    new, size = _array_of_items(cx, node, values, found)
    wanted = _more(cx, node, box, found.size, size)
    make_room(cx, node, found, wanted)
    column = found.items
    root, new = widened(cx, node, column, new, values)
    assert isinstance(root.type, Array)
    path = (Index((Slice(True, True, False), *(FULL,) * (root.type.ndim - 1))),)
    written = cx.emit(
        node, core.SETITEM, root, new, found.size, wanted, path=path, name=column.buffer.cell.name
    )
    assert isinstance(written, Value)
    cx.state.cells[column.buffer.cell] = written
    column = replace(column, weak=column.weak and not isinstance(values, Ref))
    added = replace(found.added, bounded=False)
    put(cx, node, box, replace(found, items=column, size=wanted, added=added))


def _append_all(cx: Context, node: Any, box: Box, values: Binding) -> None:
    from adgen.transpiler.frontend.library_calls import call_definition
    from adgen.transpiler.library.iteration import append_all

    call_definition(cx, node, append_all, (box, values), {})


def widened(
    cx: Context, node: Any, column: Column, new: Operand, values: Binding
) -> tuple[Value, Operand]:
    """The items of a list and further ones, both as wide as the widest."""
    root, more = cx.root(column.buffer, node), type_of(new)
    room = root.type
    assert isinstance(room, Array)
    if not isinstance(more, Array) or more.ndim != room.ndim:
        refuse_item(cx, node, values)
    kind = join(Scalar(room.dtype), Scalar(more.dtype))
    assert kind is not None
    wide = cx.cast(node, root, Array(kind.dtype, room.ones))
    assert isinstance(wide, Value)
    return wide, cx.cast(node, new, Array(kind.dtype, more.ones))


def _array_of_items(
    cx: Context, node: Any, values: Binding, found: Grown
) -> tuple[Operand, Operand]:
    """The items of an array or of a list in an array, and their number."""
    other = grown_of(cx, values, node)
    if isinstance(found.items, Column) and (other is None or isinstance(other.items, Column)):
        if other is not None:
            return used(cx, node, other), other.size
        if isinstance(values, Ref):
            new = cx.read(values, node)
            return new, shapes.operand_of(cx, node, cx.extents.of(new)[0])
    cx.refuse(
        UnsupportedSyntax, f"a list is extended by {describe(values)}", node,
        "append its items in a loop",
    )  # fmt: skip


def extend_known(cx: Context, node: Any, box: Box, values: Binding) -> None:
    """Put the items of a sequence of computed length into a list of known length."""
    if isinstance(values, _ASKED):
        _append_all(cx, node, box, values)
        return
    contents = cx.state.boxes[box]
    other = grown_of(cx, values, node)
    item = items_in(cx, contents)
    if other is not None:
        item = joined_items(item, items_in(cx, other))
    elif isinstance(values, Ref):
        kind, shape = shapes.ref_type(cx, values), shapes.ref_shape(cx, values)
        assert isinstance(kind, Array)
        part = Array(kind.dtype, kind.ones[1:]) if kind.ndim > 1 else Scalar(kind.dtype)
        item = joined_items(item, Leaf(part, shape[1:]))
    if item is None or item == ():
        cx.refuse(
            UnsupportedSyntax, f"a list is extended by {describe(values)}", node,
            "append its items in a loop",
        )  # fmt: skip
    grow(cx, node, box, item, max(len(contents), 1), [])
    extend(cx, node, box, values)


def sliced(cx: Context, node: Any, found: Grown, index: Any, name: str = "") -> Box:
    """A list of some of the items."""
    bounds = (index.start, index.stop, index.step)
    flags = Slice(*(bound is not None for bound in bounds))
    operands = [bound for bound in bounds if bound is not None]
    box = Box(LIST, name)
    size: Operand = 0

    def part(items: Binding) -> Binding:
        nonlocal size
        if isinstance(items, tuple):
            return tuple(map(part, items))
        value = used_of(cx, node, items, found.size)
        assert isinstance(value.type, Array)
        rest = (FULL,) * (value.type.ndim - 1)
        taken = cx.emit(node, core.GETITEM, value, *operands, path=(Index((flags, *rest)),))
        copy = cx.emit(node, core.COPY, taken, name=name)
        assert isinstance(copy, Value)
        size = shapes.operand_of(cx, node, cx.extents.of(copy)[0])
        ref = cx.new_array(copy, name)
        if value.type.ndim > 1:
            cx.state.share(ref.cell, items.buffer.cell)
        return Column(ref, items.weak)

    items = part(found.items)
    cx.state.boxes[box] = Grown(items, size)
    return box


def repeated(cx: Context, node: Any, sequence: Binding, count: Value) -> Box:
    """``[x] * count``."""
    contents = cx.state.boxes[sequence] if isinstance(sequence, Box) else None
    item = items_in(cx, contents)
    if not isinstance(item, Leaf) or not isinstance(contents, Node) or len(contents) != 1:
        cx.refuse(
            UnsupportedSyntax, f"{describe(sequence)} is repeated as often as computed", node,
            "repeat a list of one number: [0.0] * n",
        )  # fmt: skip
    (only,) = contents.parts
    if not is_operand(only):
        cx.refuse(
            UnsupportedSyntax, "an array is put into a list as often as computed", node,
            "make one array: np.tile(x, (n, 1))",
        )  # fmt: skip
    size = cx.emit(node, core.RANGELEN, 0, count, 1)
    array = cx.emit(node, core.FULL_, only, size, dtype=item.kind.dtype)
    assert isinstance(array, Value)
    return of_array(cx, node, array, bool(getattr(item.kind, "weak", False)))
