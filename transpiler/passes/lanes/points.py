"""Finds the loops that are written in the points-innermost form."""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op
from adgen.transpiler.passes.independent import Context, meetings
from adgen.transpiler.passes.lanes.facts import Facts, gather
from adgen.transpiler.passes.lanes.pays import choose, sums_known
from adgen.transpiler.passes.lanes.rows import copy_rows
from adgen.transpiler.passes.lanes.schedule import schedule
from adgen.transpiler.passes.lanes.write import write
from adgen.transpiler.passes.replaced_loops import LoopReplacer, Replacement
from adgen.transpiler.passes.threads import in_blocks


def points_innermost(function: Function) -> Function:
    """The function with loops over independent iterations blocked, their axis innermost.

    Of loops that are marked for threads, the loops over blocks are.
    """
    return _Points(function).whole()


def loops_in_blocks(function: Function) -> list[Op]:
    """The loops that would be written in blocks."""
    return list(_Points(function).chosen(function.body, nested=False))


class _Points(LoopReplacer):
    def chosen(self, block: Block, nested: bool) -> Iterator[Op]:
        """Such loops in a block."""
        for op in block.ops:
            if op.callee == core.FOR and facts_if_it_pays(op, nested, self.context) is not None:
                yield op
                continue
            for region in op.regions:
                yield from self.chosen(region, nested or op.callee != core.IF)

    def replacement(self, loop: Op, nested: bool) -> Replacement | None:
        """The loop over blocks of its iterations, if it is to be written so."""
        facts = facts_if_it_pays(loop, nested, self.context)
        if facts is None:
            return None
        copy_rows(facts, self.shapes)
        ops, results = write(facts, schedule(facts))
        return [*ops[:-1], in_blocks(loop, ops[-1], results)], results


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
