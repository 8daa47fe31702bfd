"""Which numbers differ between the iterations of a loop."""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand
from adgen.transpiler.passes.lanes.facts import Facts


def mark_varying(facts: Facts) -> None:
    """Find the numbers that differ between iterations, given what is hoisted, to a fixed point."""
    facts.varying.add(facts.index)
    while True:
        size = len(facts.varying)
        _mark(facts, facts.body)
        if len(facts.varying) == size:
            return


def _mark(facts: Facts, block: Block) -> None:
    for op in block.ops:
        if op.callee in core.REGION_KINDS:
            _mark_regions(facts, op)
        elif op.callee in (core.DIM, core.SETITEM, core.ADDITEM) or op in facts.fresh:
            continue
        elif op.callee == core.LOAD:
            if op.attrs["slot"] in facts.saved or any(o in facts.varying for o in op.operands):
                facts.varying.update(op.results)
        elif any(_varies(facts, o) for o in op.operands):
            facts.varying.update(op.results)


def _varies(facts: Facts, operand: Operand) -> bool:
    return operand in facts.varying or operand in facts.cell_of or operand in facts.views


def _mark_regions(facts: Facts, op: Op) -> None:
    varying = facts.varying
    if op.callee == core.IF:
        for region in op.regions:
            _mark(facts, region)
        whole = op.operands[0] in varying
        for k, result in enumerate(op.results):
            if whole or any(_varies(facts, region.yields[k]) for region in op.regions):
                varying.add(result)
        return
    if not is_uniform_loop(facts, op):
        varying.update(op.results)
        for region in op.regions:
            varying.update(region.args)
            _mark(facts, region)
        return
    body = op.regions[0]
    _mark(facts, body)
    for init, arg, end, result in zip(
        op.operands[3:], body.args[1:], body.yields, op.results, strict=True
    ):
        if _varies(facts, init) or _varies(facts, end) or arg in varying:
            varying.update((arg, result))


def is_uniform_loop(facts: Facts, op: Op) -> bool:
    """Whether a loop runs over the same range in all iterations, and to its end."""
    return (
        op.callee == core.FOR
        and not op.attrs.get("exits")
        and type(op.operands[2]) is int
        and not any(o in facts.varying for o in op.operands[:3])
    )
