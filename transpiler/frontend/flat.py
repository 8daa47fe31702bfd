"""``x.flat``: the elements of an array in one row, which is read, written and looped over."""

from __future__ import annotations

from typing import Any

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.advanced_indexing import gathered, is_advanced, picked, scattered
from adgen.transpiler.frontend.bindings import Binding, FlatOf, Ref
from adgen.transpiler.frontend.constructors import copy_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import attribute
from adgen.transpiler.frontend.indexing import read_part, select, write_part
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.ir.paths import Reshape


@attribute("flat")
def _flat(cx: Context, base: Binding, node: Any) -> Binding:
    if not isinstance(base, Ref):
        cx.refuse(TypeMismatch, "`.flat` of a number", node, "use the number itself")
    return FlatOf(base)


def row_of(cx: Context, node: Any, flat: FlatOf) -> Ref:
    """The elements as a view of one axis, in whatever order they lie in memory."""
    array: Ref = flat.array
    shape = shapes.ref_shape(cx, array)
    if len(shape) == 1:
        return array
    size = shapes.product(shape)
    one = isinstance(size, int) and size == 1
    operand = shapes.operand_of(cx, node, size)
    return compose(cx, node, array, (Reshape(1, (one,)),), (operand,))


def read_flat(cx: Context, node: Any, flat: FlatOf, parts: Binding, name: str = "") -> Binding:
    """``x.flat[parts]``: an element, or a copy of several."""
    row = row_of(cx, node, flat)
    if is_advanced(cx, parts):
        return gathered(cx, node, picked(cx, node, row, parts))
    found = read_part(cx, node, select(cx, node, row, parts), name)
    return copy_of(cx, node, found, name=name) if isinstance(found, Ref) else found


def write_flat(cx: Context, node: Any, flat: FlatOf, parts: Binding, value: Binding) -> None:
    """``x.flat[parts] = value``, of a number or of as many as there are places."""
    row = row_of(cx, node, flat)
    if is_advanced(cx, parts):
        scattered(cx, node, picked(cx, node, row, parts), value)
    else:
        write_part(cx, node, select(cx, node, row, parts), value)
