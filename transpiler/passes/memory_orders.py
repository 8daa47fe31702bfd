"""Which arrays of a function are certainly in C's order, so that a reshape of them is a view."""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.paths import Index, is_stretch
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.table import find

_FRESH = {core.ZEROS, core.EMPTY, core.FULL_, core.COPY, core.BROADCAST}
_PRODUCTS = {np.outer, np.matmul, np.dot, operator.matmul}
_WRITES = (core.SETITEM, core.ADDITEM)


class Orders:
    """Which arrays certainly are in C's order when the generated code runs.

    ``ordered``: their axes are, though with gaps, so what NumPy computes from them is
    contiguous.  Arguments are handed over contiguous, arrays of the surroundings as they are.
    """

    def __init__(self, function: Function) -> None:
        given = len(function.params) - len(function.captures)
        self.contiguous: set[Value] = set(function.params[:given])
        self.ordered: set[Value] = set()
        self.slots: dict[Slot, bool] = {}
        self.block(function.body)

    def is_contiguous(self, operand: Operand | Slot) -> bool:
        """Numbers count as being in order."""
        return core.is_scalar(operand) or operand in self.contiguous  # type: ignore[arg-type]

    def block(self, block: Block) -> None:
        """Note what each op of a block makes."""
        for op in block.ops:
            self.op(op)

    def op(self, op: Op) -> None:
        """Note what one op makes."""
        if op.callee == core.SAVE:
            slot, value = op.attrs["slot"], op.operands[0]
            self.slots[slot] = self.slots.get(slot, True) and self.is_contiguous(value)
        elif op.callee == core.IF:
            for region in op.regions:
                self.block(region)
            for k, result in enumerate(op.results):
                self.note(result, all(self.is_contiguous(r.yields[k]) for r in op.regions))
        elif op.regions:
            self.loop(op)
        elif len(op.results) > 1:
            for result in op.results:
                self.note(result, True)
        elif op.results and isinstance(op.result.type, Array):
            self.note(op.result, self.of_op(op))
            if op.callee == core.GETITEM and self.keeps_order(op):
                self.ordered.add(op.result)

    def note(self, value: Value, contiguous: bool) -> None:
        """Note of a value whether it is in order."""
        (self.contiguous.add if contiguous else self.contiguous.discard)(value)

    def loop(self, op: Op) -> None:
        """Carried arrays are in order if they start so and every iteration keeps them so."""
        body = op.regions[-1]
        first, heads = (3, body.args[1:]) if op.callee == core.FOR else (0, body.args)
        yields = body.yields[len(body.yields) - len(heads) :]
        good = [self.is_contiguous(init) for init in op.operands[first:]]
        while True:
            for region in op.regions:
                for head, fine in zip(
                    region.args[len(region.args) - len(good) :], good, strict=True
                ):
                    self.note(head, fine)
                self.block(region)
            kept = [fine and self.is_contiguous(y) for fine, y in zip(good, yields, strict=True)]
            if kept == good:
                break
            good = kept
        for result, fine in zip(op.results, good, strict=True):
            self.note(result, fine)

    def of_op(self, op: Op) -> bool:
        """Whether the array that an op makes is in order."""
        if op.callee in _FRESH or op.callee in _PRODUCTS:
            return True
        if op.callee == core.LOAD:
            slot = op.attrs["slot"]
            return slot.kind == "tape" or self.slots.get(slot, False)
        if op.callee == core.GETITEM:
            return self.is_contiguous(op.operands[0]) and is_stretch(op.attrs["path"])
        if op.callee in _WRITES:
            return self.is_contiguous(op.operands[0])
        entry = find(op.callee)
        free = op.callee in (core.CAST, core.ACCUM) or (entry is not None and entry.elementwise)
        return all(self.is_contiguous(o) or (free and o in self.ordered) for o in op.operands)

    def keeps_order(self, op: Op) -> bool:
        """Whether a part has its axes in the order of C, one that was in order."""
        base, path = op.operands[0], op.attrs["path"]
        indices = all(isinstance(step, Index) for step in path)
        return indices and (self.is_contiguous(base) or base in self.ordered)
