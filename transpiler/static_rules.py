"""Primitives and their rules, as a file that is only read declares them.

@primitive
def f(x): ...

defvjp(f, lambda ans, x: lambda g: ...)
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from adgen.transpiler.constants import NotConstant, evaluate
from adgen.transpiler.surroundings import MISSING
from adgen.transpiler.user_primitives import DECLARING, UserPrimitive

Lookup = Callable[[str], Any]


class Declarations:
    """The names by which a file knows ``primitive``, ``defvjp`` and ``defjvp``."""

    def __init__(self, packages: set[str]) -> None:
        self.packages = packages  # names of adgen itself, kept up by the reader
        self.names: dict[str, str] = {}

    def imported(self, module: str, name: str, alias: str) -> None:
        """``from module import name as alias``."""
        if module.partition(".")[0] == "adgen" and name in DECLARING:
            self.names[alias] = name

    def meaning(self, callee: ast.expr) -> str | None:
        """Which of the functions an expression names, if any."""
        match callee:
            case ast.Name(id=name):
                return self.names.get(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in self.packages:
                return attr if attr in DECLARING else None
        return None

    def declares_rules(self, callee: ast.expr) -> bool:
        """Whether a call gives rules to a primitive."""
        return self.meaning(callee) in ("defvjp", "defjvp")

    def take_rules(
        self, call: ast.Call, lookup: Lookup, source: Callable[[ast.Lambda], Any]
    ) -> None:
        """Give a primitive the rules of ``defvjp(f, rule, ...)`` or ``defjvp(f, rule, ...)``.

        Raises NotConstant for rules that are not known without running the file.
        """
        target, *given = call.args or [call]
        primitive = lookup(target.id) if isinstance(target, ast.Name) else MISSING
        if not isinstance(primitive, UserPrimitive):
            return
        table = primitive.vjps if self.meaning(call.func) == "defvjp" else primitive.jvps
        numbers = [evaluate(keyword.value, lookup) for keyword in call.keywords]
        rules = [
            source(rule) if isinstance(rule, ast.Lambda) else evaluate(rule, lookup)
            for rule in given
        ]
        places = numbers[0] if numbers else range(len(rules))
        if len(places) != len(rules):
            raise NotConstant(f"there are {len(rules)} rules for {len(places)} arguments")
        table.update(zip(places, rules, strict=True))
