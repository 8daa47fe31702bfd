"""Integers that only count or index, told from those that enter arithmetic with floats.

    p["x"][p["k"]]            counts                 p["x"] * p["k"]          enters
    for _ in range(p["n"])    counts                 p["x"] / p["n"]          enters

By an integer of the second kind somebody may have wanted to differentiate.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.span import Span

_FIRST = frozenset(
    {core.GETITEM, core.COPY, core.CAST, core.BROADCAST, core.SUMTO, core.FULL_}
)  # the others are indices and extents
_TWO = frozenset({core.SETITEM, core.ADDITEM, core.ACCUM})
_NONE = frozenset({core.ZEROS, core.EMPTY, core.DIM})
_POWERS = (operator.pow, np.power, np.float_power)


def entry(function: Function, parameter: int) -> tuple[Span | None] | None:
    """Where an integer parameter enters arithmetic with floats; None if it only counts."""
    search = _Search(function.params[parameter])
    while search.changed:
        search.changed = False
        search.block(function.body)
    return (search.found.span,) if search.found else None


class _Search:
    """Follows a value through integer operations."""

    def __init__(self, value: Value) -> None:
        self.reached: set[Operand | Slot] = {value}
        self.found: Op | None = None
        self.changed = True

    def reach(self, value: Value | Slot, op: Op) -> None:
        if is_float(value.type):
            self.found = self.found or op
        elif value.type.dtype.kind != "b" and value not in self.reached:
            self.reached.add(value)
            self.changed = True

    def join(self, operands: Sequence[Operand], values: Sequence[Value], op: Op) -> None:
        for operand, value in zip(operands, values, strict=True):
            if isinstance(operand, Value) and operand in self.reached:
                self.reach(value, op)

    def block(self, block: Block) -> None:
        for op in block.ops:
            if op.regions:
                self.region_op(op)
            elif op.callee == core.SAVE:
                if op.operands[0] in self.reached:
                    self.reach(op.attrs["slot"], op)
            elif op.results and self.uses(op):
                for result in op.results:
                    self.reach(result, op)

    def uses(self, op: Op) -> bool:
        """Whether the value is one of the numbers that an op computes with."""
        data: Sequence[Operand] = op.operands
        if op.callee == core.LOAD:
            return op.attrs["slot"] in self.reached
        if op.callee in _FIRST:
            data = op.operands[:1]
        elif op.callee in _TWO:
            data = op.operands[:2]
        elif op.callee in _NONE:
            data = ()
        elif op.callee in _POWERS:
            data = op.operands[:1]  # a whole exponent says how often to multiply
        return any(isinstance(operand, Value) and operand in self.reached for operand in data)

    def region_op(self, op: Op) -> None:
        for region in op.regions:
            self.block(region)
        if op.callee == core.IF:
            for region in op.regions:
                self.join(region.yields, op.results, op)
            return
        fixed, skip = (3, 1) if op.callee == core.FOR else (0, 0)
        lead = 1 if op.attrs.get("exits") else 0
        body = op.regions[-1]
        if fixed:  # the index counts from the start in steps; where it stops is not in it
            for operand in (op.operands[0], op.operands[2]):
                self.join((operand,), (body.args[0],), op)
        for operands in (op.operands[fixed:], body.yields[lead:]):
            self.join(operands, body.args[skip:], op)
            self.join(operands, op.results, op)
            if op.callee == core.WHILE:
                self.join(operands, op.regions[0].args, op)
