"""Expressions other than arithmetic, comparisons, indexing and calls."""

from __future__ import annotations

from functools import partial
from typing import Any

import gast

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Closure,
    Method,
    Nullable,
    Ref,
    SliceOf,
    Static,
    is_function,
    is_operand,
)
from adgen.transpiler.frontend.boxes import new_list
from adgen.transpiler.frontend.budget import check_bits
from adgen.transpiler.frontend.conditions import tested
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import (
    ATTRIBUTES,
    EXPRESSIONS,
    METHODS,
    container_method,
    expression,
)
from adgen.transpiler.frontend.element_views import read_anew, refreshed
from adgen.transpiler.frontend.functions import evaluated_defaults
from adgen.transpiler.frontend.iteration import all_items
from adgen.transpiler.frontend.names import look_up, use_up_part
from adgen.transpiler.frontend.nullable import certain
from adgen.transpiler.frontend.objects import attribute, derivative_of_method, is_object
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.types import Opaque
from adgen.transpiler.transforms import AT_ONCE, OF_FUNCTION


def evaluate(cx: Context, node: Any, name: str) -> Binding:
    """The binding that any expression stands for.  Raises UnsupportedSyntax for unknown ones."""
    handler = EXPRESSIONS.get(type(node))
    if handler is None:
        cx.refuse(
            UnsupportedSyntax, f"{_noun(node)} is not compiled", node,
            "write it as a loop over arrays and numbers",
        )  # fmt: skip
    found = handler(cx, node, name)
    if isinstance(found, Nullable) and cx.holds(found.there):
        return found.value
    return found


def _noun(node: Any) -> str:
    words = {
        gast.Dict: "a dictionary", gast.Set: "a set", gast.Await: "await", gast.Yield: "yield",
        gast.YieldFrom: "yield from", gast.DictComp: "a dictionary comprehension",
        gast.SetComp: "a set comprehension",
    }  # fmt: skip
    return words.get(type(node), f"an expression of kind {type(node).__name__}")


@expression(gast.Constant)
def _constant(cx: Context, node: Any, name: str) -> Binding:
    value = node.value
    if isinstance(value, int):
        check_bits(cx, node, value.bit_length())
    if isinstance(value, (bool, int, float, complex)):
        return value
    return Static(value)


@expression(gast.Name)
def _name(cx: Context, node: Any, name: str) -> Binding:
    return read_anew(cx, node, look_up(cx, node, node.id))


@expression(gast.Tuple)
def _tuple(cx: Context, node: Any, name: str) -> Binding:
    return tuple(elements(cx, node.elts))


@expression(gast.List)
def _list(cx: Context, node: Any, name: str) -> Binding:
    return new_list(cx, elements(cx, node.elts), name)


def elements(cx: Context, nodes: list[Any]) -> list[Binding]:
    """Bindings of a display or an argument list, starred ones spread."""
    from adgen.transpiler.frontend.lazy import spread_out

    out: list[Binding] = []
    for node in nodes:
        if isinstance(node, gast.Starred):
            binding = spread_out(cx, node, cx.ev(node.value))
            items = all_items(cx, node, binding)
            if items is None:
                cx.refuse(
                    UnsupportedSyntax, f"{describe(binding)} is spread by `*`", node,
                    "spread a tuple whose length is known",
                )  # fmt: skip
            out += items
        else:
            out.append(cx.ev(node))
    return [refreshed(cx, nodes[-1], binding) for binding in out]


@expression(gast.IfExp)
def _if_exp(cx: Context, node: Any, name: str) -> Binding:
    from adgen.transpiler.frontend.blocks import assume_outcome, choose

    condition = tested(cx, node.test)
    if not isinstance(condition, Value):
        return cx.ev(node.body if condition else node.orelse, name)

    def side(outcome: bool, value: Any) -> Binding:
        assume_outcome(cx, node.test, condition, outcome)
        return cx.ev(value)

    then, orelse = partial(side, True, node.body), partial(side, False, node.orelse)
    return choose(cx, node, condition, then, orelse, name)


@expression(gast.Lambda)
def _lambda(cx: Context, node: Any, name: str) -> Binding:
    cx.frame.escapes = True
    return Closure("<lambda>", node, cx.frame, evaluated_defaults(cx, node.args))


@expression(gast.NamedExpr)
def _named(cx: Context, node: Any, name: str) -> Binding:
    from adgen.transpiler.frontend.statements import assign

    binding = cx.ev(node.value, node.target.id)
    assign(cx, node.target, binding)
    return binding


@expression(gast.Attribute)
def _attribute(cx: Context, node: Any, name: str) -> Binding:
    found = read_attribute(cx, node, with_attributes(cx, node, cx.ev(node.value)), node.attr)
    use_up_part(cx, node, found)
    return found


def with_attributes(cx: Context, node: Any, base: Binding) -> Binding:
    """What an attribute is asked of, which is not None."""
    message = f"'NoneType' object has no attribute '{node.attr}'"
    return certain(cx, node, base, "AttributeError", message)


def read_attribute(cx: Context, node: Any, base: Binding, name: str) -> Binding:
    """``base.name``.  Raises UnsupportedSyntax when there is none, or none that can be read."""
    if isinstance(base, Value) and isinstance(base.type, Opaque):
        return Method(base, name)
    if isinstance(base, Ref) or is_operand(base):
        if name in ATTRIBUTES:
            return ATTRIBUTES[name](cx, base, node)
        if name in METHODS:
            return Method(base, name)
        cx.refuse(
            UnsupportedSyntax, f"`.{name}` of {describe(base)} is not compiled", node,
            "use the NumPy function of that name, or plain indexing",
        )  # fmt: skip
    if isinstance(base, SliceOf) and name in ("start", "stop", "step"):
        bound = getattr(base, name)
        return Static(None) if bound is None else bound
    if container_method(base, name) is not None:
        return Method(base, name)
    if is_object(base):
        return attribute(cx, node, base, name)
    derivative = derivative_of_method(base, name)
    if derivative is not None:
        return derivative
    cx.refuse(
        UnsupportedSyntax, f"`.{name}` of {describe(base)} is not compiled", node,
        "call it: derivatives of functions are grad(f)(x)"
        if is_function(base) and name in OF_FUNCTION | AT_ONCE
        else "index it, or unpack it into names",
    )  # fmt: skip
