"""What names stand for: locals of the frame, of the frames around it, and the surroundings."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.dialects import understood
from adgen.transpiler.errors import TypeMismatch, UnboundName, UnsupportedSyntax
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    ITERATORS,
    UNDEF,
    Binding,
    Cell,
    Conflict,
    Frame,
    ManagedBy,
    Ref,
    Static,
    StringOf,
    Unbound,
    is_operand,
)
from adgen.transpiler.frontend.budget import check_bits
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.layout import layout_of_array
from adgen.transpiler.ir.types import Array, is_generator, opaque, real_dtype
from adgen.transpiler.surroundings import MISSING

USED_PART = "$used part "  # of the name that says of an iterator in a container that it was used


def look_up(cx: Context, node: Any, name: str) -> Binding:
    """The binding of a name that is read.  Raises UnboundName or TypeMismatch."""
    frame = cx.frame.owner(name)
    if frame is not None:
        binding = _local(cx, node, name, frame)
        if isinstance(binding, ITERATORS):
            _use_up(cx, node, name, frame)
        return binding
    found = cx.frame.source.bindings.lookup(name)
    if found is MISSING:
        bindings = cx.frame.source.bindings
        cx.refuse(
            UnboundName,
            f"`{name}` is not known: {bindings.reason(name)}",
            node,
            bindings.remedy(name),
            raises=NameError(f"name {name!r} is not defined"),
        )
    return from_object(cx, node, found, name)


def _use_up(cx: Context, node: Any, name: str, frame: Frame) -> None:
    """An iterator gives its items once: a second loop over it would find nothing."""
    key = frame, f"$used {name}"
    if key in cx.state.env:
        if isinstance(cx.state.env[frame, name], ManagedBy):
            cx.refuse(UnsupportedSyntax, f"the context manager `{name}` is entered a second time",
                      node, "make another one for each `with`")  # fmt: skip
        cx.refuse(
            UnsupportedSyntax,
            f"the iterator `{name}` is used a second time: Python finds it empty",
            node,
            f"keep a list: {name} = list(...)",
        )
    cx.state.env[key] = True


def use_up_part(cx: Context, node: Any, binding: Binding) -> None:
    """The same for an iterator that is read from a container or an object."""
    if not isinstance(binding, ITERATORS):
        return
    root = cx.stack[0].frame if cx.stack else cx.frame
    key = root, f"{USED_PART}{id(binding)}"
    if key in cx.state.env:
        cx.refuse(
            UnsupportedSyntax,
            "an iterator in a container is used a second time: Python finds it empty", node,
            "put in a list: list(...)",
        )  # fmt: skip
    cx.state.env[key] = Static(binding)  # which it keeps, so that no other has its id


def _local(cx: Context, node: Any, name: str, frame: Frame) -> Binding:
    binding = cx.state.env.get((frame, name), UNDEF)
    if isinstance(binding, Unbound):
        binding = _checked(cx, node, name, frame, binding)
    if isinstance(binding, Conflict):
        first, second = _sides(cx, binding)
        cx.refuse(
            TypeMismatch,
            f"`{name}` is {first} on one path and {second} on another",
            node,
            _remedy(cx, binding),
        )
    return binding


def _checked(cx: Context, node: Any, name: str, frame: Frame, binding: Unbound) -> Binding:
    """The value of a name that not all paths bind; what has none raises, as in Python."""
    if binding.maybe is None:
        cx.refuse(
            UnboundName, f"`{name}` is read before it is assigned", node,
            f"assign `{name}` on every path that leads here",
        )  # fmt: skip
    if not binding.here and not cx.holds(binding.bound):
        if frame is cx.frame:
            kind, message = "UnboundLocalError", f"local variable '{name}' where it is not"
            message = f"cannot access {message} associated with a value"
        else:
            kind, message = "NameError", f"free variable '{name}' where it is not"
            message = f"cannot access {message} associated with a value in enclosing scope"
        cx.check(node, binding.bound, kind, message)
        cx.suppose(binding.bound)
    return binding.maybe


def _sides(cx: Context, conflict: Conflict) -> tuple[str, str]:
    """What a name is on either path; of two arrays, how they differ."""
    sides = conflict.first, conflict.second
    arrays = [side for side in sides if isinstance(side, Ref)]
    ranks = [_rank(cx, side) for side in arrays]
    if len(set(ranks)) == 2 and None not in ranks:
        return f"an array with {ranks[0]} axes", f"one with {ranks[1]}"
    first, second = (
        "an element of an array" if cx.elements.has_read(side) else describe(side) for side in sides
    )
    return first, "another one" if len(arrays) == 2 and first == second else second


def _rank(cx: Context, array: Ref) -> int | None:
    """The number of axes, if that is known here: one path may have made the array."""
    kind = shapes.ref_type(cx, array) if array.cell in cx.state.cells else None
    return kind.ndim if isinstance(kind, Array) else None


def _remedy(cx: Context, conflict: Conflict) -> str:
    kinds = {type(side) for side in (conflict.first, conflict.second)}
    if cx.elements.has_read(conflict.first) or cx.elements.has_read(conflict.second):
        return "make it a number before the paths meet: `float(x)`"
    if Ref in kinds and any(map(is_operand, (conflict.first, conflict.second))):
        return "start from an array: np.zeros(...) of the shape that it will have"
    if all(isinstance(getattr(side, "value", None), str) or isinstance(side, StringOf)
           for side in (conflict.first, conflict.second)):  # fmt: skip
        return "use each string in the branch that makes it"
    if kinds == {Ref}:
        return "let it have one dtype and as many axes on both: np.array([x]) has one more than x"
    return "use different names, or make both the same kind of thing"


def from_object(cx: Context, node: Any, value: Any, name: str = "") -> Binding:
    """The binding of a live Python object of the surroundings."""
    value = understood(value)
    if isinstance(value, (bool, int, float, complex)) and not isinstance(value, np.generic):
        if isinstance(value, int):
            check_bits(cx, node, value.bit_length())
        plain = next(kind for kind in (bool, int, float, complex) if isinstance(value, kind))
        return value if type(value) is plain else plain(value)  # type: ignore  # of an IntEnum
    if isinstance(value, (np.bool_, np.integer, np.inexact)):
        return value
    if isinstance(value, np.ndarray):
        return value[()] if value.ndim == 0 else _captured(cx, node, value, name)
    if is_generator(value):
        return _captured_generator(cx, value, name)
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(from_object(cx, node, part, name) for part in value)
    return cx.shadowed.get(id(value)) or Static(value)


def _captured_generator(cx: Context, generator: Any, name: str) -> Value:
    """A random generator of the surroundings becomes a hidden parameter."""
    if id(generator) not in cx.captures:
        value = Value(opaque(type(generator)), name)
        cx.captures[id(generator)] = (generator, value, value)
    return cx.captures[id(generator)][2]


def _captured(cx: Context, node: Any, array: np.ndarray[Any, Any], name: str) -> Ref:
    """An array of the surroundings becomes a hidden parameter; it may not be written."""
    key = id(array)
    if key not in cx.captures:
        wide = real_dtype(array.dtype).itemsize > 8 or array.dtype == np.float16
        if array.dtype.kind not in "fiubc" or wide:
            cx.refuse(
                TypeMismatch, f"`{name}` is an array of dtype {array.dtype}", node,
                "use float64, float32, complex, integer or boolean arrays",
            )  # fmt: skip
        value = Value(Array(array.dtype, tuple(n == 1 for n in array.shape)), name)
        layout = layout_of_array(array)
        if layout is not None:
            cx.extents.layouts[value] = layout
        made = Ref(Cell(name, captured=True))
        cx.given.add(made.cell)
        cx.captures[key] = (array, made, value)
        cx.extents.settled.add(value)
    _, ref, value = cx.captures[key]
    cx.state.cells.setdefault(ref.cell, value)
    return ref
