"""Expression folding: which values are written where they are used rather than on a line.

    t1 = getitem(x, i)
    t2 = mul(t1, w)          ->     z += x[i] * w
    z1 = add(z, t2)

An unnamed value with one use, in the block that makes it, folds into the
expression that uses it when nothing between the two can change what it reads.
The user's names stay statements.
"""

from __future__ import annotations

from adgen.transpiler import optimisations
from adgen.transpiler.emit.events import Events
from adgen.transpiler.emit.extents import complete_groups
from adgen.transpiler.emit.order import Order, Use
from adgen.transpiler.emit.selects import is_select, may_stand_inside
from adgen.transpiler.emit.storage import WRITES, is_write
from adgen.transpiler.emit.style import WIDTH, Style
from adgen.transpiler.emit.width import estimate, operand_width, reserved
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value


class Folding:
    """The values that are written inline, with the ops that make them."""

    def __init__(self, function: Function, order: Order, events: Events, style: Style) -> None:
        self.function = function
        self.style = style
        self.order = order
        self.events = events
        self.inline: dict[Value, Op] = {}
        self.selects: set[Op] = set()  # ifs that are written as an expression
        self._together = _extents_together(function.body, order)
        self._root: dict[Op, int] = {}
        self._width: dict[Value, int] = {}
        self._fold(function.body)
        self._limit(function.body, 1)

    def leaves(self, operand: Operand) -> list[Value]:
        """The values on lines of their own that an operand's expression reads."""
        found: list[Value] = []
        pending = [operand]
        while pending:
            at = pending.pop()
            if not isinstance(at, Value):
                continue
            op = self.inline.get(at)
            if op is None:
                found.append(at)
            else:
                pending += self.inputs(op)
        return found

    def inputs(self, op: Op) -> list[Operand]:
        """The operands of an op; of an ``if`` written as an expression, its yields too."""
        read = list(op.operands)
        for region in op.regions:
            read += region.yields
        return read

    # Pass 1, last op first: what may be folded, and where it is then evaluated

    def _fold(self, block: Block) -> None:
        for op in reversed(block.ops):
            if is_select(op, self.order):
                self.selects.add(op)
            if op.regions and op not in self.selects:
                for region in op.regions:
                    self._fold(region)
                continue
            self._consider(op, block)
            for region in op.regions:
                for inner in region.ops:  # all fold: `is_select` and `_blocked` saw to that
                    self.inline[inner.result] = inner

    def _consider(self, op: Op, block: Block) -> None:
        if len(op.results) != 1 or op.callee in WRITES and is_write(op) or op.callee == core.DRAW:
            return
        result = op.result
        uses = self.order.uses.get(result, [])
        if self._is_slot_name(op):
            self.inline[result] = op
            return
        if not _folds_once(uses, block) or result in self._together:
            return
        use = uses[0]
        if not may_stand_inside(use):
            return
        at_end = use.op is None and _repeated(result, block)
        if result.name and not at_end and op.callee != core.LOAD and not _is_copied(use, result):
            return
        root = self._root_of(use)
        if self._blocked(op, root) or (self.style.numba and self._is_recurrence(op, use)):
            return
        self.inline[result] = op
        self._root[op] = root

    def _root_of(self, use: Use) -> int:
        if use.op is None:
            return use.position
        if use.op.results and use.op.results[0] in self.inline:
            return self._root[use.op]
        return self.order.entry[use.op]

    def _blocked(self, op: Op, root: int) -> bool:
        start = self.order.entry[op]
        if self.events.crossed(op, start, root):
            return True
        read = [*self.inputs(op), *(o for r in op.regions for i in r.ops for o in i.operands)]
        names = {o.name for o in read if isinstance(o, Value) and o.name}
        made = self.order.exit[op] + 1
        return any(self.events.renamed(name, made, root) for name in names)

    def _is_recurrence(self, op: Op, use: Use) -> bool:
        """Whether it is the value for the next trip of a loop that writes arrays after it.

        LLVM vectorises a loop whose trips use values of the trip before if these are computed
        ahead of all stores, past which it moves nothing.
        """
        if use.op is not None or use.place.op is None or use.place.op.callee != core.FOR:
            return False
        if not optimisations.enabled(optimisations.VALUES_AHEAD):
            return False
        return self.events.written(self.order.entry[op], use.position)

    def _is_slot_name(self, op: Op) -> bool:
        """A local slot that is not written again reads like any other name."""
        if op.callee != core.LOAD or op.attrs["slot"].kind != "local":
            return False
        return not self.events.saved_after(op.attrs["slot"], self.order.entry[op])

    # Pass 2, first op first: unfold what would make lines too long

    def _limit(self, block: Block, depth: int) -> None:
        room = max(40, WIDTH - 4 * depth)
        for op in block.ops:
            if op in self.selects:
                for region in op.regions:
                    for inner in region.ops:
                        self._width[inner.result] = estimate(inner, self._width)
            else:
                for region in op.regions:
                    self._limit(region, depth + 1)
            self._fit(op, list(op.operands), room - reserved(op))
            if len(op.results) == 1 and op.result in self.inline:
                self._width[op.result] = estimate(op, self._width)
        if block is self.function.body:
            self._fit(None, list(block.yields), room - len("return "))

    def _fit(self, op: Op | None, operands: list[Operand], room: int) -> None:
        """Give lines of their own to the widest operands until the expression fits."""
        while True:
            widths = [
                (self._width[o], o)
                for o in operands
                if isinstance(o, Value) and o in self.inline and o in self._width
            ]
            if op is not None:
                total = estimate(op, self._width)
            else:
                total = sum(operand_width(o, self._width) + 2 for o in operands)
            widths = [(width, o) for width, o in widths if self._splits(o)]
            if total <= room or not widths:
                return
            _, widest = max(widths, key=lambda pair: pair[0])
            del self.inline[widest], self._width[widest]

    def _splits(self, value: Value) -> bool:
        """Whether a line of its own for the value would shorten the expression."""
        return self._width[value] > 12 and not self._is_slot_name(self.inline[value])


def _folds_once(uses: list[Use], block: Block) -> bool:
    """Whether a value has one use, in the block that makes it."""
    return len(uses) == 1 and uses[0].place.block is block and uses[0].index >= 0


def _extents_together(block: Block, order: Order) -> set[Value]:
    """Extents that print as ``n, m = X.shape``, because one of them needs a line."""
    found: set[Value] = set()
    for extent, group in complete_groups(block).items():
        reads = [op.result for op in group]
        if any(v.name or not _folds_once(order.uses.get(v, []), block) for v in reads):
            found.add(extent)
    for op in block.ops:
        for region in op.regions:
            found |= _extents_together(region, order)
    return found


def _is_copied(use: Use, result: Value) -> bool:
    """Whether a value is only copied to another of its name."""
    return use.op is not None and use.op.callee == core.COPY and (use.op.result.name == result.name)


def _repeated(result: Value, block: Block) -> bool:
    """Whether another yield has the same name: only one of the two can be kept in it."""
    return sum(isinstance(y, Value) and y.name == result.name for y in block.yields) > 1
