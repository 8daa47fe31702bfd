"""Attributes, methods and functions that look at an array in another way."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import (
    dtype_of,
    is_none,
    listed_axes,
    named,
    static_value,
    with_base,
)
from adgen.transpiler.frontend.bindings import Binding, FlatOf, Ref, Static
from adgen.transpiler.frontend.boxes import items_of
from adgen.transpiler.frontend.checks import check_equal
from adgen.transpiler.frontend.constructors import as_scalar, copy_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, attribute, known, method
from adgen.transpiler.frontend.flat import read_flat
from adgen.transpiler.frontend.indexing import read_part, select, write_part
from adgen.transpiler.frontend.layouts import laid_out_like
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.frontend.reshapes import flattened, is_by_columns, raveled, reshaped
from adgen.transpiler.frontend.table_calls import (
    call_primitive,
    clipped,
    dot,
    operand_of_binding,
    rounded,
)
from adgen.transpiler.ir.core import Operand, type_of
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Item, Transpose
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives.table import find


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


def _refuse_number(cx: Context, base: Binding, node: Any, what: str) -> None:
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
    _refuse_number(cx, base, node, "shape")
    return shape_of(cx, base, node)


@attribute("size")
def _size(cx: Context, base: Binding, node: Any) -> Binding:
    _refuse_number(cx, base, node, "size")
    return size_of(cx, base, node)


@attribute("ndim")
def _ndim(cx: Context, base: Binding, node: Any) -> Binding:
    _refuse_number(cx, base, node, "ndim")
    return ndim_of(cx, base)


@attribute("dtype")
def _dtype(cx: Context, base: Binding, node: Any) -> Binding:
    _refuse_number(cx, base, node, "dtype")
    return Static(cx.kind(base).dtype)


@attribute("T")
def _transposed(cx: Context, base: Binding, node: Any) -> Binding:
    _refuse_number(cx, base, node, "transpose")
    return permuted(cx, node, base, tuple(range(ndim_of(cx, base)))[::-1])


@attribute("mT")
def _matrices_transposed(cx: Context, base: Binding, node: Any) -> Binding:
    _refuse_number(cx, base, node, "transpose")
    ndim = ndim_of(cx, base)
    if ndim < 2:
        cx.refuse(TypeMismatch, "`.mT` of an array of less than two axes", node, "use `.T`")
    return permuted(cx, node, base, (*range(ndim - 2), ndim - 1, ndim - 2))


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


# Transposes


def permuted(cx: Context, node: Any, base: Binding, perm: tuple[int, ...]) -> Binding:
    """The view with axis ``perm[k]`` as its axis ``k``; a number as it is."""
    if not isinstance(base, Ref):
        return base
    return compose(cx, node, base, (Transpose(perm),), ())


@known(np.transpose, np.permute_dims)
def _np_transpose(cx: Context, call: Call) -> Binding:
    array, axes = named(cx, call, ("a", "axes"))
    base = array_of(cx, array, call.node)
    ndim = ndim_of(cx, base)
    if is_none(axes):
        return permuted(cx, call.node, base, tuple(range(ndim))[::-1])
    perm = listed_axes(cx, axes, ndim, call.node)
    if len(perm) != ndim:
        cx.refuse(
            TypeMismatch,
            f"{len(perm)} axes for a transpose of an array of {ndim}",
            call.node,
            "name every axis once",
        )
    return permuted(cx, call.node, base, perm)


@method("transpose")
def _transpose(cx: Context, base: Binding, call: Call) -> Binding:
    if len(call.args) > 1:
        call = replace(call, args=(call.args,))
    return _np_transpose(cx, with_base(base, call))


@known(np.swapaxes)
def _np_swapaxes(cx: Context, call: Call) -> Binding:
    array, first, second = named(cx, call, ("a", "axis1", "axis2"), 3)
    base = array_of(cx, array, call.node)
    perm = list(range(ndim_of(cx, base)))
    (one,), (two,) = (listed_axes(cx, axis, len(perm), call.node) for axis in (first, second))
    perm[one], perm[two] = perm[two], perm[one]
    return permuted(cx, call.node, base, tuple(perm))


@known(np.moveaxis)
def _np_moveaxis(cx: Context, call: Call) -> Binding:
    array, source, destination = named(cx, call, ("a", "source", "destination"), 3)
    base = array_of(cx, array, call.node)
    ndim = ndim_of(cx, base)
    taken = listed_axes(cx, source, ndim, call.node)
    put = listed_axes(cx, destination, ndim, call.node)
    if len(taken) != len(put):
        cx.refuse(
            TypeMismatch,
            "`np.moveaxis` with unequal numbers of axes",
            call.node,
            "name one destination for each axis",
        )
    perm = [axis for axis in range(ndim) if axis not in taken]
    for place, axis in sorted(zip(put, taken, strict=True)):
        perm.insert(place, axis)
    return permuted(cx, call.node, base, tuple(perm))


# Reshapes


@known(np.reshape)
def _np_reshape(cx: Context, call: Call) -> Binding:
    array, shape, order = named(cx, call, ("a", "shape", "order"), 2)
    return _reshaped(cx, call, array, shape, order)


@method("reshape")
def _reshape(cx: Context, base: Binding, call: Call) -> Binding:
    if len(call.args) > 1:
        call = replace(call, args=(call.args,))
    array, shape, order = named(cx, with_base(base, call), ("a", "shape", "order"), 2)
    return _reshaped(cx, call, array, shape, order)


def _reshaped(
    cx: Context, call: Call, array: Binding, shape: Binding, order: Binding | None = None
) -> Binding:
    base = array_of(cx, array, call.node)
    if not isinstance(base, Ref):
        if items_of(cx, shape, call.node) == ():
            return base
        base = cx.new_array(_one_element(cx, base, call.node))
    if not is_by_columns(cx, call.node, base, order):
        return reshaped(cx, call.node, base, shape)
    listed = items_of(cx, shape, call.node)
    if listed is not None:
        shape = tuple(listed)[::-1]
    return _turned(cx, call.node, reshaped(cx, call.node, _turned(cx, call.node, base), shape))


def _turned(cx: Context, node: Any, base: Ref) -> Ref:
    """The view with its axes in the opposite order."""
    turned = permuted(cx, node, base, tuple(range(ndim_of(cx, base)))[::-1])
    assert isinstance(turned, Ref)
    return turned


def _one_element(cx: Context, number: Operand, node: Any) -> Any:
    dtype = type_of(number).dtype
    return cx.emit(node, "full", number, 1, dtype=dtype)


@known(np.ravel)
def _np_ravel(cx: Context, call: Call) -> Binding:
    array, order = named(cx, call, ("a", "order"))
    base = array_of(cx, array, call.node)
    if not isinstance(base, Ref):
        return cx.new_array(_one_element(cx, base, call.node))
    columns = is_by_columns(cx, call.node, base, order)
    return raveled(cx, call.node, _turned(cx, call.node, base) if columns else base)


@method("flatten")
def _flatten(cx: Context, base: Binding, call: Call) -> Binding:
    (order,) = named(cx, call, ("order",), 0)
    if not isinstance(base, Ref):
        return cx.new_array(_one_element(cx, base, call.node))
    columns = is_by_columns(cx, call.node, base, order)
    return flattened(cx, call.node, _turned(cx, call.node, base) if columns else base)


# Axes of length 1

_LENGTH_ONE = "an axis that is computed has length 1: name the axes that `squeeze` takes away"


@known(np.expand_dims)
def _expand_dims(cx: Context, call: Call) -> Binding:
    array, axis = named(cx, call, ("a", "axis"), 2)
    base = array_of(cx, array, call.node)
    value = static_value(cx, axis, call.node, "an axis")
    count = len(value) if isinstance(value, tuple) else 1
    if not isinstance(base, Ref):
        return _reshaped(cx, call, base, (1,) * count)
    ndim = ndim_of(cx, base) + count
    new = listed_axes(cx, axis, ndim, call.node)
    items: list[Item] = [NEW if place in new else FULL for place in range(ndim)]
    return compose(cx, call.node, base, (Index(tuple(items)),), ())


@known(np.squeeze)
def _np_squeeze(cx: Context, call: Call) -> Binding:
    array, axis = named(cx, call, ("a", "axis"))
    base = array_of(cx, array, call.node)
    if not isinstance(base, Ref):
        return base
    shape = shapes.ref_shape(cx, base)
    if is_none(axis):
        gone = tuple(k for k, extent in enumerate(shape) if extent == 1)
        for k, extent in enumerate(shape):
            if k not in gone and not isinstance(extent, int):
                length = shapes.operand_of(cx, call.node, extent)
                longer = cx.emit(call.node, operator.ne, length, 1)
                cx.check(call.node, longer, "ValueError", _LENGTH_ONE)
    else:
        gone = listed_axes(cx, axis, len(shape), call.node)
        for k in gone:
            check_equal(cx, call.node, shape[k], 1, "an axis that is squeezed must have length 1")
    items: list[Item] = [INT if k in gone else FULL for k in range(len(shape))]
    index = (0,) * len(gone)
    narrow = compose(cx, call.node, base, (Index(tuple(items)),), index)
    return read_part(cx, call.node, narrow, call.name)


# Copies, conversions, writes


@method("copy")
def _copy(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    return copy_of(cx, call.node, base, name=call.name) if isinstance(base, Ref) else base


@method("astype")
def _astype(cx: Context, base: Binding, call: Call) -> Binding:
    (wanted,) = named(cx, call, ("dtype",))
    dtype = dtype_of(cx, wanted, call.node, np.dtype(np.float64))
    if isinstance(base, Ref):
        return laid_out_like(cx, copy_of(cx, call.node, base, dtype, call.name), base)
    _refuse_number(cx, base, call.node, "astype")
    return as_scalar(cx, call.node, base, Scalar(dtype), call.name)


@method("fill")
def _fill(cx: Context, base: Binding, call: Call) -> Binding:
    (value,) = named(cx, call, ("value",))
    if not isinstance(base, Ref):
        cx.refuse(TypeMismatch, "a number is filled", call.node, "assign it: `x = value`")
    number = operand_of_binding(cx, value, call.node)
    if isinstance(type_of(number), Array):
        cx.refuse(TypeMismatch, "an array is filled with an array", call.node, "use `x[:] = y`")
    write_part(cx, call.node, base, number)
    return Static(None)


@method("item")
def _item(cx: Context, base: Binding, call: Call) -> Binding:
    place = call.args[0] if len(call.args) == 1 else call.args
    if call.kwargs:
        cx.refuse(TypeMismatch, "`.item` takes no keyword arguments", call.node)
    if isinstance(base, Ref) and place != ():
        if isinstance(place, tuple):
            base = read_part(cx, call.node, select(cx, call.node, base, place))
        else:
            base = read_flat(cx, call.node, FlatOf(base), place)
        if isinstance(base, Ref):
            cx.refuse(TypeMismatch, "`.item` of a part of several elements", call.node,
                      "name an index for each axis")  # fmt: skip
    elif isinstance(base, Ref):
        shape = shapes.ref_shape(cx, base)
        for extent in shape:
            check_equal(cx, call.node, extent, 1, "`item` needs an array of one element")
        path = (Index((INT,) * len(shape)),)
        base = cx.read(compose(cx, call.node, base, path, (0,) * len(shape)), call.node)
    return as_scalar(cx, call.node, base, Scalar(type_of(base).dtype, weak=True), call.name)


# Methods that are functions of NumPy too


@method("round")
def _method_round(cx: Context, base: Binding, call: Call) -> Binding:
    _refuse_number(cx, base, call.node, "round")
    return rounded(cx, with_base(base, call))


def _as_function(callee: Any) -> Callable[..., Binding]:
    def handler(cx: Context, base: Binding, call: Call) -> Binding:
        if callee is not np.conjugate:  # Python's numbers have this one too
            _refuse_number(cx, base, call.node, callee.__name__)
        entry = find(callee)
        assert entry is not None
        return call_primitive(cx, with_base(base, call), entry)

    return handler


for _function in (np.sum, np.mean, np.max, np.min, np.prod, np.any, np.all, np.argsort,
                  np.argpartition, np.conjugate):  # fmt: skip
    method(_function.__name__)(_as_function(_function))


def _by_handler(handler: Callable[..., Binding]) -> Callable[..., Binding]:
    def forward(cx: Context, base: Binding, call: Call) -> Binding:
        return handler(cx, with_base(base, call))

    return forward


method("swapaxes")(_by_handler(_np_swapaxes))
method("ravel")(_by_handler(_np_ravel))
method("squeeze")(_by_handler(_np_squeeze))


@method("dot")
def _dot(cx: Context, base: Binding, call: Call) -> Binding:
    (other,) = named(cx, call, ("b",))
    x, y = (operand_of_binding(cx, side, call.node) for side in (base, other))
    return dot(cx, call.node, x, y, call.name)


@method("clip")
def _clip(cx: Context, base: Binding, call: Call) -> Binding:
    low, high = named(cx, call, ("min", "max"), 0)
    return clipped(cx, call, base, low, high)
