"""Parts of containers: read, replaced, deleted, by index, key or attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from adgen.transpiler.errors import AliasedMutation, TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import growing, list_changes
from adgen.transpiler.frontend.arguments import static_value
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    FlatOf,
    Ref,
    SliceOf,
    Static,
    is_operand,
)
from adgen.transpiler.frontend.boxes import (
    contents,
    is_list,
    items_of,
    new_list,
    opened,
    part_of,
    refuse_empty,
    rewrite,
)
from adgen.transpiler.frontend.computed_items import computed_item, write_out
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.ir.core import Value, type_of
from adgen.transpiler.ir.trees import COUNTER, FACTORIES, LIST, Keys, Node
from adgen.transpiler.ir.types import Scalar

# Reading


def read_item(cx: Context, node: Any, base: Binding, index: Binding, name: str = "") -> Binding:
    """``base[index]`` of a container."""
    if isinstance(base, FlatOf):
        return _flat().read_flat(cx, node, base, index, name)
    if is_operand(base):
        return _item_of_number(cx, node, base, index)
    answer = _asked(cx, node, base, "__getitem__", index)
    if answer is not None:
        return answer
    grown = growing.grown_of(cx, base, node)
    if grown is not None:
        if isinstance(index, SliceOf):
            return list_changes.sliced(cx, node, grown, index, name)
        at = growing.place(cx, node, grown, index, "list index")
        return growing.load(cx, node, grown.items, at, name)
    items = items_of(cx, base, node)
    if items is not None:
        return _item_of_sequence(cx, node, base, items, index, name)
    if isinstance(base, Static) and isinstance(base.value, dict):
        key = key_of(cx, index, node, base)
        if isinstance(base.value, Counter) and key not in base.value:
            return 0
        if key in base.value:
            return from_object(cx, node, base.value[key], str(key))
        _refuse_missing(cx, node, base, key)
    if isinstance(base, Static) and isinstance(base.value, str):
        letters = tuple(map(Static, base.value))
        part = _item_of_sequence(cx, node, base, letters, index, name)
        return Static("".join(one.value for one in part)) if isinstance(part, tuple) else part
    found = opened(cx, base, node)
    if found is None or found.kind.access != "item":
        cx.refuse(
            UnsupportedSyntax, f"{describe(base)} is indexed", node,
            "index arrays, tuples, lists and dicts",
        )  # fmt: skip
    key = key_of(cx, index, node, base)
    if key not in found.keys:
        if found.kind is COUNTER:
            return 0
        if found.kind not in FACTORIES:
            _refuse_missing(cx, node, base, key)
        return _made(cx, node, base, found, key)
    return part_of(cx, node, base, found, key)


def _flat() -> Any:
    from adgen.transpiler.frontend import flat  # it reads and writes parts of arrays

    return flat


def _item_of_number(cx: Context, node: Any, number: Binding, index: Binding) -> Binding:
    """``s[()]`` of a number of NumPy's, which is an array without axes: the number."""
    kind = type_of(number)
    if isinstance(kind, Scalar) and kind.weak:
        cx.refuse(TypeMismatch, "a Python number is indexed", node,
                  raises=TypeError("it is not subscriptable"))  # fmt: skip
    if index != () and not (isinstance(index, Static) and index.value is Ellipsis):
        cx.refuse(
            TypeMismatch, "a number is indexed", node, "an array without axes has the index `()`"
        )
    return number


def _made(cx: Context, node: Any, base: Binding, found: Node, key: Any) -> Binding:
    """What a ``defaultdict`` puts where nothing was."""
    from adgen.transpiler.frontend.calls import call

    new = call(cx, node, Static(FACTORIES[found.kind]), (), {})
    box = changeable(cx, node, base, "an element")
    put_dict(cx, node, box, {**dict(zip(found.keys, found.parts, strict=True)), key: new})
    return new


def _asked(cx: Context, node: Any, base: Binding, name: str, *args: Binding) -> Binding | None:
    from adgen.transpiler.frontend.special_methods import asked

    return asked(cx, node, base, name, *args)


def _refuse_missing(cx: Context, node: Any, base: Binding, key: Any) -> Any:
    cx.refuse(TypeMismatch, f"{describe(base)} has no key {key!r} here", node, raises=KeyError(key))


def key_of(cx: Context, binding: Binding, node: Any, base: Binding) -> Any:
    """The key that a binding is.  Raises UnsupportedSyntax when it is computed at run time."""
    write_out(cx, binding)
    return static_value(cx, binding, node, f"a key of {describe(base)}")


def _item_of_sequence(
    cx: Context, node: Any, base: Binding, items: tuple[Binding, ...], index: Binding, name: str
) -> Binding:
    if isinstance(index, SliceOf):
        part = items[_static_slice(cx, node, base, index)]
        return new_list(cx, part, name) if is_list(base) else part
    found = opened(cx, base, node)
    if isinstance(index, Value) and items:
        return computed_item(cx, node, base, items, index, name)
    place = place_of(cx, node, base, len(items), index)
    return items[place] if found is None else part_of(cx, node, base, found, found.keys[place])


def place_of(cx: Context, node: Any, base: Binding, length: int, index: Binding) -> int:
    """An index from 0.  Raises TypeMismatch when it is out of range."""
    if is_operand(index) and not isinstance(index, Value) and hasattr(index, "__index__"):
        place = index.__index__()
        if not -length <= place < length:
            if length == 0 and cx.trials:
                refuse_empty(cx, node)
            kind = "list" if is_list(base) else "tuple"
            cx.refuse(TypeMismatch, f"index {place} of {describe(base)}", node,
                      raises=IndexError(f"{kind} index out of range"))  # fmt: skip
        return place % length
    if length == 0 and cx.trials:
        refuse_empty(cx, node)
    write_out(cx, index)
    if isinstance(index, Value):
        cx.refuse(
            UnsupportedSyntax, f"{describe(base)} is indexed by a value computed at run time",
            node, "make it an array: np.array([...])",
        )  # fmt: skip
    cx.refuse(TypeMismatch, f"an index of {describe(base)} must be an int", node)


def _static_slice(cx: Context, node: Any, base: Binding, index: SliceOf) -> slice:
    bounds = (index.start, index.stop, index.step)
    write_out(cx, *bounds)
    if not all(bound is None or type(bound) is int for bound in bounds):
        cx.refuse(
            UnsupportedSyntax, f"{describe(base)} is sliced by values computed at run time", node,
            "make it an array: np.array([...])",
        )  # fmt: skip
    if index.step == 0:
        cx.refuse(TypeMismatch, "a slice step of zero", node)
    return slice(*bounds)


# Writing


def put_item(cx: Context, node: Any, base: Binding, index: Binding, value: Binding) -> None:
    """``base[index] = value`` of a container."""
    if isinstance(base, FlatOf):
        _flat().write_flat(cx, node, base, index, value)
        return
    if _asked(cx, node, base, "__setitem__", index, value) is not None:
        return
    box = changeable(cx, node, base, "an element")
    if put_computed(cx, node, box, index, value):
        return
    found = contents(cx, box, node)
    if box.kind is LIST:
        parts = list(found.parts)
        if isinstance(index, SliceOf):
            _put_slice(cx, node, box, parts, index, value)
        else:
            parts[place_of(cx, node, box, len(parts), index)] = value
            put_list(cx, node, box, parts)
        return
    key = key_of(cx, index, node, base)
    held = dict(zip(found.keys, found.parts, strict=True))
    held[key] = value
    put_dict(cx, node, box, held)


def put_computed(cx: Context, node: Any, box: Box, index: Binding, value: Binding) -> bool:
    """``base[index] = value`` where length or index are computed; whether that was so."""
    found = growing.grown_of(cx, box, node)
    if found is None and isinstance(index, Value) and box.kind is LIST:
        held = contents(cx, box, node)
        if not held.parts and cx.trials:
            refuse_empty(cx, node)
        item = growing.joined_items(growing.items_in(cx, held), growing.item_of(cx, value))
        if item is None or not held.parts:
            return False
        if not isinstance(item, growing.Leaf) or not isinstance(item.kind, Scalar):
            write_out(cx, index)
        found = growing.grow(cx, node, box, item, len(held), [])
    if found is None or isinstance(index, SliceOf):
        return False
    at = growing.place(cx, node, found, index, "list assignment index")
    growing.store(cx, node, found.items, at, value)
    list_changes.put(cx, node, box, found)
    return True


def _put_slice(
    cx: Context, node: Any, box: Box, parts: list[Binding], index: SliceOf, value: Binding
) -> None:
    from adgen.transpiler.frontend.iteration import known_items

    new = known_items(cx, node, value)
    if new is None:
        cx.refuse(
            UnsupportedSyntax, f"{describe(value)} is stored into a slice of a list", node,
            "store a list or a tuple",
        )  # fmt: skip
    part = _static_slice(cx, node, box, index)
    if part.step not in (None, 1) and len(parts[part]) != len(new):
        cx.refuse(TypeMismatch, f"{len(new)} values are stored into {len(parts[part])} places",
                  node)  # fmt: skip
    parts[part] = new
    put_list(cx, node, box, parts)


def put_list(cx: Context, node: Any, box: Box, items: Sequence[Binding]) -> None:
    """Let a list hold these items."""
    rewrite(cx, box, tuple(range(len(items))), items, node)


def put_dict(cx: Context, node: Any, box: Box, held: dict[Any, Binding]) -> None:
    """Let a dict hold these items."""
    rewrite(cx, box, tuple(held), tuple(held.values()), node)


def delete_item(cx: Context, node: Any, base: Binding, index: Binding) -> None:
    """``del base[index]`` of a container."""
    box = changeable(cx, node, base, "an element")
    found = contents(cx, box, node)
    if box.kind is LIST:
        parts = list(found.parts)
        if isinstance(index, SliceOf):
            del parts[_static_slice(cx, node, box, index)]
        else:
            del parts[place_of(cx, node, box, len(parts), index)]
        put_list(cx, node, box, parts)
        return
    key = key_of(cx, index, node, base)
    if key not in found.keys:
        _refuse_missing(cx, node, base, key)
    put_dict(
        cx, node, box, {k: x for k, x in zip(found.keys, found.parts, strict=True) if k != key}
    )


def changeable(cx: Context, node: Any, base: Binding, what: str) -> Box:
    """The container that is changed.

    Raises UnsupportedSyntax for things that are not changed, AliasedMutation for those of the
    surroundings.
    """
    if isinstance(base, Box) and base.captured:
        cx.refuse(
            AliasedMutation,
            f"{what} of `{base.name}` of the surroundings of the function is changed", node,
            "work on a copy: dict(d), list(xs)",
        )  # fmt: skip
    if isinstance(base, Box):
        return base
    if isinstance(base, Static) and isinstance(base.value, (list, dict)):
        cx.refuse(
            AliasedMutation,
            f"{what} of {describe(base)} of the surroundings of the function is changed", node,
            "pass it as an argument, or work on a copy: dict(d), list(xs)",
        )  # fmt: skip
    cx.refuse(
        UnsupportedSyntax, f"{what} of {describe(base)} is assigned", node,
        "use an array, a list or a dict",
    )  # fmt: skip


# Attributes


def attribute_of(
    cx: Context, node: Any, base: Binding, found: Node | None, name: str
) -> Binding | None:
    """``base.name`` where that is a part of the container; None for anything else."""
    if found is None or found.kind.access != "attribute" or name not in found.keys:
        return None
    return part_of(cx, node, base, found, name)


def put_attribute(cx: Context, node: Any, base: Binding, name: str, value: Binding) -> None:
    """``base.name = value`` of a container."""
    if not isinstance(base, Box) or base.kind.access != "attribute":
        cx.refuse(
            UnsupportedSyntax, f"an attribute of {describe(base)} is assigned", node,
            "make a changed copy of it, or use a dict",
            raises=AttributeError if isinstance(base, Ref) or is_operand(base) else None,
        )  # fmt: skip
    found = contents(cx, base, node)
    if name not in found.keys:
        cx.refuse(TypeMismatch, f"{describe(base)} has no field `{name}`", node)
    held: dict[Any, Binding] = dict(zip(found.keys, found.parts, strict=True))
    held[name] = value
    put_dict(cx, node, base, held)


def keys_of(cx: Context, node: Any, keys: Keys) -> list[Binding]:
    """Keys as bindings."""
    return [from_object(cx, node, key) for key in keys]
