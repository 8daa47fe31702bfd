"""Matrix products become calls of the runtime's ``gemm``, with transposes folded in.

Before:  ``t = W.T; g_h = g @ t``      After:  ``g_h = gemm(g, W, False, True)``

Last pass before emission for Numba.
"""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.kernels import gemm

_PRODUCTS = {operator.matmul, np.matmul, np.dot}
_DTYPES = {np.dtype(np.float64), np.dtype(np.float32)}
_TRANSPOSED = (paths.Transpose((1, 0)),)


def choose_kernels(function: Function) -> Function:
    """The function with 2-D products of one floating dtype as ``gemm`` calls."""
    made = {r: op for _, op in core.walk(function.body) for r in op.results}
    return with_body(function, _block(function.body, made))


def _block(block: Block, made: dict[Value, Op]) -> Block:
    ops = tuple(
        op.with_(regions=tuple(_block(region, made) for region in op.regions))
        if op.regions
        else _choose(op, made)
        for op in block.ops
    )
    return Block(block.args, ops, block.yields)


def _choose(op: Op, made: dict[Value, Op]) -> Op:
    if op.callee not in _PRODUCTS:
        return op
    kinds = [type_of(operand) for operand in op.operands]
    if any(not isinstance(k, Array) or k.ndim != 2 or k.dtype not in _DTYPES for k in kinds):
        return op
    if kinds[0].dtype != kinds[1].dtype:
        return op
    (x, swap_x), (y, swap_y) = (_untransposed(operand, made) for operand in op.operands)
    attrs = {"transpose_a": swap_x, "transpose_b": swap_y}
    return op.with_(callee=gemm, operands=(x, y), attrs=attrs)


def _untransposed(operand: Operand, made: dict[Value, Op]) -> tuple[Operand, bool]:
    op = made.get(operand) if isinstance(operand, Value) else None
    if op is not None and op.callee == core.GETITEM and op.attrs["path"] == _TRANSPOSED:
        return op.operands[0], True
    return operand, False
