"""When each value is needed, as sets of positions (see ``order``).

Uses inside folded expressions count where the expression is evaluated.  A
value that is used in a loop which does not define it is needed throughout the
loop.  A carried argument is the variable of its loop: it is also needed from
the end of one iteration to the start of the next, and to the exit.
"""

from __future__ import annotations

from collections.abc import Iterable

from adgen.transpiler.emit.folding import Folding
from adgen.transpiler.emit.order import Order
from adgen.transpiler.emit.ranges import Ranges
from adgen.transpiler.emit.storage import carried_args, lead, resting
from adgen.transpiler.emit.terminators import is_left
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value

Live = set[Value]


class Liveness:
    """``ranges[v]``: where the value of ``v`` is still needed; never empty."""

    def __init__(self, function: Function, order: Order, folding: Folding) -> None:
        self.order = order
        self.folding = folding
        self.ranges: dict[Value, Ranges] = {}
        self._free: dict[Op, Live] = {}
        self._free_in(function.body)
        live = set(self._leaves((*function.body.yields, *_values(function.residuals_out))))
        self._block(function.body, live, order.end[function.body] + 2)
        for value in order.definition:
            if value not in folding.inline:
                position = order.definition[value].position
                self._add(value, position, position + 1)

    def _add(self, value: Value, start: int, stop: int) -> None:
        self.ranges.setdefault(value, Ranges()).add(start, stop)

    def _leaves(self, operands: Iterable[Operand]) -> list[Value]:
        return [leaf for o in operands for leaf in self.folding.leaves(o)]

    def read_by(self, op: Op) -> list[Value]:
        """The values that an op reads on its own account, not through its regions."""
        if op in self.folding.selects:
            return self._leaves(self.folding.inputs(op))
        return self._leaves(op.operands)

    def _is_statement(self, op: Op) -> bool:
        return not (len(op.results) == 1 and op.result in self.folding.inline)

    # What loops read from outside

    def _free_in(self, block: Block) -> tuple[Live, Live]:
        """Values that a block reads and that it defines."""
        used: Live = set(self._leaves(block.yields))
        defined: Live = set(block.args)
        for op in block.ops:
            if not self._is_statement(op):
                continue
            used.update(self.read_by(op))
            defined.update(op.results)
            if op in self.folding.selects:
                continue
            inside: Live = set()
            for region in op.regions:
                inner_used, inner_defined = self._free_in(region)
                inside |= inner_used - inner_defined
            if op.callee in (core.FOR, core.WHILE):
                self._free[op] = inside
            used |= inside
        return used, defined

    # The walk, last op first

    def _block(self, block: Block, live: Live, end: int) -> Live:
        """Record ranges in a block after which ``live`` are needed; what is needed before it."""
        start = self.order.start[block]
        for value in live:
            self._add(value, start, end)
        for op in reversed(block.ops):
            if not self._is_statement(op):
                continue
            for result in op.results:
                self._define(result, self.order.exit[op] + 1, live)
            if op.callee == core.IF and op not in self.folding.selects:
                self._if(op, live, start)
            elif op.callee in (core.FOR, core.WHILE):
                self._loop(op, live, start)
            else:
                at = self.order.exit[op] if op.regions else self.order.entry[op]
                self._use(self.read_by(op), start, at, live)
        for arg in block.args:
            live.discard(arg)
        return live

    def _define(self, value: Value, position: int, live: Live) -> None:
        """The value exists from ``position`` on: its range, so far from the block's start, ends."""
        if value in live:
            live.discard(value)
            items = self.ranges[value].items
            (first_start, first_stop), *rest = items
            if first_start < position:
                items[:] = [(position, max(first_stop, position + 1)), *rest]

    def _use(self, values: Iterable[Value], start: int, position: int, live: Live) -> None:
        for value in values:
            self._add(value, start, position + 1)
            live.add(value)

    def _if(self, op: Op, live: Live, start: int) -> None:
        before: Live = set()
        for region in op.regions:
            left = is_left(region)
            inside = set() if left else set(live) | set(self._leaves(region.yields))
            before |= self._block(region, inside, self.order.end[region] + 1)
        for value in before - live:
            self._add(value, start, self.order.entry[op] + 1)
        live |= before
        self._use(self._leaves(op.operands), start, self.order.entry[op], live)

    def _loop(self, op: Op, live: Live, start: int) -> None:
        order = self.order
        entry, leave = order.entry[op], order.exit[op]
        around = live | self._free[op]
        body = op.regions[-1]
        for region in reversed(op.regions):
            inside = around | set(self._leaves(region.yields))
            self._block(region, inside, order.end[region] + 1)
        if op.callee == core.FOR:  # no index of an inner loop has the same name
            self._add(body.args[0], order.start[body], order.end[body] + 1)
        for arg in carried_args(op):
            self._add(arg, entry + 1, order.start[body] + 1)
            self._add(arg, order.end[body] + 1, leave + 1)
        for arg in resting(op):
            self._add(arg, entry + 1, leave + 1)
        for value in around:
            self._add(value, start, leave + 1)
        live |= around
        bounds, inits = op.operands[: lead(op)], op.operands[lead(op) :]
        self._use(self._leaves(bounds), start, entry + 2, live)
        self._use(self._leaves(inits), start, entry, live)


def _values(things: Iterable[object]) -> list[Value]:
    return [thing for thing in things if isinstance(thing, Value)]
