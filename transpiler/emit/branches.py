"""Branches with as little indentation as is exact."""

from __future__ import annotations

from collections.abc import Sequence

import gast

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr, Stmt


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
