"""Extents resolved: ``dim`` of a computed array becomes ``dim`` of what its shape comes from.

Before:  ``y = np.tanh(x); n = y.shape[0]``      After:  ``y = np.tanh(x); n = x.shape[0]``

So a use that needs only a shape keeps no array alive (and no array is stored
for the backward sweep because of it).
"""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Operand, Value
from adgen.transpiler.ir.rewrite import resolve_all, with_body
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Shapes


def resolve_extents(function: Function) -> Function:
    """The function with every ``dim`` taken from the origin of the shape."""
    shapes = Shapes(function)
    mapping: dict[Value, Operand] = {}
    return with_body(function, _block(function.body, shapes, mapping))


def _block(block: Block, shapes: Shapes, mapping: dict[Value, Operand]) -> Block:
    ops = []
    for op in block.ops:
        operands = resolve_all(op.operands, mapping)
        if operands is not op.operands:
            op = op.with_(operands=operands)
        if op.callee == core.DIM and "measured" not in op.attrs:
            found = shapes.extent(op.operands[0], op.attrs["axis"])
            if isinstance(found, tuple):
                base, axis = found
                if base is not op.operands[0] or axis != op.attrs["axis"]:
                    op = op.with_(operands=(base,), attrs={"axis": axis})
            else:
                b = Builder(op.span, op.role)
                mapping[op.result] = shapes.emit(b, found)
                ops += b.ops
                continue
        if op.regions:
            op = op.with_(regions=tuple(_block(r, shapes, mapping) for r in op.regions))
        ops.append(op)
    return block.with_(ops=ops, yields=resolve_all(block.yields, mapping))
