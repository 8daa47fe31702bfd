"""A function with its recursive calls as statements, and what follows each of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import gast

from adgen.transpiler.frontend.liveness import Liveness, analyse, local_names
from adgen.transpiler.frontend.recursion.rewriting import (
    Again,
    RecursiveFor,
    RecursiveWhile,
    Site,
    Writer,
)


@functools.lru_cache(maxsize=256)
def normal_form(function: Any, calls: frozenset[Any], sums: bool) -> NormalForm:
    """The normal form of a function with these recursive calls; always the same one.

    ``sums``: the name ``sum`` means the built-in function.  Raises NoNormalForm.
    """
    return NormalForm(function, calls, sums)


class NormalForm:
    """The normal form of a function: its tree, its sites, and what follows each of them."""

    def __init__(self, function: Any, calls: frozenset[Any], sums: bool) -> None:
        self.tree = Writer(calls, sums).function(function)
        self.tree.origin = function
        self.locals = local_names(self.tree)
        self.liveness: Liveness = analyse(self.tree)
        self.sites: list[Site] = []
        self.loops: list[Any] = []
        self._where: dict[Any, tuple[list[Any], int, Any]] = {}
        self._again: dict[Any, Again] = {}
        self._place(self.tree.body, None)
        self.procedure = not any(
            isinstance(node, gast.Return) and node.value is not None
            for node in gast.walk(self.tree)
        )

    def _place(self, statements: list[Any], owner: Any) -> None:
        for number, statement in enumerate(statements):
            self._where[statement] = statements, number, owner
            if isinstance(statement, Site):
                self.sites.append(statement)
            if isinstance(statement, (RecursiveFor, RecursiveWhile)):
                self.loops.append(statement)
            if isinstance(statement, (gast.If, RecursiveFor, RecursiveWhile)):
                self._place(statement.body, statement)
                self._place(statement.orelse, statement)

    def after(self, statement: Any) -> list[Any]:
        """The statements that run when a statement is done, to the end of the function."""
        statements, number, owner = self._where[statement]
        rest = statements[number + 1 :]
        if owner is None:
            return rest
        if isinstance(owner, gast.If) or statements is not owner.body:
            return rest + self.after(owner)
        return [*rest, self.again(owner)]

    def again(self, loop: Any) -> Again:
        """The jump to the head of a loop."""
        if loop not in self._again:
            self._again[loop] = gast.copy_location(Again(), loop)
            self._again[loop].loop = loop
        return self._again[loop]

    def around(self, statement: Any) -> list[Any]:
        """The loops with recursive calls in whose bodies a statement is."""
        statements, _, owner = self._where[statement]
        if owner is None:
            return []
        outer = self.around(owner)
        inside = not isinstance(owner, gast.If) and statements is owner.body
        return [*outer, owner] if inside else outer

    def is_tail(self, site: Site) -> bool:
        """Whether the result of the call is that of the function, with nothing left to do."""
        rest = self.after(site)
        if not rest:
            return self.procedure
        (target,) = site.targets
        last = rest[0]
        if not isinstance(last, gast.Return):
            return False
        value = last.value
        return self.procedure if value is None else (
            isinstance(value, gast.Name) and value.id == target.id
        )  # fmt: skip

    def calls_on(self, statements: Sequence[Any]) -> bool:
        """Whether statements may make a recursive call."""
        return any(
            isinstance(node, Site) for statement in statements for node in gast.walk(statement)
        )
