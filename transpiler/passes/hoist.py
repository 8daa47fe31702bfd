"""Loop invariants move out of loops.

Before:  ``for i in range(n): m = X.shape[1]; …``      After:  ``m = X.shape[1]; for i …``

Of the user's own code only integer arithmetic and extents move (residual
planning needs trip counts outside the loop); of derivative code every pure
scalar computation that cannot raise.
"""

from __future__ import annotations

import operator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Scalar
from adgen.transpiler.primitives.table import find

_INTEGER = {operator.add, operator.sub, operator.mul, operator.neg, max, min}
_MAY_RAISE = {operator.floordiv, operator.mod, operator.pow}


def hoist_invariants(function: Function, named: bool = False) -> Function:
    """The function with loop-invariant scalar ops moved before the loops.

    ``named``: integers that the user has named too; where people read, they stay.
    """
    scope = set(function.params)
    scope.update(v for v in function.residuals_in if isinstance(v, Value))
    return with_body(function, _block(function.body, scope, named))


def _block(block: Block, outside: set[Value], named: bool) -> Block:
    scope = outside | set(block.args)
    ops: list[Op] = []
    for op in block.ops:
        if op.regions:
            op = op.with_(regions=tuple(_block(region, scope, named) for region in op.regions))
            hoisted, op = _hoist(op, scope, named)
            ops += hoisted
            for out in hoisted:
                scope.update(out.results)
        ops.append(op)
        scope.update(op.results)
    return block.with_(ops=ops)


def _hoist(op: Op, scope: set[Value], named: bool) -> tuple[list[Op], Op]:
    """Ops of the regions that depend on ``scope`` alone, and the op without them."""
    moved: list[Op] = []
    regions = []
    known = set(scope)
    for region in op.regions:
        stay = []
        for inner in region.ops:
            if _movable(inner, op, named) and all(v in known for v in core.uses_of(inner)):
                moved.append(inner)
                known.update(inner.results)
            else:
                stay.append(inner)
        regions.append(region.with_(ops=stay))
    return moved, op.with_(regions=tuple(regions))


def _movable(op: Op, around: Op, named: bool) -> bool:
    if op.regions or len(op.results) != 1 or not isinstance(op.result.type, Scalar):
        return False
    if op.callee == core.DIM or op.callee == core.RANGELEN:
        return True
    if isinstance(op.callee, str):
        return op.callee == core.CAST and op.role != core.PRIMAL
    integral = op.result.type.dtype.kind == "i" and all(
        core.type_of(o).dtype.kind in "ib" for o in op.operands
    )
    if integral and op.callee in _INTEGER:
        if op.role != core.PRIMAL or not op.result.name:
            return True
        return named and around.callee != core.IF  # `n += 1` under a branch is a step of a sum
    if op.role == core.PRIMAL or around.callee == core.IF:
        return False
    if op.callee in _MAY_RAISE or not all(core.is_scalar(o) for o in op.operands):
        return False
    entry = find(op.callee)
    return entry is not None and entry.elementwise and op.result.type.dtype.kind == "f"
