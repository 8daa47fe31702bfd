"""About how many nanoseconds statements take, as an expression of what is known before they run."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence, Set

import gast

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr, Stmt

# In eighths of a nanosecond, where loops are vectorised; else it is more.
_OPERATION, _ACCESS, _DIVISION, _CALL, _ALLOCATION = 1, 1, 6, 30, 200
_CHEAP_CALLS = frozenset({"radd", "at_least", "min", "max", "abs", "float", "int", "bool"})
_ALLOCATIONS = ("empty_", "zeros_", "copied", "matmul")
_UNKNOWN_TRIPS = 16


# A sum of products: factors that are known only then, in the order of the loops, to a number.
Work = dict[tuple[Expr, ...], int]


def work_of(body: Sequence[Stmt], known: Set[str]) -> Expr:
    """Nanoseconds of the statements; ``known``: names with values where that is asked."""
    work = _Estimate(known).block(body, {})
    total: Expr = nodes.constant(max(8, work.pop((), 0)))
    for factors, number in work.items():
        product: Expr = nodes.constant(number)
        for factor in factors:
            product = nodes.binary(operator.mul, product, factor)
        total = nodes.binary(operator.add, total, product)
    if isinstance(total, gast.Constant):
        return nodes.constant(total.value // 8)
    return nodes.binary(operator.floordiv, total, nodes.constant(8))


class _Estimate:
    """Adds up eighths of nanoseconds."""

    def __init__(self, known: Set[str]) -> None:
        self.known = known
        self.factors: dict[str, Expr] = {}  # one for all that are equal

    def block(self, body: Sequence[Stmt], ranges: Mapping[str, Expr]) -> Work:
        """The work of some statements; ``ranges``: what counters of loops are less than."""
        total: Work = {}
        for statement in body:
            part: Work = {}
            if isinstance(statement, gast.For):
                part = self._loop(statement, ranges)
            elif isinstance(statement, gast.If | gast.While):
                part = self.block([*statement.body, *statement.orelse], ranges)
                part[()] = part.get((), 0) + _cost(statement.test)
            else:
                part[()] = _cost(statement)
            for factors, number in part.items():
                total[factors] = total.get(factors, 0) + number
        return total

    def _loop(self, loop: Stmt, ranges: Mapping[str, Expr]) -> Work:
        trips = self._trips(loop.iter, ranges)
        inner = self.block(loop.body, {**ranges, loop.target.id: trips})
        if isinstance(trips, gast.Constant):
            return {factors: number * int(trips.value) for factors, number in inner.items()}
        factor = self.factors.setdefault(gast.dump(trips), trips)
        return {(factor, *factors): number for factors, number in inner.items()}

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
    """Eighths of nanoseconds of a statement without loops."""
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
