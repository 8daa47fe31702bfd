"""Labels and trip counters: what the chain rule needs to mirror control flow."""

from __future__ import annotations

import operator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import INT


def prepare(function: Function) -> Function:
    """Every region op gets a label; every loop without a known trip count a carried counter.

    The position of the counter among the carried values is in attrs ``trips``.
    """
    return with_body(function, _block(function.body))


def _block(block: Block) -> Block:
    return Block(block.args, tuple(_op(op) for op in block.ops), block.yields)


def _op(op: Op) -> Op:
    if not op.regions:
        return op
    regions = tuple(_block(region) for region in op.regions)
    op = op.with_(regions=regions, attrs={**op.attrs, "label": core.new_label()})
    if op.callee == core.WHILE or op.attrs.get("exits"):
        return _with_counter(op)
    return op


def _with_counter(op: Op) -> Op:
    before, after = Value(INT, "trips"), Value(INT)
    body = op.regions[-1]
    step = Op(operator.add, (before, 1), results=(after,), span=op.span)
    counted = Block((*body.args, before), (*body.ops, step), (*body.yields, after))
    regions: tuple[Block, ...] = (counted,)
    if op.callee == core.WHILE:
        condition = op.regions[0]
        unused = Value(INT, "trips")
        regions = (Block((*condition.args, unused), condition.ops, condition.yields), counted)
    return op.with_(
        operands=(*op.operands, 0),
        regions=regions,
        results=(*op.results, Value(INT, "trips")),
        attrs={**op.attrs, "trips": len(op.results)},
    )
