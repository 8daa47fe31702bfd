"""Tangents and cotangents, fitted to what they belong to."""

from __future__ import annotations

from typing import Any

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Ref
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.shapes import operand_of, require
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, type_of
from adgen.transpiler.ir.types import Array


def fitted_to(cx: Context, node: Any, given: Binding, like: Operand) -> Operand:
    """A tangent or cotangent with the dtype and rank of what it belongs to."""
    operand = cx.read(given, node) if isinstance(given, Ref) else given
    have, want = type_of(operand), type_of(like)
    if _rank(have) != _rank(want):
        cx.refuse(
            TypeMismatch,
            f"{describe(given)} ({have}) is given as the tangent or cotangent of {want}",
            node, "give it the shape of what it belongs to",
        )  # fmt: skip
    operand = cx.cast(node, operand, want)
    if not isinstance(want, Array):
        return operand
    extents = cx.extents.of(like)
    for one, two in zip(cx.extents.of(operand), extents, strict=True):
        require(cx, node, one, two)
    if type_of(operand).ones == want.ones:  # type: ignore[union-attr]
        return operand
    sizes = [operand_of(cx, node, extent) for extent in extents]
    return cx.emit(node, core.BROADCAST, operand, *sizes, ones=want.ones)


def _rank(kind: Any) -> int:
    return kind.ndim if isinstance(kind, Array) else 0
