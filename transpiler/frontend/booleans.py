"""Truth values: conditions, ``and``, ``or``, ``not``, comparisons."""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import children, describe, same
from adgen.transpiler.frontend.bindings import (
    UNDEF,
    Binding,
    Box,
    Cell,
    Choice,
    Conflict,
    Nullable,
    Ref,
    Static,
    StringOf,
    Unbound,
    is_function,
    is_operand,
)
from adgen.transpiler.frontend.boxes import is_list, is_sequence, items_of, opened
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import expression
from adgen.transpiler.frontend.growing import grown_of, used
from adgen.transpiler.frontend.literals import beside_array
from adgen.transpiler.frontend.nullable import certain, is_none, known_there
from adgen.transpiler.frontend.special_methods import asked, compared_objects
from adgen.transpiler.frontend.state import related
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.trees import Node
from adgen.transpiler.ir.types import BOOL, Scalar

_COMPARISONS: dict[type, Any] = {
    gast.Lt: operator.lt, gast.LtE: operator.le, gast.Gt: operator.gt, gast.GtE: operator.ge,
    gast.Eq: operator.eq, gast.NotEq: operator.ne,
}  # fmt: skip
_SIZED = (str, bytes, type(None), list, dict, tuple, set, frozenset, range)
_TOTAL = (gast.Name, gast.Constant, gast.Attribute, gast.Compare, gast.BoolOp, gast.UnaryOp,
          gast.BinOp, gast.Load, gast.cmpop, gast.boolop, gast.Not, gast.USub, gast.Add,
          gast.Sub, gast.Mult)  # fmt: skip


def truth(cx: Context, binding: Binding, node: Any) -> Operand:
    """The truth value of a binding: a bool known now, or a boolean Value."""
    if is_operand(binding):
        return _truth_of_number(cx, binding, node)
    if isinstance(binding, Ref):
        cx.refuse(
            TypeMismatch,
            "the truth value of an array is ambiguous",
            node,
            "compare one element, or use np.any(...) or np.all(...)",
        )
    if isinstance(binding, tuple):
        return bool(binding)
    if isinstance(binding, Nullable):
        return _truth_if_there(cx, binding, node)
    for name in ("__bool__", "__len__"):
        answer = asked(cx, node, binding, name)
        if answer is not None:
            return truth(cx, answer, node)
    grown = grown_of(cx, binding, node)
    if grown is not None:
        return _truth_of_number(cx, grown.size, node)
    if isinstance(binding, (Box, Node)):
        found = opened(cx, binding, node)
        return not issubclass(binding.kind.cls, (list, dict, tuple)) or bool(found)
    if isinstance(binding, Static):
        return bool(binding.value) if isinstance(binding.value, _SIZED) else True
    if isinstance(binding, StringOf) and not any(isinstance(s, str) and s for s in binding.text):
        cx.refuse(UnsupportedSyntax, "the truth value of a string of computed values", node,
                  "test the values that are in it")  # fmt: skip
    if isinstance(binding, Conflict):
        sides = f"{describe(binding.first)} on one path and {describe(binding.second)} on another"
        cx.refuse(TypeMismatch, f"the truth value of {sides}", node,
                  "test it where it is one of them: with `if`, `and`, `or`")  # fmt: skip
    return True


def _truth_if_there(cx: Context, binding: Nullable, node: Any) -> Operand:
    from adgen.transpiler.frontend.blocks import choose

    if not isinstance(binding.there, Value) or cx.holds(binding.there):
        return truth(cx, binding.value, node) if binding.there else False
    found: Operand = choose(
        cx, node, binding.there, lambda: truth(cx, binding.value, node), lambda: False
    )
    return found


def _truth_of_number(cx: Context, number: Operand, node: Any) -> Operand:
    if not isinstance(number, Value):
        return bool(number)
    if number.type.dtype.kind == "b":
        return number
    return cx.emit(node, operator.ne, number, 0)


def negate(cx: Context, condition: Operand, node: Any) -> Operand:
    """``not condition``."""
    if not isinstance(condition, Value):
        return not condition
    opposite = cx.emit(node, operator.not_, condition)
    cx.state.known["not", opposite] = condition
    return opposite


def either(cx: Context, first: Operand, second: Operand, node: Any) -> Operand:
    """``first or second`` of two truth values."""
    for one, other in ((first, second), (second, first)):
        if not isinstance(one, Value):
            return True if one else other
    return first if first is second else cx.emit(node, operator.or_, first, second)


@expression(gast.BoolOp)
def _bool_op(cx: Context, node: Any, name: str) -> Binding:
    return _chain(cx, node.values, isinstance(node.op, gast.And), name)


def _chain(
    cx: Context, values: list[Any], conjunction: bool, name: str, total: bool = False
) -> Binding:  # fmt: skip
    """``total``: it is known that none of the values behind the first one can fail."""
    from adgen.transpiler.frontend.blocks import assume_outcome, choose

    first, *rest = values
    left = cx.ev(first)
    if not rest:
        return left
    condition = truth(cx, left, first)
    if not isinstance(condition, Value):
        return _chain(cx, rest, conjunction, name) if condition == conjunction else left
    if _is_bool(left) and (total or all(is_total(cx, part) for part in rest)):
        right = _chain(cx, rest, conjunction, "", True)
        if _is_bool(right):
            if not isinstance(right, Value):
                return left if bool(right) == conjunction else right
            callee = operator.and_ if conjunction else operator.or_
            return cx.emit(first, callee, left, right, name=name)
        return _select(cx, first, condition, left, right, conjunction, name)

    def other() -> Binding:
        assume_outcome(cx, first, condition, conjunction)
        return _chain(cx, rest, conjunction, "")

    def same() -> Binding:
        return left

    then, orelse = (other, same) if conjunction else (same, other)
    return choose(cx, first, condition, then, orelse, name)


def _select(
    cx: Context, node: Any, condition: Value, left: Binding, right: Binding, conjunction: bool,
    name: str,
) -> Binding:  # fmt: skip
    from adgen.transpiler.frontend.blocks import choose

    then, orelse = (right, left) if conjunction else (left, right)
    return choose(cx, node, condition, lambda: then, lambda: orelse, name)


def _is_bool(binding: Binding) -> bool:
    if not is_operand(binding):
        return False
    kind = type_of(binding)
    return isinstance(kind, Scalar) and kind.dtype.kind == "b"


def is_total(cx: Context, node: Any) -> bool:
    """Whether evaluating an expression has no effect and cannot fail."""
    return all(isinstance(i, _TOTAL) and not _may_fail(cx, i) for i in gast.walk(node))


def _may_fail(cx: Context, node: Any) -> bool:
    """Whether a name has no value on some paths, or perhaps an attribute."""
    if isinstance(node, gast.Attribute):
        return any(
            isinstance(part, Nullable)
            for contents in cx.state.boxes.values()
            for part in children(contents) or ()
        )
    if not isinstance(node, gast.Name):
        return False
    owner = cx.frame.owner(node.id)
    binding = cx.state.env.get((owner or cx.frame, node.id), UNDEF)
    return isinstance(binding, Nullable) or (
        node.id in cx.frame.locals and isinstance(binding, Unbound)
    )


@expression(gast.Compare)
def _compare(cx: Context, node: Any, name: str) -> Binding:
    from adgen.transpiler.frontend.blocks import choose

    left = cx.ev(node.left)
    result: Binding = True
    pairs = list(zip(node.ops, node.comparators, strict=True))

    def step(number: int, left: Binding, total: bool = False) -> Binding:
        op, comparator = pairs[number]
        right = cx.ev(comparator)
        first = compare(cx, node, op, left, right, name if len(pairs) == 1 else "")
        if number + 1 == len(pairs):
            return first
        condition = truth(cx, first, node)
        if not isinstance(condition, Value):
            return step(number + 1, right) if condition else first
        if total or all(is_total(cx, c) for _, c in pairs[number + 1 :]):
            rest = step(number + 1, right, True)
            if isinstance(rest, Value):
                return cx.emit(node, operator.and_, condition, rest, name=name)
            return condition if rest else False
        return choose(cx, node, condition, lambda: step(number + 1, right), lambda: False, name)

    result = step(0, left)
    return result


def compare(cx: Context, node: Any, op: Any, left: Binding, right: Binding, name: str) -> Binding:
    """One comparison."""
    _refuse_choice(cx, node, left, right)
    if isinstance(left, Nullable) or isinstance(right, Nullable):
        answer = _compared_with_none(cx, node, op, left, right)
        if answer is not None:
            return answer
        message = f"{type(op).__name__} not supported between instances of 'NoneType' and others"
        left, right = (certain(cx, node, side, "TypeError", message) for side in (left, right))
    if isinstance(op, (gast.Is, gast.IsNot)):
        return _identity(cx, node, left, right) == isinstance(op, gast.Is)
    if isinstance(op, (gast.In, gast.NotIn)):
        return _membership(cx, node, op, left, right)
    callee = _COMPARISONS[type(op)]
    answer = compared_objects(cx, node, callee, left, right)
    if answer is not None:
        return answer
    left, right = beside_array(cx, node, left, right), beside_array(cx, node, right, left)
    if _is_array_like(left) and _is_array_like(right):
        one, two = (cx.read(b, node) if isinstance(b, Ref) else b for b in (left, right))
        return cx.wrap(cx.emit(node, callee, one, two, name=name))
    if not (isinstance(left, Static) and isinstance(right, Static)):
        parts = _parts_to_compare(cx, node, left, right)
        if parts is not None:
            _check_order(cx, node, op, left, right)
            return _compare_tuples(cx, node, op, *parts)
    if isinstance(left, Static) and isinstance(right, Static):
        return _compare_known(cx, node, callee, left, right)
    if isinstance(left, StringOf) or isinstance(right, StringOf):
        cx.refuse(UnsupportedSyntax, "a string of computed values is compared", node,
                  "compare the values that are in it")  # fmt: skip
    if callee in (operator.eq, operator.ne):
        return (left is right or same(left, right)) == (callee is operator.eq)
    cx.refuse(TypeMismatch, f"{describe(left)} cannot be compared with {describe(right)}", node)


def _compared_with_none(
    cx: Context, node: Any, op: Any, left: Binding, right: Binding
) -> Operand | None:
    """``value is None``; None where the order of values is asked for.

    Raises TypeMismatch where values are compared that may be None, and need not be.
    """
    if isinstance(op, (gast.Is, gast.IsNot, gast.Eq, gast.NotEq)):
        one, other = (left, right) if isinstance(left, Nullable) else (right, left)
        if is_none(other):
            wanted = isinstance(op, (gast.IsNot, gast.NotEq))
            return one.there if wanted else negate(cx, one.there, node)
    if not isinstance(op, (gast.Lt, gast.LtE, gast.Gt, gast.GtE)):
        for side in (left, right):
            known_there(cx, node, side)
    return None


def _compare_known(cx: Context, node: Any, callee: Any, left: Static, right: Static) -> bool:
    try:
        return bool(callee(left.value, right.value))
    except TypeError:  # Python refuses to order them
        cx.refuse(TypeMismatch, f"{describe(left)} cannot be compared with {describe(right)}", node)


def _refuse_choice(cx: Context, node: Any, left: Binding, right: Binding) -> None:
    """Which function a name stands for is not known where the paths have met."""
    if any(isinstance(side, Choice) for side in (left, right)) and left is not right:
        if is_function(left) and is_function(right):
            cx.refuse(
                UnsupportedSyntax, f"{describe(left)} is compared with {describe(right)}", node,
                "test the condition again that has chosen the function",
            )  # fmt: skip


def _is_array_like(binding: Binding) -> bool:
    return is_operand(binding) or isinstance(binding, Ref)


def _identity(cx: Context, node: Any, left: Binding, right: Binding) -> bool:
    if isinstance(left, Static) and isinstance(right, Static):
        return left.value is right.value
    cells = [side.cell if isinstance(side, Ref) else side for side in (left, right)]
    if all(isinstance(cell, Cell) for cell in cells) and cells[0] is not cells[1]:
        if related(cx.state.may, cells[0], cells[1]):
            cx.refuse(
                UnsupportedSyntax, f"whether {describe(left)} is {describe(right)} depends on the "
                "path that was taken", node, "test the condition again that has chosen",
            )  # fmt: skip
    if isinstance(left, Ref) and isinstance(right, Ref):
        return left.cell is right.cell and left.path == right.path == ()
    return left is right


def _membership(cx: Context, node: Any, op: Any, left: Binding, right: Binding) -> Binding:
    answer = asked(cx, node, right, "__contains__", left)
    if answer is not None:
        inside = truth(cx, answer, node)
        return inside if isinstance(op, gast.In) else negate(cx, inside, node)
    parts = items_of(cx, right, node)
    grown = grown_of(cx, right, node)
    if grown is not None and is_operand(left):
        items = used(cx, node, grown)
        equal = cx.emit(node, operator.eq, items, left)
        some = cx.emit(node, np.any, equal, axis=(0,), keepdims=False)
        inside = cx.emit(node, core.CAST, some, type=BOOL)
        return inside if isinstance(op, gast.In) else negate(cx, inside, node)
    if parts is None:
        held = _has_key(cx, node, left, right)
        if held is not None:
            return held == isinstance(op, gast.In)
        cx.refuse(
            UnsupportedSyntax, f"`in` is not compiled for {describe(right)}", node,
            "compare with each element in a loop",
        )  # fmt: skip
    found: Operand = False
    for part in parts:
        equal = compare(cx, node, gast.Eq(), left, part, "")
        found = either(cx, found, truth(cx, equal, node), node)
    return found if isinstance(op, gast.In) else negate(cx, found, node)


def _has_key(cx: Context, node: Any, key: Binding, holder: Binding) -> bool | None:
    """Whether a key is in a dict or a known object; None if that is not known."""
    if isinstance(key, Value):
        return None
    wanted = key.value if isinstance(key, Static) else key
    if isinstance(holder, Static):
        if not isinstance(holder.value, _SIZED) or holder.value is None:
            return None
        try:
            return wanted in holder.value
        except TypeError:  # only a text is looked for in a text
            return None
    found = opened(cx, holder, node)
    return wanted in found.keys if found is not None and found.kind.access == "item" else None


def _parts_to_compare(
    cx: Context, node: Any, left: Binding, right: Binding
) -> tuple[tuple[Binding, ...], tuple[Binding, ...]] | None:
    """What two containers are compared by; None for what is never equal, or no container."""
    if is_sequence(left) and is_sequence(right):
        if is_list(left) != is_list(right):
            return None
        return items_of(cx, left, node) or (), items_of(cx, right, node) or ()
    one, two = opened(cx, left, node), opened(cx, right, node)
    if one is None or two is None or one.kind is not two.kind or set(one.keys) != set(two.keys):
        return None
    _refuse_own_equality(cx, node, one.kind.cls)
    told: Any = getattr(one.kind.cls, "__dataclass_fields__", {})
    keys = [key for key in one.keys if key not in told or told[key].compare]
    sides = (tuple(side.parts[side.keys.index(key)] for key in keys) for side in (one, two))
    return next(sides), next(sides)


def _check_order(cx: Context, node: Any, op: Any, left: Binding, right: Binding) -> None:
    """Refuse ``<`` of containers that Python has no order for."""
    if isinstance(op, (gast.Eq, gast.NotEq)) or (is_sequence(left) and is_sequence(right)):
        return
    said = getattr(left.kind.cls, "__dataclass_params__", None)
    if said is None or not said.order:
        cx.refuse(
            TypeMismatch, f"{describe(left)} is compared by == and != only", node,
            "compare its parts", raises=TypeError("it has no order"),
        )  # fmt: skip


def _refuse_own_equality(cx: Context, node: Any, cls: type) -> None:
    equal: Any = cls.__eq__
    code = getattr(equal, "__code__", None)
    if equal is object.__eq__ or (code is not None and code.co_filename != "<string>"):
        cx.refuse(
            UnsupportedSyntax, f"instances of `{cls.__name__}` are compared in a way of its own",
            node, "compare their fields",
        )  # fmt: skip


def _compare_tuples(cx: Context, node: Any, op: Any, left: Any, right: Any) -> Binding:
    if not isinstance(op, (gast.Eq, gast.NotEq)):
        return _in_order(cx, node, op, tuple(left), tuple(right))
    different: Operand = len(left) != len(right)
    for one, two in zip(left, right, strict=False):
        unequal = compare(cx, node, gast.NotEq(), one, two, "")
        different = either(cx, different, truth(cx, unequal, node), node)
    return different if isinstance(op, gast.NotEq) else negate(cx, different, node)


_STRICT = {gast.Lt: gast.Lt, gast.LtE: gast.Lt, gast.Gt: gast.Gt, gast.GtE: gast.Gt}


def _in_order(
    cx: Context, node: Any, op: Any, left: tuple[Binding, ...], right: tuple[Binding, ...]
) -> Operand:  # fmt: skip
    """``left < right`` and its like: the first items that differ decide, then the lengths."""
    if not left or not right:
        strict = isinstance(op, (gast.Lt, gast.Gt))
        some, other = (len(left), len(right))[:: 1 if isinstance(op, (gast.Lt, gast.LtE)) else -1]
        less = some < other
        return less or (not strict and len(left) == len(right))
    first = (left[0], right[0])
    before = truth(cx, compare(cx, node, _STRICT[type(op)](), *first, ""), node)
    equal = truth(cx, compare(cx, node, gast.Eq(), *first, ""), node)
    rest = _in_order(cx, node, op, left[1:], right[1:])
    both = negate(cx, either(cx, negate(cx, equal, node), negate(cx, rest, node), node), node)
    return either(cx, before, both, node)
