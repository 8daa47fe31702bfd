"""What the arrays and the sums in the body of a loop are versions of."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.types import Array

_WRITES = (core.SETITEM, core.ADDITEM, core.ACCUM)
FRESH = (core.ZEROS, core.EMPTY)


class Mixed(Exception):
    """An array takes the place of another."""


class Roots:
    """For each version of an array that a loop carries, or that its body makes: the first one."""

    def __init__(self, body: Block) -> None:
        self.of: dict[Value, Value] = {arg: arg for arg in body.args if isinstance(arg.type, Array)}
        self.fresh: dict[Value, Op] = {}
        for op in body.ops:
            if op.callee in FRESH:
                self.fresh[op.result] = op
        self._block(body)

    def root(self, operand: Operand) -> Value | None:
        """The first version of an array, or None for what is from outside, or no array."""
        return self.of.get(operand) if isinstance(operand, Value) else None

    def _block(self, block: Block) -> None:
        for op in block.ops:
            if op.regions:
                self._regions(op)
            elif op.callee in _WRITES:
                self._same(op.result, op.operands[0])
            else:
                for result in op.results:
                    if isinstance(result.type, Array):
                        self.of[result] = result

    def _regions(self, op: Op) -> None:
        if op.callee == core.IF:
            for region in op.regions:
                self._block(region)
            for k, result in enumerate(op.results):
                self._join(result, [region.yields[k] for region in op.regions])
            return
        first = 3 if op.callee == core.FOR else 0
        inits = op.operands[first:]
        for region in op.regions:
            args = region.args[1:] if op.callee == core.FOR else region.args
            for init, arg in zip(inits, args, strict=True):
                self._same(arg, init)
            self._block(region)
        body = op.regions[-1]
        lead = len(body.yields) - len(op.results)
        for k, result in enumerate(op.results):
            self._join(result, [inits[k], body.yields[lead + k]])

    def _same(self, version: Value, earlier: Operand) -> None:
        if isinstance(version.type, Array):
            root = self.root(earlier)
            if root is not None:
                self.of[version] = root

    def _join(self, result: Value, ends: Sequence[Operand]) -> None:
        if not isinstance(result.type, Array):
            return
        found = {self.root(end) for end in ends}
        if len(found) != 1:
            raise Mixed
        (root,) = found
        if root is not None:
            self.of[result] = root
