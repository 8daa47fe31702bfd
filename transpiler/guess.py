"""Guesses the types of parameters from how the body uses them.

Only ``adgen show`` on a function without annotations needs this; calls always know.
Evidence gives lower bounds of ranks, joined until nothing changes.
"""

from __future__ import annotations

import ast
import copy
import types
from collections.abc import Sequence

from adgen.transpiler.errors import SourceNotFound
from adgen.transpiler.guess_dicts import Items, Tree, is_item
from adgen.transpiler.guess_evidence import Evidence, Guess
from adgen.transpiler.nesting import walks_deep
from adgen.transpiler.source import Source, from_function

# Nodes that show something of the names in them.
TELLING = (ast.Subscript, ast.Attribute, ast.Call, ast.BinOp, ast.For, ast.Assign)
DEEPEST_CALL = 4
MOST_ROUNDS = 6


@walks_deep
def guess_arguments(source: Source) -> dict[str, Guess]:
    """A type for every parameter: int, float, an array of some rank, a tuple or a dict of these."""
    return Guesses().of(source, DEEPEST_CALL)


class Guesses:
    """What is guessed of functions that call each other: once for each, however often called."""

    def __init__(self) -> None:
        self._known: dict[tuple[Source, int], dict[str, Guess]] = {}
        self._sources: dict[types.FunctionType, Source | None] = {}

    def of(self, source: Source, depth: int) -> dict[str, Guess]:
        """The types of a function's parameters; calls in it are followed so deep."""
        if (source, depth) not in self._known:
            self._known[source, depth] = _guess(source, self, depth)
        return self._known[source, depth]

    def source_of(self, callee: object) -> Source | None:
        """The text of what is called, if it is a function whose text is at hand."""
        if not isinstance(callee, types.FunctionType):
            return callee if isinstance(callee, Source) else None
        if callee not in self._sources:
            try:
                self._sources[callee] = from_function(callee)
            except SourceNotFound:
                self._sources[callee] = None
        return self._sources[callee]


def _guess(source: Source, others: Guesses, depth: int) -> dict[str, Guess]:
    evidence = Evidence(source, others, depth)
    node, telling = _telling(source.node, evidence.items)
    for _ in range(MOST_ROUNDS):
        before = dict(evidence.ranks), set(evidence.integers)
        for part in telling:
            evidence.look(part)
        if before == (evidence.ranks, evidence.integers):
            break
    return {arg.arg: evidence.type_of(arg.arg) for arg in _parameters(node)}


def _telling(node: Tree, items: Items) -> tuple[Tree, Sequence[ast.AST]]:
    """The tree with names for what is indexed by strings, and the nodes that show something."""
    telling = [part for part in ast.walk(node) if isinstance(part, TELLING)]
    if not any(isinstance(part, ast.Subscript) and is_item(part) for part in telling):
        return node, telling
    named = items.named(copy.deepcopy(node))
    return named, [part for part in ast.walk(named) if isinstance(part, TELLING)]


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
