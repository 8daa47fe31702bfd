"""Numbers and arrays in nested bindings: taken out, and put into others that nest alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend.binding_parts import children, describe, with_children
from adgen.transpiler.frontend.bindings import Binding, Box, Ref, is_function, is_operand
from adgen.transpiler.frontend.boxes import contents, new_box
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.ir.trees import Keys, Kind
from adgen.transpiler.ir.types import Array, Type, is_float

Renew = Callable[[Binding], Binding]


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """A number or an array of another place in the program: only its type is known here."""

    kind: Type


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """A container of another place in the program that can be changed."""

    kind: Kind
    keys: Keys
    parts: tuple[Any, ...]
    name: str


def rebuilt(cx: Context, node: Any, binding: Binding, renew: Renew) -> Binding:
    """A binding that nests alike, with other numbers and arrays, and in fresh containers."""
    if is_operand(binding) or isinstance(binding, (Ref, Leaf)):
        return renew(binding)
    if isinstance(binding, (Box, Held)):
        held = contents(cx, binding, node) if isinstance(binding, Box) else binding
        parts = [rebuilt(cx, node, part, renew) for part in held.parts]
        return new_box(cx, binding.kind, held.keys, parts, binding.name)
    inner = children(binding)
    if inner is None or is_function(binding):
        return binding
    return with_children(binding, tuple(rebuilt(cx, node, part, renew) for part in inner))


def copied(cx: Context, node: Any, binding: Binding) -> Binding:
    """The same with arrays of its own: derivatives leave those of the caller as they are."""
    return rebuilt(
        cx, node, binding,
        lambda leaf: cx.wrap(cx.read(leaf, node)) if isinstance(leaf, Ref) else leaf,
    )  # fmt: skip


def detached(cx: Context, node: Any, binding: Binding) -> Binding:
    """How a binding nests, for other places in the program."""
    if is_operand(binding) or isinstance(binding, Ref):
        return Leaf(cx.kind(binding))
    if isinstance(binding, Box):
        held = contents(cx, binding, node)
        parts = tuple(detached(cx, node, part) for part in held.parts)
        return Held(binding.kind, held.keys, parts, binding.name)
    inner = children(binding)
    if inner is None or is_function(binding):
        return binding
    return with_children(binding, tuple(detached(cx, node, part) for part in inner))


def all_leaves(cx: Context, node: Any, binding: Binding) -> list[Binding]:
    """The numbers and arrays of a binding, in order."""
    if is_operand(binding) or isinstance(binding, (Ref, Leaf)):
        return [binding]
    if isinstance(binding, Box):
        inner: Any = contents(cx, binding, node).parts
    elif isinstance(binding, Held):
        inner = binding.parts
    else:
        inner = None if is_function(binding) else children(binding)
    return [leaf for part in inner or () for leaf in all_leaves(cx, node, part)]


def float_leaves(cx: Context, node: Any, binding: Binding, like: Binding = None) -> list[Binding]:
    """The floats of a binding, or all that stands where ``like`` has a float.

    Raises TypeMismatch where it nests otherwise.
    """
    leaves = all_leaves(cx, node, binding)
    wanted = leaves if like is None else all_leaves(cx, node, like)
    if len(wanted) != len(leaves):
        cx.refuse(
            TypeMismatch, f"{describe(binding)} does not nest like {describe(like)}", node,
            "a tangent nests like its argument, a cotangent like the value",
        )  # fmt: skip
    pairs = zip(leaves, wanted, strict=True)
    return [leaf for leaf, one in pairs if is_float(leaf_type(cx, one))]


def described(binding: Binding) -> str:
    """What a binding is, also one of another place, for error messages."""
    if isinstance(binding, Leaf):
        if isinstance(binding.kind, Array):
            return "an array"
        return "a number" if is_float(binding.kind) else f"a number of type {binding.kind}"
    if isinstance(binding, Held):
        return f"a {binding.kind.cls.__name__}"
    return describe(binding)


def leaf_type(cx: Context, leaf: Binding) -> Type:
    """The type of a number or an array, also of another place."""
    return leaf.kind if isinstance(leaf, Leaf) else cx.kind(leaf)
