"""What a block of iterations is done with: loops over the block, and what is around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adgen.transpiler.ir.core import Op, Operand
from adgen.transpiler.passes.lanes.cells import Cell


@dataclass(eq=False, slots=True)
class Lanes:
    """Ops that one loop over the block runs for each iteration.

    ``serial``: among them are some that keep the loop from being vectorised.  ``puts``: what it
    leaves in cells, at the present trips of loops around.
    """

    serial: bool
    ops: list[Op] = field(default_factory=list)
    puts: list[tuple[Cell, tuple[Op, ...], Operand]] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Straight:
    """An op that is the same for the whole block, and is done once."""

    op: Op


@dataclass(eq=False, slots=True)
class Filling:
    """An array of each iteration is filled with a number that is the same for all."""

    op: Op


@dataclass(eq=False, slots=True)
class Nest:
    """A loop or a branch around loops over the block.

    ``cells``: what it carries, or yields, for each iteration by itself, by position.
    """

    op: Op
    bodies: list[list[Item]]
    cells: dict[int, Cell]


Item = Lanes | Straight | Filling | Nest


def walk_lanes(items: Sequence[Item]) -> Iterator[Lanes]:
    """All loops over the block."""
    for item in items:
        if isinstance(item, Lanes):
            yield item
        elif isinstance(item, Nest):
            for body in item.bodies:
                yield from walk_lanes(body)


def walk_nests(items: Sequence[Item]) -> Iterator[Nest]:
    """All loops and branches around loops over the block."""
    for item in items:
        if isinstance(item, Nest):
            yield item
            for body in item.bodies:
                yield from walk_nests(body)
