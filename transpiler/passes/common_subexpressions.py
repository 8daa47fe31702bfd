"""Common subexpressions: equal pure ops become one.

Before:  ``a = x * y; b = x * y + 1``      After:  ``a = x * y; b = a + 1``

In a joint function before residual planning, a block of the backward sweep
also sees the expressions of the forward block that it mirrors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import resolve_all, with_body

_FRESH = {core.ZEROS, core.EMPTY, core.FULL_, core.COPY, core.LOAD} | core.EFFECTS
_Key = tuple[Any, ...]


class _Numbering:
    """Value numbers by scope."""

    def __init__(self, through_mirrors: bool) -> None:
        self.through_mirrors = through_mirrors
        self.mapping: dict[Value, Operand] = {}
        self.mirrored: dict[tuple[int, int], dict[_Key, Value]] = {}

    def block(self, block: Block, known: dict[_Key, Value]) -> Block:
        ops = []
        for op in block.ops:
            new = self.op(op, known)
            if new is not None:
                ops.append(new)
        return block.with_(ops=ops, yields=resolve_all(block.yields, self.mapping))

    def op(self, op: Op, known: dict[_Key, Value]) -> Op | None:
        operands = resolve_all(op.operands, self.mapping)
        if operands is not op.operands:
            op = op.with_(operands=operands)
        if op.regions:
            return self.region_op(op, known)
        if op.callee in _FRESH or len(op.results) != 1:
            return op
        key = _key(op)
        have = known.get(key)
        if have is None:
            known[key] = op.result
            return op
        if op.role == core.PRIMAL and op.result.name and have.name != op.result.name:
            return op  # the user gave it a name of its own
        self.mapping[op.result] = have
        return None

    def region_op(self, op: Op, known: dict[_Key, Value]) -> Op:
        regions = []
        for number, region in enumerate(op.regions):
            scope = dict(known)
            mirror = op.attrs.get("mirror")
            if mirror is not None and self.through_mirrors:
                source = len(op.regions) == 1  # a loop: its body is the last region
                scope |= self.mirrored.get((mirror, -1 if source else number), {})
            regions.append(self.block(region, scope))
            label = op.attrs.get("label")
            if label is not None:
                self.mirrored[label, number] = scope
                self.mirrored[label, -1] = scope
        return op.with_(regions=tuple(regions))


def eliminate_common_subexpressions(function: Function) -> Function:
    """The function with each pure expression computed once per scope."""
    return with_body(function, _Numbering(through_mirrors=False).block(function.body, {}))


def share_with_primal(function: Function) -> Function:
    """The same for a joint function whose residuals are not planned yet."""
    return with_body(function, _Numbering(through_mirrors=True).block(function.body, {}))


def _key(op: Op) -> _Key:
    attrs = tuple(sorted((name, str(value)) for name, value in op.attrs.items()))
    return (op.callee, tuple(_operand_key(o) for o in op.operands), attrs)


def _operand_key(operand: Operand) -> _Key:
    if isinstance(operand, Value):
        return (operand,)
    if isinstance(operand, float):
        return (type(operand), operand.hex())
    if isinstance(operand, complex):
        return (type(operand), repr(operand))
    if isinstance(operand, np.generic):
        return (type(operand), operand.tobytes())
    return (type(operand), operand)
