"""Activity: which values vary with the inputs that a derivative is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Slot, Value
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.primitives.kinds import Elementwise, NoDerivative
from adgen.transpiler.primitives.table import find

_FROM_FIRST = {core.GETITEM, core.BROADCAST, core.SUMTO, core.COPY, core.CAST, core.FULL_}
_FROM_TWO = {core.SETITEM, core.ADDITEM, core.ACCUM}


class Activity:
    """The varied values and slots of a block, by forward data flow to a fixpoint."""

    def __init__(self, block: Block, inputs: Iterable[Value]) -> None:
        self.varied: set[Value | Slot] = set(inputs)
        size = -1
        while size != len(self.varied):
            size = len(self.varied)
            self._block(block)

    def __contains__(self, operand: Operand | Slot) -> bool:
        return isinstance(operand, (Value, Slot)) and operand in self.varied

    def _mark(self, value: Value | Slot, varied: bool) -> None:
        if varied and is_float(value.type):
            self.varied.add(value)

    def _block(self, block: Block) -> None:
        for op in block.ops:
            if op.regions:
                self._region_op(op)
            elif op.callee == core.SAVE:
                self._mark(op.attrs["slot"], op.operands[0] in self)
            elif op.callee == core.LOAD:
                self._mark(op.result, op.attrs["slot"] in self)
            elif op.results:
                varies = self._varies(op)
                for result in op.results:
                    self._mark(result, varies)

    def _varies(self, op: Op) -> bool:
        if isinstance(op.callee, str):
            count = 1 if op.callee in _FROM_FIRST else 2 if op.callee in _FROM_TWO else 0
            return any(operand in self for operand in op.operands[:count])
        entry = find(op.callee)
        assert entry is not None, f"{op.callee} was built without an entry"
        if isinstance(entry.kind, NoDerivative):
            return False
        if isinstance(entry.kind, Elementwise):
            return any(
                rule is not None and operand in self
                for rule, operand in zip(entry.kind.rules, op.operands, strict=True)
            )
        return any(operand in self for operand in op.operands)

    def _region_op(self, op: Op) -> None:
        if op.callee == core.IF:
            for region in op.regions:
                self._block(region)
                self._join(region.yields, op.results)
            return
        fixed, skip = (3, 1) if op.callee == core.FOR else (0, 0)
        lead = 1 if op.attrs.get("exits") else 0
        body = op.regions[-1]
        self._join(op.operands[fixed:], body.args[skip:])
        if op.callee == core.WHILE:
            self._join(op.operands, op.regions[0].args)
        for region in op.regions:
            self._block(region)
        after = body.yields[lead:]
        self._join(after, body.args[skip:])
        if op.callee == core.WHILE:
            self._join(after, op.regions[0].args)
        self._join(op.operands[fixed:], op.results)
        self._join(after, op.results)

    def _join(self, sources: Iterable[Operand], targets: Iterable[Value]) -> None:
        for source, target in zip(sources, targets, strict=True):
            self._mark(target, source in self)
