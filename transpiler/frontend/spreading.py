"""``f(t, *params)`` where only the parameters of ``f`` say how many numbers there are."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

import gast
import numpy as np

from adgen.transpiler.frontend import growing, shapes
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Closure,
    Partial,
    Ref,
    Rest,
    SliceOf,
    Static,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.expressions import elements
from adgen.transpiler.frontend.iteration import all_items, element
from adgen.transpiler.frontend.lazy import spread_out
from adgen.transpiler.frontend.list_changes import sliced
from adgen.transpiler.frontend.objects import attribute, is_object
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.trees import Node
from adgen.transpiler.library import registry as library
from adgen.transpiler.source import unwrap

MOST_CALLS = 6  # that a call may become, one for each number of arguments


@dataclass(frozen=True, eq=False, slots=True)
class Spread:
    """Arguments of which the last come from an array or a list of computed length.

    ``counts``: how many of them the function takes.
    """

    given: tuple[Binding, ...]
    node: Any
    binding: Binding
    counts: range


def arguments(cx: Context, node: Any, function: Binding) -> tuple[Binding, ...] | Spread:
    """The positional arguments of a call; an array that is spread last fills the parameters."""
    last = node.args[-1] if node.args else None
    if not isinstance(last, gast.Starred):
        return tuple(elements(cx, node.args))
    given = tuple(elements(cx, node.args[:-1]))
    binding = spread_out(cx, last, cx.ev(_spread_of(cx, last.value)))
    items = all_items(cx, last, binding)
    if items is not None:
        return (*given, *items)
    counts = _parameters_left(cx, node, function, len(given))
    if counts is None or len(counts) > MOST_CALLS or _length(cx, last, binding) is None:
        rest = _rest(cx, last, function, len(given), binding)
        return (*given, *(elements(cx, [last]) if rest is None else [rest]))  # the first refuses
    return Spread(given, last, binding, counts)


def _spread_of(cx: Context, node: Any) -> Any:
    """What is spread: of ``tuple(x)`` what that has the items of."""
    if isinstance(node, gast.Call) and len(node.args) == 1 and not node.keywords:
        if not isinstance(node.args[0], gast.Starred) and isinstance(node.func, gast.Name):
            function = cx.ev(node.func)
            if isinstance(function, Static) and function.value is tuple:
                return node.args[0]
    return node


def _rest(cx: Context, node: Any, function: Binding, given: int, binding: Binding) -> Rest | None:
    """What ``*args`` of a function takes whole, as a list."""
    taken = _ahead_of_rest(function)
    if given != taken:
        return None
    if isinstance(binding, Ref) and len(shapes.ref_shape(cx, binding)) == 1:
        copy = cx.emit(node, core.COPY, cx.read(binding, node))
        assert isinstance(copy, Value)
        return Rest(growing.of_array(cx, node, copy, False))
    grown = growing.grown_of(cx, binding, node)  # what is appended to it later is not given
    return None if grown is None else Rest(sliced(cx, node, grown, SliceOf(None, None, None)))


def _ahead_of_rest(function: Binding) -> int | None:
    """The number of parameters ahead of ``*args`` of a function of the user's that has it."""
    callee = unwrap(function.value) if isinstance(function, Static) else function
    if isinstance(callee, Closure):
        given = callee.node.args
        return len([*given.posonlyargs, *given.args]) if given.vararg else None
    if not isinstance(callee, FunctionType) or library.definition_of(callee):
        return None
    code = callee.__code__
    return code.co_argcount if code.co_flags & inspect.CO_VARARGS else None


def called_with(
    cx: Context, spread: Spread, call: Callable[[tuple[Binding, ...]], Binding]
) -> Binding:
    """What a call gives, for each number of arguments that the function takes."""
    from adgen.transpiler.frontend.blocks import choose

    length = _length(cx, spread.node, spread.binding)
    assert length is not None
    least, most = spread.counts[0], spread.counts[-1]

    def with_items(count: int) -> Binding:
        return call((*spread.given, *_items(cx, spread.node, spread.binding, count)))

    def from_(count: int) -> Binding:
        if count == most:
            return with_items(count)
        equal = cx.emit(spread.node, operator.eq, length, count)
        if not isinstance(equal, Value):
            return with_items(count) if equal else from_(count + 1)
        return choose(cx, spread.node, equal, lambda: with_items(count), lambda: from_(count + 1))

    if least == most:
        fits, said = cx.emit(spread.node, operator.eq, length, least), f"not {least}"
    else:
        enough = cx.emit(spread.node, operator.ge, length, least)
        fits = cx.emit(
            spread.node, operator.and_, enough, cx.emit(spread.node, operator.le, length, most)
        )
        said = f"not {least} to {most}"
    cx.check(spread.node, fits, "TypeError", f"what is spread by * has {said} items")
    return from_(least)


def _length(cx: Context, node: Any, binding: Binding) -> Operand | None:
    """The number of items of an array or a list; None for what is neither."""
    if isinstance(binding, Ref):
        shape = shapes.ref_shape(cx, binding)
        return shapes.operand_of(cx, node, shape[0]) if shape else None
    grown = growing.grown_of(cx, binding, node)
    return None if grown is None else grown.size


def _items(cx: Context, node: Any, binding: Binding, count: int) -> list[Binding]:
    """The first items of an array or a list that has as many."""
    if isinstance(binding, Ref):
        return [element(cx, node, binding, k) for k in range(count)]
    grown = growing.grown_of(cx, binding, node)
    assert grown is not None
    return [growing.load(cx, node, grown.items, k) for k in range(count)]


def _parameters_left(cx: Context, node: Any, function: Binding, given: int) -> range | None:
    """How many parameters may be filled by what is spread; None where nobody knows."""
    if isinstance(function, Partial) and not _is_method_of_library(function):
        more = given + len(function.args)
        if function.kwargs:
            return None
        return _parameters_left(cx, node, function.function, more)
    if isinstance(function, (Box, Node)) and is_object(function):
        return _parameters_left(cx, node, attribute(cx, node, function, "__call__"), given)
    parameters = _parameters(function)
    if parameters is None or any(keyword.arg is None for keyword in node.keywords):
        return None
    named = {keyword.arg for keyword in node.keywords}
    left = [parameter for parameter in parameters[given:] if parameter[0] not in named]
    return range(sum(not optional for _, optional in left), len(left) + 1)


def _is_method_of_library(function: Partial) -> bool:
    """Whether it is a method of an object of SciPy, as ``stats.norm.logpdf``."""
    own = function.args[0] if function.args else None
    if not isinstance(function.function, Static) or not isinstance(own, Static):
        return False
    plain = function.function.value
    if not isinstance(plain, FunctionType):
        return False
    return library.definition_of(MethodType(plain, own.value)) is not None


def _parameters(function: Binding) -> Sequence[tuple[str, bool]] | None:
    """The positional parameters of a function: names, and whether they have a default."""
    if isinstance(function, Closure):
        given = function.node.args
        names = [arg.id for arg in (*given.posonlyargs, *given.args)]
        first = len(names) - len(given.defaults)
        found = [(name, place >= first) for place, name in enumerate(names)]
        return None if given.vararg else found
    if isinstance(function, Partial) and _is_method_of_library(function):
        function = Static(MethodType(function.function.value, function.args[0].value))
    if not isinstance(function, Static):
        return None
    callee = library.definition_of(function.value) or unwrap(function.value)
    if isinstance(callee, np.ufunc):
        return [(str(k), False) for k in range(callee.nin)]
    if not isinstance(callee, (FunctionType, MethodType, type)):
        return None
    try:
        signature = inspect.signature(callee)
    except (TypeError, ValueError):
        return None
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    return [
        (name, parameter.default is not parameter.empty)
        for name, parameter in signature.parameters.items()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
