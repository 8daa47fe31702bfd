"""What an array says of itself: its extents, its axes, its dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import (
    is_none,
    listed_axes,
    named,
)
from adgen.transpiler.frontend.bindings import Binding, Ref, Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, attribute, known
from adgen.transpiler.frontend.table_calls import (
    operand_of_binding,
)
from adgen.transpiler.ir.core import Operand, type_of
from adgen.transpiler.ir.types import Array, Scalar


def array_of(cx: Context, binding: Binding, node: Any) -> Ref | Operand:
    """An array as the ref that it is, a list as a new array, a number as it is."""
    if isinstance(binding, Ref):
        return binding
    out: Ref | Operand = cx.wrap(operand_of_binding(cx, binding, node))
    return out


def shape_of(cx: Context, base: Ref | Operand, node: Any) -> tuple[Operand, ...]:
    """The extents of an array as operands; ``()`` for a number."""
    extents = shapes.ref_shape(cx, base) if isinstance(base, Ref) else ()
    return tuple(shapes.operand_of(cx, node, extent) for extent in extents)


def size_of(cx: Context, base: Ref | Operand, node: Any) -> Operand:
    """The number of elements."""
    if not isinstance(base, Ref):
        return 1
    return shapes.operand_of(cx, node, shapes.product(shapes.ref_shape(cx, base)))


def ndim_of(cx: Context, base: Ref | Operand) -> int:
    """The number of axes."""
    kind = cx.kind(base)
    return kind.ndim if isinstance(kind, Array) else 0


def refuse_number(cx: Context, base: Binding, node: Any, what: str) -> None:
    """Python's own numbers have no attributes of arrays."""
    if isinstance(base, Ref):
        return
    kind = type_of(base)
    if isinstance(kind, Scalar) and kind.weak:
        cx.refuse(
            TypeMismatch,
            f"a Python number has no `{what}`",
            node,
            f"use the function of NumPy: `np.{what}(x)`",
        )


# Attributes


@attribute("shape")
def _shape(cx: Context, base: Binding, node: Any) -> Binding:
    refuse_number(cx, base, node, "shape")
    return shape_of(cx, base, node)


@attribute("size")
def _size(cx: Context, base: Binding, node: Any) -> Binding:
    refuse_number(cx, base, node, "size")
    return size_of(cx, base, node)


@attribute("ndim")
def _ndim(cx: Context, base: Binding, node: Any) -> Binding:
    refuse_number(cx, base, node, "ndim")
    return ndim_of(cx, base)


@attribute("dtype")
def _dtype(cx: Context, base: Binding, node: Any) -> Binding:
    refuse_number(cx, base, node, "dtype")
    return Static(cx.kind(base).dtype)


# Functions about shapes


@known(np.shape)
def _np_shape(cx: Context, call: Call) -> Binding:
    (array,) = named(cx, call, ("a",))
    return shape_of(cx, array_of(cx, array, call.node), call.node)


@known(np.ndim)
def _np_ndim(cx: Context, call: Call) -> Binding:
    (array,) = named(cx, call, ("a",))
    return ndim_of(cx, array_of(cx, array, call.node))


@known(np.size)
def _np_size(cx: Context, call: Call) -> Binding:
    array, axis = named(cx, call, ("a", "axis"))
    base = array_of(cx, array, call.node)
    if is_none(axis):
        return size_of(cx, base, call.node)
    (chosen,) = listed_axes(cx, axis, ndim_of(cx, base), call.node)
    return shape_of(cx, base, call.node)[chosen]
