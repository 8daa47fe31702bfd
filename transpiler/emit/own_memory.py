"""Which arrays, by their names, are memory that a function itself has allocated."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

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
        self._of_name: dict[str, set[Value]] = {}

    def is_own(self, array: Value) -> bool:
        """Whether an array is memory that the function itself has allocated, and all of it."""
        return all(self._is_made(root) for root in self._origins([array]))

    def is_apart(self, name: str, others: Iterable[str]) -> bool:
        """Whether a name always is an array of the function's own that no other name shares."""
        mine = self._behind(name)
        if not mine or not all(self._is_made(root) for root in mine) or mine & self._kept:
            return False
        return not any(mine & self._behind(other) for other in others)

    def _behind(self, name: str) -> set[Value]:
        """The arrays whose memory a name may stand for."""
        if name not in self._of_name:
            self._of_name[name] = self._origins(self._arrays.get(name, ()))
        return self._of_name[name]

    def _is_made(self, root: Value) -> bool:
        op = self.plan.order.definition[root].op
        return op is not None and op.callee in _FRESH

    def _origins(self, arrays: Iterable[Value]) -> set[Value]:
        """The arrays whose memory these may be, also through views and copies that may be none."""
        seen: set[Value] = set()
        pending = list(arrays)
        while pending:
            for root in self._storage.roots(pending.pop(), views=True) - seen:
                seen.add(root)
                op = self.plan.order.definition[root].op
                source = op.operands[0] if op is not None and is_spare(op) else None
                pending += [source] if isinstance(source, Value) else []
        return seen

    @cached_property
    def _storage(self) -> Storage:
        return Storage(self.plan.function, self.plan.order)

    @cached_property
    def _kept(self) -> set[Value]:
        """The arrays that lie in slots, from which they are taken again under other names."""
        saves = [op for _, op in core.walk(self.plan.function.body) if op.callee == core.SAVE]
        values = [op.operands[0] for op in saves]
        return self._origins(one for one in values if isinstance(one, Value) and _is_array(one))

    @cached_property
    def _arrays(self) -> dict[str, list[Value]]:
        """The arrays that each name stands for."""
        found: dict[str, list[Value]] = {}
        for value, name in self.plan.naming.values.items():
            if _is_array(value) and value in self.plan.order.definition:
                found.setdefault(name, []).append(value)
        return found


def _is_array(value: Value) -> bool:
    return isinstance(value.type, Array)
