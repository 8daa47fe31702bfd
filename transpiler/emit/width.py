"""How wide an expression will print, estimated before it is printed."""

from __future__ import annotations

from collections.abc import Mapping

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.primitives.table import find

_CALLS = {
    core.DIM: 9, core.ZEROS: 12, core.EMPTY: 12, core.FULL_: 11, core.BROADCAST: 19,
    core.SUMTO: 16, core.COPY: 7, core.CAST: 19, core.RANGELEN: 9, core.GETITEM: 2,
    core.LOAD: 10, core.IF: 10,
}  # fmt: skip


def estimate(op: Op, widths: Mapping[Value, int]) -> int:
    """Columns of the op's expression, given those of what is folded into it."""
    operands: list[Operand] = list(op.operands)
    for region in op.regions if op.callee == core.IF else ():
        operands += region.yields
    inner = sum(_operand(o, widths) for o in operands) + 2 * len(operands)
    if isinstance(op.callee, str):
        return inner + _CALLS.get(op.callee, 4)
    entry = find(op.callee)
    if entry is not None and entry.symbol:
        return inner + len(entry.symbol) + 1
    attrs = sum(len(name) + 4 for name in op.attrs)
    return inner + len(getattr(op.callee, "__name__", "")) + 5 + attrs


def reserved(op: Op) -> int:
    """Columns that a statement needs besides the op's expression."""
    return sum(max(len(result.name), 3) + 3 for result in op.results)


def _operand(operand: Operand, widths: Mapping[Value, int]) -> int:
    if isinstance(operand, Value):
        return widths.get(operand, max(len(operand.name), 2))
    return len(repr(operand))
