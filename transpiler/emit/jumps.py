"""Restores ``break``, ``continue`` and ``return`` from exit flags.

The IR has no jumps: a loop with an exit yields a flag, and what follows the
loop tests what was flagged.  Where the flag is decided by the ``if`` that
stands last in the body, its arms end in jumps instead:

    stop, s = if(c) {yield True, s} {yield False, s1}        if c:
    yield stop, s                                      ->        break
                                                             s += x[i]

The result is for emission only: ``break`` and ``return`` are ops that end
their block, and the yields of a block that is left by one are UNREACHABLE.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from adgen.transpiler.emit.logic import is_logic, simplified
from adgen.transpiler.emit.order import order_of
from adgen.transpiler.emit.returns import Returns
from adgen.transpiler.emit.selects import is_select
from adgen.transpiler.emit.storage import carried_args, lead
from adgen.transpiler.emit.terminators import BREAK, UNREACHABLE
from adgen.transpiler.emit.unused import drop_unused
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value, are_same
from adgen.transpiler.ir.rewrite import substitute_op, with_body

Known = dict[Value, Operand]


@dataclass(frozen=True, eq=False, slots=True)
class _Path:
    """One way to the end of a loop's body: its ops, and the carried values if it gets there."""

    ops: tuple[Op, ...]
    carried: tuple[Operand, ...] | None


def restore_jumps(function: Function) -> Function:
    """The function with jumps where exit flags allow it."""
    jumps = _Jumps(function)
    function = with_body(function, jumps.run())
    kept = tuple(map(jumps.residual, function.residuals_out))
    if not are_same(kept, function.residuals_out):
        function = replace(function, residuals_out=kept)
    return drop_unused(function)


class _Jumps:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.order = order_of(function)
        self.known: Known = {}
        self.returns = Returns(function, self.order, self.known)

    def run(self) -> Block:
        """The body of the function with jumps."""
        body = self.function.body
        if self._splits(body.ops, body.yields):
            ops = self._finished(body.ops, body.yields)
            return Block(body.args, tuple(ops), (UNREACHABLE,) * len(body.yields))
        return body.with_(ops=self._ops(body.ops), yields=self._all(body.yields))

    def residual(self, kept: Operand | Slot) -> Operand | Slot:
        """What is handed to the backward function: by now a constant may be known for it."""
        return kept if isinstance(kept, Slot) else self._at(kept)

    # Early returns at the end of the function

    def _splits(self, ops: Sequence[Op], yields: Sequence[Operand]) -> bool:
        return bool(ops) and self.returns.ends_in(ops[-1], yields)

    def _finished(self, ops: Sequence[Op], yields: Sequence[Operand]) -> list[Op]:
        """Ops to the end of the function, with a return in each arm of a last ``if``."""
        if not self._splits(ops, yields):
            return [*self._ops(ops), self.returns.op(self._all(yields))]
        out, op = self._ops(ops[:-1]), ops[-1]
        cond = self._at(op.operands[0])
        arms = []
        for region in op.regions:
            arm = dict(zip(op.results, region.yields, strict=True))
            arms.append([arm.get(y, y) if isinstance(y, Value) else y for y in yields])
        if not isinstance(cond, Value):
            taken = 0 if cond else 1
            return out + self._finished(op.regions[taken].ops, arms[taken])
        regions = tuple(
            Block((), tuple(self._finished(region.ops, ends)), ())
            for region, ends in zip(op.regions, arms, strict=True)
        )
        return [*out, op.with_(operands=(cond,), regions=regions, results=())]

    # Ops in order, with what is known of flags

    def _at(self, operand: Operand) -> Operand:
        while isinstance(operand, Value) and operand in self.known:
            operand = self.known[operand]
        return operand

    def _all(self, operands: Sequence[Operand]) -> tuple[Operand, ...]:
        return tuple(self._at(o) for o in operands)

    def _ops(self, ops: Sequence[Op]) -> list[Op]:
        out: list[Op] = []
        for op in ops:
            out += self._op(op)
        return out

    def _op(self, op: Op) -> list[Op]:
        operands = self._all(op.operands)
        if is_logic(op):
            result = simplified(op.callee, operands)
            if result is not None:
                self.known[op.result] = result
                return []
        if op.callee == core.IF and isinstance(op.operands[0], Value):
            if not isinstance(operands[0], Value):
                return self._decided(op, op.regions[0 if operands[0] else 1])
        if op.callee in (core.FOR, core.WHILE):
            return [self._loop(op, operands)]
        regions = tuple(
            r.with_(ops=self._ops(r.ops), yields=self._all(r.yields)) for r in op.regions
        )
        if op.callee == core.IF:
            regions = tuple(
                _told(region, operands[0], holds)
                for region, holds in zip(regions, (True, False), strict=True)
            )
        new = op.with_(operands=operands, regions=regions)
        return [self._without_agreed(new) if op.callee == core.IF else new]

    def _without_agreed(self, op: Op) -> Op:
        """The ``if`` without results that are one constant in both arms."""
        then, orelse = op.regions
        kept = []
        for k, result in enumerate(op.results):
            y = then.yields[k]
            if not isinstance(y, Value) and _equal(y, orelse.yields[k]):
                self.known[result] = y
            else:
                kept.append(k)
        if len(kept) == len(op.results):
            return op
        regions = tuple(Block(r.args, r.ops, tuple(r.yields[k] for k in kept)) for r in op.regions)
        return op.with_(regions=regions, results=tuple(op.results[k] for k in kept))

    def _decided(self, op: Op, arm: Block) -> list[Op]:
        """The ops of the only arm of an ``if`` that is ever taken."""
        ops = self._ops(arm.ops)
        self.known.update(zip(op.results, self._all(arm.yields), strict=True))
        return ops

    # Loops

    def _loop(self, op: Op, operands: tuple[Operand, ...]) -> Op:
        body = op.regions[-1]
        before = tuple(
            r.with_(ops=self._ops(r.ops), yields=self._all(r.yields)) for r in op.regions[:-1]
        )
        path = None
        if op.attrs.get("exits"):
            path = self._split(op, body.ops, body.yields)
        if path is None:
            new = body.with_(ops=self._ops(body.ops), yields=self._all(body.yields))
            return op.with_(operands=operands, regions=(*before, new))
        ends = (UNREACHABLE,) * len(op.results) if path.carried is None else path.carried
        attrs = {name: value for name, value in op.attrs.items() if name != "exits"}
        regions = (*before, Block(body.args, path.ops, ends))
        return self._without_constants(op.with_(operands=operands, attrs=attrs, regions=regions))

    def _without_constants(self, op: Op) -> Op:
        """The loop without flags that nothing sets any more."""
        body = op.regions[-1]
        inits, heads = op.operands[lead(op) :], carried_args(op)
        jumps = [o for _, o in core.walk(body) if o.callee == BREAK and o.attrs["of"] == heads]
        read = _read_in(op.regions)
        kept = []
        for k, init in enumerate(inits):
            ends = [body.yields[k], *(jump.operands[k] for jump in jumps)]
            same = all(end is UNREACHABLE or _equal(end, init) for end in ends)
            mine = {r.args[len(r.args) - len(heads) + k] for r in op.regions}
            if same and not isinstance(init, Value) and not mine & read:
                self.known[op.results[k]] = init
            else:
                kept.append(k)
        regions = tuple(
            Block(
                (*r.args[: len(r.args) - len(heads)],
                 *(r.args[len(r.args) - len(heads) + k] for k in kept)),
                r.ops,
                tuple(r.yields[k] for k in kept) if r is body else r.yields,
            )
            for r in op.regions
        )  # fmt: skip
        operands = (*op.operands[: lead(op)], *(inits[k] for k in kept))
        results = tuple(op.results[k] for k in kept)
        return op.with_(operands=operands, regions=regions, results=results)

    def _split(
        self, loop: Op, ops: Sequence[Op], yields: Sequence[Operand]
    ) -> _Path | None:  # fmt: skip
        """The body with jumps in the arms of its last ``if``, if that decides the exit."""
        at = len(ops) - 1
        while at >= 0 and (is_logic(ops[at]) or _is_light(ops[at])):
            at -= 1
        if at < 0 or ops[at].callee != core.IF or is_select(ops[at], self.order):
            return None
        op, after = ops[at], ops[at + 1 :]
        if not _depends(yields[0], op, after):
            return None
        early, after = _independent(op, after)
        out = self._ops([*ops[:at], *early])
        cond = self._at(op.operands[0])
        paths = []
        for region in op.regions:
            arm: Known = dict(zip(op.results, region.yields, strict=True))
            more, ends = self._after(after, arm, yields)
            paths.append(self._path(loop, (*region.ops, *more), ends))
        return self._joined(loop, op, tuple(out), cond, paths)

    def _after(
        self, after: Sequence[Op], arm: Known, yields: Sequence[Operand]
    ) -> tuple[list[Op], list[Operand]]:
        """What follows the ``if``, as it is after one of its arms."""
        more: list[Op] = []
        for op in after:
            new = substitute_op(op, arm)
            result = simplified(new.callee, new.operands) if is_logic(op) else None
            if result is None:
                result = Value(op.result.type, op.result.name)
                more.append(new.with_(results=(result,)))
                self.order.uses[result] = self.order.uses.get(op.result, [])
            arm[op.result] = result
        return more, [arm.get(y, y) if isinstance(y, Value) else y for y in yields]

    def _path(self, loop: Op, ops: Sequence[Op], yields: Sequence[Operand]) -> _Path:
        """One arm: split again, or ended by a jump if it leaves the loop."""
        split = self._split(loop, ops, yields)
        if split is not None:
            return split
        out = self._ops(ops)
        flag, *carried = self._all(yields)
        if not isinstance(flag, Value):
            if not flag:
                return _Path(tuple(out), tuple(carried))
            return _Path((*out, self._leave(loop, carried)), None)
        leaving = [True if c is flag else c for c in carried]
        going_on = tuple(False if c is flag else c for c in carried)
        arms = (Block((), (self._leave(loop, leaving),), ()), Block((), (), ()))
        return _Path((*out, Op(core.IF, (flag,), {}, arms, (), loop.span, loop.role)), going_on)

    def _leave(self, loop: Op, carried: Sequence[Operand]) -> Op:
        """A return if nothing else happens after the loop on this path, else a break."""
        returned = self.returns.after(loop, carried)
        if returned is not None:
            return self.returns.op(returned)
        attrs: dict[str, Any] = {"of": carried_args(loop)}
        return Op(BREAK, tuple(carried), attrs, (), (), loop.span, loop.role)

    def _joined(
        self, loop: Op, op: Op, before: tuple[Op, ...], cond: Operand, paths: Sequence[_Path]
    ) -> _Path:
        """The ``if`` around two paths, with results for what they carry on differently."""
        reached = [path for path in paths if path.carried is not None]
        regions = [Block((), path.ops, ()) for path in paths]
        if not reached:
            return _Path((*before, op.with_(operands=(cond,), regions=tuple(regions), results=())),
                         None)  # fmt: skip
        carried: list[Operand] = []
        results: list[Value] = []
        varying: list[int] = []
        inside = {v for path in paths for _, o in core.walk(Block((), path.ops, ()))
                  for v in o.results}  # fmt: skip
        for k, arg in enumerate(carried_args(loop)):
            ends = [path.carried[k] for path in reached if path.carried is not None]
            if all(_equal(end, ends[0]) for end in ends) and ends[0] not in inside:
                carried.append(ends[0])
                continue
            result = Value(arg.type, arg.name)
            varying.append(k)
            results.append(result)
            carried.append(result)
        arms = tuple(
            Block((), path.ops, tuple(
                UNREACHABLE if path.carried is None else path.carried[k] for k in varying
            ))
            for path in paths
        )  # fmt: skip
        new = op.with_(operands=(cond,), regions=arms, results=tuple(results))
        return _Path((*before, new), tuple(carried))


def _told(region: Block, cond: Operand, holds: bool) -> Block:
    """An arm of an ``if`` that yields the condition: it is known there."""
    yields = tuple(holds if isinstance(y, Value) and y is cond else y for y in region.yields)
    return Block(region.args, region.ops, yields)


def _is_light(op: Op) -> bool:
    """Whether the op is a step of a counter or the like, which may stand in both arms."""
    light = op.callee in (operator.add, operator.sub, operator.mul)
    return light and core.is_scalar(op.result)


def _independent(op: Op, after: Sequence[Op]) -> tuple[list[Op], list[Op]]:
    """Ops after an ``if`` that may as well stand before it, and the others."""
    bound: set[Operand] = {*op.results, *op.operands, *_read_in(op.regions)}
    early: list[Op] = []
    late: list[Op] = []
    for other in after:
        if is_logic(other) or bound.intersection(v for v in other.operands if isinstance(v, Value)):
            late.append(other)
            bound.update(other.results)
        else:
            early.append(other)
    return early, late


def _depends(flag: Operand, op: Op, after: Sequence[Op]) -> bool:
    """Whether a flag is decided by an ``if`` and the logic after it."""
    reached = set(op.results)
    for other in after:
        if any(o in reached for o in other.operands if isinstance(o, Value)):
            reached.update(other.results)
    return isinstance(flag, Value) and flag in reached


def _read_in(regions: Sequence[Block]) -> set[Operand]:
    """All operands in regions, at any depth."""
    found: set[Operand] = set()
    for region in regions:
        found.update(region.yields)
        for _, op in core.walk(region):
            found.update(op.operands)
            for inner in op.regions:
                found.update(inner.yields)
    return found


def _equal(first: Operand, second: Operand) -> bool:
    if isinstance(first, Value) or isinstance(second, Value):
        return first is second
    return type(first) is type(second) and repr(first) == repr(second)
