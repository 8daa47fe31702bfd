"""Derivatives that are handed out own their memory: no alias of an argument, a seed or each other.

Before:  ``x_bar = w; return x_bar``      After:  ``x_bar = w.copy(); return x_bar``
"""

from __future__ import annotations

from collections.abc import Collection

from adgen.transpiler.ir import core
from adgen.transpiler.ir.complex_parts import is_part
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder

_ALIASES = {core.GETITEM, core.BROADCAST, core.LOAD}


def own_results(function: Function, first: int) -> Function:
    """The function with arrays yielded from position ``first`` on copied unless fresh."""
    return _owning(function, range(first, len(function.body.yields)))


def keep_ownership(before: Function, after: Function) -> Function:
    """``after``, a lowering of ``before``, with copies of the results that it made to share memory.

    The loop level computes equal arrays once and drops copies; what is handed out must still
    be apart where it was apart.
    """
    fresh = _Freshness(before.body)
    yields = before.body.yields
    own = [k for k, y in enumerate(yields) if _is_array(y) and fresh(y) and y not in yields[:k]]
    return _owning(after, own)


def _owning(function: Function, positions: Collection[int]) -> Function:
    fresh = _Freshness(function.body)
    b = Builder(role=core.ADJOINT)
    yields: list[Operand] = []
    for k, operand in enumerate(function.body.yields):
        if k in positions and _is_array(operand) and (operand in yields or not fresh(operand)):
            assert isinstance(operand, Value)
            operand = b.emit(core.COPY, operand, name=operand.name)
        yields.append(operand)
    if not b.ops:
        return function
    body = function.body
    return with_body(function, Block(body.args, (*body.ops, *b.ops), tuple(yields)))


def _is_array(operand: Operand) -> bool:
    return isinstance(operand, Value) and isinstance(operand.type, Array)


class _Freshness:
    """Whether the storage of a value was surely allocated by the function itself."""

    def __init__(self, body: Block) -> None:
        self.defined: dict[Value, Op] = {}
        self.heads: dict[Value, tuple[Op, int]] = {}
        self.assumed: set[Value] = set()
        for _, op in core.walk(body):
            self.defined.update(dict.fromkeys(op.results, op))
            if op.callee in (core.FOR, core.WHILE):
                skip = 1 if op.callee == core.FOR else 0
                for k, arg in enumerate(op.regions[-1].args[skip:]):
                    self.heads[arg] = (op, k)

    def __call__(self, operand: Operand) -> bool:
        self.assumed = set()  # what a loop carries is assumed fresh while that is being shown
        return self._fresh(operand)

    def _fresh(self, operand: Operand) -> bool:
        if not isinstance(operand, Value) or operand in self.assumed:
            return True
        if operand in self.heads:
            return self._loop(operand, *self.heads[operand])
        op = self.defined.get(operand)
        if op is None or op.callee in _ALIASES or is_part(op):
            return False
        if op.callee == core.SUMTO and not op.attrs["axes"]:
            return False  # nothing to sum: the array itself
        if op.callee == core.IF:
            k = op.results.index(operand)
            return all(self._fresh(region.yields[k]) for region in op.regions)
        if op.callee in (core.FOR, core.WHILE):
            return self._loop(operand, op, op.results.index(operand))
        return True

    def _loop(self, value: Value, op: Op, k: int) -> bool:
        fixed, skip = (3, 1) if op.callee == core.FOR else (0, 0)
        lead = 1 if op.attrs.get("exits") else 0
        self.assumed |= {value, op.regions[-1].args[skip + k]}
        return self._fresh(op.operands[fixed + k]) and self._fresh(op.regions[-1].yields[lead + k])
