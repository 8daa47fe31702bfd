"""``collections`` and ``types.SimpleNamespace``: deques, counters, ordered dicts, namespaces."""

from __future__ import annotations

import builtins
import collections
import operator
from typing import Any

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import is_none, named, static_flag
from adgen.transpiler.frontend.arithmetic import binary
from adgen.transpiler.frontend.bindings import Binding, Box, Static
from adgen.transpiler.frontend.boxes import contents, new_box, opened
from adgen.transpiler.frontend.containers import changeable, key_of, put_dict
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dicts import pairs, spread, static_key
from adgen.transpiler.frontend.dispatch import Call, container, known
from adgen.transpiler.frontend.instances import make
from adgen.transpiler.frontend.iteration import known_items
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.ir.trees import COUNTER, DICT, ORDERED_DICT, Node
from adgen.transpiler.library import ordering
from adgen.transpiler.library.queues import deque


@known(collections.deque)
def _deque(cx: Context, call: Call) -> Binding:
    made = make(cx, call.node, deque, call.args, call.kwargs)
    assert made is not None
    return made


def list_inside(cx: Context, node: Any, binding: Binding) -> Binding:
    """The list of the items of a deque; anything else as it is."""
    if not isinstance(binding, Box) or binding.kind.cls is not deque:
        return binding
    found = contents(cx, binding, node)
    return found.parts[found.keys.index("items")]


# Ordered dicts


@known(collections.OrderedDict)
def _ordered(cx: Context, call: Call) -> Binding:
    held = pairs(cx, call.node, call.args[0]) if call.args else {}
    held |= call.kwargs
    return new_box(cx, ORDERED_DICT, tuple(held), tuple(held.values()), call.name)


@container(collections.OrderedDict, "move_to_end")
def _move_to_end(cx: Context, base: Binding, call: Call) -> Binding:
    wanted, last = named(cx, call, ("key", "last"), 1)
    box = changeable(cx, call.node, base, "an element")
    held = spread(cx, call.node, box)
    key = key_of(cx, wanted, call.node, box)
    if key not in held:
        cx.refuse(TypeMismatch, f"the key {key!r} is moved, which is not there", call.node,
                  raises=KeyError(key))  # fmt: skip
    moved = {key: held.pop(key)}
    behind = static_flag(cx, last, call.node, "`last`", True)
    put_dict(cx, call.node, box, held | moved if behind else moved | held)
    return Static(None)


@container(dict, "popitem")
def _popitem(cx: Context, base: Binding, call: Call) -> Binding:
    (last,) = named(cx, call, ("last",), 0)
    box = changeable(cx, call.node, base, "an element")
    held = spread(cx, call.node, box)
    if not held:
        cx.refuse(TypeMismatch, "an item is taken out of an empty dict", call.node,
                  raises=KeyError("dictionary is empty"))  # fmt: skip
    key = [*held][-1 if static_flag(cx, last, call.node, "`last`", True) else 0]
    value = held.pop(key)
    put_dict(cx, call.node, box, held)
    (name,) = (Static(key) if isinstance(key, str) else key,)
    return name, value


# Counters


@known(collections.Counter)
def _counter(cx: Context, call: Call) -> Binding:
    box = new_box(cx, COUNTER, (), (), call.name)
    _count(cx, call, box, operator.add)
    return box


@container(collections.Counter, "update")
def _update(cx: Context, base: Binding, call: Call) -> Binding:
    _count(cx, call, changeable(cx, call.node, base, "an element"), operator.add)
    return Static(None)


@container(collections.Counter, "subtract")
def _subtract(cx: Context, base: Binding, call: Call) -> Binding:
    _count(cx, call, changeable(cx, call.node, base, "an element"), operator.sub)
    return Static(None)


def _count(cx: Context, call: Call, box: Box, callee: Any) -> None:
    """Add or subtract counts: those of a dict, one for each item of anything else."""
    held = spread(cx, call.node, box)
    for source in call.args:
        if is_none(source):
            continue
        found = opened(cx, source, call.node)
        if found is not None and issubclass(found.kind.cls, dict):
            new = list(spread(cx, call.node, source).items())
        else:
            items = known_items(cx, call.node, source)
            if items is None:
                cx.refuse(UnsupportedSyntax, "a `Counter` of items that are computed at run time",
                          call.node, "count in an array: counts[i] += 1")  # fmt: skip
            new = [(static_key(cx, item, call.node), 1) for item in items]
        for key, value in new:
            held[key] = binary(cx, call.node, callee, held.get(key, 0), value)
    for key, value in call.kwargs.items():
        held[key] = binary(cx, call.node, callee, held.get(key, 0), value)
    put_dict(cx, call.node, box, held)


@container(collections.Counter, "total")
def _total(cx: Context, base: Binding, call: Call) -> Binding:
    from adgen.transpiler.frontend.calls import call as call_binding

    values = tuple(spread(cx, call.node, base).values())
    return call_binding(cx, call.node, Static(builtins.sum), (values,), {}, call.name)


@container(collections.Counter, "most_common")
def _most_common(cx: Context, base: Binding, call: Call) -> Binding:
    (count,) = named(cx, call, ("n",), 0)
    rows = tuple(
        (Static(key) if isinstance(key, str) else key, value)
        for key, value in spread(cx, call.node, base).items()
    )
    wanted = Static(None) if count is None else count
    return call_definition(cx, call.node, ordering.most_common, (rows, wanted), {})


# Namespaces


@known(builtins.vars)
def _vars(cx: Context, call: Call) -> Binding:
    """The attributes as a dict that is only read: writing to it would change the object."""
    (base,) = named(cx, call, ("object",), 1, 1)
    found = opened(cx, base, call.node) if isinstance(base, (Box, Node)) else None
    if found is None or found.kind.access != "attribute":
        cx.refuse(UnsupportedSyntax, "`vars` of what was not made in the function", call.node,
                  "read the attributes by their names")  # fmt: skip
    return Node(DICT, found.keys, found.parts)
