"""What a block does to one array: accesses to elements of its latest version, if nothing else."""

from __future__ import annotations

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value

_TOUCHES = (core.GETITEM, core.SETITEM, core.ADDITEM)


def touches_only(array: Value, block: Block) -> bool:
    """Whether a block only touches elements of an array, in linear order, and keeps it."""
    touches = Touches(array)
    return touches.block(block) and not any(y is touches.latest for y in block.yields)


def indices(touch: Op) -> tuple[Operand, ...]:
    """The index operands of an access to an element."""
    return touch.operands[1 if touch.callee == core.GETITEM else 2 :]


class Touches:
    """Follows an array through a block: all accesses to elements, if there is nothing else."""

    def __init__(self, array: Value) -> None:
        self.latest = array
        self.stale: set[Value] = set()
        self.ops: list[Op] = []

    def block(self, block: Block) -> bool:
        """Whether the block only touches elements of the latest version."""
        return all(self.op(op) for op in block.ops if self.concerns(op)) and not (
            self.stale.intersection(y for y in block.yields if isinstance(y, Value))
        )

    def concerns(self, op: Op) -> bool:
        """Whether an op uses any version of the array."""
        used = core.uses_of(op)
        return self.latest in used or not self.stale.isdisjoint(used)

    def op(self, op: Op) -> bool:
        """Whether an op does no more than that; takes over the version that it makes."""
        if op.callee in core.REGION_KINDS:
            return self._regions(op)
        if self.stale.intersection(core.uses_of(op)):
            return False
        if op.callee == core.DIM:
            return True
        if op.callee not in _TOUCHES or not paths.is_element(op.attrs["path"]):
            return False
        if op.operands[0] is not self.latest or self.latest in op.operands[1:]:
            return False
        self.ops.append(op)
        if op.callee != core.GETITEM:
            self.become(op.result)
        return True

    def become(self, version: Value) -> None:
        """Take over the version that a write makes."""
        self.stale.add(self.latest)
        self.latest = version

    def _regions(self, op: Op) -> bool:
        before = self.latest
        if op.callee != core.IF:
            return self._loop(op, before)
        ends = []
        for region in op.regions:
            self.latest = before
            if before is op.operands[0] or not self.block(region):
                return False
            ends.append(self.latest)
            self.stale.discard(before)
        self.latest = before
        places = [
            k for k in range(len(op.results))
            if any(region.yields[k] is end for region, end in zip(op.regions, ends, strict=True))
        ]  # fmt: skip
        if not places:
            return all(end is before for end in ends)
        whole = all(
            region.yields[k] is end
            for k in places
            for region, end in zip(op.regions, ends, strict=True)
        )
        if len(places) != 1 or not whole:
            return False
        self.become(op.results[places[0]])
        return True

    def _loop(self, op: Op, before: Value) -> bool:
        if op.callee == core.WHILE or op.attrs.get("exits") or before in op.operands[:3]:
            return self._only_read(op, before)
        places = [k for k, operand in enumerate(op.operands[3:]) if operand is before]
        body = op.regions[0]
        if not places:
            return self._only_read(op, before)
        if len(places) != 1 or before in core.free_values(body):
            return False
        self.latest = body.args[1 + places[0]]
        if not self.block(body) or body.yields[places[0]] is not self.latest:
            return False
        if sum(y is self.latest for y in body.yields) != 1:
            return False
        self.stale.add(before)
        self.become(op.results[places[0]])
        return True

    def _only_read(self, op: Op, before: Value) -> bool:
        """The same for a loop that does not carry the array."""
        if before in op.operands or self.stale.intersection(core.uses_of(op)):
            return False
        return all(self.block(region) for region in op.regions) and self.latest is before
