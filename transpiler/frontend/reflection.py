"""Questions about types and attributes, answered while lowering."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import named, static_value
from adgen.transpiler.frontend.bindings import (
    Binding,
    Choice,
    Closure,
    Method,
    Partial,
    Ref,
    Static,
    is_operand,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import (
    ATTRIBUTES,
    Call,
    container_method,
    known,
)
from adgen.transpiler.frontend.expressions import read_attribute
from adgen.transpiler.frontend.kinds import class_of
from adgen.transpiler.frontend.objects import find_attribute, is_object
from adgen.transpiler.frontend.statements import assign_attribute
from adgen.transpiler.ir.core import type_of


@known(builtins.isinstance)
def _isinstance(cx: Context, call: Call) -> Binding:
    arg, classes = named(cx, call, ("obj", "class_or_tuple"), 2)
    return _is_subclass(cx, call, class_of(cx, arg), classes)


@known(builtins.issubclass)
def _issubclass(cx: Context, call: Call) -> Binding:
    cls, classes = named(cx, call, ("cls", "class_or_tuple"), 2)
    return _is_subclass(cx, call, static_value(cx, cls, call.node, "a class"), classes)


def _is_subclass(cx: Context, call: Call, cls: Any, classes: Binding) -> bool:
    wanted = static_value(cx, classes, call.node, "a class")
    try:
        return issubclass(cls, wanted)
    except TypeError:
        cx.refuse(
            TypeMismatch,
            f"the second argument of `{call.function}` is no class",
            call.node,
            "give it a class or a tuple of classes",
        )


@known(builtins.type)
def _type(cx: Context, call: Call) -> Binding:
    if len(call.args) != 1 or call.kwargs:
        cx.refuse(UnsupportedSyntax, "a class is made by `type`", call.node,
                  "define the class outside of the function")  # fmt: skip
    return Static(class_of(cx, call.args[0]))


@known(builtins.callable)
def _callable(cx: Context, call: Call) -> Binding:
    (arg,) = named(cx, call, ("obj",))
    if isinstance(arg, (Closure, Method, Partial, Choice)):
        return True
    if isinstance(arg, Static):
        return callable(arg.value)
    return any("__call__" in vars(cls) for cls in class_of(cx, arg).__mro__)


@known(builtins.hasattr)
def _hasattr(cx: Context, call: Call) -> Binding:
    base, name = named(cx, call, ("obj", "name"), 2)
    return _has(cx, call.node, base, _name(cx, call, name))


@known(builtins.getattr)
def _getattr(cx: Context, call: Call) -> Binding:
    base, name, default = named(cx, call, ("obj", "name", "default"), 2)
    attr = _name(cx, call, name)
    if default is not None and not _has(cx, call.node, base, attr):
        return default
    return read_attribute(cx, call.node, base, attr)


@known(builtins.setattr)
def _setattr(cx: Context, call: Call) -> Binding:
    base, name, value = named(cx, call, ("obj", "name", "value"), 3)
    assign_attribute(cx, call.node, base, _name(cx, call, name), value)
    return Static(None)


def _name(cx: Context, call: Call, name: Binding) -> str:
    value = static_value(cx, name, call.node, "the name of an attribute")
    return str(value)


def _has(cx: Context, node: Any, base: Binding, name: str) -> bool:
    """Whether a binding has an attribute."""
    if isinstance(base, Ref):
        return hasattr(np.ndarray, name)
    if is_operand(base):
        kind = type_of(base)
        return (
            name in ATTRIBUTES
            if not getattr(kind, "weak", True)
            else hasattr(class_of(cx, base), name)
        )
    if container_method(base, name) is not None:
        return True
    if is_object(base):
        return find_attribute(cx, node, base, name) is not None
    return hasattr(class_of(cx, base), name)
