"""Lists and tuples of numbers and arrays that are used as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Ref, is_operand
from adgen.transpiler.frontend.boxes import is_sequence, items_of
from adgen.transpiler.frontend.checks import check_equal
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.growing import grown_of, used
from adgen.transpiler.frontend.shapes import Shape
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.paths import FULL, INT, Index
from adgen.transpiler.ir.types import Array, Scalar

_Place = tuple[int, ...]


def stacked(
    cx: Context, node: Any, items: Binding, dtype: np.dtype[Any] | None = None, name: str = ""
) -> Value:
    """The array that NumPy makes of nested lists or tuples of numbers and arrays."""
    found = grown_of(cx, items, node)
    if found is not None:
        return _copied(cx, node, used(cx, node, found), dtype, name)
    leaves = list(_leaves(cx, node, items, ()))
    dtypes = [cx.kind(leaf).dtype for _, leaf in leaves] or [np.dtype(np.float64)]
    dtype = dtype or np.result_type(*dtypes)
    extents = [shapes.operand_of(cx, node, extent) for extent in _shape(cx, node, items)]
    out = cx.emit(node, core.EMPTY, *extents, dtype=dtype, name=name)
    for place, leaf in leaves:
        value: Operand = cx.read(leaf, node) if isinstance(leaf, Ref) else leaf
        value = cx.cast(node, value, Scalar(dtype) if core.is_scalar(value) else Array(dtype, ()))
        path = Index((INT,) * len(place) + (FULL,) * (len(extents) - len(place)))
        out = cx.emit(node, core.SETITEM, out, value, *place, path=(path,), name=name)
    assert isinstance(out, Value)
    return out


def beside_array(cx: Context, node: Any, side: Binding, other: Binding) -> Binding:
    """One side of an operator: of a list or a tuple beside an array NumPy makes an array."""
    if not isinstance(other, Ref) or not is_sequence(side):
        return side
    return cx.new_array(stacked(cx, node, side))


def _copied(
    cx: Context, node: Any, value: Value, dtype: np.dtype[Any] | None, name: str
) -> Value:  # fmt: skip
    assert isinstance(value.type, Array)
    if dtype is None or dtype == value.type.dtype:
        out = cx.emit(node, core.COPY, value, name=name)
    else:
        out = cx.cast(node, value, Array(dtype, value.type.ones))
    assert isinstance(out, Value)
    return out


def _leaves(
    cx: Context, node: Any, binding: Binding, place: _Place
) -> Iterator[tuple[_Place, Binding]]:
    """The numbers and arrays in nested lists, each with its place."""
    items = items_of(cx, binding, node)
    if items is not None:
        for number, item in enumerate(items):
            yield from _leaves(cx, node, item, (*place, number))
    elif is_operand(binding) or isinstance(binding, Ref):
        yield place, binding
    else:
        cx.refuse(
            TypeMismatch,
            f"{describe(binding)} in an array",
            node,
            "arrays hold numbers: write `np.array([1.0, 2.0])`",
        )


def _shape(cx: Context, node: Any, binding: Binding) -> Shape:
    """The shape of nested lists.  Raises TypeMismatch when they are ragged."""
    items = items_of(cx, binding, node)
    if items is None:
        return shapes.ref_shape(cx, binding) if isinstance(binding, Ref) else ()
    inner = [_shape(cx, node, item) for item in items]
    if not inner:
        return (0,)
    for other in inner[1:]:
        constant = all(isinstance(extent, int) for extent in (*inner[0], *other))
        if len(other) != len(inner[0]) or (constant and other != inner[0]):
            cx.refuse(
                TypeMismatch,
                "the parts of an array have different shapes",
                node,
                "make all rows equally long",
            )
        for first, second in zip(inner[0], other, strict=True):
            check_equal(cx, node, first, second, "the parts of an array differ in shape")
    return (len(items), *inner[0])
