"""``sorted``, and ``min`` and ``max`` by a key: items known now, or ranked at run time."""

from __future__ import annotations

import builtins
from typing import Any

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import is_none, named, static_flag
from adgen.transpiler.frontend.bindings import Binding, Static, is_operand
from adgen.transpiler.frontend.boxes import new_list
from adgen.transpiler.frontend.calls import call as called
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.iteration import known_items
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.ir.core import Value, type_of
from adgen.transpiler.library import ordering


@known(builtins.sorted)
def _sorted(cx: Context, call: Call) -> Binding:
    source, key, reverse = named(cx, call, ("iterable", "key", "reverse"), 1, 1)
    items = known_items(cx, call.node, source)
    if items is not None:
        return new_list(cx, in_order(cx, call, items, key, reverse), call.name)
    backwards = static_flag(cx, reverse, call.node, "`reverse`", False)
    given = {"key": Static(None) if key is None else key, "reverse": backwards}
    return call_definition(cx, call.node, ordering.ordered, (source,), given)


def in_order(
    cx: Context, call: Call, items: list[Binding], key: Binding | None, reverse: Binding | None
) -> list[Binding]:
    """Items whose number is known, sorted."""
    ranks = [
        part if is_none(key) else called(cx, call.node, key, (part,), {})
        for part in items
    ]  # fmt: skip
    backwards = static_flag(cx, reverse, call.node, "`reverse`", False)
    if any(isinstance(rank, Value) for rank in ranks):
        return _ranked_at_run_time(cx, call, items, ranks, backwards)
    known_ranks = [_rank(cx, call, rank) for rank in ranks]
    try:
        order = sorted(range(len(items)), key=known_ranks.__getitem__, reverse=backwards)
    except TypeError as error:
        cx.refuse(TypeMismatch, str(error), call.node)
    return [items[place] for place in order]


def _ranked_at_run_time(
    cx: Context, call: Call, items: list[Binding], ranks: list[Binding], backwards: bool
) -> list[Binding]:
    """Numbers of one type, gathered in the order of other numbers."""
    kinds = {type_of(item) if is_operand(item) else None for item in items}
    if len(kinds) > 1 or None in kinds or not all(map(is_operand, ranks)):
        _refuse_run_time(cx, call)
    given = (tuple(items), tuple(ranks), backwards)
    row = call_definition(cx, call.node, ordering.numbers_in_order, given, {})
    return list(row)


def _rank(cx: Context, call: Call, binding: Binding) -> Any:
    if isinstance(binding, tuple):
        return tuple(_rank(cx, call, part) for part in binding)
    if isinstance(binding, Static):
        return binding.value
    if is_operand(binding) and not isinstance(binding, Value):
        return binding
    _refuse_run_time(cx, call)


def _refuse_run_time(cx: Context, call: Call) -> Any:
    cx.refuse(
        UnsupportedSyntax, "values computed at run time are sorted", call.node,
        "sort an array of numbers: np.sort(x), x[np.argsort(keys)]",
    )  # fmt: skip
