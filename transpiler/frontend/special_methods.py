"""Operators on objects of the user's classes: ``__add__`` and its like, by Python's rules."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    GeneratorOf,
    IteratorOf,
    Partial,
    Ref,
    Static,
)
from adgen.transpiler.frontend.context import Context, static
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.objects import called, class_of, is_object
from adgen.transpiler.source import unwrap
from adgen.transpiler.surroundings import ClassTable, class_attribute

_NAMES: Mapping[Any, str] = {
    operator.add: "add", operator.sub: "sub", operator.mul: "mul", operator.truediv: "truediv",
    operator.floordiv: "floordiv", operator.mod: "mod", operator.pow: "pow",
    operator.matmul: "matmul", operator.and_: "and", operator.or_: "or", operator.xor: "xor",
    operator.lshift: "lshift", operator.rshift: "rshift",
}  # fmt: skip
_COMPARED: Mapping[Any, tuple[str, str]] = {
    operator.lt: ("__lt__", "__gt__"), operator.gt: ("__gt__", "__lt__"),
    operator.le: ("__le__", "__ge__"), operator.ge: ("__ge__", "__le__"),
    operator.eq: ("__eq__", "__eq__"), operator.ne: ("__ne__", "__ne__"),
}  # fmt: skip
_UNARY: Mapping[Any, str] = {
    operator.neg: "__neg__", operator.pos: "__pos__", operator.invert: "__invert__",
    abs: "__abs__",
}  # fmt: skip


def special(binding: Binding, name: str) -> Binding | None:
    """The method of that name that the class of an object has, written in Python."""
    if not is_object(binding):
        return None
    found = ClassTable(class_of(binding)).get(name, None)
    if not isinstance(unwrap(found), FunctionType) or _is_generated(found):
        return None
    return Static(class_attribute(class_of(binding), name))


def _is_generated(function: Any) -> bool:
    return bool(unwrap(function).__code__.co_filename == "<string>")  # by dataclasses


def asked(
    cx: Context, node: Any, binding: Binding, name: str, *args: Binding
) -> Binding | None:  # fmt: skip
    """What a special method of an object returns; None if its class has none."""
    method = special(binding, name)
    if method is None:
        return None
    if isinstance(binding, Static):  # of what the library may say more
        return called(cx, node, Partial(method, (binding,)), *args)
    return called(cx, node, method, binding, *args)


def binary_of_objects(
    cx: Context, node: Any, callee: Any, left: Binding, right: Binding
) -> Binding | None:  # fmt: skip
    """``left <op> right`` where a class of the user says what it is; None where none does."""
    if not (is_object(left) or is_object(right)) or callee not in _NAMES:
        return None
    name = _NAMES[callee]
    return _first_answer(cx, node, left, f"__{name}__", right, f"__r{name}__")


def compared_objects(
    cx: Context, node: Any, callee: Any, left: Binding, right: Binding
) -> Binding | None:  # fmt: skip
    """``left < right`` and its like."""
    if not (is_object(left) or is_object(right)):
        return None
    names = _COMPARED[callee]
    found = _first_answer(cx, node, left, names[0], right, names[1])
    if found is None and callee is operator.ne:
        from adgen.transpiler.frontend.booleans import negate, truth

        equal = compared_objects(cx, node, operator.eq, left, right)
        return None if equal is None else negate(cx, truth(cx, equal, node), node)
    return found


def _first_answer(
    cx: Context, node: Any, left: Binding, name: str, right: Binding, reflected: str
) -> Binding | None:  # fmt: skip
    """The operand on the left is asked first, unless the other is of a class derived from its."""
    asks = [(left, name, right), (right, reflected, left)]
    if is_object(left) and is_object(right):
        one, two = class_of(left), class_of(right)
        if one is two and name != reflected:
            asks = asks[:1]
        elif one is not two and issubclass(two, one) and special(right, reflected) is not None:
            asks = asks[::-1]
    for subject, method, other in asks:
        if isinstance(other, Ref) and subject is right and special(subject, method) is not None:
            _check_array_defers(cx, node, subject)
        answer = asked(cx, node, subject, method, other)
        if answer is not None and not static(answer, NotImplemented):
            return answer
    return None


def _check_array_defers(cx: Context, node: Any, binding: Binding) -> None:
    """NumPy applies the operator of an array to each element, unless the class forbids it."""
    if ClassTable(class_of(binding)).get("__array_ufunc__", False) is not None:
        cx.refuse(
            UnsupportedSyntax, f"an array meets {describe(binding)} in an operator", node,
            "put the object on the left, or write `__array_ufunc__ = None` into its class",
        )  # fmt: skip


def updated_object(
    cx: Context, node: Any, callee: Any, old: Binding, right: Binding
) -> Binding | None:  # fmt: skip
    """What ``old op= right`` leaves if the class of ``old`` says."""
    answer = asked(cx, node, old, f"__i{_NAMES[callee]}__", right)
    return None if answer is None or static(answer, NotImplemented) else answer


def unary_of_object(cx: Context, node: Any, callee: Any, binding: Binding) -> Binding | None:
    """``-x``, ``abs(x)`` and their like of an object."""
    return asked(cx, node, binding, _UNARY[callee]) if callee in _UNARY else None


@known(iter)
def _iter(cx: Context, call: Call) -> Binding:
    """What ``__iter__`` returns; nothing else is done with it."""
    if len(call.args) != 1 or call.kwargs:
        cx.refuse(UnsupportedSyntax, "`iter` of a function is not compiled", call.node,
                  "write a while loop")  # fmt: skip
    return IteratorOf(call.args[0])


def length_of_object(cx: Context, node: Any, binding: Binding) -> Binding | None:
    """``len(x)`` of an object."""
    return asked(cx, node, binding, "__len__")


def items_of_object(cx: Context, node: Any, binding: Binding) -> Binding | None:
    """What a loop over an object runs over, if its class says; None if it does not."""
    iterated = asked(cx, node, binding, "__iter__")
    if isinstance(iterated, IteratorOf):
        return iterated.sequence
    if isinstance(iterated, GeneratorOf):
        return iterated
    if iterated is not None:
        cx.refuse(
            UnsupportedSyntax, f"`__iter__` returns {describe(iterated)}", node,
            "return an iterator of a list, a tuple or an array: iter(self.items)",
        )  # fmt: skip
    if special(binding, "__getitem__") is not None:
        cx.refuse(
            UnsupportedSyntax, f"a loop over {describe(binding)} until it raises IndexError", node,
            "loop over range(len(...)) and index it, or give the class an `__iter__`",
        )  # fmt: skip
    return None
