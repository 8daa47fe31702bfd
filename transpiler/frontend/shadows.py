"""Objects of the surroundings whose attributes a function assigns: a box stands for each of them.

That an object is changed turns up in the middle of a function, when the object may have many names.
So lowering begins anew, and whatever leads to the object leads to its box.  Attributes that are
assigned before they are read are not looked at: a compilation does not depend on what they were.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from adgen.transpiler.errors import AliasedMutation, UnsupportedError
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Box, Static
from adgen.transpiler.frontend.boxes import reaches
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.ir.trees import Kind, Node, kind_of
from adgen.transpiler.surroundings import MISSING, ClassTable, is_library, own_attribute


@dataclass(frozen=True, eq=False, slots=True)
class Shadow:
    """An object that is changed.  ``unread``: attributes that are assigned first."""

    thing: Any
    unread: frozenset[str]
    read: frozenset[str] = frozenset()


class Restart(Exception):
    """Lowering is to begin anew with such a shadow."""

    def __init__(self, shadow: Shadow) -> None:
        super().__init__()
        self.shadow = shadow


def can_be_changed(binding: Binding) -> bool:
    """Whether a binding is an object of a class of the user's with a dictionary of attributes."""
    if not isinstance(binding, Static) or isinstance(binding.value, (type, FunctionType)):
        return False
    cls = type(binding.value)
    plain = type(cls) in (type, abc.ABCMeta) and not is_library(cls.__module__)
    own = ClassTable(cls).get("__setattr__", None)
    return plain and hasattr(binding.value, "__dict__") and not isinstance(own, FunctionType)


def begin(cx: Context, kind_of_instances: Callable[[type], Kind]) -> None:
    """Put a box in the place of each object that is changed."""
    for shadow in cx.shadows.values():
        cls = type(shadow.thing)
        kind: Kind = kind_of(cls) or kind_of_instances(cls)
        box = Box(kind, cls.__name__.lower())
        cx.shadowed[id(shadow.thing)] = box
        cx.shadow_of[box] = shadow
        cx.state.boxes[box] = Node(kind, (), ())
    for box, shadow in cx.shadow_of.items():
        names = tuple(name for name in vars(shadow.thing) if name not in shadow.unread)
        ordered = names if kind_of(type(shadow.thing)) else tuple(sorted(names))
        parts = tuple(part_of_object(cx, shadow.thing, name) for name in ordered)
        cx.state.boxes[box] = Node(box.kind, ordered, parts)
    for box in cx.shadow_of:
        if any(reaches(cx, part, box) for part in cx.state.boxes[box].parts):
            cx.refuse(AliasedMutation, f"{describe(box)} that refers to itself is changed",
                      cx.frame.node, "return the new value, and assign it outside")  # fmt: skip


def check_arguments(cx: Context, boxes: Iterable[Box]) -> None:
    """Refuse an object that may be one of the arguments too, which would change with it.

    Raises AliasedMutation.
    """
    for shadow in cx.shadows.values():
        for box in boxes:
            if box.kind.cls is type(shadow.thing):
                cx.refuse(
                    AliasedMutation,
                    f"{describe(box)} of the surroundings is changed, and one is an argument",
                    cx.frame.node, "pass both, or assign outside of the function",
                )  # fmt: skip


def part_of_object(cx: Context, thing: Any, name: str) -> Binding:
    """An attribute of an object of the surroundings."""
    value = own_attribute(thing, name)
    try:
        return from_object(cx, cx.frame.node, value, name)
    except UnsupportedError:  # it is refused where it is used
        return Static(value)


def assign(cx: Context, binding: Static, name: str) -> None:
    """An attribute of an object is assigned that was taken for constant.

    Raises Restart, unless that has been tried: then something leads past the shadow.
    """
    if id(binding.value) in cx.shadows:
        return
    unread = frozenset() if kind_of(type(binding.value)) else frozenset({name})
    raise Restart(Shadow(binding.value, unread))


def assign_first(cx: Context, box: Box, name: str) -> None:
    """Before an attribute of a shadow is assigned: perhaps nobody asks for what it was."""
    shadow = cx.shadow_of.get(box)
    if shadow is None or kind_of(type(shadow.thing)):
        return
    if name not in shadow.unread | shadow.read and name in vars(shadow.thing):
        raise Restart(replace(shadow, unread=shadow.unread | {name}))


def read(cx: Context, box: Box, name: str) -> None:
    """An attribute is asked for that the box does not have: perhaps the object has it."""
    shadow = cx.shadow_of.get(box)
    if shadow is None or own_attribute(shadow.thing, name) is MISSING:  # which is noted
        return
    if name in shadow.unread:
        raise Restart(replace(shadow, unread=shadow.unread - {name}, read=shadow.read | {name}))


def read_all(cx: Context, box: Box) -> None:
    """All attributes are asked for, or those that there are depend on the path."""
    shadow = cx.shadow_of.get(box)
    if shadow is not None and shadow.unread.intersection(vars(shadow.thing)):
        raise Restart(replace(shadow, unread=frozenset(), read=shadow.read | shadow.unread))
