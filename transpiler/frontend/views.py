"""An array looked at in another way: transposes, reshapes, axes of length 1."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import (
    is_none,
    listed_axes,
    named,
    static_value,
    with_base,
)
from adgen.transpiler.frontend.array_attributes import (
    array_of,
    ndim_of,
    refuse_number,
)
from adgen.transpiler.frontend.bindings import Binding, Ref
from adgen.transpiler.frontend.boxes import items_of
from adgen.transpiler.frontend.checks import check_equal
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, attribute, known, method
from adgen.transpiler.frontend.element_views import element_view
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.frontend.reshapes import flattened, is_by_columns, raveled, reshaped
from adgen.transpiler.ir.core import Operand, type_of
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Item, Transpose
from adgen.transpiler.ir.types import Array

# Transposes


def permuted(cx: Context, node: Any, base: Binding, perm: tuple[int, ...]) -> Binding:
    """The view with axis ``perm[k]`` as its axis ``k``; a number as it is."""
    if not isinstance(base, Ref):
        return base
    return compose(cx, node, base, (Transpose(perm),), ())


@attribute("T")
def _transposed(cx: Context, base: Binding, node: Any) -> Binding:
    refuse_number(cx, base, node, "transpose")
    return permuted(cx, node, base, tuple(range(ndim_of(cx, base)))[::-1])


@attribute("mT")
def _matrices_transposed(cx: Context, base: Binding, node: Any) -> Binding:
    refuse_number(cx, base, node, "transpose")
    ndim = ndim_of(cx, base)
    if ndim < 2:
        cx.refuse(TypeMismatch, "`.mT` of an array of less than two axes", node, "use `.T`")
    return permuted(cx, node, base, (*range(ndim - 2), ndim - 1, ndim - 2))


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
    if isinstance(shapes.ref_type(cx, narrow), Array):
        return narrow
    return element_view(cx, call.node, narrow, call.name)


# Methods of the same name


def _by_handler(handler: Callable[..., Binding]) -> Callable[..., Binding]:
    def forward(cx: Context, base: Binding, call: Call) -> Binding:
        return handler(cx, with_base(base, call))

    return forward


method("swapaxes")(_by_handler(_np_swapaxes))
method("ravel")(_by_handler(_np_ravel))
method("squeeze")(_by_handler(_np_squeeze))
