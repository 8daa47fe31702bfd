"""Residual planning: makes a joint function executable.

The backward sweep names primal values of forward regions.  All of them are
collected first; a minimum cut then chooses what is stored and what is
recomputed (cheap ops) from what is stored; stored values get slots, saved
where they are computed and loaded in the block that mirrors it.  See Naumann,
The Art of Differentiating Computer Programs, ch. 4 (to-be-recorded analysis),
and Moses et al., SC 2021 (minimum cut on the recomputation graph).
"""

from __future__ import annotations

import operator
from collections.abc import Iterable

from adgen.transpiler import optimisations
from adgen.transpiler.autodiff.mincut import minimum_cut
from adgen.transpiler.autodiff.scopes import Scopes
from adgen.transpiler.autodiff.slots import Layout, layout, reserve_ops, save_ops
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.table import find

_RECOMPUTED = {core.GETITEM, core.DIM, core.CAST, core.RANGELEN, core.ZEROS, core.FULL_}


def plan_residuals(function: Function) -> Function:
    """The function with every use of a value out of scope replaced by a load or a recomputation."""
    return with_body(function, _Planner(function).run())


class _Planner:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.scopes = Scopes(function)
        self.homes: dict[Value, Block] = {}
        self.needed: dict[Value, None] = {}
        self.before: dict[Block, dict[Op | None, list[Value]]] = {}
        self.required: set[Value] = set()
        self.stored: dict[Value, Layout] = {}
        self.new: dict[Value, Operand] = {}

    def run(self) -> Block:
        self._collect(self.function.body)
        self._store()
        for block, op, value in self._uses(self.function.body):
            self._require(value, block, op)
        declared: dict[tuple[Block, Op], list[Op]] = {}
        for plan in self.stored.values():
            declared.setdefault((plan.place, plan.before), []).extend(plan.declare)
        self.declared = declared
        return self._rewrite(self.function.body)

    def _store(self) -> None:
        """Choose and lay out what is stored, until the counters of the slots add no new need."""
        while True:
            self.stored = {
                value: layout(self.function, self.scopes, value, self.homes[value])
                for value in self._cut()
            }
            size = len(self.needed)
            for value, plan in self.stored.items():
                home = self.homes[value]
                for source in plan.counters_from:
                    if not self.scopes.in_scope(source, home):
                        self.needed[source] = None
                        self.homes.setdefault(source, self.scopes.home(source, home))
            if len(self.needed) == size:
                return

    # What is needed

    def _uses(self, block: Block) -> list[tuple[Block, Op | None, Value]]:
        """Uses of values that are out of scope: (block, op or None for a yield, value)."""
        found: list[tuple[Block, Op | None, Value]] = []
        self._note_uses(block, found)
        return found

    def _note_uses(self, block: Block, found: list[tuple[Block, Op | None, Value]]) -> None:
        for op in (*block.ops, None):
            for operand in block.yields if op is None else op.operands:
                if isinstance(operand, Value) and not self.scopes.in_scope(operand, block):
                    found.append((block, op, operand))
            for region in () if op is None else op.regions:
                self._note_uses(region, found)

    def _collect(self, body: Block) -> None:
        for block, _, value in self._uses(body):
            self.needed[value] = None
            self.homes[value] = self.scopes.home(value, block)

    def _inputs(self, value: Value, home: Block) -> list[Value] | None:
        """What recomputing a value needs from storage; None if it cannot be recomputed cheaply."""
        counted = self._counted(value)
        if self._is_index(value):
            op = self.scopes.around[self.scopes.block_of[value]][1]
            operands: tuple[Operand, ...] = (op.operands[0], op.operands[2])
            if not op.attrs.get("exits"):
                return []
        elif counted is not None:
            operands = self._trip_operands(value, counted)
        else:
            found = self.scopes.op_of.get(value)
            if found is None or not _cheap(found):
                return None
            operands = found.operands
        return [
            o for o in operands if isinstance(o, Value) and not self.scopes.in_scope(o, home)
        ]  # fmt: skip

    def _is_index(self, value: Value) -> bool:
        block = self.scopes.block_of[value]
        return (
            block in self.scopes.around
            and self.scopes.around[block][1].callee == core.FOR
            and block.args[0] is value
        )

    def _counted(self, value: Value) -> tuple[Operand, int] | None:
        """``(init, c)`` of a carried integer that every iteration raises by the constant ``c``."""
        block = self.scopes.block_of[value]
        if value.type.dtype.kind != "i" or block not in self.scopes.around:
            return None
        op = self.scopes.around[block][1]
        fixed, skip = (3, 1) if op.callee == core.FOR else (0, 0)
        if op.callee == core.IF or block is not op.regions[-1] or value not in block.args[skip:]:
            return None
        k = block.args.index(value) - skip
        end = block.yields[(1 if op.attrs.get("exits") else 0) + k]
        step = self.scopes.op_of.get(end) if isinstance(end, Value) else None
        if step is None or step.callee is not operator.add or step.operands[0] is not value:
            return None
        by = step.operands[1]
        return (op.operands[fixed + k], by) if type(by) is int else None

    def _trip_operands(self, value: Value, counted: tuple[Operand, int]) -> tuple[Operand, ...]:
        """What the current number of such a counter is computed from."""
        op = self.scopes.around[self.scopes.block_of[value]][1]
        if op.callee == core.WHILE or op.attrs.get("exits"):
            return (counted[0],)
        return (counted[0], op.operands[0], op.operands[2])

    def _cut(self) -> list[Value]:
        """The values to store."""
        cost: dict[Value, int] = {}
        edges: list[tuple[Value, Value]] = []
        sources: list[Value] = []
        pending = list(self.needed)
        while pending:
            value = pending.pop()
            if value in cost:
                continue
            home = self.homes[value]
            cost[value] = self._price(value)
            inputs = self._inputs(value, home)
            if inputs is None:
                sources.append(value)
                continue
            for source in inputs:
                edges.append((source, value))
                self.homes.setdefault(source, self.scopes.home(source, home))
                pending.append(source)
        chosen = minimum_cut(cost, edges, sources, self.needed)
        return [value for value in cost if value in chosen]

    def _price(self, value: Value) -> int:
        """Estimated bytes: every loop around and every axis counts sixteenfold."""
        depth = len(self.scopes.loops_between(self.scopes.top, self.scopes.block_of[value]))
        axes = value.type.ndim if isinstance(value.type, Array) else 0
        return int(value.type.dtype.itemsize * 16 ** (depth + axes))

    # Where it is needed

    def _require(self, value: Value, block: Block, op: Op | None) -> None:
        """Note that ``value`` must be at hand in its home before ``op`` of ``block``.

        Uses come in the order of the program: what is at hand for one is so for all that follow.
        """
        if value in self.required:
            return
        self.required.add(value)
        home = self.homes[value]
        position = op if block is home else self.scopes.op_containing(home, block)
        places = self.before.setdefault(home, {}).setdefault(position, [])
        if value in self.stored:
            sources: Iterable[Value] = self.stored[value].counters_from
        else:
            sources = self._inputs(value, home) or ()
        for source in sources:
            if not self.scopes.in_scope(source, home):
                self.homes.setdefault(source, self.scopes.home(source, home))
                self._require(source, home, position)
        places.append(value)

    # The rewrite

    def _rewrite(self, block: Block) -> Block:
        ops: list[Op] = reserve_ops(block, self.stored.values())
        for arg in block.args:
            ops += self._saves(arg)
        wanted = self.before.get(block, {})
        for op in block.ops:
            for value in wanted.get(op, ()):
                self._materialise(value, block, ops)
            ops += self.declared.get((block, op), ())
            ops.append(self._op(op, block))
            for result in op.results:
                ops += self._saves(result)
        for value in wanted.get(None, ()):
            self._materialise(value, block, ops)
        yields = tuple(self._operand(y, block) for y in block.yields)
        return Block(block.args, tuple(ops), yields)

    def _saves(self, value: Value) -> list[Op]:
        return save_ops(value, self.stored[value]) if value in self.stored else []

    def _op(self, op: Op, block: Block) -> Op:
        operands = tuple(self._operand(o, block) for o in op.operands)
        return op.with_(operands=operands, regions=tuple(self._rewrite(r) for r in op.regions))

    def _operand(self, operand: Operand, block: Block) -> Operand:
        if not isinstance(operand, Value) or self.scopes.in_scope(operand, block):
            return operand
        return self.new[operand]

    def _materialise(self, value: Value, home: Block, ops: list[Op]) -> None:
        """Load or recompute a primal value in the block that mirrors its own."""
        if value in self.new:
            return
        b = Builder(role=core.ADJOINT)
        if value in self.stored:
            plan = self.stored[value]
            counters = plan.counters(b, lambda operand: self._at_home(operand, home))
            self.new[value] = b.emit(core.LOAD, *counters, slot=plan.slot, name=value.name)
        elif self._is_index(value):
            self.new[value] = self._index(b, value, home)
        elif (counted := self._counted(value)) is not None:
            self.new[value] = self._count(b, value, counted, home)
        else:
            op = self.scopes.op_of[value]
            operands = tuple(self._operand(o, home) for o in op.operands)
            copy = Value(value.type, value.name)
            b.add(op.with_(operands=operands, results=(copy,), role=core.ADJOINT))
            self.new[value] = copy
        ops += b.ops

    def _at_home(self, operand: Operand, home: Block) -> Operand:
        """A forward operand (also a loop index) as it is called in a backward block."""
        if not isinstance(operand, Value) or self.scopes.in_scope(operand, home):
            return operand
        if operand in self.new:
            return self.new[operand]
        return self._index(Builder(role=core.ADJOINT), operand, home)

    def _index(self, b: Builder, index: Value, home: Block) -> Operand:
        """The index of a forward loop in the loop that mirrors it."""
        op = self.scopes.around[self.scopes.block_of[index]][1]
        trip = self.scopes.home(index, home).args[0]
        if not op.attrs.get("exits"):
            return trip
        start, step = (self._at_home(op.operands[k], home) for k in (0, 2))
        return b.emit(operator.add, start, b.emit(operator.mul, trip, step))

    def _count(
        self, b: Builder, value: Value, counted: tuple[Operand, int], home: Block
    ) -> Operand:
        """A counter in the loop that mirrors its own: init + c * trip."""
        op = self.scopes.around[self.scopes.block_of[value]][1]
        trip: Operand = self.scopes.home(value, home).args[0]
        if op.callee == core.FOR and not op.attrs.get("exits"):
            start, _, step = op.operands[:3]
            shifted = b.emit(operator.sub, trip, self._at_home(start, home))
            trip = b.emit(operator.floordiv, shifted, self._at_home(step, home))
        init, by = counted
        raised = b.emit(operator.mul, trip, by)
        return b.emit(operator.add, raised, self._at_home(init, home), name=value.name)


def _cheap(op: Op) -> bool:
    """Whether an op is recomputed rather than stored."""
    if op.regions or len(op.results) != 1:
        return False
    is_float = core.is_scalar(op.result) and op.result.type.dtype.kind == "f"
    if is_float and not optimisations.enabled(optimisations.MINIMUM_CUT):
        return False
    if isinstance(op.callee, str):
        return op.callee in _RECOMPUTED
    if op.result.type.dtype.kind in "ib" and all(core.is_scalar(o) for o in op.operands):
        return True
    entry = find(op.callee)
    return entry is not None and entry.cheap
