"""Carried values and ``if`` results that nobody reads: they would cost copies and lines."""

from __future__ import annotations

from adgen.transpiler.emit.order import Order, order_of
from adgen.transpiler.emit.storage import carried_args, first_yield, lead
from adgen.transpiler.emit.terminators import BREAK
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import with_body


def drop_unused(function: Function) -> Function:
    """The function without them (repeated, since one may have been read for another)."""
    while True:
        trim = _Trim(order_of(function))
        body = trim.block(function.body)
        if not trim.changed:
            return function
        function = with_body(function, body)


class _Trim:
    def __init__(self, order: Order) -> None:
        self.order = order
        self.changed = False
        self.gone: set[Value] = set()  # carried arguments that were dropped

    def block(self, block: Block) -> Block:
        """The block without carried values and results that are not read."""
        return Block(block.args, tuple(self._op(op) for op in block.ops), block.yields)

    def _op(self, op: Op) -> Op:
        kept = list(range(len(op.results)))
        if op.callee == core.IF:
            kept = [k for k in kept if self.order.uses.get(op.results[k])]
        elif op.regions:
            kept = [k for k in kept if self._carried(op, k)]
            self.gone.update(a for k, a in enumerate(carried_args(op)) if k not in kept)
        elif op.callee == BREAK:
            return self._jump(op)
        regions = [self.block(region) for region in op.regions]
        if len(kept) == len(op.results):
            return op.with_(regions=tuple(regions))
        self.changed = True
        first, ends = lead(op) if op.callee != core.IF else len(op.operands), first_yield(op)
        for number, region in enumerate(regions):
            args, yields = region.args, region.yields
            if op.callee != core.IF:
                fixed = len(args) - len(op.results)
                args = (*args[:fixed], *(args[fixed + k] for k in kept))
            if op.callee == core.IF or number == len(regions) - 1:
                yields = (*yields[:ends], *(yields[ends + k] for k in kept))
            regions[number] = Block(args, region.ops, yields)
        operands = op.operands[:first]
        if op.callee != core.IF:
            operands = (*operands, *(op.operands[first + k] for k in kept))
        results = tuple(op.results[k] for k in kept)
        return op.with_(operands=operands, regions=tuple(regions), results=results)

    def _jump(self, op: Op) -> Op:
        pairs = [
            (target, operand)
            for target, operand in zip(op.attrs["of"], op.operands, strict=True)
            if target not in self.gone
        ]
        operands = tuple(operand for _, operand in pairs)
        return op.with_(operands=operands, attrs={"of": tuple(target for target, _ in pairs)})

    def _carried(self, op: Op, k: int) -> bool:
        """Whether a carried value is read, other than to be carried on."""
        heads = [r.args[len(r.args) - len(op.results) + k] for r in op.regions]
        if any(self.order.uses.get(head) for head in heads[:-1]):
            return True
        if self.order.uses.get(op.results[k]):
            return True
        body, own = op.regions[-1], first_yield(op) + k
        for use in self.order.uses.get(heads[-1], ()):
            if use.op is not None and use.op.callee == BREAK:
                if use.op.attrs["of"][use.index] is not heads[-1]:
                    return True
            elif use.op is not None or use.place.block is not body or use.index != own:
                return True
        return False
