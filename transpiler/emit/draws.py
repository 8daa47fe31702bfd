"""Draws of random numbers: NumPy's own call, made by CPython also where Numba compiles the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.expressions import Expressions
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.emit.printing import print_expression
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.draws import Draw
from adgen.transpiler.ir.templates import Items
from adgen.transpiler.ir.types import FLOAT, Opaque, Type
from adgen.transpiler.primitives.outside import kind_text

_TAKEN = ("np",)


class Draws:
    """Writes them for one planned function."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.numba = expressions.plan.style.numba

    def expression(self, op: Op) -> Expr:
        """``rng.normal(0.0, 1.0, (n, 3))``, for Numba as a text that CPython runs."""
        call: Draw = op.attrs["call"]
        given = self.expressions.operands(op.operands)
        if not self.numba:
            return self._called(call, list(op.operands))
        native = _native(op)
        if native is not None:
            return self._number(op.operands[0], call.name, *native)
        names = _names(op.operands)
        body = print_expression(_called(call, [nodes.load(name) for name in names]))
        text = nodes.constant(f"lambda {', '.join(names)}: {body}".replace("lambda :", "lambda:"))
        return nodes.call("drawn", text, nodes.constant(_kind(call.result)), *given)

    def _number(
        self, rng: Operand, method: str, symbol: str, parameters: dict[str, Operand]
    ) -> Expr:
        """``drawn_number("lambda rng, scale: …", "random_exponential", rng, 2.0)``."""
        listed = ", ".join(parameters)
        text = f"lambda {', '.join(['rng', *parameters])}: rng.{method}({listed})"
        given = self.expressions.operands([rng, *parameters.values()])
        return nodes.call("drawn_number", nodes.constant(text), nodes.constant(symbol), *given)

    def _called(self, call: Draw, operands: list[Operand]) -> Expr:
        """The call as people read it."""
        owner = self.expressions.operand(operands.pop(0)) if call.bound else None

        def argument(entry: Any) -> Expr:
            if (
                isinstance(entry, Items)
                and entry.entries
                and all(part is None for part in entry.entries)
            ):
                extents = [operands.pop(0) for _ in entry.entries]
                return self.expressions.shape(extents)
            return _argument(entry, operands, self.expressions.operand)

        return _call(call, owner, [argument(entry) for entry in call.template])


# Methods that give one number, the function of NumPy's behind each, its parameters' defaults.
_NATIVE: dict[str, tuple[str, dict[str, float | None]]] = {
    "random": ("random_standard_uniform", {}),
    "standard_normal": ("random_standard_normal", {}),
    "standard_exponential": ("random_standard_exponential", {}),
    "standard_gamma": ("random_standard_gamma", {"shape": None}),
    "normal": ("random_normal", {"loc": 0.0, "scale": 1.0}),
    "exponential": ("random_exponential", {"scale": 1.0}),
    "gamma": ("random_gamma", {"shape": None, "scale": 1.0}),
    "chisquare": ("random_chisquare", {"df": None}),
    "beta": ("random_beta", {"a": None, "b": None}),
}


def _native(op: Op) -> tuple[str, dict[str, Operand]] | None:
    """The function and the parameters of a draw of one number; None for others."""
    call: Draw = op.attrs["call"]
    known = _NATIVE.get(call.name)
    owner = type_of(op.operands[0]) if call.bound else None
    if known is None or call.result != FLOAT or not isinstance(owner, Opaque):
        return None
    symbol, defaults = known
    if owner.cls.__name__ != "Generator" or not set(call.keywords) <= set(defaults):
        return None
    names = [*list(defaults)[: len(call.template) - len(call.keywords)], *call.keywords]
    values = iter(op.operands[1:])
    given = {
        name: next(values) if entry is None else entry
        for name, entry in zip(names, call.template, strict=True)
    }
    found: dict[str, Operand] = {}
    for name, default in defaults.items():
        value = given.get(name, default)
        if value is None or isinstance(value, Items):
            return None
        found[name] = value
    return symbol, found


def _called(call: Draw, values: list[Expr]) -> Expr:
    owner = values.pop(0) if call.bound else None
    return _call(call, owner, [_argument(entry, values) for entry in call.template])


def _call(call: Draw, owner: Expr | None, args: list[Expr]) -> Expr:
    count = len(args) - len(call.keywords)
    named = [
        gast.keyword(name, value) for name, value in zip(call.keywords, args[count:], strict=True)
    ]
    whole = nodes.load("np.random") if owner is None else owner
    return gast.Call(nodes.attribute(whole, call.name), args[:count], named)


def _argument(entry: Any, values: list[Any], write: Callable[[Any], Expr] = lambda x: x) -> Expr:
    if entry is None:
        return write(values.pop(0))
    if not isinstance(entry, Items):
        return nodes.constant(entry)
    if entry.nothing:
        return nodes.constant(None)
    return nodes.tuple_([_argument(part, values, write) for part in entry.entries])


def _names(operands: Sequence[Operand]) -> list[str]:
    """Names for values inside of the text: their own where they have one."""
    names: list[str] = []
    for operand in operands:
        name = (operand.name if isinstance(operand, Value) else "") or "value"
        while name in names or name in _TAKEN:
            name += "_"
        names.append(name)
    return names


def _kind(result: Type | None) -> str:
    """What the text gives, as the runtime reads it."""
    if result is None:
        return ""
    return str(result) if isinstance(result, Opaque) else kind_text(result)
