"""Arithmetic with Python's and NumPy's meaning."""

from __future__ import annotations

import operator
from typing import Any

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import broadcasting, growing, list_changes, shapes
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Box, Ref, Static, is_operand
from adgen.transpiler.frontend.booleans import negate
from adgen.transpiler.frontend.boxes import (
    is_list,
    is_sequence,
    items_of,
    new_box,
    new_list,
    opened,
)
from adgen.transpiler.frontend.budget import check_integer, spend
from adgen.transpiler.frontend.conditions import tested
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import expression
from adgen.transpiler.frontend.element_views import as_number, refreshed
from adgen.transpiler.frontend.literals import beside_array
from adgen.transpiler.frontend.nullable import certain
from adgen.transpiler.frontend.special_methods import binary_of_objects, unary_of_object
from adgen.transpiler.frontend.texts import concatenated
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.trees import COUNTER
from adgen.transpiler.ir.types import FLOAT, Array, Scalar, Type

OPERATORS: dict[type, Any] = {
    gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul,
    gast.Div: operator.truediv, gast.FloorDiv: operator.floordiv, gast.Mod: operator.mod,
    gast.Pow: operator.pow, gast.MatMult: operator.matmul, gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_, gast.BitXor: operator.xor, gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
}  # fmt: skip

_SIGNS: dict[Any, str] = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/",
    operator.floordiv: "//", operator.mod: "%", operator.pow: "** or pow()", operator.matmul: "@",
    operator.and_: "&", operator.or_: "|", operator.xor: "^", operator.lshift: "<<",
    operator.rshift: ">>",
}  # fmt: skip
_UNARY: dict[type, Any] = {
    gast.USub: operator.neg, gast.UAdd: operator.pos, gast.Invert: operator.invert,
}  # fmt: skip


@expression(gast.BinOp)
def _bin_op(cx: Context, node: Any, name: str) -> Binding:
    left, right = cx.ev(node.left), cx.ev(node.right)
    left = refreshed(cx, node, left)
    return binary(cx, node, OPERATORS[type(node.op)], left, right, name)


@expression(gast.UnaryOp)
def _unary_op(cx: Context, node: Any, name: str) -> Binding:
    if isinstance(node.op, gast.Not):
        return negate(cx, tested(cx, node.operand), node)
    message = "bad operand type for unary operator: 'NoneType'"
    binding = certain(cx, node, cx.ev(node.operand), "TypeError", message)
    answer = unary_of_object(cx, node, _UNARY[type(node.op)], binding)
    if answer is not None:
        return answer
    x = array_or_number(cx, node, binding)
    if type(node.op) is gast.UAdd and isinstance(type_of(x), Scalar):
        return as_number(cx, node, x)
    return cx.wrap(cx.emit(node, _UNARY[type(node.op)], x, name=name))


def array_or_number(cx: Context, node: Any, binding: Binding) -> Operand:
    """The operand of arithmetic.  Raises TypeMismatch for anything else."""
    if is_operand(binding):
        operand: Operand = binding
        return operand
    if isinstance(binding, Ref):
        return cx.read(binding, node)
    cx.refuse(
        TypeMismatch,
        f"{describe(binding)} is used in arithmetic",
        node,
        "use numbers and arrays; np.array([...]) makes an array of a list",
        raises=TypeError if isinstance(binding, Static) else None,
    )


def binary(
    cx: Context, node: Any, callee: Any, left: Binding, right: Binding, name: str = ""
) -> Binding:
    """``left <op> right``."""
    message = f"unsupported operand type(s) for {_SIGNS[callee]}: 'NoneType'"
    left, right = (certain(cx, node, side, "TypeError", message) for side in (left, right))
    answer = binary_of_objects(cx, node, callee, left, right)
    if answer is not None:
        return answer
    left, right = beside_array(cx, node, left, right), beside_array(cx, node, right, left)
    sequences = _sequences(cx, node, callee, left, right)
    if sequences is None and callee is operator.or_:
        sequences = united(cx, node, left, right, name)
    if sequences is not None:
        return sequences
    x, y = array_or_number(cx, node, left), array_or_number(cx, node, right)
    if callee is operator.matmul:
        return matmul(cx, node, callee, x, y, name)
    integral = _integral(x) and _integral(y)
    if callee in (operator.floordiv, operator.mod) and integral:
        _check_divisor(cx, node, y)
    if isinstance(x, int) and isinstance(y, int):
        check_integer(cx, node, callee, x, y)
    if callee is operator.pow and integral:
        x = _checked_base(cx, node, x, y)
    return cx.wrap(cx.emit(node, callee, x, y, name=name))


def united(
    cx: Context, node: Any, left: Binding, right: Binding, name: str
) -> Binding | None:  # fmt: skip
    """``left | right`` of dicts; None for anything else, and for counters, which add theirs up."""
    if not isinstance(left, (Box, Static)) or not isinstance(right, (Box, Static)):
        return None
    one, two = opened(cx, left, node), opened(cx, right, node)
    if one is None or two is None or one.kind is COUNTER:
        return None
    if not issubclass(one.kind.cls, dict) or not issubclass(two.kind.cls, dict):
        return None
    held = dict(zip((*one.keys, *two.keys), (*one.parts, *two.parts), strict=True))
    return new_box(cx, one.kind, tuple(held), tuple(held.values()), name)


def _sequences(
    cx: Context, node: Any, callee: Any, left: Binding, right: Binding
) -> Binding | None:
    """Tuples, lists and strings are joined and repeated."""
    strings = concatenated(cx, node, callee, left, right)
    if strings is not None:
        return strings
    computed = _of_computed_length(cx, node, callee, left, right)
    if computed is not None:
        return computed
    if callee is operator.add and is_sequence(left) and is_sequence(right):
        return _joined(cx, node, left, right)
    if callee is operator.mul:
        for sequence, count in ((left, right), (right, left)):
            if type(count) is int and is_sequence(sequence):
                items = _known(cx, node, sequence)
                spend(cx, node, len(items) * max(count, 0))
                return new_list(cx, items * count) if is_list(sequence) else items * count
    return None


def _joined(cx: Context, node: Any, left: Binding, right: Binding) -> Binding:
    """``left + right`` of two tuples or two lists."""
    if is_list(left) != is_list(right):
        cx.refuse(
            TypeMismatch, f"{describe(left)} and {describe(right)} are joined", node,
            "convert one of them: `list(...)` or `tuple(...)`",
        )  # fmt: skip
    items = _known(cx, node, left) + _known(cx, node, right)
    spend(cx, node, len(items))
    return new_list(cx, items) if is_list(left) else items


def _known(cx: Context, node: Any, sequence: Binding) -> tuple[Binding, ...]:
    items = items_of(cx, sequence, node)
    assert items is not None
    return items


def _of_computed_length(
    cx: Context, node: Any, callee: Any, left: Binding, right: Binding
) -> Binding | None:
    """``xs + ys`` and ``xs * n`` where a length is known only at run time."""
    grown = [growing.grown_of(cx, side, node) is not None for side in (left, right)]
    if callee is operator.add and is_list(left) and is_list(right) and any(grown):
        found = growing.grown_of(cx, left, node)
        items = items_of(cx, left, node) or ()
        out = growing.copied(cx, node, found) if found is not None else new_list(cx, items)
        (list_changes.extend if found is not None else list_changes.extend_known)(
            cx, node, out, right
        )
        return out
    if callee is operator.mul:
        for sequence, count in ((left, right), (right, left)):
            if is_list(sequence) and isinstance(count, Value):
                return list_changes.repeated(cx, node, sequence, count)
    return None


def matmul(cx: Context, node: Any, callee: Any, x: Operand, y: Operand, name: str) -> Binding:
    """A product of vectors and matrices, the inner extents guarded."""
    kinds = type_of(x), type_of(y)
    for kind in kinds:
        if not isinstance(kind, Array):
            cx.refuse(
                UnsupportedSyntax,
                f"a matrix product of {_shown(kinds[0])} and {_shown(kinds[1])}",
                node,
                "multiply by a number with `*`",
            )
    inner = cx.extents.of(x)[-1], cx.extents.of(y)[-2:][0]
    shapes.require(cx, node, *inner)
    x, y = broadcasting.agreed(cx, node, callee, (x, y), 2)
    return cx.wrap(cx.emit(node, callee, x, y, name=name))


def _shown(kind: Type) -> str:
    return f"a {kind.ndim}-D array" if isinstance(kind, Array) else "a number"


def _integral(operand: Operand) -> bool:
    kind = type_of(operand)
    return isinstance(kind, Scalar) and kind.weak and kind.dtype.kind in "ib"


def _check_divisor(cx: Context, node: Any, divisor: Operand) -> None:
    if isinstance(divisor, Value):
        nonzero = cx.emit(node, operator.ne, divisor, 0)
        cx.check(node, nonzero, "ZeroDivisionError", "integer division or modulo by zero")
    elif divisor == 0:
        cx.check(node, False, "ZeroDivisionError", "integer division or modulo by zero")


def _checked_base(cx: Context, node: Any, base: Operand, exponent: Operand) -> Operand:
    """The base of a power of integers: a float where Python's result is one."""
    if not isinstance(exponent, Value):
        return cx.cast(node, base, FLOAT) if exponent < 0 else base
    if not cx.extents.is_natural(exponent):
        natural = cx.emit(node, operator.ge, exponent, 0)
        cx.check(
            node, natural, "ValueError",
            "an integer to a negative integer power: make the base a float",
        )  # fmt: skip
    return base
