"""Brings the reads of one array's extents together, so that they print as ``n, m = X.shape``."""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array


def gather_extents(function: Function) -> Function:
    """Within each block, reads of all the extents of an array follow its first such read.

    Extents of a parameter whose name is used again are read before anything else.
    """
    return with_body(function, _early(_block(function.body)))


def _early(block: Block) -> Block:
    """``n = u.shape[0]`` ahead of ``u = u.copy()``, so that both may be called ``u``."""
    again = {result.name for _, op in core.walk(block) for result in op.results}
    params = {param for param in block.args if param.name in again}
    first = [op for op in block.ops if op.callee == core.DIM and op.operands[0] in params]
    moved = set(first)
    rest = [op for op in block.ops if op not in moved]
    return block.with_(ops=(*first, *rest))


def _block(block: Block) -> Block:
    groups = complete_groups(block)
    ops: list[Op] = []
    for op in block.ops:
        op = op.with_(regions=tuple(_block(region) for region in op.regions))
        group = groups.get(op.result) if op.callee == core.DIM else None
        if group is None:
            ops.append(op)
        elif group[0].result is op.result:
            ops += group
    return block.with_(ops=ops)


def complete_groups(block: Block) -> dict[Value, list[Op]]:
    """For each read of an extent that is in a complete set: the set, first read first."""
    reads: dict[Value, dict[int, Op]] = {}
    again: set[Value] = set()
    for op in block.ops:
        if op.callee == core.DIM and isinstance(op.operands[0], Value):
            axes = reads.setdefault(op.operands[0], {})
            if op.attrs["axis"] in axes:
                again.add(op.operands[0])
            axes.setdefault(op.attrs["axis"], op)
    found: dict[Value, list[Op]] = {}
    for array, axes in reads.items():
        assert isinstance(array.type, Array)
        if array not in again and len(axes) == array.type.ndim > 1:
            for op in axes.values():
                found[op.result] = list(axes.values())
    return found
