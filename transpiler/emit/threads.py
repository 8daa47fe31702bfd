"""Which loops run on threads, and who has what in them, by names; see ``outlined.py``."""

from __future__ import annotations

from adgen.transpiler.emit.exposure import stores
from adgen.transpiler.emit.nodes import Stmt
from adgen.transpiler.emit.outlined import Outlined, Shared
from adgen.transpiler.emit.own_memory import OwnMemory
from adgen.transpiler.emit.plan import Plan
from adgen.transpiler.emit.reserved import local_name
from adgen.transpiler.emit.storage import carried_args
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.threads import ATTRIBUTE, Threads


class Chunks:
    """Writes the functions of chunks of one planned function, and their calls."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names = plan.naming.values
        self.functions: list[Stmt] = []
        self.zeros: dict[Value, Stmt] = {}  # where arrays of zeros are made
        self.memory = OwnMemory(plan)

    def on_threads(self, op: Op, loop: Stmt) -> list[Stmt]:
        """The statements of a loop, which is to be called in chunks if its op is marked."""
        mark: Threads | None = op.attrs.get(ATTRIBUTE)
        shared = None if mark is None else self._shared(op, mark, loop)
        if mark is None or shared is None:
            return [loop]
        if not mark.nested:
            shared.cleared = self._cleared(op, mark, shared)
            shared.unset = self._unset(op, mark, shared)
        outlined = Outlined(self.plan.naming, op, loop, shared)
        function, statements = outlined.statements(self._name(), mark.nested)
        self.functions.append(function)
        return statements

    def _name(self) -> str:
        """A name for one more function."""
        base = f"{local_name(self.plan.function.name)}_chunk"
        number = len(self.functions)
        return f"{base}{number + 1}" if number else base

    def _cleared(self, op: Op, mark: Threads, shared: Shared) -> dict[str, int]:
        """Arrays of zeros that chunks clear, each its rows: they are made without zeros."""
        found = {}
        for arg, init in zip(carried_args(op), op.operands[3:], strict=True):
            if arg not in mark.rows or op.operands[2] not in (1, -1):
                continue
            name = self.names[arg]
            if name in shared.distinct and self._is_left_unset(init, name):
                found[name] = mark.rows[arg]
        return found

    def _unset(self, op: Op, mark: Threads, shared: Shared) -> set[str]:
        """Arrays of zeros that all add to: the first chunk clears them, rather than their maker."""
        pairs = zip(carried_args(op), op.operands[3:], strict=True)
        known = {self.names[arg]: init for arg, init in pairs if arg in mark.added}
        return {name for name in shared.added if self._is_left_unset(known[name], name)}

    def _is_left_unset(self, init: Operand, name: str) -> bool:
        """Whether an array of zeros was made for this loop alone, and is made without zeros now."""
        if not isinstance(init, Value) or init not in self.zeros or self.names[init] != name:
            return False
        made = self.zeros[init]
        if len(self.plan.order.uses[init]) != 1:
            return False
        kind = getattr(made.value.func, "id", "")
        if not kind.startswith("zeros_"):
            return False
        made.value.func.id = kind.replace("zeros_", "empty_")
        return True

    def _shared(self, op: Op, mark: Threads, loop: Stmt) -> Shared | None:
        """Who has what, by names; None where a name that all share would be bound anew."""
        found = Shared()
        bound = set(stores([loop]))
        for arg, end in zip(carried_args(op), op.regions[0].yields, strict=True):
            name = self.names.get(arg)
            if name is None:
                continue
            if arg in mark.sums:
                found.sums.append((name, arg.type.dtype))
            elif arg in mark.scratch:
                found.scratch.append(name)
            elif name in bound or not (end is arg or arg in mark.added | mark.shared):
                return None
            elif end is not arg and self.memory.is_own(arg):
                (found.added if arg in mark.added else found.distinct).append(name)
            elif arg in mark.added and end is not arg:
                return None
        declared = {
            o.attrs["slot"] for _, o in core.walk(op.regions[0]) if o.callee == core.DECLARE
        }
        for slot in sorted(mark.slots - declared, key=lambda slot: self.plan.naming.slots[slot]):
            if slot.kind == "tape":
                found.scratch.append(self.plan.naming.slots[slot])
        return found
