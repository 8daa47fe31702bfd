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
from adgen.transpiler.user_primitives import DECLARING, CustomDerivative, UserPrimitive

Lookup = Callable[[str], Any]
_PYTHON = ("float", "int", "bool")
MAKING = ("primitive", "custom_vjp", "custom_jvp")  # what makes something of a function


class Declarations:
    """The names by which a file knows ``primitive``, ``defvjp`` and their like."""

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

    def declares_rules(self, callee: ast.expr, lookup: Lookup) -> bool:
        """Whether a call gives rules to a primitive, or ``f.defvjp(...)`` to a function."""
        return (
            self.meaning(callee) in ("defvjp", "defjvp", "deflinear")
            or _receiver(callee, lookup) is not None
        )

    def concerns(self, decorator: ast.expr, lookup: Lookup) -> bool:
        """Whether a decorator declares a function to have rules, or to be one."""
        meaning = self.meaning(_callee(decorator))
        return meaning in MAKING or _receiver(decorator, lookup) is not None

    def declared(self, decorator: ast.expr, function: Any, lookup: Lookup) -> Any:
        """What such a decorator makes of a function; None where it is a rule of another one.

        Raises NotConstant where that is not known without running the file.
        """
        custom = _receiver(decorator, lookup)
        if custom is not None:
            custom.defjvp(function)
            return None
        meaning = self.meaning(_callee(decorator))
        if meaning == "primitive":
            return UserPrimitive(function, self.result_of(decorator, lookup))
        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
        nondiff = [evaluate(k.value, lookup) for k in keywords if k.arg == "nondiff_argnums"]
        mode = "vjp" if meaning == "custom_vjp" else "jvp"
        return CustomDerivative(function, mode, tuple(*nondiff))

    def result_of(self, decorator: ast.expr, lookup: Lookup) -> Any:
        """What ``@primitive(result=...)`` says that the function returns.

        Raises NotConstant where that is not known without running the file.
        """
        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
        for keyword in keywords:
            if keyword.arg == "result":
                if isinstance(keyword.value, ast.Name) and keyword.value.id in _PYTHON:
                    return keyword.value.id
                return evaluate(keyword.value, lookup)
        return None

    def take_rules(
        self, call: ast.Call, lookup: Lookup, source: Callable[[ast.Lambda], Any]
    ) -> None:
        """Give a primitive what ``defvjp(f, rule, ...)``, ``defjvp`` or ``deflinear`` say.

        Raises NotConstant for rules that are not known without running the file.
        """
        rules = [
            source(rule) if isinstance(rule, ast.Lambda) else evaluate(rule, lookup)
            for rule in call.args[self.meaning(call.func) is not None :]
        ]
        custom = _receiver(call.func, lookup)
        if custom is not None:
            assert isinstance(call.func, ast.Attribute)
            getattr(custom, call.func.attr)(*rules)
            return
        target, *_ = call.args or [call]
        primitive = lookup(target.id) if isinstance(target, ast.Name) else MISSING
        if not isinstance(primitive, UserPrimitive):
            return
        if self.meaning(call.func) == "deflinear":
            primitive.facts["linear"] = True
            return
        table = primitive.vjps if self.meaning(call.func) == "defvjp" else primitive.jvps
        numbers = [evaluate(keyword.value, lookup) for keyword in call.keywords]
        places = numbers[0] if numbers else range(len(rules))
        if len(places) != len(rules):
            raise NotConstant(f"there are {len(rules)} rules for {len(places)} arguments")
        table.update(zip(places, rules, strict=True))


def _callee(decorator: ast.expr) -> ast.expr:
    """What a decorator calls: ``custom_vjp`` also of ``partial(custom_vjp, ...)``."""
    if not isinstance(decorator, ast.Call):
        return decorator
    is_partial = ast.unparse(decorator.func).rpartition(".")[2] == "partial"
    return decorator.args[0] if is_partial and decorator.args else decorator.func


def _receiver(callee: ast.expr, lookup: Lookup) -> CustomDerivative | None:
    """The function with a rule that ``f.defvjp`` and its like name."""
    match callee:
        case ast.Attribute(value=ast.Name(id=name), attr="defvjp" | "defjvp" | "defjvps"):
            found = lookup(name)
            return found if isinstance(found, CustomDerivative) else None
    return None
