"""Arrays that are filled in a loop: ``arange``, ``linspace``, the ones of ``eye``."""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.transpiler import library
from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import (
    dtype_of,
    integer,
    is_none,
    named,
    number,
    range_of,
    static_flag,
)
from adgen.transpiler.frontend.bindings import Binding, is_operand
from adgen.transpiler.frontend.checks import check_natural
from adgen.transpiler.frontend.constructors import as_scalar, extents_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import FLOAT, INT, Array, Scalar

Filler = Callable[[Operand], Operand]


def filled(
    cx: Context, call: Call, array: Value, bounds: tuple[Operand, Operand], item: Filler
) -> Value:
    """``for i in range(*bounds): array[i, …, i] = item(i)``; the array after it."""
    node = call.node
    assert isinstance(array.type, Array)
    index, carried = Value(INT, "i"), Value(array.type, array.name)
    cx.extents.shapes[carried] = cx.extents.of(array)
    builder = cx.builder.inner()
    builder.span = cx.span(node)
    with cx.inside(builder, cx.state.copy()):
        value = cx.cast(node, item(index), Scalar(array.type.dtype))
        place = (index,) * array.type.ndim
        path = paths.element(array.type.ndim)
        after = cx.emit(node, core.SETITEM, carried, value, *place, path=path, name=array.name)
    cx.builder.span = cx.span(node)
    (result,) = cx.builder.region(
        core.FOR,
        (*bounds, 1, array),
        (builder.block((index, carried), (after,)),),
        (array.type,),
        (array.name,),
        label=core.new_label(),
    )
    cx.extents.shapes[result] = cx.extents.of(array)
    return result


def _with_diagonal(cx: Context, call: Call, zeros: Value, extents: tuple[Operand, ...]) -> Value:
    """A matrix with ones on its diagonal."""
    assert isinstance(zeros.type, Array)
    rows, columns = extents
    if not isinstance(rows, Value) and not isinstance(columns, Value):
        count: Operand = min(rows, columns)
    else:
        same = rows is columns
        count = rows if same else cx.emit(call.node, builtins.min, rows, columns)
    return filled(cx, call, zeros, (0, count), lambda index: 1)


@known(np.eye, np.identity)
def _eye(cx: Context, call: Call) -> Binding:
    if call.function.endswith("identity"):
        rows, dtype = named(cx, call, ("n", "dtype"))
        columns = offset = None
    else:
        rows, columns, offset, dtype = named(cx, call, ("N", "M", "k", "dtype"))
    if offset is not None and (isinstance(offset, Value) or offset != 0):
        return _by_library(cx, call, library.eye)
    kind = dtype_of(cx, dtype, call.node, np.dtype(np.float64))
    extents = extents_of(cx, (rows, rows if is_none(columns) else columns), call.node)
    zeros = cx.emit(call.node, core.ZEROS, *extents, dtype=kind, name=call.name)
    assert isinstance(zeros, Value)
    return cx.new_array(_with_diagonal(cx, call, zeros, extents))


def _by_library(cx: Context, call: Call, definition: Callable[..., Any]) -> Binding:
    from adgen.transpiler.frontend.library_calls import call_definition

    return call_definition(cx, call.node, definition, call.args, call.kwargs)


# arange


@known(np.arange)
def _arange(cx: Context, call: Call) -> Binding:
    first, second, third, dtype = named(cx, call, ("start", "stop", "step", "dtype"), 0)
    if first is None or is_none(second):
        if first is None and second is None:
            named(cx, call, ("stop",))  # refuses: an argument is missing
        first, second = 0, (second if first is None else first)
    given = [
        number(cx, 1 if is_none(part) else part, call.node, "a bound of `np.arange`")
        for part in (first, second, third)
    ]
    integral = all(type_of(part).dtype.kind in "bi" for part in given)
    kind = dtype_of(cx, dtype, call.node, np.dtype(np.int64 if integral else np.float64))
    if any(type_of(part).dtype == np.float32 for part in given) or not (
        kind.kind == "f" or integral
    ):
        cx.refuse(
            UnsupportedSyntax,
            "`np.arange` of these types rounds in a way that is not compiled",
            call.node,
            "take ints: `start + step * np.arange(n)`",
        )
    build = _integers if integral else _floats
    start, count, step = build(cx, call.node, given)
    if kind.kind == "f":
        start, step = (cx.cast(call.node, part, FLOAT) for part in (start, step))

    def item(index: Operand) -> Operand:
        return cx.emit(
            call.node, operator.add, start, cx.emit(call.node, operator.mul, index, step)
        )

    array = cx.emit(call.node, core.EMPTY, count, dtype=kind, name=call.name)
    assert isinstance(array, Value)
    return cx.new_array(filled(cx, call, array, (0, count), item))


def _integers(cx: Context, node: Any, given: list[Operand]) -> tuple[Operand, Operand, Operand]:
    """Start, number of items and step of integers."""
    start, stop, step = (integer(cx, part, node, "a bound") for part in given)
    known_range = range_of(start, stop, step)
    if known_range is not None:
        return start, len(known_range), step
    if not isinstance(step, Value) and step == 0:
        cx.refuse(TypeMismatch, "`np.arange` with step 0", node, "use a step other than 0")
    if isinstance(step, Value):
        nonzero = cx.emit(node, operator.ne, step, 0)
        cx.check(node, nonzero, "ZeroDivisionError", "division by zero")
    if (type(start), start, type(step), step) == (int, 0, int, 1) and cx.extents.is_natural(stop):
        return start, stop, step
    return start, cx.emit(node, core.RANGELEN, start, stop, step), step


def _floats(cx: Context, node: Any, given: list[Operand]) -> tuple[Operand, Operand, Operand]:
    """Start, number of items and step of floats, rounded as NumPy rounds them."""
    start, stop, step = (as_scalar(cx, node, part, FLOAT) for part in given)
    if not isinstance(step, Value) and step == 0:
        cx.refuse(TypeMismatch, "`np.arange` with step 0", node, "use a step other than 0")
    length = cx.emit(node, operator.truediv, cx.emit(node, operator.sub, stop, start), step)
    if isinstance(length, Value):
        whole = cx.emit(node, core.CAST, cx.emit(node, np.ceil, length), type=INT)
        count = cx.emit(node, builtins.max, whole, 0)
    else:
        count = max(math.ceil(length), 0)
    second = cx.emit(node, operator.add, start, step)
    return start, count, cx.emit(node, operator.sub, second, start)


# linspace


@known(np.linspace)
def _linspace(cx: Context, call: Call) -> Binding:
    names = ("start", "stop", "num", "endpoint")
    ends = [*call.args[:2], *(call.kwargs[name] for name in names[:2] if name in call.kwargs)]
    if not all(is_operand(end) and type_of(end).dtype != np.float32 for end in ends) or not (
        call.kwargs.keys() <= set(names)
    ):
        return _by_library(cx, call, library.linspace)
    first, second, num, endpoint = named(cx, call, names, 2)
    node = call.node
    given = [number(cx, part, node, "an end of `np.linspace`") for part in (first, second)]
    start, stop = (as_scalar(cx, node, part, FLOAT) for part in given)
    count = 50 if num is None else integer(cx, num, node, "`num`")
    check_natural(cx, node, count, "Number of samples must be non-negative.")
    closed = static_flag(cx, endpoint, node, "`endpoint`", True)
    step = _step(cx, node, start, stop, count, closed)

    def item(index: Operand) -> Operand:
        return cx.emit(node, operator.add, cx.emit(node, operator.mul, index, step), start)

    array = cx.emit(node, core.EMPTY, count, dtype=np.dtype(np.float64), name=call.name)
    assert isinstance(array, Value)
    result = filled(cx, call, array, (0, count), item)
    return cx.new_array(_with_end(cx, call, result, stop, count) if closed else result)


def _step(
    cx: Context, node: Any, start: Operand, stop: Operand, count: Operand, closed: bool
) -> Operand:
    intervals = cx.emit(node, operator.sub, count, 1) if closed else count
    if isinstance(intervals, Value):
        intervals = cx.emit(node, builtins.max, intervals, 1)
    else:
        intervals = max(int(intervals), 1)
    return cx.emit(node, operator.truediv, cx.emit(node, operator.sub, stop, start), intervals)


def _with_end(cx: Context, call: Call, array: Value, stop: Operand, count: Operand) -> Value:
    """The last of two or more items is the end itself, not a rounded one."""
    before = cx.emit(call.node, operator.sub, count, 1)
    if isinstance(before, Value):
        first = cx.emit(call.node, builtins.max, before, 1)
        return filled(cx, call, array, (first, count), lambda index: stop)
    if int(before) < 1:
        return array
    path = paths.element(1)
    out = cx.emit(call.node, core.SETITEM, array, stop, before, path=path, name=array.name)
    assert isinstance(out, Value)
    return out
