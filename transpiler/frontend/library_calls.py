"""Calls of functions that the library defines in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from adgen.transpiler import library
from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend import points
from adgen.transpiler.frontend.arguments import named
from adgen.transpiler.frontend.bindings import Binding, Ref, Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known, method
from adgen.transpiler.frontend.functions import call_source
from adgen.transpiler.frontend.table_calls import call_primitive, operand_of_binding
from adgen.transpiler.ir.core import Value
from adgen.transpiler.library.rearranging import as_lists
from adgen.transpiler.library.sorting import sort_in_place
from adgen.transpiler.primitives.custom import STOP
from adgen.transpiler.primitives.spelling import called
from adgen.transpiler.primitives.table import find
from adgen.transpiler.source import from_function


def call_definition(
    cx: Context, node: Any, definition: Callable[..., Any], args: Sequence[Binding],
    kwargs: Mapping[str, Binding],
) -> Binding:  # fmt: skip
    """Inline a definition of the library; everything inside has the place of the call."""
    result = call_source(cx, node, from_function(definition), args, kwargs, cx.span(node))
    if library.makes_array(definition):
        result = points.made(cx, node, tuple(args), result)
    base = args[0] if args else None
    if library.shares_memory(definition) and isinstance(result, Ref) and isinstance(base, Ref):
        cx.state.share(result.cell, base.cell)  # a write makes the other stale
    return result


@known(library.refuse)
def _refuse(cx: Context, call: Call) -> NoReturn:
    message, hint = (argument.value for argument in call.args)
    cx.refuse(UnsupportedSyntax, message, call.node, hint)


@known(library.surely_equal)
def _surely_equal(cx: Context, call: Call) -> Binding:
    first, second = call.args
    return type(first) is type(second) and first == second


@known(library.gauss_legendre)
def _gauss_legendre(cx: Context, call: Call) -> Binding:
    (n,) = call.args
    if not isinstance(n, int) or not 0 < n <= 200:
        cx.refuse(UnsupportedSyntax, "a number of points that is not known, or above 200",
                  call.node, "write the number: n=20")  # fmt: skip
    return library.gauss_legendre(n)


@known(library.of_table)
def _of_table(cx: Context, call: Call) -> Binding:
    callee, *args = call.args
    assert isinstance(callee, Static)
    entry = find(callee.value)
    if entry is not None and len(args) > len(entry.operands):
        entry = find(entry.wider)
    assert entry is not None
    name = called(callee.value)
    return call_primitive(cx, Call(call.node, call.name, name, tuple(args), call.kwargs), entry)


@known(library.constant)
def _constant(cx: Context, call: Call) -> Binding:
    x = operand_of_binding(cx, call.args[0], call.node)
    return cx.wrap(cx.emit(call.node, STOP, x) if isinstance(x, Value) else x)


def _as_method(definition: Callable[..., Any]) -> Callable[..., Binding]:
    def handler(cx: Context, base: Binding, call: Call) -> Binding:
        return call_definition(cx, call.node, definition, (base, *call.args), call.kwargs)

    return handler


for _function in (
    np.var, np.std, np.cumsum, np.cumprod, np.trace, np.diagonal, np.repeat, np.take,
    np.argmax, np.argmin, np.nonzero, np.choose, np.put, np.searchsorted,
):  # fmt: skip
    _definition = library.definition_of(_function)
    assert _definition is not None
    method(_function.__name__)(_as_method(_definition))


@method("tolist")
def _tolist(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    return call_definition(cx, call.node, as_lists, (base,), {})


@method("sort")
def _sort(cx: Context, base: Binding, call: Call) -> Binding:
    return call_definition(cx, call.node, sort_in_place, (base, *call.args), call.kwargs)


@method("compress")
def _compress(cx: Context, base: Binding, call: Call) -> Binding:
    definition = library.definition_of(np.compress)
    assert definition is not None
    condition, *rest = call.args
    return call_definition(cx, call.node, definition, (condition, base, *rest), call.kwargs)
