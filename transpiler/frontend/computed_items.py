"""Items of containers of known length at an index that is computed at run time."""

from __future__ import annotations

import operator
from typing import Any

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend import growing
from adgen.transpiler.frontend.binding_parts import children, describe
from adgen.transpiler.frontend.bindings import Binding, Conflict, Grown, is_operand
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.growing import item_of, joined_items
from adgen.transpiler.ir.core import Value


class ItemOfCounter(Exception):
    """A container is indexed by what the counters of these loops decide: write one out."""

    def __init__(self, loops: frozenset[Any]) -> None:
        super().__init__()
        self.loops = loops


def write_out(cx: Context, *bindings: Binding) -> None:
    """Raises ItemOfCounter where a loop around can be written out to make these known."""
    loops = frozenset().union(*(_loops_of(cx, binding) for binding in bindings)) & cx.short
    if loops:
        raise ItemOfCounter(loops)


def _loops_of(cx: Context, binding: Binding) -> frozenset[Any]:
    if isinstance(binding, Value):
        return cx.counted.get(binding, frozenset())
    return frozenset().union(*(_loops_of(cx, part) for part in children(binding) or ()))


def computed_item(
    cx: Context, node: Any, base: Binding, items: tuple[Binding, ...], index: Value, name: str
) -> Binding:
    """``items[index]``: numbers are put into an array, other things are chosen by branches.

    Raises ItemOfCounter where a loop around can be written out instead.
    """
    if len(items) <= _MANY or not all(map(is_operand, items)):
        write_out(cx, index)
    item: Any = ()
    for part in items:
        item = joined_items(item, item_of(cx, part))
    at = growing.place(cx, node, Grown((), len(items)), index, _what(base))
    if all(map(is_operand, items)) and item is not None:
        columns = growing.columns(cx, node, item, len(items), name, [])
        for place, part in enumerate(items):
            growing.store(cx, node, columns, place, part)
        return growing.load(cx, node, columns, at, name)
    return _chosen(cx, node, base, items, at, name)


_MANY = 16  # numbers that are rather put into an array than a loop over them written out


def _what(base: Binding) -> str:
    return "tuple index" if isinstance(base, tuple) else "list index"


def _chosen(
    cx: Context, node: Any, base: Binding, items: tuple[Binding, ...], at: Any, name: str
) -> Binding:
    from adgen.transpiler.frontend.blocks import choose

    def pick(place: int) -> Binding:
        if place + 1 == len(items):
            return items[place]
        this = cx.emit(node, operator.eq, at, place)
        return choose(cx, node, this, lambda: items[place], lambda: pick(place + 1), name)  # type: ignore[arg-type]

    found = pick(0)
    if isinstance(found, Conflict):
        cx.refuse(
            TypeMismatch,
            f"the items of {describe(base)} differ, and which one is meant is known only at run "
            "time", node, "loop over the items themselves, or over range(len(...))",
        )  # fmt: skip
    return found
