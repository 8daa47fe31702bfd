"""Which ``if`` ops are written as expressions: ``a if c else b``, ``a and b``, ``a or b``."""

from __future__ import annotations

from adgen.transpiler.emit.events import pops
from adgen.transpiler.emit.order import Order, Use
from adgen.transpiler.emit.storage import WRITES, is_write
from adgen.transpiler.emit.style import WIDTH
from adgen.transpiler.emit.width import estimate
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Value
from adgen.transpiler.ir.types import BOOL, Scalar

_WIDTH = 50
_STATEMENTS = WRITES | {core.DRAW}


def is_select(op: Op, order: Order) -> bool:
    """Whether an ``if`` chooses between two expressions on one line."""
    if op.callee != core.IF or len(op.results) != 1 or not isinstance(op.result.type, Scalar):
        return False
    if not logical(op) and (_several_lines(op) or op.result.name and not _one_line(op)):
        return False
    return sum(_arm_width(region, order) for region in op.regions) <= _WIDTH


def logical(op: Op) -> bool:
    """Whether an ``if`` is ``a and b`` or ``a or b`` of truth values."""
    if len(op.results) != 1 or op.result.type != BOOL:
        return False
    then, orelse = (region.yields[0] for region in op.regions)
    return orelse is False or then is True


def may_stand_inside(use: Use) -> bool:
    """Whether an expression may stand where the value is used (in-place targets are names)."""
    return use.op is None or use.index > 0 or not is_write(use.op)


def _arm_width(region: Block, order: Order) -> int:
    widths: dict[Value, int] = {}
    for op in region.ops:
        if len(op.results) != 1 or op.result.name or pops(op) or op.regions:
            return WIDTH
        uses = order.uses.get(op.result, [])
        if op.callee in _STATEMENTS or len(uses) != 1 or not may_stand_inside(uses[0]):
            return WIDTH
        widths[op.result] = estimate(op, widths)
    (y,) = region.yields
    return widths.get(y, 4) if isinstance(y, Value) else 4


def _several_lines(op: Op) -> bool:
    """Whether a select was written as a statement."""
    if op.span is None:
        return False
    ops = [inner for region in op.regions for inner in region.ops]
    return any(inner.span and inner.span.line != op.span.line for inner in ops) or (
        not ops and op.span.end_line > op.span.line
    )


def _one_line(op: Op) -> bool:
    """Whether a named select was written as an expression: its arms are on its own line."""
    lines = {inner.span.line for region in op.regions for inner in region.ops if inner.span}
    return op.span is not None and lines == {op.span.line}
