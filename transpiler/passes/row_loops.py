"""Loops that hand on a table row by row become one.

Before:  ``for k in range(n): t[k, :] = …``  and later  ``for i in range(n): … t[i, :] …``
After:   ``for k in range(n): t[k, :] = …; … t[k, :] …``

Rows that are gathered, computed with and scattered are such loops.  In one loop each row is in
the cache, and the table is then one row (``local_writes.py``).  Loops over numbers alone are
merged by ``delayed_loops.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.rewrite import substitute, substitute_op, with_body
from adgen.transpiler.ir.threads import ATTRIBUTE
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.local_writes import Uses, own_uses
from adgen.transpiler.passes.neighbours import uses_in
from adgen.transpiler.passes.own_places import agreeing

_WRITES = (core.SETITEM, core.ADDITEM, core.ACCUM)
_FRESH = (core.ZEROS, core.EMPTY)


def merge_row_loops(function: Function) -> Function:
    """The function with loops merged where a table made for that is all that they share."""
    return with_body(function, _Rows(function).block(function.body, {}))


class _Rows:
    def __init__(self, function: Function) -> None:
        self.uses = uses_in(function)

    def block(self, block: Block, same: Mapping[Operand, Value]) -> Block:
        ops = list(block.ops)
        second = 0
        while second < len(ops):
            merged = None
            if _may_merge(ops[second]):
                known = agreeing(tuple(ops[:second]), same)
                for first in range(second - 1, -1, -1):
                    pair = _Pair(self.uses, ops, first, second, known)
                    if _may_merge(ops[first]) and pair.is_right():
                        merged = pair.merged()
                        break
            ops, second = (merged, 0) if merged is not None else (ops, second + 1)
        inside = agreeing(tuple(ops), same)
        done = [op.with_(regions=tuple(self.block(r, inside) for r in op.regions)) for op in ops]
        return Block(block.args, tuple(done), block.yields)


def _may_merge(op: Op) -> bool:
    return (
        op.callee == core.FOR
        and op.operands[0] == 0
        and op.operands[2] == 1
        and not op.attrs.get("exits")
        and ATTRIBUTE not in op.attrs
    )


class _Pair:
    """Two loops of one list of ops; the merged loop takes the place of the later one."""

    def __init__(
        self, uses: Counter[Value], ops: list[Op], first: int, second: int,
        same: Mapping[Operand, Value],
    ) -> None:  # fmt: skip
        self.uses, self.ops, self.same = uses, ops, same
        self.first, self.second = ops[first], ops[second]
        self.before, self.after = ops[:first], ops[second + 1 :]
        self.between = ops[first + 1 : second]
        needed = set(core.uses_of(self.second))
        self.shared = [k for k, r in enumerate(self.first.results) if r in needed]

    def is_right(self) -> bool:
        """Whether both may run as one loop, and a table becomes a row by that."""
        return (
            bool(self.shared)
            and self._one_range()
            and (_has_loop(self.first) or _has_loop(self.second))
            and all(self._is_handed_on(k) for k in self.shared)
            and self._is_free_between()
            and _effects_apart(self.first, self.second)
        )

    def _one_range(self) -> bool:
        one, two = self.first.operands[1], self.second.operands[1]
        return one is two or self.same.get(one, one) is self.same.get(two, two)

    def _is_handed_on(self, k: int) -> bool:
        """Whether a result is a table for these loops alone, each trip at its own row."""
        table, init = self.first.results[k], self.first.operands[3 + k]
        origin = next((op for op in self.before if init in op.results), None)
        if origin is None or origin.callee not in _FRESH or not isinstance(table.type, Array):
            return False
        if self._users(init, self.first) or self._users(table, self.second):
            return False
        wrote = own_uses(self.first.regions[0], self.first.regions[0].args[1 + k], k)
        read = self._second_uses(table)
        return bool(wrote and read and wrote.axes and read.axes and wrote.axes & read.axes)

    def _users(self, value: Value | Operand, by: Op) -> bool:
        """Whether a value is used by more than one op, but for its extents."""
        assert isinstance(value, Value)
        mine = [op for op in self.ops if value in core.uses_of(op) and op.callee != core.DIM]
        extents = sum(op.callee == core.DIM and op.operands[0] is value for op in self.ops)
        inside = Counter(_all_uses(by))[value]
        return mine != [by] or self.uses[value] != inside + extents

    def _second_uses(self, table: Value) -> Uses | None:
        """What the later loop does with the table."""
        body = self.second.regions[0]
        places = [k for k, init in enumerate(self.second.operands[3:]) if init is table]
        free = table in core.free_values(body)
        if len(places) + free != 1:
            return None
        if places:
            return own_uses(body, body.args[1 + places[0]], places[0])
        uses = Uses(body.args[0], table)
        return uses if uses.block(body, {table}) else None

    def _is_free_between(self) -> bool:
        """Whether what lies between can go ahead of both loops, or behind them."""
        ahead, behind = self._parted()
        kept = _slots(self.first) | _slots(self.second)
        if any(kept & _slots(op) for op in self.between if op.callee != core.DECLARE):
            return False
        made = {result for op in behind for result in op.results}
        used = {v for v in core.uses_of(self.second) if isinstance(v.type, Array)}
        if made & set(core.uses_of(self.second)) or any(o.callee in core.EFFECTS for o in behind):
            return False
        read = {v for v in core.uses_of(self.first) if isinstance(v.type, Array)}
        if any(read & _written(op) for op in ahead):
            return False
        taken = _written(self.second) - set(self.first.results)
        if any(taken & set(core.uses_of(op)) for op in behind) or taken & read:
            return False
        return not used & _written(self.first)

    def _parted(self) -> tuple[list[Op], list[Op]]:
        """What lies between: what does not depend on the earlier loop, and what does.

        Nothing overtakes an op of the second kind that works on a slot of its, or uses an array
        that it writes.
        """
        late: set[Value] = set(self.first.results)
        slots: set[Slot] = set()
        used: set[Value] = set()
        ahead: list[Op] = []
        behind: list[Op] = []
        tables = {self.first.results[k] for k in self.shared}
        for op in self.between:
            extent = op.callee == core.DIM and op.operands[0] in tables
            free = late.isdisjoint(core.uses_of(op)) and used.isdisjoint(_written(op))
            if extent or (free and slots.isdisjoint(_slots(op))):
                ahead.append(op)
            else:
                behind.append(op)
                late.update(op.results)
                used.update(core.uses_of(op))
                slots.update(_slots(op))
        return ahead, behind

    def merged(self) -> list[Op]:
        """All ops, with one loop in the place of two."""
        first, second = self.first, self.second
        one, two = first.regions[0], second.regions[0]
        ends = {first.results[k]: one.yields[k] for k in self.shared}
        mapping: dict[Value, Operand] = {two.args[0]: one.args[0], **ends}
        carried = dict(enumerate(zip(first.operands[3:], one.args[1:], strict=True)))
        rows = [(init, arg, one.yields[k], first.results[k]) for k, (init, arg) in carried.items()]
        place = {first.results[k]: k for k in self.shared}
        later = []
        for k, init in enumerate(second.operands[3:]):
            end, result = two.yields[k], second.results[k]
            if isinstance(init, Value) and init in place:
                mapping[two.args[1 + k]] = ends[init]
                rows[place[init]] = (*rows[place[init]][:2], end, result)
            else:
                later.append((init, two.args[1 + k], end, result))
        rows += later
        body = substitute(Block((), two.ops, tuple(row[2] for row in rows)), mapping)
        block = Block((one.args[0], *(row[1] for row in rows)), (*one.ops, *body.ops), body.yields)
        loop = first.with_(
            operands=(0, second.operands[1], 1, *(row[0] for row in rows)),
            regions=(block,),
            results=tuple(row[3] for row in rows),
        )
        extents = {first.results[k]: first.operands[3 + k] for k in self.shared}
        ahead, behind = self._parted()
        rest = [*ahead, loop, *behind, *self.after]
        return [*self.before, *(op if op is loop else substitute_op(op, extents) for op in rest)]


def _has_loop(loop: Op) -> bool:
    return any(op.callee == core.FOR for _, op in core.walk(loop.regions[0]))


def _all_uses(op: Op) -> list[Value]:
    """Every use of a value by an op and in its regions."""
    found = [o for o in op.operands if isinstance(o, Value)]
    for region in op.regions:
        found += [y for y in region.yields if isinstance(y, Value)]
        for inner in region.ops:
            found += _all_uses(inner)
    return found


def _written(op: Op) -> set[Value]:
    """Arrays around an op that it takes over to write them."""
    inits = op.operands[:1] if op.callee in _WRITES else op.operands if op.regions else ()
    taken = {o for o in inits if isinstance(o, Value) and isinstance(o.type, Array)}
    for region in op.regions:
        inside = set(region.args) | {r for inner in region.ops for r in inner.results}
        taken |= {v for inner in region.ops for v in _written(inner)} - inside
    return taken


def _effects_apart(first: Op, second: Op) -> bool:
    """Whether neither loop does more than compute, save and load, on slots of its own."""
    ops = [op for loop in (first, second) for _, op in core.walk(loop.regions[0])]
    other = core.EFFECTS - {core.SAVE} | {core.WHILE}
    return all(op.callee not in other for op in ops) and not _slots(first) & _slots(second)


def _slots(op: Op) -> set[Slot]:
    """The slots that an op or what is in it works on."""
    ops = [op, *(inner for region in op.regions for _, inner in core.walk(region))]
    return {op.attrs["slot"] for op in ops if "slot" in op.attrs}
