"""Coalescing: values that are one variable.

Carried values of a loop and what feeds them, the arms of an ``if`` and its
result, an array before and after a write in place share a variable unless
they are needed at the same time or the user gave them different names.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from adgen.transpiler.emit.liveness import Liveness
from adgen.transpiler.emit.order import Order
from adgen.transpiler.emit.ranges import Ranges
from adgen.transpiler.emit.storage import carried_args, first_yield, is_write, lead
from adgen.transpiler.emit.terminators import BREAK
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op, Operand, Value
from adgen.transpiler.ir.types import Array, Type

TypeKey = tuple[str, int]


def type_key(kind: Type) -> TypeKey:
    """What a variable's type is to Numba: dtype and rank."""
    return kind.dtype.str, kind.ndim if isinstance(kind, Array) else 0


@dataclass(eq=False)
class Web:
    """One variable: its values, when it is needed, and the names it was given."""

    members: list[Value]
    ranges: Ranges
    key: TypeKey
    names: dict[str, int] = field(default_factory=dict)
    fixed: bool = False  # a parameter

    @property
    def first(self) -> int:
        """The first position at which the variable is needed."""
        return self.ranges.items[0][0]

    @property
    def hint(self) -> str:
        """The name that most of its values were given."""
        return max(self.names, key=lambda name: self.names[name]) if self.names else ""


class Webs:
    """The variables of a function."""

    def __init__(self, function: Function, order: Order, liveness: Liveness) -> None:
        self.of: dict[Value, Web] = {}
        for value in order.definition:
            if value not in liveness.ranges:
                continue  # it is written where it is used
            own = Ranges()
            own.update(liveness.ranges[value])
            names = {value.name: 1} if value.name else {}
            self.of[value] = Web([value], own, type_key(value.type), names)
        for param in function.params:
            self.of[param].fixed = True
        ops = [op for _, op in core.walk(function.body)]
        for op in ops:
            if op.callee == core.WHILE:
                for arg, other in zip(op.regions[0].args, op.regions[1].args, strict=True):
                    self._merge(self.of[arg], self.of[other])
        for op in ops:
            if is_write(op):  # in a loop, one buffer is one variable whatever it is called
                self._join(op.operands[0], op.result, order.place[op].loop is not None)
        for op in ops:
            if op.callee in (core.FOR, core.WHILE):
                self._loop(op)
        for op in ops:
            if op.callee == BREAK:
                for target, operand in zip(op.attrs["of"], op.operands, strict=True):
                    self._join(target, operand)
        for op in ops:
            if op.callee == core.IF:
                for region in op.regions:
                    for result, y in zip(op.results, region.yields, strict=True):
                        self._join(result, y)

    def _loop(self, op: Op) -> None:
        inits = op.operands[lead(op) :]
        ends = op.regions[-1].yields[first_yield(op) :]
        for arg, result in zip(carried_args(op), op.results, strict=True):
            self._join(arg, result)
        for arg, end in zip(carried_args(op), ends, strict=True):
            self._join(arg, end)
        for arg, init in zip(carried_args(op), inits, strict=True):
            self._join(arg, init)

    def _join(self, first: Operand, second: Operand, renames: bool = False) -> None:
        """Make two values one variable if that is possible.

        ``renames``: even if they were given different names.
        """
        a = self.of.get(first) if isinstance(first, Value) else None
        b = self.of.get(second) if isinstance(second, Value) else None
        if a is None or b is None or a is b or a.key != b.key:
            return
        if a.hint != b.hint and (a.hint and b.hint and not renames or a.fixed or b.fixed):
            return
        if a.fixed and b.fixed or a.ranges.overlaps(b.ranges):
            return
        self._merge(a, b)

    def _merge(self, a: Web, b: Web) -> None:
        if a is b:
            return
        if len(a.members) < len(b.members):
            a, b = b, a
        a.members += b.members
        a.ranges.update(b.ranges)
        a.fixed |= b.fixed
        for name, count in b.names.items():
            a.names[name] = a.names.get(name, 0) + count
        for value in b.members:
            self.of[value] = a

    def all(self) -> list[Web]:
        """Every variable: parameters, then named ones, then the others, each by position."""
        found = list(dict.fromkeys(self.of.values()))
        return sorted(found, key=lambda web: (not web.fixed, not web.names, web.first))
