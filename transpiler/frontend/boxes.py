"""Containers: what is in them at this point of the program, and what is put there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from adgen.transpiler.errors import AliasedMutation, TypeMismatch, UnboundName, UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import children, describe
from adgen.transpiler.frontend.bindings import Binding, Box, Conflict, Grown, Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.element_views import held
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.ir.trees import LIST, Keys, Kind, Node, kind_of


def new_box(
    cx: Context, kind: Kind, keys: Keys, parts: Sequence[Binding], name: str = ""
) -> Box:  # fmt: skip
    """A fresh container that can be changed."""
    box = Box(kind, name)
    cx.state.boxes[box] = Node(kind, keys, tuple(parts))
    held(cx, box, parts)
    return box


def new_list(cx: Context, items: Sequence[Binding], name: str = "") -> Box:
    """A fresh list."""
    return new_box(cx, LIST, tuple(range(len(items))), items, name)


def contents(cx: Context, box: Box, node: Any) -> Node:
    """What is in a container now.

    Raises AliasedMutation when it may have been changed through another name, TypeMismatch when
    its keys depend on the path that was taken.
    """
    check_fresh(cx, box, node)
    found = cx.state.boxes[box]
    if isinstance(found, Conflict):
        _read_all(cx, box)
        one, two = (_extent(side) for side in (found.first, found.second))
        cx.refuse(
            TypeMismatch,
            f"{describe(box)} has {one} on one path and {two} on another",
            node,
            "let its items be numbers, arrays of one shape, or tuples of these"
            if box.kind is LIST
            else "put the same keys in on every path",
        )
    if isinstance(found, Grown):
        cx.refuse(
            UnsupportedSyntax,
            "this use of a list whose length is known only at run time is not compiled",
            node,
            "index it, loop over it, or make it an array: np.array(xs)",
        )
    assert isinstance(found, Node)
    return found


def _read_all(cx: Context, box: Box) -> None:
    if box in cx.shadow_of:
        from adgen.transpiler.frontend.shadows import read_all

        read_all(cx, box)


def check_fresh(cx: Context, box: Box, node: Any) -> None:
    """Refuse a container that may have been changed through another name."""
    if box in cx.state.stale:
        if box in cx.elements.holders:
            cx.refuse(
                AliasedMutation,
                f"{describe(box)} holds an element of an array that has been written since",
                node,
                "put in a number: `float(x)`",
                (("the write is here", cx.state.stale[box]),),
            )
        cx.refuse(
            AliasedMutation,
            f"this {box.kind.cls.__name__} may or may not have been changed through another name",
            node,
            "work on a copy where it gets its second name",
            (("the change is here", cx.state.stale[box]),),
        )


def _extent(side: Binding) -> str:
    if not isinstance(side, Node):
        return "other items"
    if side.kind is LIST:
        return f"{len(side)} item{'' if len(side) == 1 else 's'}"
    return f"the keys {', '.join(map(repr, side.keys))}" if side.keys else "no keys"


def rewrite(cx: Context, box: Box, keys: Keys, parts: Sequence[Binding], node: Any) -> None:
    """Let a container hold these parts from now on, through all its names.

    Raises TypeMismatch where it would contain itself.
    """
    if any(reaches(cx, part, box) for part in parts):
        cx.refuse(TypeMismatch, f"{describe(box)} is put into itself", node, "put in a copy")
    contents(cx, box, node)
    cx.state.boxes[box] = Node(box.kind, keys, tuple(parts))
    held(cx, box, parts)
    mark_changed(cx, box, node)


def mark_changed(cx: Context, box: Box, node: Any) -> None:
    """Other containers that may be this one are stale."""
    for other in cx.state.partners(box):
        if isinstance(other, Box):  # not an array that it holds an element of
            cx.state.stale[other] = cx.span(node)


def reaches(cx: Context, binding: Binding, box: Box) -> bool:
    """Whether a container is, or holds somewhere inside, that one."""
    if isinstance(binding, Box):
        return binding is box or reaches(cx, cx.state.boxes[binding], box)
    return any(reaches(cx, part, box) for part in children(binding) or ())


def opened(cx: Context, binding: Binding, node: Any) -> Node | None:
    """The contents of a container other than a plain tuple; None for anything else."""
    if isinstance(binding, Box):
        _read_all(cx, binding)
        return contents(cx, binding, node)
    if isinstance(binding, Node):
        return binding
    if isinstance(binding, Static):
        kind = kind_of(type(binding.value))
        if kind is not None:
            keys, parts = kind.take(binding.value)
            return Node(kind, keys, tuple(from_object(cx, node, part) for part in parts))
    return None


def refuse_empty(cx: Context, node: Any) -> NoReturn:
    """In a trial of a loop body: an item of a list that only earlier iterations have filled."""
    cx.refuse(UnboundName, "an item of an empty list", node, "put in an item before the loop")


def items_of(cx: Context, binding: Binding, node: Any) -> tuple[Binding, ...] | None:
    """The items of a tuple, a named tuple or a list; None for anything else.

    None also for a list whose length is known only at run time.
    """
    if isinstance(binding, tuple):
        return binding
    if isinstance(binding, Box) and isinstance(cx.state.boxes[binding], Grown):
        check_fresh(cx, binding, node)
        return None
    if isinstance(binding, (Box, Node, Static)) and is_sequence(binding):
        found = opened(cx, binding, node)
        return None if found is None else found.parts
    return None


def is_list(binding: Binding) -> bool:
    """Whether a binding is a list."""
    if isinstance(binding, Box):
        return binding.kind is LIST
    return isinstance(binding, Static) and isinstance(binding.value, list)


def is_sequence(binding: Binding) -> bool:
    """Whether a binding is a tuple, a named tuple or a list."""
    if isinstance(binding, (Box, Node)):
        return issubclass(binding.kind.cls, (list, tuple))
    if isinstance(binding, Static):
        return isinstance(binding.value, (list, tuple))
    return isinstance(binding, tuple)


def part_of(cx: Context, node: Any, holder: Binding, found: Node, key: Any) -> Binding:
    """The part at a key that is there.  Raises TypeMismatch where paths disagree on it."""
    part = found.parts[found.keys.index(key)]
    if isinstance(part, Conflict):
        cx.refuse(
            TypeMismatch,
            f"the part {key!r} of {describe(holder)} is {describe(part.first)} on one path and "
            f"{describe(part.second)} on another",
            node,
            "make both the same kind of thing",
        )
    return part
