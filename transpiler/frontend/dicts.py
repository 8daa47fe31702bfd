"""Displays, constructors and methods of dicts; sets that are known while compiling."""

from __future__ import annotations

import builtins
import collections
from typing import Any

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import is_none, named, static_value
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Box, Static
from adgen.transpiler.frontend.boxes import contents, items_of, new_box, opened
from adgen.transpiler.frontend.containers import changeable, key_of, keys_of, put_dict
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, container, expression, known
from adgen.transpiler.frontend.expressions import elements
from adgen.transpiler.frontend.iteration import known_items
from adgen.transpiler.ir.trees import DICT, Node, defaulting

Held = dict[Any, Binding]

# Making


@expression(gast.Dict)
def _display(cx: Context, node: Any, name: str) -> Binding:
    held: Held = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            held |= spread(cx, value, cx.ev(value))
        else:
            held[static_key(cx, cx.ev(key), key)] = cx.ev(value)
    return new_dict(cx, held, name)


@expression(gast.Set)
def _set(cx: Context, node: Any, name: str) -> Binding:
    items = elements(cx, node.elts)
    return Static(frozenset(static_key(cx, item, node) for item in items))


@known(builtins.dict)
def _dict(cx: Context, call: Call) -> Binding:
    held: Held = {}
    if call.args:
        (source,) = named(cx, Call(call.node, "", "dict", call.args, {}), ("iterable",), 1)
        held = pairs(cx, call.node, source)
    return new_dict(cx, held | call.kwargs, call.name)


@known(builtins.set, builtins.frozenset)
def _made_set(cx: Context, call: Call) -> Binding:
    (source,) = named(cx, call, ("iterable",), 0)
    if source is None:
        return Static(frozenset())
    items = known_items(cx, call.node, source)
    if items is None:
        cx.refuse(UnsupportedSyntax, f"a set of {describe(source)} is not compiled", call.node,
                  "make it of things that are known, or use an array")  # fmt: skip
    return Static(frozenset(static_key(cx, item, call.node) for item in items))


@known(collections.defaultdict)
def _defaultdict(cx: Context, call: Call) -> Binding:
    factory, *rest = call.args or (Static(None),)
    made = factory.value if isinstance(factory, Static) else None
    if made not in (float, int, complex, list, dict):
        cx.refuse(
            UnsupportedSyntax, f"a `defaultdict` of {describe(factory)}", call.node,
            "name a type that makes what is missing: float, int, complex, list, dict",
        )  # fmt: skip
    held = pairs(cx, call.node, rest[0]) if rest else {}
    held |= call.kwargs
    return new_box(cx, defaulting(made), tuple(held), tuple(held.values()), call.name)


def new_dict(cx: Context, held: Held, name: str = "") -> Box:
    """A fresh dict."""
    return new_box(cx, DICT, tuple(held), tuple(held.values()), name)


def static_key(cx: Context, binding: Binding, node: Any) -> Any:
    """The key that a binding is.  Raises UnsupportedSyntax when it is computed at run time."""
    if isinstance(binding, Box):
        cx.refuse(TypeMismatch, f"{describe(binding)} is no key: it is not hashable", node)
    return static_value(cx, binding, node, "a key")


def spread(cx: Context, node: Any, binding: Binding) -> Held:
    """What ``**binding`` spreads."""
    found = opened(cx, binding, node)
    if found is None or not issubclass(found.kind.cls, dict):
        cx.refuse(UnsupportedSyntax, f"{describe(binding)} is spread by `**`", node,
                  "spread a dict")  # fmt: skip
    return dict(zip(found.keys, found.parts, strict=True))


def pairs(cx: Context, node: Any, source: Binding) -> Held:
    """The items of a dict, or of a sequence of pairs."""
    found = opened(cx, source, node)
    if found is not None and issubclass(found.kind.cls, dict):
        return spread(cx, node, source)
    held: Held = {}
    for item in known_items(cx, node, source) or ():
        pair = items_of(cx, item, node)
        if pair is None or len(pair) != 2:
            cx.refuse(TypeMismatch, f"{describe(item)} is no pair of a key and a value", node)
        held[static_key(cx, pair[0], node)] = pair[1]
    return held


# Looking


def _held(cx: Context, base: Binding, call: Call) -> Held:
    return spread(cx, call.node, base)


@container(dict, "items")
def _items(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    held = _held(cx, base, call)
    return tuple(zip(keys_of(cx, call.node, tuple(held)), held.values(), strict=True))


@container(dict, "keys")
def _keys(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    return tuple(keys_of(cx, call.node, tuple(_held(cx, base, call))))


@container(dict, "values")
def _values(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    return tuple(_held(cx, base, call).values())


@container(dict, "get")
def _get(cx: Context, base: Binding, call: Call) -> Binding:
    key, default = named(cx, call, ("key", "default"), 1)
    held = _held(cx, base, call)
    found = held.get(key_of(cx, key, call.node, base))
    return found if found is not None else Static(None) if default is None else default


@container(dict, "copy")
def _copy(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    held = _held(cx, base, call)
    kind = base.kind if isinstance(base, (Box, Node)) else DICT
    return new_box(cx, kind, tuple(held), tuple(held.values()), call.name)


# Changing


def _opened(cx: Context, base: Binding, call: Call) -> tuple[Box, Held]:
    box = changeable(cx, call.node, base, "an element")
    found = contents(cx, box, call.node)
    return box, dict(zip(found.keys, found.parts, strict=True))


@container(dict, "update")
def _update(cx: Context, base: Binding, call: Call) -> Binding:
    box, held = _opened(cx, base, call)
    for source in call.args:
        held |= pairs(cx, call.node, source)
    put_dict(cx, call.node, box, held | call.kwargs)
    return Static(None)


@container(dict, "pop")
def _pop(cx: Context, base: Binding, call: Call) -> Binding:
    wanted, default = named(cx, call, ("key", "default"), 1)
    box, held = _opened(cx, base, call)
    key = key_of(cx, wanted, call.node, box)
    if key not in held:
        if default is None:
            cx.refuse(TypeMismatch, f"{describe(box)} has no key {key!r} here", call.node)
        return default
    value = held.pop(key)
    put_dict(cx, call.node, box, held)
    return value


@container(dict, "setdefault")
def _setdefault(cx: Context, base: Binding, call: Call) -> Binding:
    wanted, default = named(cx, call, ("key", "default"), 1)
    box, held = _opened(cx, base, call)
    key = key_of(cx, wanted, call.node, box)
    if key not in held:
        held[key] = Static(None) if is_none(default) else default
        put_dict(cx, call.node, box, held)
    return held[key]


@container(dict, "clear")
def _clear(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    box, _ = _opened(cx, base, call)
    put_dict(cx, call.node, box, {})
    return Static(None)
