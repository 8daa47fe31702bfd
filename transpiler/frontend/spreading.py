"""``f(t, *params)`` where only the parameters of ``f`` say how many numbers there are."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Sequence
from types import FunctionType
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
    Static,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.expressions import elements
from adgen.transpiler.frontend.iteration import all_items, element
from adgen.transpiler.frontend.lazy import spread_out
from adgen.transpiler.frontend.objects import attribute, is_object
from adgen.transpiler.ir.trees import Node


def arguments(cx: Context, node: Any, function: Binding) -> tuple[Binding, ...]:
    """The positional arguments of a call; an array that is spread last fills the parameters."""
    last = node.args[-1] if node.args else None
    if not isinstance(last, gast.Starred):
        return tuple(elements(cx, node.args))
    given = tuple(elements(cx, node.args[:-1]))
    binding = spread_out(cx, last, cx.ev(last.value))
    items = all_items(cx, last, binding)
    if items is None:
        count = _parameters_left(cx, node, function, len(given))
        items = None if count is None else _items(cx, last, binding, count)
    if items is None:
        return (*given, *elements(cx, [last]))  # refuses
    return (*given, *items)


def _items(cx: Context, node: Any, binding: Binding, count: int) -> list[Binding] | None:
    """So many items of an array or a list; a check that there are no more and no fewer."""
    grown = growing.grown_of(cx, binding, node)
    if isinstance(binding, Ref):
        length = shapes.operand_of(cx, node, shapes.ref_shape(cx, binding)[0])
    elif grown is not None:
        length = grown.size
    else:
        return None
    equal = cx.emit(node, operator.eq, length, count)
    cx.check(node, equal, "TypeError", f"what is spread by * has not {count} items")
    if isinstance(binding, Ref):
        return [element(cx, node, binding, k) for k in range(count)]
    return [growing.load(cx, node, grown.items, k) for k in range(count)]  # type: ignore[union-attr]


def _parameters_left(cx: Context, node: Any, function: Binding, given: int) -> int | None:
    """How many parameters are left for what is spread; None where defaults leave it open."""
    if isinstance(function, Partial):
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
    return None if any(optional for _, optional in left) else len(left)


def _parameters(function: Binding) -> Sequence[tuple[str, bool]] | None:
    """The positional parameters of a function: names, and whether they have a default."""
    if isinstance(function, Closure):
        given = function.node.args
        names = [arg.id for arg in (*given.posonlyargs, *given.args)]
        first = len(names) - len(given.defaults)
        found = [(name, place >= first) for place, name in enumerate(names)]
        return None if given.vararg else found
    if not isinstance(function, Static):
        return None
    callee = function.value
    if isinstance(callee, np.ufunc):
        return [(str(k), False) for k in range(callee.nin)]
    if not isinstance(callee, (FunctionType, type)):
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
