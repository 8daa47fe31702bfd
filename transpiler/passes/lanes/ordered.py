"""Sums of the user's, which keep their order: where their steps are."""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Value
from adgen.transpiler.passes.lanes.facts import Facts


def sums_known(facts: Facts) -> bool:
    """Fill in ``facts.trips``; whether all steps are in loops whose trips are known before."""
    return not facts.ordered or _known(facts, facts.body)


def _known(facts: Facts, block: Block) -> bool:
    for op in block.ops:
        if not op.regions or not _steps(facts, op):
            continue
        if op.callee != core.FOR or op not in facts.hoisted or op.operands[2] not in (1, -1):
            return False
        start, stop, step = op.operands[:3]
        if any(isinstance(o, Value) and o in facts.inside for o in (start, stop)):
            return False
        facts.trips[op] = facts.ahead.emit(core.RANGELEN, start, stop, step)
        if not _known(facts, op.regions[0]):
            return False
    return True


def _steps(facts: Facts, op: Op) -> bool:
    """Whether there are steps of such sums in an op."""
    return any(cell in facts.ordered for cell in facts.cells(op))
