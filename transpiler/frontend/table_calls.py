"""Calls of functions that have an entry in the table of primitives."""

from __future__ import annotations

import inspect
import math
import operator
from functools import cache
from typing import Any

import numpy as np

from adgen.transpiler import library
from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import (
    axes_of,
    is_none,
    named,
    number,
    refuse_keyword,
    static_flag,
    static_value,
)
from adgen.transpiler.frontend.arithmetic import matmul
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Ref, Static, is_operand
from adgen.transpiler.frontend.boxes import is_sequence
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.literals import stacked
from adgen.transpiler.frontend.reductions import with_more
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import INT, Array, is_complex, is_float
from adgen.transpiler.primitives.kinds import Primitive, Refused
from adgen.transpiler.primitives.table import find

_PLAIN = frozenset({"dtype", "out"})  # keywords that may be given as None


def operand_of_binding(cx: Context, binding: Binding, node: Any) -> Operand:
    """The number or array that a binding is; lists and tuples of numbers become arrays.

    Raises TypeMismatch for everything else.
    """
    if is_operand(binding):
        operand: Operand = binding
        return operand
    if isinstance(binding, Ref):
        return cx.read(binding, node)
    if is_sequence(binding):
        return stacked(cx, node, binding)
    cx.refuse(
        TypeMismatch,
        f"{describe(binding)} is used where a number or an array is needed",
        node,
        "pass a number or an array",
    )


def call_primitive(cx: Context, call: Call, entry: Primitive) -> Binding:
    """Lower a call of a function of the table.

    Raises TypeMismatch or UnsupportedSyntax where the arguments do not fit.
    """
    reduced = with_more(cx, call, entry) if entry.reduction else None
    if reduced is not None:
        return reduced
    given = _arguments(cx, call, entry)
    count = len(entry.operands)
    operands = tuple(_operand(cx, call, entry, binding) for binding in given[:count])
    attrs = _attributes(cx, call, entry, operands, given[count:])
    kinds = _types(cx, call, entry, operands, attrs)
    for k in entry.square:
        shapes.require_square(cx, call.node, operands[k])
    if isinstance(kinds, tuple):
        made = cx.emit_several(call.node, entry.callee, *operands, names=entry.results, **attrs)
        parts = tuple(cx.wrap(value) for value in made)
        if entry.named is None:
            return parts
        from adgen.transpiler.frontend.instances import make

        named_tuple = make(cx, call.node, entry.named(), parts, {})
        assert named_tuple is not None
        return named_tuple
    return cx.wrap(cx.emit(call.node, entry.callee, *operands, name=call.name, **attrs))


def _types(
    cx: Context, call: Call, entry: Primitive, operands: tuple[Operand, ...], attrs: dict[str, Any]
) -> Any:
    """The types of the results of a function on whole arrays, which may refuse; else None."""
    if entry.shape is None:
        return None
    try:
        return entry.type_rule(tuple(type_of(o) for o in operands), attrs)
    except Refused as refused:
        cx.refuse(
            UnsupportedSyntax, f"`{call.function}`: {refused.reason}", call.node, refused.hint
        )


def _arguments(cx: Context, call: Call, entry: Primitive) -> list[Binding | None]:
    """Operands and static parameters, by position and keyword as the function itself takes them."""
    kwargs = {k: v for k, v in call.kwargs.items() if k not in _PLAIN or not is_none(v)}
    call = Call(call.node, call.name, call.function, call.args, kwargs)
    wanted = (*entry.operands, *entry.static)
    names = _parameters(entry.callee)
    if names[: len(entry.operands)] != entry.operands:  # takes them by position only
        for name in kwargs:
            if name not in entry.static:
                refuse_keyword(cx, call, name, tuple(entry.static))
        return named(cx, call, wanted, len(entry.operands))
    same = 0  # so many parameters are ours in the same order
    while names[same : same + 1] == wanted[same : same + 1] != ():
        same += 1
    return named(cx, call, wanted, len(entry.operands), same)


@cache
def _parameters(callee: Any) -> tuple[str, ...]:
    """The positional parameters of a function with their names, as far as these are known."""
    if isinstance(callee, np.ufunc):
        return ()
    try:
        parameters = inspect.signature(callee).parameters.values()
    except (TypeError, ValueError):  # a built-in function that does not tell
        return ()
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)


def _operand(cx: Context, call: Call, entry: Primitive, binding: Binding) -> Operand:
    if getattr(entry.callee, "__module__", "") == "math" and not is_operand(binding):
        cx.refuse(
            TypeMismatch,
            f"`{call.function}` takes numbers, not {describe(binding)}",
            call.node,
            f"use the function of NumPy: `np.{_numpy_name(entry.callee.__name__)}`",
        )
    if is_sequence(binding) and not _takes_lists(entry.callee):
        number(cx, binding, call.node, f"an argument of `{call.function}`")
    return operand_of_binding(cx, binding, call.node)


def _numpy_name(name: str) -> str:
    return {"pow": "power", "atan2": "arctan2"}.get(
        name, "arc" + name[1:] if name[0] == "a" and name[1:] in _ARC else name
    )


_ARC = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh"})


def _takes_lists(callee: Any) -> bool:
    package = (getattr(callee, "__module__", None) or "").partition(".")[0]
    return isinstance(callee, np.ufunc) or package in ("numpy", "scipy")


def _attributes(
    cx: Context, call: Call, entry: Primitive, operands: tuple[Operand, ...], given: list[Any]
) -> dict[str, Any]:
    """Static parameters; for reductions the axes as the IR has them."""
    attrs: dict[str, Any] = {}
    for (name, default), binding in zip(entry.static.items(), given, strict=True):
        if entry.reduction and name == "axis":
            kind = type_of(operands[0])
            ndim = kind.ndim if isinstance(kind, Array) else 0
            attrs[name] = axes_of(cx, binding, ndim, call.node)
        elif entry.reduction and name == "keepdims":
            keep = static_flag(cx, binding, call.node, "`keepdims`", False)
            attrs[name] = keep and isinstance(type_of(operands[0]), Array)
        elif binding is None:
            attrs[name] = default
        else:
            attrs[name] = static_value(cx, binding, call.node, f"`{name}`")
    return attrs


# Products


@known(np.dot)
def _dot(cx: Context, call: Call) -> Binding:
    x, y = (operand_of_binding(cx, side, call.node) for side in named(cx, call, ("a", "b"), 2))
    return dot(cx, call.node, x, y, call.name)


def dot(cx: Context, node: Any, x: Operand, y: Operand, name: str = "") -> Binding:
    """``np.dot(x, y)``: a product of vectors, matrices and tensors, or with a number.

    Python's numbers are arrays here, with a dtype that counts.
    """
    x, y = strong(cx, node, x), strong(cx, node, y)
    if core.is_scalar(x) or core.is_scalar(y):
        return cx.wrap(cx.emit(node, np.multiply, x, y, name=name))
    ranks = [len(cx.extents.of(side)) for side in (x, y)]
    if max(ranks) > 2:  # over the last axis of the one, and the last but one of the other
        return _over(cx, node, x, y, ((ranks[0] - 1,), (max(ranks[1] - 2, 0),)))
    return matmul(cx, node, np.dot, x, y, name)


def strong(cx: Context, node: Any, operand: Operand) -> Operand:
    """A number as an array without axes, for functions that make arrays of their arguments."""
    if not core.is_scalar(operand):
        return operand
    from adgen.transpiler.frontend.calls import call as call_binding

    array = call_binding(cx, node, Static(np.asarray), (cx.wrap(operand),), {})
    return operand_of_binding(cx, array, node)


@known(np.matmul, operator.matmul)
def _matmul(cx: Context, call: Call) -> Binding:
    x, y = (operand_of_binding(cx, side, call.node) for side in named(cx, call, ("a", "b"), 2))
    return matmul(cx, call.node, np.matmul, x, y, call.name)


@known(np.inner)
def _inner(cx: Context, call: Call) -> Binding:
    x, y = (operand_of_binding(cx, side, call.node) for side in named(cx, call, ("a", "b"), 2))
    ranks = [len(cx.extents.of(side)) for side in (x, y)]
    if min(ranks) > 0 and max(ranks) > 1:
        return _over(cx, call.node, x, y, ((ranks[0] - 1,), (ranks[1] - 1,)))
    return dot(cx, call.node, x, y, call.name)


@known(np.vdot)
def _vdot(cx: Context, call: Call) -> Binding:
    x, y = (_flat(cx, call, side) for side in named(cx, call, ("a", "b"), 2))
    if is_complex(type_of(x)):
        x = cx.emit(call.node, np.conjugate, x)
    return dot(cx, call.node, x, y, call.name)


@known(np.outer)
def _outer(cx: Context, call: Call) -> Binding:
    sides = [_flat(cx, call, side) for side in named(cx, call, ("a", "b"), 2)]
    return cx.wrap(cx.emit(call.node, np.outer, *sides, name=call.name))


def _flat(cx: Context, call: Call, binding: Binding) -> Operand:
    """The elements of an argument in one axis."""
    operand = operand_of_binding(cx, binding, call.node)
    if len(cx.extents.of(operand)) == 1:
        return operand
    from adgen.transpiler.frontend.calls import call as call_binding

    flat = call_binding(cx, call.node, Static(np.ravel), (cx.wrap(operand),), {})
    return operand_of_binding(cx, flat, call.node)


def _over(cx: Context, node: Any, x: Operand, y: Operand, axes: Binding) -> Binding:
    """The product of two arrays summed over an axis of each."""
    from adgen.transpiler.frontend.library_calls import call_definition

    definition = library.definition_of(np.tensordot)
    assert definition is not None
    return call_definition(cx, node, definition, (cx.wrap(x), cx.wrap(y), axes), {})


# Functions whose arguments need a closer look


@known(np.where)
def _where(cx: Context, call: Call) -> Binding:
    if len(call.args) == 1 and not call.kwargs:
        from adgen.transpiler.frontend.library_calls import call_definition

        definition = library.definition_of(np.nonzero)
        assert definition is not None
        return call_definition(cx, call.node, definition, call.args, {})
    return _by_table(cx, call, np.where)


@known(np.clip)
def _clip(cx: Context, call: Call) -> Binding:
    names = ("a", "a_min", "a_max", "min", "max")
    array, low, high, *other = named(cx, call, names, 1, 3)
    return clipped(
        cx, call, array, *(a if b is None else b for a, b in zip((low, high), other, strict=True))
    )


def clipped(cx: Context, call: Call, array: Binding, low: Binding, high: Binding) -> Binding:
    """``np.clip(array, low, high)``, where None stands for no bound."""
    node = call.node
    x = operand_of_binding(cx, array, node)
    if is_none(low) and is_none(high):
        return cx.wrap(cx.emit(node, np.positive, x, name=call.name))
    bounds = [None if is_none(b) else operand_of_binding(cx, b, node) for b in (low, high)]
    if None in bounds and type_of(x).dtype.kind != "f":
        callee = np.minimum if bounds[0] is None else np.maximum
        bound = bounds[1] if bounds[0] is None else bounds[0]
        assert bound is not None
        return cx.wrap(cx.emit(node, callee, x, bound, name=call.name))
    ends = [
        end if bound is None else bound
        for end, bound in zip((-math.inf, math.inf), bounds, strict=True)
    ]
    return cx.wrap(cx.emit(node, np.clip, x, *ends, name=call.name))


@known(math.log)
def _logarithm(cx: Context, call: Call) -> Binding:
    if len(call.args) != 2 or call.kwargs:
        return _by_table(cx, call, math.log)
    top, bottom = (
        cx.emit(call.node, math.log, _operand(cx, call, _entry(math.log), arg)) for arg in call.args
    )
    return cx.emit(call.node, operator.truediv, top, bottom, name=call.name)


@known(math.floor, math.ceil, math.trunc)
def _to_integer(cx: Context, call: Call) -> Binding:
    (arg,) = named(cx, call, ("x",))
    x = number(cx, arg, call.node, f"the argument of `{call.function}`")
    if type_of(x).dtype.kind != "f":
        return cx.emit(call.node, core.CAST, x, type=INT) if type_of(x) != INT else x
    name = call.function.rsplit(".", 1)[-1]
    if not isinstance(x, Value):
        return int(getattr(math, name)(x))
    whole = cx.emit(call.node, getattr(np, name), x)
    return cx.emit(call.node, core.CAST, whole, type=INT, name=call.name)


@known(np.round, np.around)
def rounded(cx: Context, call: Call) -> Binding:
    """``np.round(x, decimals)``: as NumPy does it, by a power of ten before and after."""
    array, decimals = named(cx, call, ("a", "decimals"))
    x, node = operand_of_binding(cx, array, call.node), call.node
    places = 0 if is_none(decimals) else static_value(cx, decimals, node, "`decimals`")
    if not is_float(type_of(x)):
        if places < 0:
            cx.refuse(UnsupportedSyntax, f"`{call.function}` of integers to tens", node,
                      "write `x // 10 * 10`, or convert them to floats")  # fmt: skip
        return cx.wrap(cx.emit(node, np.positive, x, name=call.name))
    if places == 0:
        return cx.wrap(cx.emit(node, np.rint, x, name=call.name))
    before, after = (np.multiply, np.divide) if places > 0 else (np.divide, np.multiply)
    power = 10.0 ** abs(places)
    whole = cx.emit(node, np.rint, cx.emit(node, before, x, power))
    return cx.wrap(cx.emit(node, after, whole, power, name=call.name))


def _entry(callee: Any) -> Primitive:
    entry = find(callee)
    assert entry is not None
    return entry


def _by_table(cx: Context, call: Call, callee: Any) -> Binding:
    return call_primitive(cx, call, _entry(callee))
