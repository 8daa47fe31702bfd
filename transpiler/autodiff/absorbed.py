"""Ops whose results matter in some arms of an ``if`` alone are reversed in those arms.

::

    n = np.sqrt(v @ v)
    if n > 0.0:
        y = x / n

Where the arm is not taken nothing depends on ``n``, and its cotangent is 0.  The slope of the root
is infinite there, and ``0 * inf`` is nan; so the adjoint of the root belongs into the arm, as on a
tape, which records what has happened.  That is done for ops whose slopes may be infinite, and for
those between them and the ``if``.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence

from adgen.transpiler.autodiff.masks import may_fail
from adgen.transpiler.autodiff.uncertain import Reach
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Value
from adgen.transpiler.primitives.kinds import Bilinear, Elementwise, Linear
from adgen.transpiler.primitives.table import find

_MOVABLE = frozenset({core.GETITEM, core.CAST, core.BROADCAST, core.SUMTO, core.COPY})
_NO_ARMS: frozenset[int] = frozenset()


class Uses:
    """Which ops of a straight list make a value, and which may hand a cotangent on to it."""

    def __init__(self, ops: Sequence[Op], reach: Reach) -> None:
        self.ops, self.reach = ops, reach
        self.made: dict[Value, int] = {}
        self.by: dict[Value, list[int]] = {}
        for k, op in enumerate(ops):
            self.made.update((result, k) for result in op.results)
            for value in dict.fromkeys(reach.through(op)):
                self.by.setdefault(value, []).append(k)

    def absorbed(self, place: int, known: Collection[Value]) -> tuple[Op, ...]:
        """What is to be reversed in the arms of ``ops[place]``, an if, in the order of the ops.

        ``known``: values that have a cotangent from what is behind.
        """
        arms = [self.reach.into(region) for region in self.ops[place].regions]
        everywhere = frozenset(range(len(arms)))
        matters = {v: frozenset(n for n in everywhere if v in arms[n]) for v in set().union(*arms)}
        own: dict[int, frozenset[int]] = {}  # ops, and the arms that they matter in
        queue = [-self.made[v] for v in matters if v in self.made and matters[v] != everywhere]
        heapq.heapify(queue)
        while queue:  # the last first, so that what uses a result is known
            k = -heapq.heappop(queue)
            op = self.ops[k]
            if k in own or k > place or not _is_movable(op) or op.result in known:
                continue
            users = self.by.get(op.result, ())
            if not all(user == place or user in own for user in users):
                continue
            parts = (matters.get(op.result, _NO_ARMS) if u == place else own[u] for u in users)
            mine = _NO_ARMS.union(*parts)
            if mine and mine != everywhere:
                own[k] = mine
                for value in self.reach.through(op):
                    if value in self.made:
                        heapq.heappush(queue, -self.made[value])
        return self._needed([self.ops[k] for k in sorted(own)])

    def _needed(self, own: Iterable[Op]) -> tuple[Op, ...]:
        """Ops whose slopes may be infinite, and what uses them."""
        kept: list[Op] = []
        results: set[Value] = set()
        for op in own:
            active = (k for k, o in enumerate(op.operands) if o in self.reach.activity)
            if any(may_fail(op, k) for k in active) or not results.isdisjoint(op.operands):  # type: ignore[arg-type]
                kept.append(op)
                results.add(op.result)
        return tuple(kept)


def _is_movable(op: Op) -> bool:
    if op.regions or len(op.results) != 1:
        return False
    if isinstance(op.callee, str):
        return op.callee in _MOVABLE
    entry = find(op.callee)
    return entry is not None and isinstance(entry.kind, (Elementwise, Linear, Bilinear))
