"""Where values are defined, and which backward block mirrors which forward block."""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value


class Scopes:
    """The block structure of a joint function whose residuals are not planned yet."""

    def __init__(self, function: Function) -> None:
        self.top = function.body
        self.around: dict[Block, tuple[Block, Op]] = {}
        self.block_of: dict[Value, Block] = {}
        self.op_of: dict[Value, Op] = {}
        self.mirror: dict[Block, Block] = {}
        self._labelled: dict[int, Op] = {}
        self._spans: dict[Block, tuple[int, int]] = {}  # numbers of it and of all blocks in it
        for value in function.residuals_in:
            if isinstance(value, Value):
                self.block_of[value] = self.top
        self._visit(function.body)
        for _, op in core.walk(function.body):
            if "mirror" in op.attrs:
                self._pair(op)

    def _visit(self, block: Block) -> None:
        number = len(self._spans)
        self._spans[block] = number, number
        for arg in block.args:
            self.block_of[arg] = block
        for op in block.ops:
            for result in op.results:
                self.block_of[result] = block
                self.op_of[result] = op
            if "label" in op.attrs:
                self._labelled[op.attrs["label"]] = op
            for region in op.regions:
                self.around[region] = (block, op)
                self._visit(region)
        self._spans[block] = number, len(self._spans) - 1

    def _pair(self, op: Op) -> None:
        forward = self._labelled.get(op.attrs["mirror"])
        if forward is None:
            return
        if op.callee == core.IF:
            self.mirror.update(zip(op.regions, forward.regions, strict=True))
        else:
            self.mirror[op.regions[0]] = forward.regions[-1]

    def ancestors(self, block: Block) -> Iterator[Block]:
        """The block and those around it, innermost first."""
        yield block
        while block in self.around:
            block = self.around[block][0]
            yield block

    def in_scope(self, value: Value, block: Block) -> bool:
        """Whether a block sees the value (its position in the block aside)."""
        first, last = self._spans[self.block_of[value]]
        return first <= self._spans[block][0] <= last

    def home(self, value: Value, block: Block) -> Block:
        """The block around ``block`` (or itself) that mirrors the one defining ``value``."""
        defining = self.block_of[value]
        for outer in self.ancestors(block):
            if self.mirror.get(outer) is defining:
                return outer
        raise InvalidIR(f"{value!r} is needed in a block that mirrors none of its own blocks")

    def op_containing(self, block: Block, inner: Block) -> Op:
        """The op of ``block`` in whose regions ``inner`` lies."""
        while True:
            outer, op = self.around[inner]
            if outer is block:
                return op
            inner = outer

    def common(self, first: Block, second: Block) -> Block:
        """The innermost block around both."""
        others = set(self.ancestors(second))
        return next(block for block in self.ancestors(first) if block in others)

    def loops_between(self, outer: Block, inner: Block) -> list[Op]:
        """Loops entered on the way from ``outer`` to ``inner``, outermost first."""
        chain = []
        while inner is not outer:
            inner, op = self.around[inner]
            if op.callee in (core.FOR, core.WHILE):
                chain.append(op)
        return chain[::-1]
