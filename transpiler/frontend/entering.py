"""Whether a loop runs at all: then the names that each of its iterations binds have a value."""

from __future__ import annotations

import operator
from typing import Any

from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.iteration import Counted
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Operand, Value
from adgen.transpiler.ir.rewrite import clone, resolve
from adgen.transpiler.primitives.builder import fold


def is_entered(
    cx: Context, node: Any, over: Counted | None, test: Block | None, inits: dict[Value, Operand]
) -> Operand | None:
    """The truth value of that, emitted before the loop; None if its test cannot be repeated.

    ``inits``: what the values that the loop carries are before it.
    """
    if over is not None:
        return _has_items(cx, node, over)
    assert test is not None
    if any(op.callee in core.EFFECTS for _, op in core.walk(test)):
        return None
    mapping = dict(inits)
    for op in clone(test, mapping).ops:
        op = op.with_(operands=tuple(resolve(operand, mapping) for operand in op.operands))
        folded = fold(op.callee, op.operands, op.role) if len(op.results) == 1 else None
        if folded is None:
            cx.builder.add(op)
        else:
            mapping[op.result] = folded
    return resolve(test.yields[0], mapping)


def _has_items(cx: Context, node: Any, over: Counted) -> Operand:
    if type(over.step) is int and abs(over.step) == 1:
        beyond = operator.gt if over.step == 1 else operator.lt
        return cx.emit(node, beyond, over.stop, over.start)
    trips = cx.emit(node, core.RANGELEN, over.start, over.stop, over.step)
    return cx.emit(node, operator.gt, trips, 0)
