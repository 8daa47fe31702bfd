"""The abstract state of a program point: names, arrays, aliases, facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adgen.transpiler.frontend.bindings import Binding, Box, Cell, Key, OneOf
from adgen.transpiler.ir.core import Value
from adgen.transpiler.span import Span

Pair = frozenset[Cell]


@dataclass(eq=False, slots=True)
class State:
    """What is known at one point; copied wherever control flow forks.

    ``env``: names of all active frames.  ``cells``: the present value of each array.
    ``boxes``: the present contents of each container (a Node; a Conflict where paths disagree).
    ``one_of``: cells that are no memory of their own but one of several views (their value in
    ``cells`` is an old one: it tells the type).  ``may``: pairs of cells that may be the same
    memory.  ``stale``: cells that may have been written through another name, with the place of
    that write.  ``known``: integer values computed before, by what they compute.  ``equal``:
    extents proved equal (union-find).
    """

    env: dict[Key, Binding] = field(default_factory=dict)
    cells: dict[Cell, Value] = field(default_factory=dict)
    boxes: dict[Box, Any] = field(default_factory=dict)
    one_of: dict[Cell, OneOf] = field(default_factory=dict)
    may: frozenset[Pair] = frozenset()
    stale: dict[Cell, Span] = field(default_factory=dict)
    known: dict[Any, Any] = field(default_factory=dict)
    equal: dict[Any, Any] = field(default_factory=dict)

    def copy(self) -> State:
        """An independent copy."""
        return State(
            dict(self.env),
            dict(self.cells),
            dict(self.boxes),
            dict(self.one_of),
            self.may,
            dict(self.stale),
            dict(self.known),
            dict(self.equal),
        )

    def partners(self, cell: Cell) -> list[Cell]:
        """The other cells that may be the same memory as this one."""
        return [other for pair in self.may if cell in pair for other in pair if other is not cell]

    def memories(self, cell: Cell) -> list[Cell]:
        """The cell itself, or those that it is one of."""
        if cell not in self.one_of:
            return [cell]
        return list(dict.fromkeys(ref.cell for ref in self.one_of[cell].refs))

    def near(self, cell: Cell) -> frozenset[Cell]:
        """The cell, and all cells that may be the same memory."""
        found = {cell, *self.memories(cell)}
        return frozenset(found.union(*map(self.partners, found)))

    def share(self, fresh: Cell, cell: Cell) -> None:
        """Note that a fresh cell may be the memory of another one, or of what that may be."""
        self.may |= {frozenset((fresh, other)) for other in self.near(cell) - {fresh}}


def related(may: frozenset[Pair], first: Cell, second: Cell) -> bool:
    """Whether two cells may be the same memory."""
    return first is second or frozenset((first, second)) in may
