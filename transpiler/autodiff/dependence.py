"""Which carried values of a loop its iteration needs: what the values of its body depend on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value

Heads = frozenset[int]
_NONE: Heads = frozenset()
_SAME_SHAPE = frozenset({core.SETITEM, core.ADDITEM, core.ACCUM, core.COPY})


class Dependence:
    """Of each value in the body of a loop: the carried values it depends on, by position.

    Values and extents are told apart: ``out[i] = v`` keeps the shape of ``out``, whatever is
    in it.  ``settled``: carried values whose shape is the same in all trips.
    """

    def __init__(self, body: Block, heads: Sequence[Value], settled: Heads) -> None:
        self.values: dict[Value, Heads] = {}
        self.shapes: dict[Value, Heads] = {}
        for k, head in enumerate(heads):
            self.values[head] = frozenset({k})
            self.shapes[head] = _NONE if k in settled else frozenset({k})
        self.changed = True
        while self.changed:
            self.changed = False
            self._block(body, _NONE)

    def of(self, operands: Iterable[Operand]) -> Heads:
        """What any of the operands depends on."""
        return self._of(self.values, operands)

    def of_op(self, op: Op) -> Heads:
        """What an op needs, with all in its regions."""
        if op.callee == core.DIM:
            return self._of(self.shapes, op.operands)
        found = self.of(op.operands)
        for region in op.regions:
            for inner in region.ops:
                found |= self.of_op(inner)
            found |= self.of(region.yields)
        return found

    def _of(self, known: dict[Value, Heads], operands: Iterable[Operand]) -> Heads:
        found = _NONE
        for operand in operands:
            if isinstance(operand, Value):
                found |= known.get(operand, _NONE)
        return found

    def _note(self, value: Value, contents: Heads, shape: Heads) -> None:
        for known, more in ((self.values, contents), (self.shapes, shape)):
            have = known.get(value, _NONE)
            if not more <= have:
                known[value] = have | more
                self.changed = True

    def _block(self, block: Block, around: Heads) -> None:
        """``around``: what decides whether, and how often, the block is run."""
        for op in block.ops:
            if op.callee == core.IF:
                self._branches(op, around | self.of(op.operands))
            elif op.callee in (core.FOR, core.WHILE):
                self._loop(op, around)
            else:
                contents = self.of_op(op) | around
                first = self._of(self.shapes, op.operands[:1])
                shape = first if op.callee in _SAME_SHAPE else contents
                for result in op.results:
                    self._note(result, contents, shape | around)

    def _branches(self, op: Op, around: Heads) -> None:
        for region in op.regions:
            self._block(region, around)
            for result, end in zip(op.results, region.yields, strict=True):
                self._pass(end, result, around)

    def _loop(self, op: Op, around: Heads) -> None:
        fixed, skip = (3, 1) if op.callee == core.FOR else (0, 0)
        lead = 1 if op.attrs.get("exits") else 0
        around |= self.of(op.operands[:fixed]) | self.of(op.regions[-1].yields[:lead])
        if op.callee == core.WHILE:
            around |= self.of(op.regions[0].yields)
        elif skip:
            self._note(op.regions[0].args[0], around, _NONE)
        for k, init in enumerate(op.operands[fixed:]):
            end = op.regions[-1].yields[lead + k]
            places = [op.results[k], *(region.args[skip + k] for region in op.regions)]
            for place in places:
                self._pass(init, place, around)
                self._pass(end, place, around)
        for region in op.regions:
            self._block(region, around)

    def _pass(self, source: Operand, target: Value, around: Heads) -> None:
        shape = self._of(self.shapes, (source,))
        self._note(target, self.of((source,)) | around, shape | around)
