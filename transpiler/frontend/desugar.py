"""Statements in terms of simpler ones, before anything looks at the tree.

``assert`` with a message that is computed becomes ``if`` and ``raise``, so that the message is
computed only where it is needed; ``match`` becomes a chain of ``if``.
"""

from __future__ import annotations

from typing import Any

import gast


class Known(gast.expr):  # type: ignore[misc, name-defined]
    """An object that is known: ``value``."""

    _fields = ()
    _attributes = gast.expr._attributes


class Matches(gast.expr):  # type: ignore[misc, name-defined]
    """Whether ``subject`` has the shape of ``pattern``."""

    _fields = ("subject", "pattern")
    _attributes = gast.expr._attributes


class Captured(gast.expr):  # type: ignore[misc, name-defined]
    """True, after the ``targets`` were bound to what ``pattern`` captures of ``subject``."""

    _fields = ("subject", "pattern", "targets")
    _attributes = gast.expr._attributes


def desugared(tree: Any) -> Any:
    """The tree of a function without the statements that others can say; changes it."""
    return _Desugar().visit(tree)


class _Desugar(gast.NodeTransformer):  # type: ignore[misc]
    def visit_Assert(self, node: Any) -> Any:
        """``if not test: raise AssertionError(msg)``, unless the message is a constant."""
        self.generic_visit(node)
        if node.msg is None or isinstance(node.msg, gast.Constant):
            return node
        error = _at(Known(), node)
        error.value = AssertionError
        raised = _at(gast.Raise(_at(gast.Call(error, [node.msg], []), node), None), node)
        test = _at(gast.UnaryOp(gast.Not(), node.test), node.test)
        return _at(gast.If(test, [raised], []), node)

    def visit_Match(self, node: Any) -> Any:
        """``subject = …; if matches: captures; body; else: …``."""
        self.generic_visit(node)
        hidden = f"$subject {node.lineno}:{node.col_offset}"
        target = _at(gast.Name(hidden, gast.Store(), None, None), node.subject)
        first = _at(gast.Assign([target], node.subject, None), node.subject)
        rest: list[Any] = []
        for case in reversed(node.cases):
            subject = _at(gast.Name(hidden, gast.Load(), None, None), node.subject)
            rest = [_case(case, subject, rest)]
        return [first, *rest]


def _case(case: Any, subject: Any, rest: list[Any]) -> Any:
    pattern = case.pattern
    test = _at(Matches(subject, pattern), pattern)
    names = captures(pattern)
    bind: list[Any] = []
    if names:
        targets = [_at(gast.Name(name, gast.Store(), None, None), pattern) for name in names]
        captured = _at(Captured(subject, pattern, targets), pattern)
        bind = [_at(gast.Expr(captured), pattern)]
        if case.guard is not None:
            test = _at(gast.BoolOp(gast.And(), [test, captured, case.guard]), pattern)
    elif case.guard is not None:
        test = _at(gast.BoolOp(gast.And(), [test, case.guard]), pattern)
    return _at(gast.If(test, [*bind, *case.body], rest), pattern)


def captures(pattern: Any) -> list[str]:
    """The names that a pattern binds, in order."""
    names = []
    for inner in gast.walk(pattern):
        if isinstance(inner, (gast.MatchAs, gast.MatchStar)) and inner.name:
            names.append(inner.name)
        elif isinstance(inner, gast.MatchMapping) and inner.rest:
            names.append(inner.rest)
    return list(dict.fromkeys(names))


def _at(node: Any, place: Any) -> Any:
    """A node with the place of another."""
    for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        setattr(node, name, getattr(place, name, None))
    return node
