"""Python's built-in functions, and NumPy's types as functions."""

from __future__ import annotations

import builtins
import operator
from dataclasses import replace
from typing import Any

import numpy as np

from adgen.transpiler.dialects import parallel_range
from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import growing, shapes
from adgen.transpiler.frontend.arguments import (
    integer,
    is_none,
    named,
    number,
    range_of,
    static_value,
)
from adgen.transpiler.frontend.arithmetic import binary
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Column,
    EnumerateOf,
    FlatOf,
    RangeOf,
    Ref,
    ReversedOf,
    Static,
    is_operand,
)
from adgen.transpiler.frontend.booleans import either, negate, truth
from adgen.transpiler.frontend.boxes import new_list
from adgen.transpiler.frontend.constructors import as_scalar, copy_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.iteration import all_items, known_items
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.frontend.special_methods import length_of_object
from adgen.transpiler.frontend.table_calls import operand_of_binding
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import BOOL, FLOAT, INT, Array, Scalar
from adgen.transpiler.library import ordering

# Extrema and sums


@known(builtins.min, builtins.max)
def _extremum(cx: Context, call: Call) -> Binding:
    callee: Any = builtins.max if call.function == "max" else builtins.min
    if call.kwargs:
        return _with_options(cx, call, callee)
    if len(call.args) == 1:
        only, kind = _in_array(cx, call, call.args[0])
        if isinstance(only, Ref):
            found = _over_array(cx, call, np.max if callee is builtins.max else np.min, only)
            return found if kind is None else as_scalar(cx, call.node, found, kind, call.name)
        items = _items(cx, call, only)
    else:
        items = call.args
    if not items:
        cx.refuse(TypeMismatch, f"`{call.function}` of nothing", call.node, "give it a number")
    numbers = [number(cx, item, call.node, f"an argument of `{call.function}`") for item in items]
    if not any(isinstance(operand, Value) for operand in numbers):
        constant: Operand = callee(numbers)
        return constant
    out = numbers[0]
    for other in numbers[1:]:
        out = cx.emit(call.node, callee, out, other, name=call.name)
    return out


def _with_options(cx: Context, call: Call, callee: Any) -> Binding:
    """``max`` or ``min`` by a ``key``, or with a ``default`` for nothing."""
    key, default = named(cx, replace(call, args=()), ("key", "default"), 0, 0)
    sequence = call.args[0] if len(call.args) == 1 else call.args
    better = Static(operator.gt if callee is builtins.max else operator.lt)
    if default is None:
        if is_none(key):
            return _extremum(cx, replace(call, kwargs={}))
        given = (Static(call.function), better, sequence, key)
        return call_definition(cx, call.node, ordering.extreme, given, {})
    if len(call.args) != 1:
        cx.refuse(TypeMismatch, f"`{call.function}` of several things with `default`", call.node)
    given = (default, better, sequence, Static(None) if key is None else key)
    return call_definition(cx, call.node, ordering.extreme_or, given, {})


def _items(cx: Context, call: Call, sequence: Binding) -> tuple[Binding, ...]:
    """The items of a tuple, a list or something else of a known number of items."""
    items = known_items(cx, call.node, sequence)
    if items is None:
        cx.refuse(
            UnsupportedSyntax,
            f"`{call.function}` of {describe(sequence)} is not compiled",
            call.node,
            "give it numbers, a tuple or an array, or write a loop",
        )
    return tuple(items)


def _in_array(
    cx: Context, call: Call, sequence: Binding
) -> tuple[Binding, Scalar | None]:  # fmt: skip
    """A list of computed length as an array, and the Python number that its items are."""
    found = growing.grown_of(cx, sequence, call.node)
    if found is None:
        return sequence, None
    value = growing.used(cx, call.node, found)
    weak = isinstance(found.items, Column) and found.items.weak
    return cx.new_array(value), Scalar(value.type.dtype, weak=True) if weak else None


def _over_array(cx: Context, call: Call, callee: Any, array: Ref) -> Operand:
    """A reduction of an array of one axis."""
    value = cx.read(array, call.node)
    assert isinstance(value.type, Array)
    if value.type.ndim != 1:
        cx.refuse(
            TypeMismatch,
            f"`{call.function}` of an array of {value.type.ndim} axes",
            call.node,
            f"use `np.{call.function}`",
        )
    return cx.emit(call.node, callee, value, axis=(0,), keepdims=False, name=call.name)


@known(builtins.sum)
def _sum(cx: Context, call: Call) -> Binding:
    sequence, start = named(cx, call, ("iterable", "start"), 1)
    first: Binding = 0 if start is None else start
    sequence, kind = _in_array(cx, call, sequence)
    if isinstance(sequence, Ref):
        value = cx.read(sequence, call.node)
        total: Binding = cx.wrap(
            cx.emit(call.node, np.sum, value, axis=(0,), keepdims=False, name=call.name)
        )
        if kind is not None:
            total = as_scalar(cx, call.node, total, kind, call.name)
        default = is_operand(first) and not isinstance(first, Value) and first == 0
        return total if default else binary(cx, call.node, operator.add, first, total, call.name)
    items = _items(cx, call, sequence)
    if start is None and len(items) > 1:
        first, *rest = items
    else:
        rest = list(items)
    for item in rest:
        first = binary(cx, call.node, operator.add, first, item, call.name)
    return first


@known(builtins.any, builtins.all)
def _quantifier(cx: Context, call: Call) -> Binding:
    (sequence,) = named(cx, call, ("iterable",))
    every = call.function == "all"
    sequence, _ = _in_array(cx, call, sequence)
    if isinstance(sequence, Ref):
        found = _over_array(cx, call, np.all if every else np.any, sequence)
        return as_scalar(cx, call.node, found, BOOL, call.name)
    out: Operand = False
    for item in _items(cx, call, sequence):
        value = truth(cx, item, call.node)
        out = either(cx, out, negate(cx, value, call.node) if every else value, call.node)
    return negate(cx, out, call.node) if every else out


# Numbers


def _python_number(callee: type, kind: Scalar) -> None:
    def handler(cx: Context, call: Call) -> Binding:
        if not call.args and not call.kwargs:
            return callee()
        (arg,) = named(cx, call, ("x",), 1, 1)
        if isinstance(arg, Static) and isinstance(arg.value, str):
            return _parsed(cx, call, callee, arg.value)
        if isinstance(arg, Ref):
            cx.refuse(
                TypeMismatch,
                f"`{call.function}` of an array",
                call.node,
                f"take an element: `{call.function}(x[0])`, or convert all with `.astype`",
            )
        operand = number(cx, arg, call.node, f"the argument of `{call.function}`")
        return as_scalar(cx, call.node, operand, kind, call.name)

    known(callee)(handler)


def _parsed(cx: Context, call: Call, callee: type, text: str) -> Operand:
    try:
        value: Operand = callee(text)
        return value
    except ValueError as error:
        cx.refuse(TypeMismatch, str(error), call.node, "write the number itself")


_python_number(float, FLOAT)
_python_number(int, INT)


@known(bool)
def _bool(cx: Context, call: Call) -> Binding:
    (arg,) = named(cx, call, ("x",), 0, 1)
    if arg is None:
        return False
    return as_scalar(cx, call.node, truth(cx, arg, call.node), BOOL, call.name)


def _numpy_number(callee: type) -> None:
    dtype = np.dtype(callee)

    def handler(cx: Context, call: Call) -> Binding:
        (arg,) = named(cx, call, ("x",), 0, 1)
        if arg is None:
            return callee()
        if isinstance(arg, Ref):
            return copy_of(cx, call.node, arg, dtype, call.name)
        operand = operand_of_binding(cx, arg, call.node)
        if isinstance(type_of(operand), Array):
            return copy_of(cx, call.node, cx.wrap(operand), dtype, call.name)
        return as_scalar(cx, call.node, operand, Scalar(dtype), call.name)

    known(callee)(handler)


for _type in (
    np.float64, np.float32, np.complex128, np.complex64, np.int64, np.int32, np.int16, np.int8,
    np.uint64, np.uint32, np.uint16, np.uint8, np.bool_,
):  # fmt: skip
    _numpy_number(_type)


@known(builtins.round)
def _round(cx: Context, call: Call) -> Binding:
    arg, digits = named(cx, call, ("number", "ndigits"))
    x = number(cx, arg, call.node, "the argument of `round`")
    if not is_none(digits) and static_value(cx, digits, call.node, "`ndigits`") != 0:
        cx.refuse(
            UnsupportedSyntax,
            "`round` to decimal places is not compiled",
            call.node,
            "write `np.rint(x * 100) / 100`",
        )
    if type_of(x).dtype.kind != "f":
        return as_scalar(cx, call.node, x, INT, call.name)
    if not isinstance(x, Value):
        return round(x) if is_none(digits) else round(x, 0)
    whole = cx.emit(call.node, np.rint, x)
    return as_scalar(cx, call.node, whole, INT if is_none(digits) else _like(x), call.name)


def _like(x: Operand) -> Scalar:
    kind = type_of(x)
    assert isinstance(kind, Scalar)
    return kind


@known(builtins.divmod)
def _divmod(cx: Context, call: Call) -> Binding:
    x, y = named(cx, call, ("x", "y"), 2)
    return (
        binary(cx, call.node, operator.floordiv, x, y),
        binary(cx, call.node, operator.mod, x, y),
    )


@known(builtins.pow)
def _pow(cx: Context, call: Call) -> Binding:
    base, exponent, modulus = named(cx, call, ("base", "exp", "mod"), 2)
    if not is_none(modulus):
        cx.refuse(UnsupportedSyntax, "`pow` with a modulus", call.node, "write `base ** exp % mod`")
    return binary(cx, call.node, operator.pow, base, exponent, call.name)


# Sequences


@known(builtins.len)
def _len(cx: Context, call: Call) -> Binding:
    (arg,) = named(cx, call, ("obj",))
    match arg:
        case Ref():
            return shapes.operand_of(cx, call.node, shapes.ref_shape(cx, arg)[0])
        case Static(value=str(text)):
            return len(text)
        case FlatOf(array=array):
            return shapes.operand_of(cx, call.node, shapes.product(shapes.ref_shape(cx, array)))
        case RangeOf(start=start, stop=stop, step=step):
            known_range = range_of(start, stop, step)
            if known_range is not None:
                return len(known_range)
            return cx.emit(call.node, core.RANGELEN, start, stop, step, name=call.name)
    grown = growing.grown_of(cx, arg, call.node)
    if grown is not None:
        return grown.size
    if is_operand(arg):
        cx.refuse(TypeMismatch, "`len` of a number", call.node, "give it an array or a tuple")
    length = length_of_object(cx, call.node, arg)
    if length is not None:
        return length
    return len(_items(cx, call, arg))


@known(parallel_range)
def _parallel_range(cx: Context, call: Call) -> Binding:
    return replace(_range(cx, call), marks=(("prange", True),))


@known(builtins.range)
def _range(cx: Context, call: Call) -> RangeOf:
    first, second, third = named(cx, call, ("start", "stop", "step"))
    if second is None:
        first, second = 0, first
    bounds = (first, second, 1 if third is None else third)
    start, stop, step = (integer(cx, part, call.node, "a bound of `range`") for part in bounds)
    return RangeOf(start, stop, step)


@known(builtins.enumerate)
def _enumerate(cx: Context, call: Call) -> Binding:
    sequence, start = named(cx, call, ("iterable", "start"))
    first = 0 if start is None else integer(cx, start, call.node, "`start`")
    return EnumerateOf(sequence, first)


@known(builtins.reversed)
def _reversed(cx: Context, call: Call) -> Binding:
    (sequence,) = named(cx, call, ("sequence",))
    return ReversedOf(sequence)


def collected(cx: Context, call: Call) -> tuple[Binding, ...]:
    """The items of the only argument, if there is one."""
    (sequence,) = named(cx, call, ("iterable",), 0)
    if sequence is None:
        return ()
    items = all_items(cx, call.node, sequence)
    return tuple(items) if items is not None else _items(cx, call, sequence)


@known(builtins.tuple)
def _tuple(cx: Context, call: Call) -> Binding:
    return collected(cx, call)


@known(builtins.list)
def _list(cx: Context, call: Call) -> Binding:
    from adgen.transpiler.frontend.comprehensions import run_template

    if len(call.args) == 1 and not is_operand(call.args[0]):
        if all_items(cx, call.node, call.args[0]) is None:
            return run_template(cx, call.node, builtins.list, call.args[0], call.name)
    return new_list(cx, collected(cx, call), call.name)
