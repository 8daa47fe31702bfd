"""About how many nanoseconds statements take, as an expression of what is known before they run."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence, Set

import gast

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr, Stmt

# In quarters of a nanosecond; what vectorises takes less, what misses the cache more.
_OPERATION, _ACCESS, _DIVISION, _CALL, _ALLOCATION = 1, 1, 6, 30, 200
_CHEAP_CALLS = frozenset({"radd", "at_least", "min", "max", "abs", "float", "int", "bool"})
_ALLOCATIONS = ("empty_", "zeros_", "copied", "matmul")
_UNKNOWN_TRIPS = 8


def work_of(body: Sequence[Stmt], known: Set[str]) -> Expr:
    """Nanoseconds of the statements; ``known``: names with values where that is asked."""
    return _nanoseconds(_Estimate(known).block(body, {}))


class _Estimate:
    """Sums of products: trips of inner loops, as printed, to quarters of nanoseconds."""

    def __init__(self, known: Set[str]) -> None:
        self.known = known

    def block(self, body: Sequence[Stmt], ranges: Mapping[str, Expr]) -> Expr:
        """The work of some statements; ``ranges``: what counters of loops are less than."""
        flat, nested = 0, []
        for statement in body:
            if isinstance(statement, gast.For):
                nested.append(self._loop(statement, ranges))
            elif isinstance(statement, gast.If | gast.While):
                inner = [*statement.body, *statement.orelse]
                flat += _cost(statement.test)
                nested.append(self.block(inner, ranges))
            else:
                flat += _cost(statement)
        total: Expr = nodes.constant(flat)
        for part in nested:
            total = _plus(total, part)
        return total

    def _loop(self, loop: Stmt, ranges: Mapping[str, Expr]) -> Expr:
        trips = self._trips(loop.iter, ranges)
        inner = self.block(loop.body, {**ranges, loop.target.id: trips})
        return _times(trips, inner)

    def _trips(self, over: Expr, ranges: Mapping[str, Expr]) -> Expr:
        """About how many trips a loop makes: its highest bound, as far as that is known."""
        bounds = over.args
        falls = len(bounds) == 3 and isinstance(bounds[2], gast.UnaryOp)
        bound = bounds[0] if len(bounds) == 1 or falls else bounds[1]
        if isinstance(bound, gast.BinOp) and isinstance(bound.op, gast.Add | gast.Sub):
            bound = bound.left  # ``r + 1``
        if isinstance(bound, gast.Name) and bound.id in ranges:
            return ranges[bound.id]
        names = {n.id for n in gast.walk(bound) if isinstance(n, gast.Name)}
        if names <= self.known | {"np", "max", "min", "len"}:
            return bound
        return nodes.constant(_UNKNOWN_TRIPS)


def _cost(node: Stmt) -> int:
    """Quarters of nanoseconds of a statement without loops."""
    total = 0
    for part in gast.walk(node):
        if isinstance(part, gast.BinOp):
            slow = isinstance(part.op, gast.Div | gast.FloorDiv | gast.Mod | gast.Pow)
            total += _DIVISION if slow else _OPERATION
        elif isinstance(part, gast.Subscript):
            total += _ACCESS
        elif isinstance(part, gast.AugAssign):
            total += _OPERATION
        elif isinstance(part, gast.Call):
            name = getattr(part.func, "id", "")
            if name.startswith(_ALLOCATIONS):
                total += _ALLOCATION
            else:
                total += _OPERATION if name in _CHEAP_CALLS else _CALL
    return total


def _plus(first: Expr, second: Expr) -> Expr:
    if isinstance(first, gast.Constant) and isinstance(second, gast.Constant):
        return nodes.constant(first.value + second.value)
    if isinstance(first, gast.Constant) and first.value == 0:
        return second
    return nodes.binary(operator.add, first, second)


def _times(first: Expr, second: Expr) -> Expr:
    if isinstance(first, gast.Constant) and isinstance(second, gast.Constant):
        return nodes.constant(first.value * second.value)
    return nodes.binary(operator.mul, first, second)


def _nanoseconds(quarters: Expr) -> Expr:
    if isinstance(quarters, gast.Constant):
        return nodes.constant(max(1, quarters.value // 4))
    whole = nodes.binary(operator.floordiv, quarters, nodes.constant(4))
    return nodes.binary(operator.add, whole, nodes.constant(1))
