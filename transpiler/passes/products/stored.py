"""Numbers that a trip stores in an array anyway need no second place to be kept in."""

from __future__ import annotations

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.rewrite import substitute_op
from adgen.transpiler.passes.products.plain import Plain
from adgen.transpiler.passes.products.stages import Stages, all_values


def reading_stored(stages: Stages) -> Block | None:
    """The body with numbers that other loops need read from where they have been stored.

    None where there is no such number.
    """
    body = stages.body
    made = {result: op for op in body.ops for result in op.results}
    stores = {
        value: store for value in stages.crossing
        if (store := _store_of(value, made[value], stages)) is not None
    }  # fmt: skip
    if not stores:
        return None
    ops: list[Op] = []
    for op in body.ops:
        reads: list[Op] = []
        mapping: dict[Value, Operand] = {}
        for value in core.uses_of(op):
            store = stores.get(value)
            if store is None or op is store or op not in stages.number:
                continue
            if stages.loop_of(op) == stages.loop_of(made[value]):
                continue
            read = Value(value.type, value.name)
            operands = (store.result, *store.operands[2:])
            reads.append(
                Op(core.GETITEM, operands, {"path": store.attrs["path"]}, (), (read,),
                   op.span, op.role)
            )  # fmt: skip
            mapping[value] = read
        ops += _with(reads, substitute_op(op, mapping)) if mapping else [op]
    return Block(body.args, tuple(ops), body.yields)


def _with(reads: list[Op], op: Op) -> list[Op]:
    """An op and what it reads first; a product reads it itself, so as to stay alone."""
    if op.callee != core.FOR or any(r in op.operands for read in reads for r in read.results):
        return [*reads, op]
    inside = op.regions[0]
    return [op.with_(regions=(Block(inside.args, (*reads, *inside.ops), inside.yields),))]


def _store_of(value: Value, source: Op, stages: Stages) -> Op | None:
    """Where a number is stored at a place of the trip's own, the only thing stored there."""
    body, roots = stages.body, stages.roots
    plain = Plain((body.args[0],), all_values(body))
    for op in body.ops:
        if op.callee != core.SETITEM or op.operands[1] is not value:
            continue
        if op not in stages.number or stages.loop_of(op) != stages.loop_of(source):
            continue
        if not paths.is_element(op.attrs["path"]) or op.result.type.dtype != value.type.dtype:
            continue
        index = op.operands[2:]
        if body.args[0] not in index or not all(map(plain.is_index, index)):
            continue
        root = roots.root(op.result)
        writers = [o for o in body.ops if any(roots.root(r) is root for r in o.results)]
        if [o for o in writers if o.callee not in (core.EMPTY, core.ZEROS)] == [op]:
            return op
    return None
