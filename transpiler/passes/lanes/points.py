"""Finds the loops that are written in the points-innermost form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import substitute, with_body
from adgen.transpiler.passes.independent import Context, meetings
from adgen.transpiler.passes.lanes.facts import Facts, gather
from adgen.transpiler.passes.lanes.pays import choose, sums_known
from adgen.transpiler.passes.lanes.rows import copy_rows
from adgen.transpiler.passes.lanes.schedule import schedule
from adgen.transpiler.passes.lanes.write import write
from adgen.transpiler.passes.threads import in_blocks
from adgen.transpiler.primitives.shapes import Shapes


def points_innermost(function: Function) -> Function:
    """The function with loops over independent iterations blocked, their axis innermost.

    Of loops that are marked for threads, the loops over blocks are.
    """
    finder = _Finder(function)
    body = finder.block(function.body, nested=False)
    return with_body(function, body) if finder.found else function


def loops_in_blocks(function: Function) -> list[Op]:
    """The loops that would be written in blocks."""
    return list(_Finder(function).chosen(function.body, nested=False))


class _Finder:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.found = False

    @cached_property
    def context(self) -> Context:
        """What is known of the function around."""
        return Context(self.function)

    @cached_property
    def shapes(self) -> Shapes:
        """Where the extents of its arrays come from."""
        return Shapes(self.function)

    def block(self, block: Block, nested: bool) -> Block:
        """The block with such loops rewritten; itself where there are none."""
        ops: list[Op] = []
        mapping: dict[Value, Operand] = {}
        for op in block.ops:
            written = self.written(op, nested) if op.callee == core.FOR else None
            if written is not None:
                ops += written[0]
                mapping.update(written[1])
            elif op.regions:
                inside = nested or op.callee != core.IF
                regions = tuple(self.block(region, inside) for region in op.regions)
                same = all(a is b for a, b in zip(regions, op.regions, strict=True))
                ops.append(op if same else op.with_(regions=regions))
            else:
                ops.append(op)
        if not mapping and all(a is b for a, b in zip(ops, block.ops, strict=True)):
            return block
        return substitute(Block(block.args, tuple(ops), block.yields), mapping)

    def chosen(self, block: Block, nested: bool) -> Iterator[Op]:
        """Such loops in a block."""
        for op in block.ops:
            if op.callee == core.FOR and facts_if_it_pays(op, nested, self.context) is not None:
                yield op
                continue
            for region in op.regions:
                yield from self.chosen(region, nested or op.callee != core.IF)

    def written(self, op: Op, nested: bool) -> tuple[list[Op], dict[Value, Operand]] | None:
        """What takes the place of a loop, and of its results."""
        facts = facts_if_it_pays(op, nested, self.context)
        if facts is None:
            return None
        self.found = True
        copy_rows(facts, self.shapes)
        ops, results = write(facts, schedule(facts))
        return [*ops[:-1], in_blocks(op, ops[-1], results)], results


def facts_if_it_pays(loop: Op, nested: bool, context: Context) -> Facts | None:
    """What is known of a loop that is to be written in this form; None for any other."""
    if loop.operands[2] != 1 or not _may_pay(loop):
        return None
    independent = meetings(loop, context)
    if independent is None:
        return None
    facts = gather(loop, independent, context)
    if facts is None or not choose(facts, nested) or not sums_known(facts):
        return None
    return facts


def _may_pay(loop: Op) -> bool:
    """Whether there is anything to gain, at a glance."""
    return any(op.regions or op.callee == core.ADDITEM for op in loop.regions[0].ops)
