"""The names that a program under construction may use."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Shape = tuple[int, ...]


@dataclass(eq=False)
class Group:
    """Names that may share memory; ``shared``: with a name of the caller too."""

    shared: bool = False


@dataclass(eq=False)
class Var:
    """A name.  ``group``: arrays of one group may share memory."""

    name: str
    kind: str  # "float", "int", "bool", "array", "ints", "mask", "pair", "function"
    shape: Shape = ()
    low: int | None = None  # bounds of an int, where they are known for good
    high: int | None = None
    group: Group = field(default_factory=Group)
    level: int = 0  # how deep the block is in which it is bound
    owner: int = 0  # which function binds it
    fixed: bool = False  # may not be rebound (loop counters)
    readonly: bool = False  # an array that may not be written (a global)
    contiguous: bool = False  # for certain, so that reshape gives a view
    signature: tuple[tuple[str, Shape], ...] = ()  # of a function
    result: str = "float"


class Scope:
    """Blocks of names, innermost last; names of enclosing functions are read-only."""

    def __init__(self) -> None:
        self.blocks: list[list[Var]] = [[]]
        self.owner = 0
        self.counts: dict[str, int] = {}

    def __iter__(self) -> Iterator[Var]:
        return (var for block in self.blocks for var in block)

    @property
    def level(self) -> int:
        """Depth of the current block."""
        return len(self.blocks)

    def enter(self) -> None:
        """Open a block."""
        self.blocks.append([])

    def leave(self) -> None:
        """Close a block: its names are gone."""
        self.blocks.pop()

    def fresh(self, base: str) -> str:
        """A name that was never used."""
        self.counts[base] = self.counts.get(base, 0) + 1
        return f"{base}{self.counts[base]}"

    def bind(self, var: Var) -> Var:
        """Make a name visible in the current block."""
        var.level, var.owner = self.level, self.owner
        self.blocks[-1].append(var)
        return var

    def pick(
        self, r: random.Random, kind: str, wanted: Callable[[Var], bool] = lambda var: True
    ) -> Var | None:
        """A name of that kind, recent ones more often."""
        found = [var for var in self if var.kind == kind and wanted(var)]
        if not found:
            return None
        return found[max(r.randrange(len(found)), r.randrange(len(found)))]

    def assignable(self, var: Var) -> bool:
        """Whether a plain ``name = …`` here rebinds it."""
        return var.owner == self.owner and not var.fixed

    def alone(self, var: Var) -> bool:
        """Whether no other name may share its memory."""
        return not var.group.shared and all(
            other is var or other.group is not var.group for other in self
        )

    def rebindable(self, var: Var) -> bool:
        """Whether an array name may be bound anew without making an alias undecidable."""
        return self.assignable(var) and (var.level == self.level or self.alone(var))
