"""What a function returns on a path, as far as that is known before the path ends."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.transpiler.emit.logic import is_logic, simplified
from adgen.transpiler.emit.order import Order, Place
from adgen.transpiler.emit.selects import is_select
from adgen.transpiler.emit.storage import first_yield
from adgen.transpiler.emit.terminators import RETURN
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value

_UNKNOWN = object()
_PURE = frozenset({core.GETITEM, core.DIM, core.CAST, core.RANGELEN})


class Returns:
    """Follows paths from the exit of a loop to the end of the function."""

    def __init__(self, function: Function, order: Order, known: dict[Value, Operand]) -> None:
        self.function = function
        self.order = order
        self.known = known
        self._tested = False
        self.allowed = not function.writes and not function.residuals_out

    def op(self, yields: Sequence[Operand]) -> Op:
        """A return statement."""
        return Op(RETURN, tuple(yields))

    def ends_in(self, op: Op, yields: Sequence[Operand]) -> bool:
        """Whether the function ends in an ``if`` whose arms may return by themselves."""
        if not self.allowed or op.callee != core.IF or is_select(op, self.order):
            return False
        direct = {y for y in yields if isinstance(y, Value)}
        once = all(len(self.order.uses.get(r, ())) == 1 for r in op.results)
        unnamed = all(not r.name for r in op.results)
        return bool(op.results) and unnamed and once and direct >= set(op.results)

    def after(self, loop: Op, results: Sequence[Operand]) -> tuple[Operand, ...] | None:
        """What is returned if the loop ends with these results and nothing else happens.

        None also where a break leads there just as well: no flag is tested on the way.
        """
        if not self.allowed:
            return None
        env: dict[Value, object] = dict(zip(loop.results, results, strict=True))
        self._tested = False
        at: Op | None = loop
        while at is not None:
            place = self.order.place[at]
            if not self._run(self._rest(place, at), env):
                return None
            if place.op is None:
                ends = [self._value(y, env) for y in place.block.yields]
                if any(end is _UNKNOWN for end in ends) or not self._tested:
                    return None
                return tuple(ends)  # type: ignore[arg-type]
            if not self._leave(place, env):
                return None
            at = place.op
        return None

    def _leave(self, place: Place, env: dict[Value, object]) -> bool:
        """Go from the end of a block to what follows its op; False if that is not certain."""
        op = place.op
        assert op is not None
        yields = [self._value(y, env) for y in place.block.yields]
        if op.callee != core.IF:
            if not op.attrs.get("exits") or place.region != len(op.regions) - 1:
                return False
            if yields[0] is not True:
                return False
            self._tested = True
        env.update(zip(op.results, yields[first_yield(op) :], strict=True))
        return True

    def _rest(self, place: Place, op: Op) -> Sequence[Op]:
        ops = place.block.ops
        return ops[ops.index(op) + 1 :]

    def _value(self, operand: Operand, env: dict[Value, object]) -> object:
        while isinstance(operand, Value):
            if operand in env:
                found = env[operand]
                if found is operand or not isinstance(found, Value):
                    return found
                operand = found
            elif operand in self.known:
                operand = self.known[operand]
            else:
                return operand
        return operand

    def _run(self, ops: Sequence[Op], env: dict[Value, object]) -> bool:
        """Follow ops that have no effect; False if one might have, or an ``if`` is undecided."""
        for op in ops:
            operands = [self._value(o, env) for o in op.operands]
            if op.callee == core.IF:
                if isinstance(operands[0], Value) or operands[0] is _UNKNOWN:
                    return False
                self._tested = True
                if not self._arm(op, op.regions[0 if operands[0] else 1], env):
                    return False
                continue
            if isinstance(op.callee, str) and op.callee not in _PURE:
                return False
            result: object = _UNKNOWN
            if is_logic(op) and not any(o is _UNKNOWN for o in operands):
                found = simplified(op.callee, operands)  # type: ignore[arg-type]
                result = _UNKNOWN if found is None else found
            env.update(dict.fromkeys(op.results, result))
        return True

    def _arm(self, op: Op, arm: Block, env: dict[Value, object]) -> bool:
        if not self._run(arm.ops, env):
            return False
        env.update(zip(op.results, [self._value(y, env) for y in arm.yields], strict=True))
        return True
