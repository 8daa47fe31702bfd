"""Which arrays, by their names, are memory that a function itself has allocated."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.transpiler.emit.plan import Plan
from adgen.transpiler.emit.storage import Storage, is_spare
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.types import Array

_FRESH = (core.EMPTY, core.ZEROS, core.FULL_, core.COPY)


class OwnMemory:
    """Looks at where arrays of one planned function come from."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._storage: Storage | None = None
        self._in_slots: set[Value] | None = None
        self._named: dict[str, list[Value]] | None = None

    def is_own(self, array: Value) -> bool:
        """Whether an array is memory that the function itself has allocated, and all of it."""
        return all(self._is_made(root) for root in self._origins([array]))

    def is_apart(self, name: str, others: Iterable[str]) -> bool:
        """Whether a name always is an array of the function's own that no other name shares."""
        mine = self._origins(self._arrays(name))
        if not mine or not all(self._is_made(root) for root in mine) or mine & self._kept():
            return False
        return not any(mine & self._origins(self._arrays(other)) for other in others)

    def _kept(self) -> set[Value]:
        """The arrays that lie in slots, from which they are taken again under other names."""
        if self._in_slots is None:
            ops = [op for _, op in core.walk(self.plan.function.body) if op.callee == core.SAVE]
            saved = [op.operands[0] for op in ops]
            self._in_slots = self._origins(
                one for one in saved if isinstance(one, Value) and _is_array(one)
            )
        return self._in_slots

    def _is_made(self, root: Value) -> bool:
        op = self.plan.order.definition[root].op
        return op is not None and op.callee in _FRESH

    def _origins(self, arrays: Iterable[Value]) -> set[Value]:
        """The arrays whose memory these may be, also through views and copies that may be none."""
        if self._storage is None:
            self._storage = Storage(self.plan.function, self.plan.order)
        seen: set[Value] = set()
        pending = list(arrays)
        while pending:
            for root in self._storage.roots(pending.pop(), views=True) - seen:
                seen.add(root)
                op = self.plan.order.definition[root].op
                source = op.operands[0] if op is not None and is_spare(op) else None
                pending += [source] if isinstance(source, Value) else []
        return seen

    def _arrays(self, name: str) -> list[Value]:
        if self._named is None:
            self._named = {}
            for value, known in self.plan.naming.values.items():
                if _is_array(value) and value in self.plan.order.definition:
                    self._named.setdefault(known, []).append(value)
        return self._named.get(name, [])


def _is_array(value: Value) -> bool:
    return isinstance(value.type, Array)
