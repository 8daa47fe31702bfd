"""How a block ends: its yields become assignments, and perhaps a break or a return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import gast

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.moves import Move, statements
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.emit.order import Order
from adgen.transpiler.ir.core import Op, Operand, Value

Assign = Callable[[Sequence[tuple[Value, Operand]]], list[Move]]


@dataclass(frozen=True, eq=False)
class End:
    """Assigns ``yields[skip:]`` to ``targets``; with ``exits`` yields[0] says whether to break.

    ``returns`` writes the return statement of a function's body instead.
    """

    moves: Assign
    order: Order
    targets: tuple[Value, ...] = ()
    exits: bool = False
    loop: bool = False
    returns: Callable[[Sequence[Operand]], list[Stmt]] | None = None
    flag_name: Callable[[Operand], tuple[str, Expr, frozenset[str]]] | None = None

    def finish(self, yields: Sequence[Operand]) -> list[Stmt]:
        """The statements at the end of the block."""
        if self.returns is not None:
            return self.returns(yields)
        flag, rest = (yields[0], yields[1:]) if self.exits else (False, yields)
        moves = self.moves(list(zip(self.targets, rest, strict=True)))
        if not isinstance(flag, Value):
            return [*statements(moves), *([gast.Break()] if flag else [])]
        assert self.flag_name is not None
        name, test, reads = self.flag_name(flag)
        leave = [gast.Break()]
        if any(move.target in reads for move in moves):
            keep = nodes.assign(nodes.store(name), test)
            return [keep, *statements(moves), nodes.if_(nodes.load(name), leave)]
        return [*statements(moves), nodes.if_(test, leave)]

    def may_split(self, op: Op, yields: Sequence[Operand]) -> bool:
        """Whether the last ``if`` of the block may end the block in each of its arms."""
        direct = {y for y in yields if isinstance(y, Value)}
        once = [len(self.order.uses.get(result, ())) <= 1 for result in op.results]
        if self.returns is not None:
            unnamed = all(not result.name for result in op.results)
            return bool(op.results) and unnamed and all(once) and direct >= set(op.results)
        return self.exits and yields[0] in op.results and all(once)


@dataclass(frozen=True, eq=False)
class SplitEnd:
    """The end of an arm of an ``if`` that stands last in a block: ends that block too."""

    outer: End | SplitEnd
    op: Op
    yields: tuple[Operand, ...]  # of the block around

    def _mapped(self, yields: Sequence[Operand]) -> tuple[Operand, ...]:
        arm = dict(zip(self.op.results, yields, strict=True))
        return tuple(arm.get(y, y) if isinstance(y, Value) else y for y in self.yields)

    def finish(self, yields: Sequence[Operand]) -> list[Stmt]:
        """The statements at the end of the arm."""
        direct = {y for y in self.yields if isinstance(y, Value)}
        base = self.base
        kept = [
            (result, y)
            for result, y in zip(self.op.results, yields, strict=True)
            if result not in direct and base.order.uses.get(result)
        ]
        return [*statements(base.moves(kept)), *self.outer.finish(self._mapped(yields))]

    def may_split(self, op: Op, yields: Sequence[Operand]) -> bool:
        """Whether an ``if`` that stands last in the arm may go on ending the blocks around."""
        return self.outer.may_split(op, self._mapped(yields))

    @property
    def base(self) -> End:
        """The end of the outermost block."""
        return self.outer if isinstance(self.outer, End) else self.outer.base


def terminates(body: Sequence[Stmt]) -> bool:
    """Whether nothing after the statements is reached."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, gast.If):
        return terminates(last.body) and terminates(last.orelse)
    return isinstance(last, gast.Break | gast.Continue | gast.Return | gast.Raise)


def branch(test: Expr, then: list[Stmt], orelse: list[Stmt]) -> list[Stmt]:
    """An ``if`` with as little indentation as is exact."""
    if not then and not orelse:
        return []
    if not then:
        return [nodes.if_(nodes.negate(test), orelse)]
    if terminates(then):
        return [nodes.if_(test, then), *orelse]
    if terminates(orelse):
        return [nodes.if_(nodes.negate(test), orelse), *then]
    return [nodes.if_(test, then, orelse)]


def with_continue(body: list[Stmt]) -> list[Stmt]:
    """``if not c: rest`` at the end of a loop's body as ``if c: continue`` and the rest."""
    last = body[-1] if body else None
    if not isinstance(last, gast.If) or last.orelse or len(last.body) < 2:
        return body
    if not isinstance(last.test, gast.UnaryOp) or not isinstance(last.test.op, gast.Not):
        return body
    return [*body[:-1], nodes.if_(last.test.operand, [gast.Continue()]), *last.body]
