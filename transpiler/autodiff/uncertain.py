"""What a cotangent may reach, and what it may reach on some paths alone: what arms of ifs use."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Value


class Reach:
    """The values that cotangents reach through ops and regions of one function.

    Blocks never change, so what is found of one is kept: ifs stand in ifs, thousands deep.
    """

    def __init__(self, activity: Activity) -> None:
        self.activity = activity
        self._into: dict[Block, frozenset[Value]] = {}

    def into(self, region: Block) -> frozenset[Value]:
        """Values from outside that a cotangent may reach through a region."""
        if region not in self._into:
            found = {y for y in region.yields if isinstance(y, Value) and y in self.activity}
            for op in region.ops:
                found.update(self.through(op))
            self._into[region] = frozenset(found.intersection(core.free_values(region)))
        return self._into[region]

    def through(self, op: Op) -> list[Value]:
        """Values that a cotangent may reach through an op."""
        found = [value for region in op.regions for value in self.into(region)]
        active = self.activity
        if op.regions or op.callee == core.SAVE or any(result in active for result in op.results):
            found += [o for o in op.operands if isinstance(o, Value) and o in active]
        return found

    def uncertain(self, block: Block) -> set[Value]:
        """Results that a cotangent may reach on some paths through later ifs alone."""
        found: set[Value] = set()
        self._certain(block, [y for y in block.yields if isinstance(y, Value)], found)
        return found

    def _certain(self, block: Block, wanted: Iterable[Value], found: set[Value]) -> set[Value]:
        """Values that a cotangent may reach on every path; ``found`` takes in the others.

        ``wanted``: what is yielded and of use.
        """
        certain = {y for y in wanted if y in self.activity}
        for op in reversed(block.ops):
            if op.callee == core.IF:
                arms = []
                for region in op.regions:
                    pairs = zip(op.results, region.yields, strict=True)
                    useful = [y for r, y in pairs if r in certain and isinstance(y, Value)]
                    arms.append(self._certain(region, useful, found))
                certain |= set.intersection(*arms)
            elif op.regions:
                for region in op.regions:
                    ends = [y for y in region.yields if isinstance(y, Value)]
                    certain |= self._certain(region, ends, found)
                certain.update(
                    o for o in op.operands if isinstance(o, Value) and o in self.activity
                )
            elif op.callee == core.SAVE or not certain.isdisjoint(op.results):
                certain.update(self.through(op))
            found.update(r for r in op.results if r in self.activity and r not in certain)
        return certain
