"""Elements that NumPy hands out as arrays without axes: ``x[..., 0]`` is a view, ``x[0]`` is none.

They are numbers here, and that is the same until somebody writes: into the array, which a name
of the element sees, or through the name (``e += 1``), which the array sees.  Only then the function
is lowered again, and such a name stands for the part of the array and is read anew at each use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.bindings import Binding, Cell, Ref
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.types import Array

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context


@dataclass(eq=False)
class ElementViews:
    """Where elements are views, and whether that matters.

    ``follows``: names of them stand for the part of the array.  ``places``: which part each number
    was read from.  ``named``: arrays that a name refers to an element of.  ``written``: arrays that
    were written, and all that may be the same memory.
    """

    follows: bool = False
    places: dict[Value, Ref] = field(default_factory=dict)
    named: set[Cell] = field(default_factory=set)
    written: set[Cell] = field(default_factory=set)

    @property
    def matter(self) -> bool:
        """Whether a name and a write may meet that were not followed."""
        return not self.follows and not self.named.isdisjoint(self.written)

    def named_binding(self, name: str, binding: Binding) -> Binding:
        """What a name is bound to where ``binding`` is assigned to it."""
        place = self.places.get(binding) if isinstance(binding, Value) else None
        if place is None or name.startswith("$"):
            return binding
        self.named.add(place.cell)
        return place if self.follows else binding


def element_view(cx: Context, node: object, part: Ref, name: str = "") -> Value:
    """The number that is now at ``part``, of which NumPy makes a view."""
    number = cx.read(part, node, name)
    cx.elements.places[number] = part
    return number


def is_element(cx: Context, binding: Binding) -> bool:
    """Whether a name stands for an element of an array."""
    followed = cx.elements.follows and isinstance(binding, Ref)
    return followed and not isinstance(shapes.ref_type(cx, binding), Array)
