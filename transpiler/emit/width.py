"""How wide an expression will print, estimated before it is printed."""

from __future__ import annotations

from collections.abc import Mapping

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Scalar
from adgen.transpiler.primitives.spelling import called
from adgen.transpiler.primitives.table import find

_AROUND = {
    core.DIM: 9, core.ZEROS: 12, core.EMPTY: 12, core.FULL_: 11, core.BROADCAST: 19,
    core.SUMTO: 16, core.COPY: 7, core.CAST: 12, core.RANGELEN: 9, core.GETITEM: 2,
    core.LOAD: 10, core.IF: 10, core.ACCUM: 3, core.SETITEM: 5, core.ADDITEM: 6,
}  # fmt: skip


def estimate(op: Op, widths: Mapping[Value, int]) -> int:
    """Columns of the op's expression, given those of what is folded into it."""
    operands: list[Operand] = list(op.operands)
    for region in op.regions if op.callee == core.IF else ():
        operands += region.yields
    inner = sum(operand_width(o, widths) for o in operands)
    between = 2 * max(0, len(operands) - 1)
    if op.callee == core.CAST and isinstance(op.attrs["type"], Scalar):
        return inner + 7
    if isinstance(op.callee, str):
        return inner + between + _AROUND.get(op.callee, 4)
    entry = find(op.callee)
    if entry is not None and entry.symbol:
        return inner + len(entry.symbol) + 2 * (len(operands) - 1)
    attrs = sum(len(name) + 6 for name, value in op.attrs.items() if value and name != "reassoc")
    if entry is not None and entry.reduction and _reduces_all(op):
        attrs = 0
    return inner + between + len(called(op.callee)) + 2 + attrs


def _reduces_all(op: Op) -> bool:
    kind = type_of(op.operands[0])
    return isinstance(kind, Scalar) or len(op.attrs["axis"]) == kind.ndim


def reserved(op: Op) -> int:
    """Columns that a statement needs besides the op's expression."""
    if op.callee in (core.SETITEM, core.ADDITEM):
        return 0  # the target is one of the operands
    return sum(max(len(result.name), 3) + 3 for result in op.results)


def operand_width(operand: Operand, widths: Mapping[Value, int]) -> int:
    """Columns of an operand: what is folded in, a name or a literal."""
    if isinstance(operand, Value):
        return widths.get(operand, len(operand.name) or 2)
    return len(repr(operand))
