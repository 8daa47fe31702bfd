"""Functions that make new arrays: of zeros, of one value, of given items."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import (
    dtype_of,
    integer,
    is_none,
    named,
    static_flag,
    static_value,
)
from adgen.transpiler.frontend.bindings import Binding, Ref, Static, is_operand
from adgen.transpiler.frontend.boxes import is_sequence, items_of
from adgen.transpiler.frontend.checks import check_natural
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.indexing import write_part
from adgen.transpiler.frontend.layouts import laid_out_like
from adgen.transpiler.frontend.literals import stacked
from adgen.transpiler.frontend.table_calls import operand_of_binding
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, NEW, Index
from adgen.transpiler.ir.types import PYTHON, Array, Scalar, is_complex
from adgen.transpiler.primitives.builder import python_number

_FLOAT = np.dtype(np.float64)
_CASTINGS = ("no", "equiv", "safe", "same_kind", "unsafe")
Extents = tuple[Operand, ...]


def extents_of(cx: Context, binding: Binding, node: Any) -> Extents:
    """The extents that a ``shape`` argument gives, checked not to be negative as NumPy does."""
    listed = items_of(cx, binding, node)
    if listed is None:
        listed = (binding,)
    if not listed:
        cx.refuse(
            UnsupportedSyntax,
            "an array without axes",
            node,
            "use a number, or an array of one element: `np.zeros(1)`",
        )
    extents = tuple(integer(cx, item, node, "an extent") for item in listed)
    for extent in extents:
        check_natural(cx, node, extent, "negative dimensions are not allowed")
    return extents


# Zeros, ones, full, empty


def _filled(
    cx: Context, call: Call, value: float | None, dtype: np.dtype[Any], extents: Extents
) -> Binding:
    """An array of zeros, of ones (None: of anything)."""
    if value == 0 or value is None:
        kind = core.EMPTY if value is None else core.ZEROS
        return cx.wrap(cx.emit(call.node, kind, *extents, dtype=dtype, name=call.name))
    return cx.wrap(_full(cx, call, dtype.type(value).item(), dtype, extents))


def _full(
    cx: Context, call: Call, value: Operand, dtype: np.dtype[Any], extents: Extents
) -> Operand:
    return cx.emit(call.node, core.FULL_, value, *extents, dtype=dtype, name=call.name)


def _maker(value: float | None) -> Any:
    def handler(cx: Context, call: Call) -> Binding:
        shape, dtype = named(cx, call, ("shape", "dtype"))
        kind = dtype_of(cx, dtype, call.node, _FLOAT)
        return _filled(cx, call, value, kind, extents_of(cx, shape, call.node))

    return handler


def _maker_like(value: float | None) -> Any:
    def handler(cx: Context, call: Call) -> Binding:
        array, dtype, shape = named(cx, call, ("a", "dtype", "shape"), 1, 2)
        own, extents = _like(cx, call, array, shape)
        kind = dtype_of(cx, dtype, call.node, own)
        if not extents:
            return kind.type(value or 0)
        return laid_out_like(cx, _filled(cx, call, value, kind, extents), array)

    return handler


known(np.zeros)(_maker(0.0))
known(np.ones)(_maker(1.0))
known(np.empty)(_maker(None))
known(np.zeros_like)(_maker_like(0.0))
known(np.ones_like)(_maker_like(1.0))
known(np.empty_like)(_maker_like(None))


def _like(
    cx: Context, call: Call, array: Binding, shape: Binding | None
) -> tuple[np.dtype[Any], Extents]:
    """The dtype and the extents of an array that serves as the model of another."""
    if is_sequence(array):
        array = cx.wrap(operand_of_binding(cx, array, call.node))
    if not (isinstance(array, Ref) or is_operand(array)):
        operand_of_binding(cx, array, call.node)  # refuses
    dtype = cx.kind(array).dtype
    if not is_none(shape):
        return dtype, extents_of(cx, shape, call.node)
    found = shapes.ref_shape(cx, array) if isinstance(array, Ref) else ()
    return dtype, tuple(shapes.operand_of(cx, call.node, extent) for extent in found)


@known(np.full)
def _np_full(cx: Context, call: Call) -> Binding:
    shape, value, dtype = named(cx, call, ("shape", "fill_value", "dtype"), 2)
    operand = operand_of_binding(cx, value, call.node)
    kind = dtype_of(cx, dtype, call.node, type_of(operand).dtype)
    return _filled_with(cx, call, operand, kind, extents_of(cx, shape, call.node))


@known(np.full_like)
def _full_like(cx: Context, call: Call) -> Binding:
    array, value, dtype, shape = named(cx, call, ("a", "fill_value", "dtype", "shape"), 2, 3)
    operand = operand_of_binding(cx, value, call.node)
    own, extents = _like(cx, call, array, shape)
    kind = dtype_of(cx, dtype, call.node, own)
    if not extents:
        return _strong(cx, call, operand, kind)
    return laid_out_like(cx, _filled_with(cx, call, operand, kind, extents), array)


def _filled_with(
    cx: Context, call: Call, value: Operand, dtype: np.dtype[Any], extents: Extents
) -> Binding:
    if core.is_scalar(value):
        number = cx.cast(call.node, value, Scalar(dtype))
        return cx.wrap(_full(cx, call, number, dtype, extents))
    array = cx.wrap(cx.emit(call.node, core.EMPTY, *extents, dtype=dtype, name=call.name))
    write_part(cx, call.node, array, cx.wrap(value))
    return array


# Arrays of given items


@known(np.array)
def _array(cx: Context, call: Call) -> Binding:
    items, dtype, copy, ndmin = named(cx, call, ("object", "dtype", "copy", "ndmin"), 1, 2)
    if not static_flag(cx, copy, call.node, "`copy`", True):
        cx.refuse(
            UnsupportedSyntax,
            "`np.array` without a copy",
            call.node,
            "use `np.asarray`",
        )
    made = _converted(cx, call, items, dtype, copied=True)
    return made if is_none(ndmin) else _of_rank(cx, call, made, ndmin)


def _of_rank(cx: Context, call: Call, made: Binding, ndmin: Binding) -> Binding:
    """The array with axes of length 1 ahead, until it has as many as asked for."""
    from adgen.transpiler.frontend.paths_compose import compose

    rank = static_value(cx, ndmin, call.node, "`ndmin`")
    if not isinstance(made, Ref):
        if rank == 0:
            return made
        number = operand_of_binding(cx, made, call.node)
        made = cx.wrap(_full(cx, call, number, type_of(number).dtype, (1,)))
        assert isinstance(made, Ref)
    ndim = len(shapes.ref_shape(cx, made))
    ahead = (NEW,) * (rank - ndim)
    return compose(cx, call.node, made, (Index((*ahead, *(FULL,) * ndim)),), ()) if ahead else made


@known(np.asarray, np.asanyarray, np.ascontiguousarray)
def _asarray(cx: Context, call: Call) -> Binding:
    items, dtype = named(cx, call, ("a", "dtype"))
    if isinstance(items, Ref) and items.path and call.function.endswith("ascontiguousarray"):
        cx.refuse(
            UnsupportedSyntax,
            "`np.ascontiguousarray` of a part of an array",
            call.node,
            "use `.copy()`",
        )
    return _converted(cx, call, items, dtype, copied=False)


@known(np.copy)
def _copy(cx: Context, call: Call) -> Binding:
    (items,) = named(cx, call, ("a",))
    return _converted(cx, call, items, None, copied=True)


def _converted(
    cx: Context, call: Call, items: Binding, dtype: Binding | None, copied: bool
) -> Binding:
    """The array of a number, of nested lists, or of an array."""
    node = call.node
    if is_sequence(items):
        wanted = None if is_none(dtype) else dtype_of(cx, dtype, node, _FLOAT)
        return cx.wrap(stacked(cx, node, items, wanted, call.name))
    if not isinstance(items, Ref):
        number = operand_of_binding(cx, items, node)
        return _strong(cx, call, number, dtype_of(cx, dtype, node, type_of(number).dtype))
    kind = dtype_of(cx, dtype, node, cx.kind(items).dtype)
    if not copied and kind == cx.kind(items).dtype:
        return items
    return laid_out_like(cx, copy_of(cx, node, items, kind, call.name), items)


def copy_of(
    cx: Context, node: Any, ref: Ref, dtype: np.dtype[Any] | None = None, name: str = ""
) -> Ref:
    """A fresh array with the items of another, perhaps of another dtype."""
    value = cx.read(ref, node)
    assert isinstance(value.type, Array)
    if dtype is None or dtype == value.type.dtype:
        out = cx.emit(node, core.COPY, value, name=name)
    else:
        out = cx.emit(node, core.CAST, value, type=Array(dtype, value.type.ones), name=name)
    assert isinstance(out, Value)
    return cx.new_array(out)


def _strong(cx: Context, call: Call, number: Operand, dtype: np.dtype[Any]) -> Operand:
    return as_scalar(cx, call.node, number, Scalar(dtype), call.name)


def as_scalar(cx: Context, node: Any, number: Operand, kind: Scalar, name: str = "") -> Operand:
    """A number as a Python number or NumPy scalar of that type."""
    if is_complex(type_of(number)) and not is_complex(kind):
        cx.check_complex(node, core.CAST, (number,), {"type": kind})
    if not isinstance(number, Value):
        if kind.weak:
            return python_number(number, kind)
        strong: Operand = kind.dtype.type(number)
        return strong
    if number.type == kind:
        return number
    return cx.emit(node, core.CAST, number, type=kind, name=name)


@known(np.result_type, np.promote_types)
def _result_type(cx: Context, call: Call) -> Binding:
    """The dtype of what the arguments would become together; Python's numbers are weak."""
    if not call.args or call.kwargs:
        cx.refuse(TypeMismatch, f"`{call.function}` takes arrays and dtypes", call.node)
    return Static(np.result_type(*(_promoting(cx, call, given) for given in call.args)))


@known(np.can_cast)
def _can_cast(cx: Context, call: Call) -> Binding:
    """Whether numbers of one dtype may become those of another, by a rule of NumPy's."""
    have, want, rule = named(cx, call, ("from_", "to", "casting"), 2)
    how: Any = "safe" if is_none(rule) else static_value(cx, rule, call.node, "`casting`")
    if how not in _CASTINGS:
        cx.refuse(TypeMismatch, f"`casting` is one of {', '.join(_CASTINGS)}", call.node)
    return bool(np.can_cast(_promoting(cx, call, have), _promoting(cx, call, want), how))


def _promoting(cx: Context, call: Call, given: Binding) -> Any:
    if isinstance(given, Static) and given.value is np.float16:
        return given.value  # no array has it; what becomes of it and others they may have
    if isinstance(given, Static):
        return dtype_of(cx, given, call.node, _FLOAT)
    kind = (
        cx.kind(given)
        if isinstance(given, Ref)
        else type_of(operand_of_binding(cx, given, call.node))
    )
    weak = isinstance(kind, Scalar) and kind.weak
    return PYTHON[kind.dtype.kind]() if weak else kind.dtype
