"""What stands behind an assertion that never holds is not there.

Before:  ``raise UnboundLocalError(...); t = f(x); yield t``    After:  ``raise ...; yield 0.0``

Numba drops such code itself, and then misses the variables that it would have set.
"""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.primitives.builder import Builder, dummy


def has_unreachable(function: Function) -> bool:
    """Whether anything stands behind an assertion that never holds."""
    return any(
        _never_holds(op) and op is not block.ops[-1] for block, op in core.walk(function.body)
    )


def eliminate_unreachable(function: Function) -> Function:
    """The function without the ops behind assertions that never hold.

    Run before residuals are planned: nothing that is saved may go.
    """
    return with_body(function, _block(function.body))


def _never_holds(op: Op) -> bool:
    return op.callee == core.ASSERT and op.operands[0] is False


def _block(block: Block) -> Block:
    ops: list[Op] = []
    for op in block.ops:
        ops.append(op.with_(regions=tuple(_block(region) for region in op.regions)))
        if _never_holds(op) and op is not block.ops[-1]:
            return _ended(block, ops)
    return Block(block.args, tuple(ops), block.yields)


def _ended(block: Block, ops: list[Op]) -> Block:
    """The block that ends with ``ops``; values that it no longer makes are dummies."""
    gone = {result for op in block.ops[len(ops) :] for result in op.results}
    b = Builder(ops[-1].span)
    yields = [dummy(b, y.type) if isinstance(y, Value) and y in gone else y for y in block.yields]
    return Block(block.args, (*ops, *b.ops), tuple(yields))
