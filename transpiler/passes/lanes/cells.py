"""Places in memory and sums, while code is written that changes them.

The IR is pure: an array that is written in a loop is carried by it.  What writes the loops keeps
the present version of each cell here; a loop then carries those that its body has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Operand, Value
from adgen.transpiler.ir.rewrite import substitute
from adgen.transpiler.ir.types import Type
from adgen.transpiler.primitives.builder import Builder


@dataclass(frozen=True, eq=False, slots=True)
class Cell:
    """An array or a number that changes.  ``lanes``: its last axis is the one of the block."""

    type: Type
    name: str
    lanes: bool


Fill = Callable[[Builder, Value, Sequence[Value]], Sequence[Operand]]
Arm = Callable[[Builder], Sequence[Operand]]


@dataclass(slots=True)
class Cells:
    """The present version of each cell."""

    current: dict[Cell, Operand] = field(default_factory=dict)

    def loop(
        self,
        b: Builder,
        bounds: Sequence[Operand],
        index: Value,
        fill: Fill,
        carried: Sequence[tuple[Operand, Value]] = (),
    ) -> tuple[Value, ...]:
        """A ``for`` over ``bounds`` that carries what ``fill`` changes; results of ``carried``.

        ``carried``: further values, before the loop and in the body; ``fill`` gives their yields.
        """
        before = dict(self.current)
        args = {cell: Value(cell.type, cell.name) for cell in before}
        self.current = dict(args)
        inner = b.inner()
        heads = [arg for _, arg in carried]
        ends = tuple(fill(inner, index, heads))
        changed = [cell for cell in args if self.current[cell] is not args[cell]]
        same = {args[cell]: before[cell] for cell in args if cell not in changed}
        block = inner.block(
            (index, *(args[cell] for cell in changed), *heads),
            (*(self.current[cell] for cell in changed), *ends),
        )
        self.current = before
        operands = (*bounds, *(before[cell] for cell in changed), *(init for init, _ in carried))
        things: list[Cell | Value] = [*changed, *heads]
        results = b.region(
            core.FOR, operands, [substitute(block, same)],
            [thing.type for thing in things], [thing.name for thing in things],
        )  # fmt: skip
        self.current = {**before, **dict(zip(changed, results, strict=False))}
        return results[len(changed) :]

    def branch(
        self, b: Builder, condition: Operand, arms: Sequence[Arm], results: Sequence[Value]
    ) -> tuple[Value, ...]:
        """An ``if`` whose arms may change cells; values like ``results`` that the arms yield."""
        before = dict(self.current)
        written: list[tuple[Builder, Sequence[Operand], dict[Cell, Operand]]] = []
        for arm in arms:
            self.current = dict(before)
            inner = b.inner()
            ends = arm(inner)
            written.append((inner, ends, self.current))
        changed = [
            cell for cell in before if any(end[cell] is not before[cell] for _, _, end in written)
        ]
        blocks = [
            Block((), tuple(inner.ops), (*(end[cell] for cell in changed), *ends))
            for inner, ends, end in written
        ]
        things: list[Cell | Value] = [*changed, *results]
        made = b.region(
            core.IF, (condition,), blocks,
            [thing.type for thing in things], [thing.name for thing in things],
        )  # fmt: skip
        self.current = {**before, **dict(zip(changed, made, strict=False))}
        return made[len(changed) :]
