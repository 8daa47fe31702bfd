"""``map``, ``filter``, ``functools.reduce`` and ``wraps``: functions of functions."""

from __future__ import annotations

import builtins
import functools
from typing import Any

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend.arguments import is_none, named
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    IteratorOf,
    Partial,
    Static,
    is_function,
    is_operand,
)
from adgen.transpiler.frontend.booleans import truth
from adgen.transpiler.frontend.boxes import opened, part_of
from adgen.transpiler.frontend.caches import computed_again, tells
from adgen.transpiler.frontend.calls import call as apply
from adgen.transpiler.frontend.containers import put_item
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dicts import new_dict
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.iteration import all_items
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.frontend.recursion.discovery import Mark
from adgen.transpiler.ir.core import Value
from adgen.transpiler.library import iteration
from adgen.transpiler.library.mapping import reduced


@known(functools.wraps)
def _wraps(cx: Context, call: Call) -> Binding:
    """``@functools.wraps(f)``: names and texts of documentation mean nothing here."""
    return Static(_as_it_is)


def _as_it_is(function: Any) -> Any:
    """What stands behind ``@functools.wraps(f)``."""
    return function


@known(_as_it_is)
def _kept(cx: Context, call: Call) -> Binding:
    (function,) = call.args
    return function


@known(functools.cache)
def _cache(cx: Context, call: Call) -> Binding:
    """``@functools.cache`` of a nested function: a dict of what it has returned."""
    (function,) = named(cx, call, ("user_function",))
    return Partial(Static(_remembered), (new_dict(cx, {}), function))


@known(functools.lru_cache)
def _lru_cache(cx: Context, call: Call) -> Binding:
    """As ``cache``: what is forgotten is computed again, to the same values."""
    first = call.args[0] if call.args else None
    return _cache(cx, call) if first is not None and is_function(first) else Static(functools.cache)


def _remembered(held: Any, function: Any, *args: Any) -> Any:
    """What a function with a cache is, for the front end."""


@known(_remembered)
def _answer(cx: Context, call: Call) -> Binding:
    held, function, *args = call.args
    found = opened(cx, held, call.node)
    assert found is not None
    known = not any(isinstance(arg, Value) or not _hashed(arg) for arg in args)
    key = tuple(arg.value if isinstance(arg, Static) else arg for arg in args)
    if not known or call.kwargs:
        name = getattr(function, "name", "") or describe(function)
        compute = functools.partial(
            apply, cx, call.node, function, tuple(args), call.kwargs, call.name
        )
        return computed_again(cx, call.node, name, compute)
    if key not in found.keys:
        answer = apply(cx, call.node, function, tuple(args), {}, call.name)
        put_item(cx, call.node, held, Static(key), answer)
        return answer
    return part_of(cx, call.node, held, found, key)


def _hashed(binding: Binding) -> bool:
    return is_operand(binding) or isinstance(binding, Static)


@known(builtins.map)
def _map(cx: Context, call: Call) -> Binding:
    """Over things whose number is known: all results at once, if nothing tells the order.

    With a name it runs where it is used: what it reads may change before.
    """
    function, *sequences = call.args
    if call.name:
        return _lazily(cx, call, iteration.mapped)
    rows = []
    for sequence in sequences:
        items = all_items(cx, call.node, sequence)
        if items is None:
            return _lazily(cx, call, iteration.mapped)
        rows.append(items)
    before = Mark(cx)
    made = tuple(apply(cx, call.node, function, row, {}) for row in zip(*rows, strict=False))
    if tells(cx, before.ops):
        before.take_back(cx)
        return _lazily(cx, call, iteration.mapped)
    return IteratorOf(made)


@known(builtins.filter)
def _filter(cx: Context, call: Call) -> Binding:
    """Over things whose number is known, by tests that are decided while lowering."""
    function, sequence = named(cx, call, ("function", "iterable"), 2)
    items = all_items(cx, call.node, sequence)
    if items is None or call.name:
        return _lazily(cx, call, iteration.filtered)
    before, kept = Mark(cx), []
    for item in items:
        tested = item if is_none(function) else apply(cx, call.node, function, (item,), {})
        test = truth(cx, tested, call.node)
        if isinstance(test, Value) or tells(cx, before.ops):
            before.take_back(cx)
            return _lazily(cx, call, iteration.filtered)
        kept += [item] if test else []
    return IteratorOf(tuple(kept))


def _lazily(cx: Context, call: Call, definition: Any) -> Binding:
    """Item by item, as Python does it."""
    return call_definition(cx, call.node, definition, call.args, call.kwargs)


@known(functools.reduce)
def _reduce(cx: Context, call: Call) -> Binding:
    """Over things whose number is known call by call, over arrays as a loop."""
    function, sequence, *first = call.args
    items = all_items(cx, call.node, sequence)
    if items is None:
        return call_definition(cx, call.node, reduced, (function, sequence, *first), call.kwargs)
    items = [*first, *items]
    if not items:
        cx.refuse(TypeMismatch, "`functools.reduce` of nothing", call.node,
                  "give it a value to begin with")  # fmt: skip
    result = items[0]
    for item in items[1:]:
        result = apply(cx, call.node, function, (result, item), {})
    return result
