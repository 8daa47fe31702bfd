"""Tapes that a trip of a loop has for itself, as arrays that it makes.

Several loops can share an array; a tape belongs to the two loops that mirror each other.
"""

from __future__ import annotations

from collections.abc import Collection

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.passes.independent import Context
from adgen.transpiler.passes.products.stages import Tied


def as_arrays(loop: Op, slots: Collection[Slot], context: Context) -> Op:
    """A loop whose trips keep in arrays what they kept on these tapes.  Raises Tied."""
    body = loop.regions[0]
    for slot in slots:
        if any("slot" in op.attrs and op.attrs["slot"] is slot for op in _ops(body)):
            body = _Tape(slot, context).block_of_trip(body)
    return loop.with_(regions=(body,))


def without_unused(function: Function) -> Function:
    """The function without declarations of tapes that nobody saves to or loads from."""
    used = {
        op.attrs["slot"] for _, op in core.walk(function.body)
        if "slot" in op.attrs and op.callee != core.DECLARE
    }  # fmt: skip
    used |= {thing for thing in (*function.residuals_out, *function.residuals_in)
             if isinstance(thing, Slot)}  # fmt: skip

    def block(old: Block) -> Block:
        ops = tuple(
            op.with_(regions=tuple(map(block, op.regions))) if op.regions else op
            for op in old.ops
            if op.callee != core.DECLARE or op.attrs["slot"] in used
        )
        return Block(old.args, ops, old.yields)

    return with_body(function, block(function.body))


def _ops(block: Block) -> list[Op]:
    return [op for _, op in core.walk(block)]


class _Tape:
    """One tape as the versions of an array; ``latest`` is the present one."""

    def __init__(self, slot: Slot, context: Context) -> None:
        declared = context.declared.get(slot)
        if slot.kind != "tape" or declared is None or not isinstance(slot.type, Scalar):
            raise Tied
        self.slot, self.extents = slot, declared.operands
        least = [context.bounds.least(extent) for extent in self.extents]
        if any(known is None or known < 0 for known in least):
            raise Tied
        self.kind = Array(slot.type.dtype, (False,) * len(self.extents))
        self.latest: Value = self.fresh()

    def fresh(self) -> Value:
        """A new version."""
        return Value(self.kind, self.slot.name)

    def block_of_trip(self, block: Block) -> Block:
        """The body of the loop that the tape is made in."""
        attrs = {"dtype": self.kind.dtype, "ones": self.kind.ones}
        made = Op(core.EMPTY, self.extents, attrs, (), (self.latest,))
        return Block(block.args, (made, *self.ops(block)), block.yields)

    def ops(self, block: Block) -> list[Op]:
        """The ops of a block; afterwards ``latest`` is the version at its end."""
        return [self.op(op) for op in block.ops]

    def op(self, op: Op) -> Op:
        if op.regions:
            return self.region_op(op) if self._saves(op) else self._reading(op)
        if op.attrs.get("slot") is not self.slot:
            return op
        path = paths.element(len(self.extents))
        before = self.latest
        if op.callee == core.LOAD:
            return op.with_(
                callee=core.GETITEM, operands=(before, *op.operands), attrs={"path": path}
            )
        if op.callee != core.SAVE:
            raise Tied
        self.latest = self.fresh()
        return op.with_(
            callee=core.SETITEM, operands=(before, *op.operands), attrs={"path": path},
            results=(self.latest,),
        )  # fmt: skip

    def _saves(self, op: Op) -> bool:
        return any(
            o.callee == core.SAVE and o.attrs["slot"] is self.slot
            for region in op.regions
            for o in _ops(region)
        )

    def _reading(self, op: Op) -> Op:
        regions = tuple(Block(r.args, tuple(self.ops(r)), r.yields) for r in op.regions)
        return op.with_(regions=regions)

    def region_op(self, op: Op) -> Op:
        """A loop or a branch that saves: it carries the array, or results in it."""
        if op.callee == core.WHILE:
            raise Tied
        before, regions = self.latest, []
        carried: tuple[Operand, ...] = ()
        for region in op.regions:
            args = region.args
            self.latest = before
            if op.callee == core.FOR:
                self.latest = self.fresh()
                args, carried = (*args, self.latest), (before,)
            ops = tuple(self.ops(region))
            regions.append(Block(args, ops, (*region.yields, self.latest)))
        self.latest = self.fresh()
        return op.with_(
            operands=(*op.operands, *carried),
            regions=tuple(regions),
            results=(*op.results, self.latest),
        )
