"""Statements for residual storage: locals, preallocated tapes, growing stacks."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from adgen.transpiler.emit import kernels, nodes
from adgen.transpiler.emit.elements import copy_elements
from adgen.transpiler.emit.expressions import Expressions
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.emit.plan import Plan
from adgen.transpiler.emit.storage import owns_result
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Slot, Value
from adgen.transpiler.ir.types import Array, Type

_STACK_SIZE = 64


class Slots:
    """Writes declare, save and load."""

    def __init__(self, plan: Plan, expressions: Expressions) -> None:
        self.plan = plan
        self.write = expressions

    def statements(self, op: Op) -> list[Stmt]:
        """The statements of an op on a slot."""
        if op.callee == core.DECLARE:
            return self._declare(op)
        if op.callee == core.SAVE:
            return self._save(op)
        return self._load(op)

    def _name(self, slot: Slot) -> str:
        return self.plan.naming.slots[slot]

    def _declare(self, op: Op) -> list[Stmt]:
        slot: Slot = op.attrs["slot"]
        name = nodes.store(self._name(slot))
        if slot.kind == "tape":
            extents = [self.write.count(o) for o in op.operands]
            return [nodes.assign(name, self._empty(extents, slot.type))]
        if isinstance(slot.type, Array):
            return [nodes.assign(name, nodes.list_())]
        buffer = self._empty([nodes.constant(_STACK_SIZE)], slot.type)
        top = nodes.store(self.plan.naming.tops[slot])
        return [nodes.assign(name, buffer), nodes.assign(top, nodes.constant(0))]

    def _empty(self, extents: list[Expr], kind: Type) -> Expr:
        if self.plan.style.numba:
            kernel = kernels.fresh(core.EMPTY, extents, kind.dtype)
            if kernel is not None:
                return kernel
        dtype = {} if kind.dtype == np.float64 else {"dtype": nodes.dtype(kind.dtype)}
        shape = extents[0] if len(extents) == 1 else nodes.tuple_(extents)
        return nodes.call("np.empty", shape, **dtype)

    def reserve(self, ops: Sequence[Op]) -> list[Stmt]:
        """Room for one more trip on tapes that are indexed by one counter and grow together."""
        counter = self.write.operand(ops[0].operands[0])
        names = [self._name(op.attrs["slot"]) for op in ops]
        full = nodes.compare(operator.eq, counter, nodes.call("len", nodes.load(names[0])))
        return [nodes.if_(full, [_doubled(name) for name in names])]

    def _save(self, op: Op) -> list[Stmt]:
        slot: Slot = op.attrs["slot"]
        value, *counters = op.operands
        name = self._name(slot)
        if slot.kind == "local":
            if isinstance(value, Value) and self.plan.naming.values.get(value) == name:
                return []
            return [nodes.assign(nodes.store(name), self.write.as_type(value, slot.type))]
        if slot.kind == "stack":
            return self._push(slot, value)
        whole = isinstance(slot.type, Array) and not core.is_scalar(value)
        if whole and self.plan.style.numba:
            return self._save_elements(op)
        place = nodes.subscript(nodes.load(name), self.write.operands(counters), nodes.Store())
        return [nodes.assign(place, self.write.as_type(value, slot.type))]

    def _save_elements(self, op: Op) -> list[Stmt]:
        """A row saved element by element: slice assignment is slow to compile."""
        value, *counters = op.operands
        slot: Slot = op.attrs["slot"]
        assert isinstance(slot.type, Array)
        row = self.plan.naming.fresh("row")
        first = nodes.assign(nodes.store(row), self.write.operand(value))
        place = nodes.load(self._name(slot))
        at = self.write.operands(counters)
        return [first, copy_elements(self.plan.naming, row, slot.type.ndim, place, at)]

    def _push(self, slot: Slot, value: Operand) -> list[Stmt]:
        name = self._name(slot)
        if isinstance(slot.type, Array):
            item = self.write.operand(value)
            if not self._fresh(value):
                item = nodes.method(item, "copy")
            return [nodes.statement(nodes.method(nodes.load(name), "append", item))]
        top = self.plan.naming.tops[slot]
        size = nodes.call("len", nodes.load(name))
        place = nodes.subscript(nodes.load(name), [nodes.load(top)], nodes.Store())
        return [
            nodes.if_(
                nodes.compare(operator.eq, nodes.load(top), size),
                [_doubled(name)],
            ),
            nodes.assign(place, self.write.as_type(value, slot.type)),
            nodes.increment(top, 1),
        ]

    def _fresh(self, value: Operand) -> bool:
        """Whether the value is an array that nothing else holds."""
        op = self.plan.folding.inline.get(value) if isinstance(value, Value) else None
        return op is not None and not op.regions and owns_result(op, self.plan.function)

    def _load(self, op: Op) -> list[Stmt]:
        """What must happen where the load stands; its value is an expression."""
        slot: Slot = op.attrs["slot"]
        if slot.kind != "stack" or self._is_list(slot):
            return []
        return [nodes.increment(self.plan.naming.tops[slot], -1)]

    def _is_list(self, slot: Slot) -> bool:
        """Whether the slot is a list that this function itself fills and empties."""
        return isinstance(slot.type, Array) and slot not in self.plan.function.residuals_in

    # Handing over

    def initial(self) -> list[Stmt]:
        """Locals that are handed over are bound on every path."""
        out = []
        for slot in self.plan.function.residuals_out:
            if isinstance(slot, Slot) and slot.kind == "local":
                name = nodes.store(self._name(slot))
                if isinstance(slot.type, Array):
                    nothing = self._empty([nodes.constant(0)] * slot.type.ndim, slot.type)
                    out.append(nodes.assign(name, nothing))
                else:
                    out.append(nodes.assign(name, self.write.as_type(0, slot.type)))
        return out

    def handed_over(self) -> Expr:
        """The tuple of residuals that a forward function returns."""
        items: list[Expr] = []
        for thing in self.plan.function.residuals_out:
            if isinstance(thing, Slot):
                items += [nodes.load(name) for name in self._names(thing)]
            else:
                items.append(self.write.operand(thing))
        return nodes.tuple_(items)

    def received(self) -> list[Stmt]:
        """The unpacking of the residuals in a backward function."""
        names: list[str] = []
        lists: list[Slot] = []
        for thing in self.plan.function.residuals_in:
            if isinstance(thing, Slot):
                names += self._names(thing)
                if thing.kind == "stack" and isinstance(thing.type, Array):
                    lists.append(thing)
            else:
                names.append(self.plan.naming.values[thing])
        if not names:
            return []
        targets = nodes.tuple_([nodes.store(name) for name in names], nodes.Store())
        out = [nodes.assign(targets, nodes.load("residuals"))]
        for slot in lists:
            length = nodes.call("len", nodes.load(self._name(slot)))
            out.append(nodes.assign(nodes.store(self.plan.naming.tops[slot]), length))
        return out

    def _names(self, slot: Slot) -> list[str]:
        if slot.kind == "stack" and not isinstance(slot.type, Array):
            return [self._name(slot), self.plan.naming.tops[slot]]
        return [self._name(slot)]


def _doubled(name: str) -> Stmt:
    """``name = np.concatenate((name, np.empty_like(name)))``."""
    more = nodes.call("np.empty_like", nodes.load(name))
    both = nodes.tuple_([nodes.load(name), more])
    return nodes.assign(nodes.store(name), nodes.call("np.concatenate", both))
