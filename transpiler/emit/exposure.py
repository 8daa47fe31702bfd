"""Which names written code reads before it writes them: liveness of statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import gast

from adgen.transpiler.emit.nodes import Stmt


def stores(statements: Iterable[Stmt]) -> Iterator[str]:
    """All names that statements bind."""
    return _names(statements, gast.Store)


def loads(statements: Iterable[Any]) -> Iterator[str]:
    """All names that statements or expressions read."""
    return _names(statements, gast.Load)


def _names(trees: Iterable[Any], kind: type) -> Iterator[str]:
    for tree in trees:
        for node in gast.walk(tree):
            if isinstance(node, gast.Name) and isinstance(node.ctx, kind):
                yield node.id


class Exposure:
    """What a list of statements reads of what was there before it.

    ``all``: by the whole list; a name that is written on some paths only counts as read.
    ``bound``: names that the list binds in any case.
    """

    def __init__(self, statements: Sequence[Stmt]) -> None:
        self._found = [_exposed(one) for one in statements]
        self._after: list[frozenset[str]] = [frozenset()]
        for reads, writes in reversed(self._found):
            self._after.append(reads | (self._after[-1] - writes))
        self._after.reverse()
        self.all = self._after[0]
        self.bound = frozenset[str]().union(*(writes for _, writes in self._found))

    def after(self, place: int) -> frozenset[str]:
        """What is read behind the statement at that place."""
        return self._after[place + 1]

    def written(self, place: int) -> frozenset[str]:
        """The names that the statement at that place binds in any case."""
        return self._found[place][1]


def _exposed(statement: Stmt) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a statement reads before it writes them; those that it surely writes."""
    if isinstance(statement, gast.Assign):
        return frozenset(loads([statement])), frozenset(stores([statement]))
    if isinstance(statement, gast.AugAssign):
        changed = frozenset(stores([statement.target]))
        return frozenset(loads([statement])) | changed, changed
    if isinstance(statement, gast.For):
        inside = Exposure(statement.body).all - frozenset(stores([statement.target]))
        return frozenset(loads([statement.iter])) | inside, frozenset()
    if isinstance(statement, gast.While):
        return frozenset(loads([statement.test])) | Exposure(statement.body).all, frozenset()
    if isinstance(statement, gast.If):
        ways = [Exposure(statement.body), Exposure(statement.orelse)]
        reads = frozenset[str]().union(*(way.all for way in ways))
        both = frozenset[str].intersection(*(way.bound for way in ways))
        return frozenset(loads([statement.test])) | reads, both
    return frozenset(loads([statement])), frozenset()
