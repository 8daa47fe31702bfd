"""Elements that NumPy hands out as arrays without axes: ``x[..., 0]`` is a view, ``x[0]`` is none.

They are numbers here, and that is the same until somebody writes: into the array, which a name
of the element sees, or through the name (``e += 1``), which the array sees.  Only then the function
is lowered again, and such a name stands for the part of the array and is read anew at each use.
A list, a dict or an object that holds such an element cannot be used after a write to the array,
nor can what is such an element on some paths only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.transpiler.errors import AliasedMutation
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.binding_parts import children, with_children
from adgen.transpiler.frontend.bindings import Binding, Cell, Ref
from adgen.transpiler.frontend.budget import spend
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.trees import Node
from adgen.transpiler.ir.types import Array
from adgen.transpiler.span import Span

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

# What returns an array without axes as it is.
_HAND_ON = frozenset(
    {
        np.asarray, np.asanyarray, np.squeeze, np.transpose, np.real, np.real_if_close,
        np.broadcast_to, "squeeze", "transpose",
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """Where an element was read: the part of which array, and what that was then.

    ``near``: that array and all that may be the same memory.
    """

    part: Ref
    near: frozenset[Cell]
    then: tuple[Value, ...]


@dataclass(eq=False)
class ElementViews:
    """Where elements are views, and whether that matters.

    ``follows``: names of them stand for the part of the array.  ``places``: where each number was
    read.  ``named``: a name refers to an element; ``writes``:
    an array is written (which one is not asked: where paths and iterations meet, arrays get other
    cells).  ``holders``: containers that hold elements.
    ``met``: numbers that are elements of these arrays on some paths, and ``readers``: the same by
    array, until it is written; ``overtaken``: those whose array was written since, with the place
    of that; ``doubted``: one of them was read.
    """

    follows: bool = False
    places: dict[Value, Place] = field(default_factory=dict)
    named: bool = False
    writes: bool = False
    holders: set[Cell] = field(default_factory=set)
    met: dict[Value, set[Cell]] = field(default_factory=dict)
    readers: dict[Cell, dict[Value, None]] = field(default_factory=dict)
    overtaken: dict[Value, Span] = field(default_factory=dict)
    doubted: bool = False

    @property
    def matter(self) -> bool:
        """Whether a name and a write may meet that were not followed."""
        return not self.follows and (self.doubted or (self.named and self.writes))

    def named_binding(self, name: str, binding: Binding) -> Binding:
        """What a name is bound to where ``binding``, or a tuple with it, is assigned to it."""
        if not self.places or name.startswith("$"):
            return binding
        if not isinstance(binding, Value):
            parts = children(binding)
            if not parts:
                return binding
            kept = tuple(self.named_binding(name, part) for part in parts)
            return with_children(binding, kept) if self.follows else binding
        place = self.places.get(binding)
        self.named |= place is not None or binding in self.met
        return place.part if place is not None and self.follows else binding

    def meet(self, result: Binding, sides: Iterable[Binding]) -> None:
        """Note that ``result`` is one of the sides."""
        if isinstance(result, Value):
            self.note(result, set().union(*map(self.arrays_of, sides)))

    def note(self, number: Value, arrays: set[Cell]) -> None:
        """Note that a number may be an element of these arrays."""
        if arrays:
            self.met.setdefault(number, set()).update(arrays)
        for array in arrays:
            self.readers.setdefault(array, {})[number] = None

    def arrays_of(self, binding: Binding) -> set[Cell]:
        """The arrays that a number may be an element of."""
        if not isinstance(binding, Value):
            return set()
        place = self.places.get(binding)
        return self.met.get(binding, set()) if place is None else set(place.near)

    def has_read(self, binding: Binding) -> bool:
        """Whether an element was read there, perhaps of an array that is not known here."""
        return isinstance(binding, Ref) and any(
            place.part.cell is binding.cell and place.part.path == binding.path
            for place in self.places.values()
        )

    def holds_too(self, holder: Cell, others: Iterable[Cell]) -> None:
        """Note that a container is one of these."""
        if not self.holders.isdisjoint(others):
            self.holders.add(holder)

    def note_write(self, cells: set[Cell], span: Span) -> None:
        """Note that these arrays, which may be one, are written."""
        self.writes = True
        for cell in cells:
            for number in self.readers.pop(cell, ()):
                self.overtaken.setdefault(number, span)


def element_view(cx: Context, node: object, part: Ref, name: str = "") -> Value:
    """The number that is now at ``part``, of which NumPy makes a view."""
    number = cx.read(part, node, name)
    cx.elements.places[number] = Place(part, cx.state.near(part.cell), _present(cx, part))
    return number


def _present(cx: Context, part: Ref) -> tuple[Value, ...]:
    return tuple(cx.state.cells[cell] for cell in cx.state.memories(part.cell))


def refreshed(cx: Context, node: object, binding: Binding) -> Binding:
    """An operand or argument as it is when all are evaluated, which may have written its array."""
    place = cx.elements.places.get(binding) if isinstance(binding, Value) else None
    if place is None or _present(cx, place.part) == place.then:
        return binding
    return element_view(cx, node, place.part)


def is_element(cx: Context, binding: Binding) -> bool:
    """Whether a name stands for an element of an array."""
    followed = cx.elements.follows and isinstance(binding, Ref)
    return followed and not isinstance(shapes.ref_type(cx, binding), Array)


def read_anew(cx: Context, node: object, binding: Binding) -> Binding:
    """What a name stands for, its elements of arrays as they are now."""
    if not cx.elements.places:
        return binding
    if is_element(cx, binding):
        return element_view(cx, node, binding)
    if isinstance(binding, Value):
        _check_overtaken(cx, node, binding)
    parts = children(binding) if isinstance(binding, (tuple, Node)) else ()
    spend(cx, node, len(parts or ()))  # parts may be shared: (a, a) of (b, b) of ...
    anew = tuple(read_anew(cx, node, part) for part in parts or ())
    return with_children(binding, anew) if parts and cx.elements.follows else binding


def _check_overtaken(cx: Context, node: object, number: Value) -> None:
    if number not in cx.elements.overtaken:
        return
    cx.elements.doubted = True
    if cx.elements.follows:
        cx.refuse(
            AliasedMutation,
            "this may be an element of an array that has been written since",
            node,
            "make it a number before the write: `float(x)`",
            (("the write is here", cx.elements.overtaken[number]),),
        )


def held(cx: Context, holder: Cell, parts: Iterable[Binding]) -> None:
    """Of a container that holds elements: a write to their arrays makes it stale."""
    if not cx.elements.places:
        return
    for part in parts:
        if not isinstance(part, Value):
            held(cx, holder, children(part) or ())
        elif part in cx.elements.places:
            place = cx.elements.places[part]
            if _present(cx, place.part) != place.then:
                assert cx.builder.span is not None
                cx.state.stale[holder] = cx.builder.span
        for array in cx.elements.arrays_of(part):
            cx.state.share(holder, array)
            cx.elements.holders.add(holder)


def of_call(
    cx: Context, node: Any, callee: Any, args: tuple[Binding, ...], result: Binding
) -> Binding:
    """The result of a call of the library: a number, unless it hands the element on."""
    if callee in (max, min):
        cx.elements.meet(result, args)
    if not isinstance(result, Value) or result not in cx.elements.places or callee in _HAND_ON:
        return result
    if not any(result is arg for arg in args):
        return result
    return as_number(cx, node, result)


def as_number(cx: Context, node: Any, element: Operand) -> Operand:
    """An element that is no view any more."""
    if not isinstance(element, Value) or element not in cx.elements.places:
        return element
    return cx.emit(node, core.CAST, element, type=element.type, name=element.name)


def refuse_update(cx: Context, node: Any, old: Binding) -> None:
    """Refuse ``old op= value`` of what may be an element, where NumPy writes into its array."""
    if not cx.elements.arrays_of(old):
        return
    if old in cx.elements.met and not cx.elements.follows:
        cx.elements.doubted = True
        return
    cx.refuse(
        AliasedMutation,
        "an element of an array is changed in place, which the array sees",
        node,
        "make it a number first: `float(x)`",
    )
