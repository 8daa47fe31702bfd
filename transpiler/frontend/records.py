"""Copies of containers, copies of records with changes, records taken apart."""

from __future__ import annotations

import copy
import dataclasses
from types import FunctionType
from typing import Any

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import named
from adgen.transpiler.frontend.binding_parts import children, describe, with_children
from adgen.transpiler.frontend.bindings import Binding, Ref, Static
from adgen.transpiler.frontend.boxes import new_box, opened
from adgen.transpiler.frontend.constructors import copy_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dicts import new_dict
from adgen.transpiler.frontend.dispatch import Call, container, known
from adgen.transpiler.frontend.instances import kind_of_instances, make
from adgen.transpiler.frontend.iteration import known_items
from adgen.transpiler.frontend.objects import making_of_fields
from adgen.transpiler.frontend.shadows import can_be_changed, part_of_object
from adgen.transpiler.ir.trees import Kind, Node, kind_of
from adgen.transpiler.surroundings import class_attribute


def _record(
    cx: Context, kind: Kind, keys: tuple[Any, ...], parts: tuple[Binding, ...], name: str
) -> Binding:
    if kind.changeable or kind_of(kind.cls) is None:
        return new_box(cx, kind, keys, parts, name)
    return Node(kind, keys, parts)


# Copies with changes


@container(tuple, "_replace")
def _replace(cx: Context, base: Binding, call: Call) -> Binding:
    return _changed(cx, call, base)


@known(making_of_fields)
def _make(cx: Context, call: Call) -> Binding:
    """``Point._make(items)``."""
    cls, source = call.args
    items = known_items(cx, call.node, source)
    made = None if items is None else make(cx, call.node, cls.value, tuple(items), {})
    if made is None:
        cx.refuse(TypeMismatch, "a named tuple of items whose number is not known", call.node,
                  "name them: Point(xs[0], xs[1])")  # fmt: skip
    return made


@known(dataclasses.replace)
def _dataclass_replace(cx: Context, call: Call) -> Binding:
    (base,) = named(cx, Call(call.node, "", call.function, call.args, {}), ("obj",))
    return _changed(cx, call, base)


def _changed(cx: Context, call: Call, base: Binding) -> Binding:
    found = _opened(cx, call, base)
    held: dict[str, Binding] = dict(zip(map(str, found.keys), found.parts, strict=True))
    for key in call.kwargs:
        if key not in held:
            cx.refuse(TypeMismatch, f"{describe(base)} has no field `{key}`", call.node)
    if hasattr(found.kind.cls, "__post_init__"):
        changed = make(cx, call.node, found.kind.cls, (), held | call.kwargs)
        assert changed is not None
        return changed
    parts = tuple((held | call.kwargs).values())
    return _record(cx, found.kind, found.keys, parts, call.name)


def _opened(cx: Context, call: Call, base: Binding) -> Node:
    found = opened(cx, base, call.node)
    if found is None or found.kind.access != "attribute":
        cx.refuse(TypeMismatch, f"`{call.function}` of {describe(base)}", call.node,
                  "give it a dataclass")  # fmt: skip
    return found


@known(copy.copy)
def _copy(cx: Context, call: Call) -> Binding:
    (base,) = named(cx, call, ("x",))
    if isinstance(base, Ref):
        return copy_of(cx, call.node, base, name=call.name)
    return _copied(cx, call, base, deep=False)


@known(copy.deepcopy)
def _deepcopy(cx: Context, call: Call) -> Binding:
    (base,) = named(cx, call, ("x",))
    return _copied(cx, call, base, deep=True)


def _copied(cx: Context, call: Call, base: Binding, deep: bool) -> Binding:
    if isinstance(base, Ref):
        return copy_of(cx, call.node, base, name=call.name)
    found = opened(cx, base, call.node)
    if found is None and can_be_changed(base):
        found = _living(cx, call, base)
    if found is None and not isinstance(base, tuple):
        return base
    parts = tuple(children(base if found is None else found) or ())
    if deep:
        parts = tuple(_copied(cx, call, part, deep) for part in parts)
    if found is None:
        return with_children(base, parts)
    return _record(cx, found.kind, found.keys, parts, call.name)


def _living(cx: Context, call: Call, base: Static) -> Node:
    """The attributes of an object of the surroundings, which is copied by no way of its own."""
    cls = type(base.value)
    for name in ("__copy__", "__deepcopy__", "__getstate__", "__reduce__", "__reduce_ex__"):
        if isinstance(class_attribute(cls, name), FunctionType):
            cx.refuse(UnsupportedSyntax, f"{describe(base)} is copied by its own `{name}`",
                      call.node, "make the copy outside of the function")  # fmt: skip
    names = tuple(sorted(vars(base.value)))
    parts = tuple(part_of_object(cx, base.value, name) for name in names)
    kind: Kind = kind_of_instances(cls)  # type: ignore[arg-type]  # of a cached function
    return Node(kind, names, parts)


# Taking apart


@container(tuple, "_asdict")
def _asdict(cx: Context, base: Binding, call: Call) -> Binding:
    found = _opened(cx, call, base)
    return new_dict(cx, dict(zip(found.keys, found.parts, strict=True)), call.name)


@known(dataclasses.asdict)
def _dataclass_asdict(cx: Context, call: Call) -> Binding:
    (base,) = named(cx, call, ("obj",), 1, 1)
    _opened(cx, call, base)
    return _plain(cx, call, base, as_dict=True)


@known(dataclasses.astuple)
def _dataclass_astuple(cx: Context, call: Call) -> Binding:
    (base,) = named(cx, call, ("obj",), 1, 1)
    _opened(cx, call, base)
    return _plain(cx, call, base, as_dict=False)


def _plain(cx: Context, call: Call, base: Binding, as_dict: bool) -> Binding:
    """Dataclasses as dicts or tuples, all the way down, everything copied as Python does."""
    if isinstance(base, tuple):
        return tuple(_plain(cx, call, part, as_dict) for part in base)
    found = opened(cx, base, call.node)
    if found is None:
        return _copied(cx, call, base, deep=True)
    parts = tuple(_plain(cx, call, part, as_dict) for part in found.parts)
    if not dataclasses.is_dataclass(found.kind.cls):
        return _record(cx, found.kind, found.keys, parts, call.name)
    return new_dict(cx, dict(zip(found.keys, parts, strict=True))) if as_dict else parts


@known(dataclasses.fields)
def _dataclass_fields(cx: Context, call: Call) -> Binding:
    (base,) = named(cx, call, ("class_or_instance",))
    cls = base.value if isinstance(base, Static) else _opened(cx, call, base).kind.cls
    return tuple(Static(field) for field in dataclasses.fields(cls))
