"""What takes and gives items one by one: ``itertools``, and built-ins that are given generators."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gast
import numpy as np

from adgen.transpiler import library
from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import named, static_flag
from adgen.transpiler.frontend.bindings import (
    Binding,
    GeneratorOf,
    IteratorOf,
    Static,
    ZipOf,
    is_operand,
)
from adgen.transpiler.frontend.boxes import items_of
from adgen.transpiler.frontend.comprehensions import TEMPLATES, run_template
from adgen.transpiler.frontend.containers import read_item
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import CALLS, Call, known
from adgen.transpiler.frontend.iteration import all_items, indexed, iterated, known_items
from adgen.transpiler.frontend.iterators import is_placed
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.ir.core import Operand
from adgen.transpiler.library import iteration, iterators

# What asks for items only as they are needed; all else is given a list.
_LAZY: dict[Any, Callable[..., Any]] = {
    builtins.enumerate: iteration.enumerated,
    builtins.map: iteration.mapped,
    builtins.filter: iteration.filtered,
}


def _as_defined(definition: Any) -> Callable[..., Binding]:
    def handler(cx: Context, call: Call) -> Binding:
        args = call.args
        if definition in iteration.KEEPING:
            args = tuple(_kept(cx, call.node, arg) for arg in args)
        return call_definition(cx, call.node, definition, args, call.kwargs)

    return handler


for _function, _definition in iteration.GENERATORS.items():
    known(_function)(_as_defined(_definition))


def of_generators(cx: Context, call: Call, callee: Any) -> Binding | None:
    """A built-in that is given generators; None if it is given none, or takes them as they are."""
    if callee in _ITSELF or not any(isinstance(arg, GeneratorOf) for arg in call.args):
        return None
    if callee in _LAZY:
        return call_definition(cx, call.node, _LAZY[callee], call.args, call.kwargs)
    if len(call.args) == 1 and not call.kwargs and callee in TEMPLATES:
        return run_template(cx, call.node, callee, call.args[0], call.name)
    args = tuple(as_list(cx, call.node, arg) for arg in call.args)
    handler = CALLS[callee]
    return handler(cx, Call(call.node, call.name, call.function, args, call.kwargs))


_ITSELF = frozenset(
    (*iteration.GENERATORS, np.fromiter, builtins.next, builtins.zip, builtins.iter)
    + (builtins.isinstance, builtins.callable)
)


def _kept(cx: Context, node: Any, binding: Binding) -> Binding:
    """Something whose items have places."""
    made = as_list(cx, node, iterated(cx, node, binding))
    if is_operand(made) or (isinstance(made, Static) and callable(made.value)):
        return made  # how many are asked for, or what is done with them
    items = known_items(cx, node, made)
    return made if items is None else tuple(items)


@known(library.length_of)
def _length_of(cx: Context, call: Call) -> Binding:
    return _length(cx, call.node, *call.args)


def _length(cx: Context, node: Any, sequence: Binding) -> Operand:
    items = all_items(cx, node, sequence)
    return indexed(cx, node, sequence)[0] if items is None else len(items)


@known(library.item_of)
def _item_of(cx: Context, call: Call) -> Binding:
    sequence, place = call.args
    if items_of(cx, sequence, call.node) is not None:
        return read_item(cx, call.node, sequence, place, call.name)
    return indexed(cx, call.node, sequence)[1](place)


@known(builtins.next)
def _next(cx: Context, call: Call) -> Binding:
    """The first item of what has just been made: nobody asks it for a second one."""
    iterator, default = named(cx, call, ("iterator", "default"), 1)
    if is_placed(iterator):
        if default is None:
            return call_definition(cx, call.node, iterators.advanced, (iterator,), {})
        return call_definition(cx, call.node, iterators.advanced_or, (iterator, default), {})
    source = call.node.args[0] if isinstance(call.node, gast.Call) else None
    if not isinstance(source, (gast.GeneratorExp, gast.Call)):
        cx.refuse(
            UnsupportedSyntax, "`next` of an iterator that has a name", call.node,
            "index the sequence that it runs over, or write a loop",
        )  # fmt: skip
    given = (iterator.sequence if isinstance(iterator, IteratorOf) else iterator,)
    if default is None:
        return call_definition(cx, call.node, iteration.first, given, {})
    return call_definition(cx, call.node, iteration.first_or, (*given, default), {})


@known(np.fromiter)
def _fromiter(cx: Context, call: Call) -> Binding:
    iterable, dtype, count = named(cx, call, ("iter", "dtype", "count"), 2)
    if count is not None:
        cx.refuse(UnsupportedSyntax, "`np.fromiter` with `count`", call.node,
                  "take a slice of the result: np.fromiter(items, float)[:n]")  # fmt: skip
    return call_definition(cx, call.node, iteration.fromiter, (iterable, dtype), {})


def as_list(cx: Context, node: Any, binding: Binding) -> Binding:
    """The list of what a generator yields; anything else as it is."""
    if not isinstance(binding, GeneratorOf):
        return binding
    return run_template(cx, node, builtins.list, binding, "")


def spread_out(cx: Context, node: Any, binding: Binding) -> Binding:
    """The tuple of what a generator yields, if it is known how much that is."""
    made = as_list(cx, node, binding)
    items = items_of(cx, made, node)
    return made if items is None else items


@known(builtins.zip)
def _zip(cx: Context, call: Call) -> Binding:
    named(cx, replace(call, args=()), ("strict",), 0)
    strict = static_flag(cx, call.kwargs.get("strict"), call.node, "`strict`", False)
    places = [k for k, arg in enumerate(call.args) if isinstance(arg, GeneratorOf)]
    if len(places) > 1 or (places and strict):
        cx.refuse(
            UnsupportedSyntax, "two generators are zipped, or one with `strict`", call.node,
            "make lists of all but one: list(...)",
        )  # fmt: skip
    if strict:
        _check_lengths(cx, call)
    if not places and not cx.speculates and len(call.args) > 1:
        known = [known_items(cx, call.node, arg) is not None for arg in call.args]
        places = [] if all(known) or not any(known) else [known.index(True)]
    if not places:
        return ZipOf(call.args) if call.args else ()
    (place,) = places
    others = (*call.args[:place], *call.args[place + 1 :])
    given = (call.args[place], place, *others)
    return call_definition(cx, call.node, iteration.zipped, given, {})


def _check_lengths(cx: Context, call: Call) -> None:
    """``zip`` with ``strict``: all are as long as the first."""
    lengths = [_length(cx, call.node, arg) for arg in call.args]
    for number, length in enumerate(lengths[1:], 2):
        for callee, word in ((operator.ge, "shorter"), (operator.le, "longer")):
            enough = cx.emit(call.node, callee, length, lengths[0])
            before = "argument 1" if number == 2 else f"arguments 1-{number - 1}"
            message = f"zip() argument {number} is {word} than {before}"
            if enough is False:
                cx.refuse(TypeMismatch, message, call.node, raises=ValueError(message))
            cx.check(call.node, enough, "ValueError", message)
