"""Methods of lists and tuples."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import growing, list_changes
from adgen.transpiler.frontend.arguments import named
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Box, Ref, Static
from adgen.transpiler.frontend.booleans import compare, truth
from adgen.transpiler.frontend.boxes import contents, items_of, new_list, refuse_empty
from adgen.transpiler.frontend.containers import changeable, place_of, put_list
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, container
from adgen.transpiler.frontend.iteration import known_items
from adgen.transpiler.ir.core import Operand, Value

# Changes


@container(list, "append")
def _append(cx: Context, base: Binding, call: Call) -> Binding:
    (value,) = named(cx, call, ("object",), 1, 1)
    box = changeable(cx, call.node, base, "an element")
    if growing.grown_of(cx, box, call.node) is not None:
        list_changes.append(cx, call.node, box, value)
    else:
        put_list(cx, call.node, box, [*contents(cx, box, call.node).parts, value])
    return Static(None)


@container(list, "extend")
def _extend(cx: Context, base: Binding, call: Call) -> Binding:
    (values,) = named(cx, call, ("iterable",), 1, 1)
    extended(cx, call.node, changeable(cx, call.node, base, "an element"), operator.add, values)
    return Static(None)


@container(list, "insert")
def _insert(cx: Context, base: Binding, call: Call) -> Binding:
    index, value = named(cx, call, ("index", "object"), 2, 2)
    if growing.grown_of(cx, base, call.node) is not None:
        list_changes.insert(cx, call.node, base, index, value)
        return Static(None)
    box, items = _opened(cx, base, call)
    items.insert(_place(cx, call, index), value)
    put_list(cx, call.node, box, items)
    return Static(None)


@container(list, "pop")
def _pop(cx: Context, base: Binding, call: Call) -> Binding:
    (index,) = named(cx, call, ("index",), 0, 1)
    if growing.grown_of(cx, base, call.node) is not None:
        return list_changes.pop(cx, call.node, base, -1 if index is None else index, call.name)
    box, items = _opened(cx, base, call)
    if not items and cx.trials:
        refuse_empty(cx, call.node)
    place = place_of(cx, call.node, box, len(items), -1 if index is None else index)
    value = items.pop(place)
    put_list(cx, call.node, box, items)
    return value


@container(list, "remove")
def _remove(cx: Context, base: Binding, call: Call) -> Binding:
    (value,) = named(cx, call, ("value",), 1, 1)
    box, items = _opened(cx, base, call)
    del items[_found(cx, call, tuple(items), value)]
    put_list(cx, call.node, box, items)
    return Static(None)


@container(list, "reverse")
def _reverse(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    if growing.grown_of(cx, base, call.node) is not None:
        list_changes.reverse(cx, call.node, base)
        return Static(None)
    box, items = _opened(cx, base, call)
    put_list(cx, call.node, box, items[::-1])
    return Static(None)


@container(list, "clear")
def _clear(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    found = growing.grown_of(cx, base, call.node)
    if found is not None:
        list_changes.put(cx, call.node, base, replace(found, size=0))
        return Static(None)
    box, _ = _opened(cx, base, call)
    put_list(cx, call.node, box, ())
    return Static(None)


@container(list, "sort")
def _sort(cx: Context, base: Binding, call: Call) -> Binding:
    from adgen.transpiler.frontend.sorting import in_order

    (key, reverse) = named(cx, call, ("key", "reverse"), 0, 0)
    box, items = _opened(cx, base, call)
    put_list(cx, call.node, box, in_order(cx, call, items, key, reverse))
    return Static(None)


def extended(cx: Context, node: Any, box: Box, callee: Any, right: Binding) -> Binding:
    """``xs += ys`` and ``xs *= n`` change the list."""
    if growing.grown_of(cx, box, node) is not None:
        if callee is not operator.add:
            cx.refuse(UnsupportedSyntax, "a list of computed length is repeated in place", node,
                      "append its items in a loop")  # fmt: skip
        list_changes.extend(cx, node, box, right)
        return box
    items = list(contents(cx, box, node).parts)
    if callee is operator.add:
        more = known_items(cx, node, right)
        if more is None:
            list_changes.extend_known(cx, node, box, right)
        else:
            put_list(cx, node, box, [*items, *more])
    elif callee is operator.mul and type(right) is int:
        put_list(cx, node, box, items * right)
    else:
        cx.refuse(TypeMismatch, f"a list and {describe(right)} in an operation", node,
                  "make the list an array: np.array(xs)")  # fmt: skip
    return box


def _opened(cx: Context, base: Binding, call: Call) -> tuple[Box, list[Binding]]:
    box = changeable(cx, call.node, base, "an element")
    return box, list(contents(cx, box, call.node).parts)


def _place(cx: Context, call: Call, index: Binding) -> int:
    if type(index) is int:
        return index
    cx.refuse(
        UnsupportedSyntax, "a place in a list that is computed at run time", call.node,
        "use an array: np.zeros(n)",
    )  # fmt: skip


# Questions


@container(list, "copy")
def _copy(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    found = growing.grown_of(cx, base, call.node)
    if found is not None:
        return growing.copied(cx, call.node, found, call.name)
    return new_list(cx, items_of(cx, base, call.node) or (), call.name)


@container(list, "index")
@container(tuple, "index")
def _index(cx: Context, base: Binding, call: Call) -> Binding:
    (value,) = named(cx, call, ("value",), 1, 1)
    return _found(cx, call, items_of(cx, base, call.node) or (), value)


@container(list, "count")
@container(tuple, "count")
def _count(cx: Context, base: Binding, call: Call) -> Binding:
    (value,) = named(cx, call, ("value",), 1, 1)
    found: Operand = 0
    for part in items_of(cx, base, call.node) or ():
        equal = _equal(cx, call, part, value)
        if isinstance(equal, Value):
            equal = cx.emit(call.node, operator.mul, equal, 1)
        found = cx.emit(call.node, operator.add, found, equal)
    return found


def _found(cx: Context, call: Call, items: tuple[Binding, ...], value: Binding) -> int:
    for place, part in enumerate(items):
        equal = _equal(cx, call, part, value)
        if isinstance(equal, Value):
            cx.refuse(
                UnsupportedSyntax, "a search for a value that is computed at run time", call.node,
                "write it as a loop with an if",
            )  # fmt: skip
        if equal:
            return place
    cx.refuse(TypeMismatch, "the value is not in the list", call.node)


def _equal(cx: Context, call: Call, part: Binding, value: Binding) -> Operand:
    if part is value:
        return True
    if isinstance(part, Ref) or isinstance(value, Ref):
        cx.refuse(TypeMismatch, "the truth value of an array is ambiguous", call.node,
                  "compare numbers")  # fmt: skip
    return truth(cx, compare(cx, call.node, gast.Eq(), part, value, ""), call.node)
