"""Puts something else in the place of loops of some form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import substitute, with_body
from adgen.transpiler.passes.independent import Context
from adgen.transpiler.primitives.shapes import Shapes

# What takes the place of a loop, and of its results.
Replacement = tuple[list[Op], dict[Value, Operand]]


class LoopReplacer(ABC):
    """Walks over a function, from outside in; of what it replaces, it does not look inside."""

    def __init__(self, function: Function) -> None:
        self.function = function

    def whole(self) -> Function:
        """The function with such loops replaced; itself where there are none."""
        return with_body(self.function, self.block(self.function.body, nested=False))

    @cached_property
    def context(self) -> Context:
        """What is known of the function around."""
        return Context(self.function)

    @cached_property
    def shapes(self) -> Shapes:
        """Where the extents of its arrays come from."""
        return Shapes(self.function)

    @abstractmethod
    def replacement(self, loop: Op, nested: bool) -> Replacement | None:
        """What takes the place of a loop, if it is of the form; ``nested``: in another loop."""

    def passes_over(self, op: Op) -> bool:
        """Whether an op stays as it is, with all that is in it."""
        return False

    def block(self, block: Block, nested: bool) -> Block:
        """The block with such loops replaced; itself where there are none."""
        ops: list[Op] = []
        mapping: dict[Value, Operand] = {}
        for op in block.ops:
            if self.passes_over(op):
                ops.append(op)
                continue
            replacement = self.replacement(op, nested) if op.callee == core.FOR else None
            if replacement is not None:
                ops += replacement[0]
                mapping.update(replacement[1])
            else:
                ops.append(self._inside(op, nested or op.callee != core.IF))
        if not mapping and all(a is b for a, b in zip(ops, block.ops, strict=True)):
            return block
        return substitute(Block(block.args, tuple(ops), block.yields), mapping)

    def _inside(self, op: Op, nested: bool) -> Op:
        """The op with loops replaced in its regions; itself where there are none."""
        regions = tuple(self.block(region, nested) for region in op.regions)
        same = all(a is b for a, b in zip(regions, op.regions, strict=True))
        return op if same else op.with_(regions=regions)
