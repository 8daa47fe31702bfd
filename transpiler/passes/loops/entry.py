"""Array ops become parts: which op becomes what."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Array, Scalar, Type
from adgen.transpiler.passes.loops.accesses import accum, getitem, save, setitem
from adgen.transpiler.passes.loops.extents import PRODUCTS
from adgen.transpiler.passes.loops.part import call, clip, constant, filled, fit, identity, plain
from adgen.transpiler.passes.loops.parts import Parts
from adgen.transpiler.passes.loops.products import outer, product
from adgen.transpiler.passes.loops.reductions import reduction, sumto
from adgen.transpiler.passes.loops.views import broadcast
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.table import find


def enter(parts: Parts, op: Op) -> None:
    """Enter an op of the input."""
    handler = _HANDLERS.get(op.callee)
    if handler is not None:
        handler(parts, op)
        return
    entry = find(op.callee) if not isinstance(op.callee, str) else None
    arrays = [o for o in op.operands if not core.is_scalar(o)]
    if entry is not None and entry.elementwise and arrays:
        _elementwise(parts, op, entry.cheap)
    elif entry is not None and entry.reduction and arrays:
        reduction(parts, op)
    else:
        parts.opaque(op)


def _elementwise(parts: Parts, op: Op, cheap: bool) -> None:
    if _divides_rows(op):
        _times_reciprocal(parts, op)
        return
    dtype = op.result.type.dtype
    slow = op.callee in (*_DIVISIONS, operator.pow, np.power)
    formula = clip(dtype) if op.callee is np.clip else call(op.callee, dtype)
    if op.callee in (operator.invert, np.invert) and dtype == np.bool_:
        formula = call(np.logical_not, dtype)
    parts.map(op, op.result, op.operands, formula, weight=1 if cheap and not slow else None)


_DIVISIONS = (operator.truediv, np.true_divide)


def _divides_rows(op: Op) -> bool:
    """Whether a derivative divides many elements by one: there the rounding is ours to choose."""
    if op.callee not in _DIVISIONS or op.role == core.PRIMAL:
        return False
    divisor = op.operands[1]
    return isinstance(divisor, Value) and _spread(type_of(divisor)) < _spread(op.result.type)


def _spread(kind: Type) -> int:
    """Number of axes that are not of length 1."""
    return kind.ones.count(False) if isinstance(kind, Array) else 0


def _times_reciprocal(parts: Parts, op: Op) -> None:
    """``x / s`` as ``x * (1 / s)``, with one reciprocal for all that is divided by ``s``."""
    x, divisor = op.operands
    assert isinstance(divisor, Value)
    dtype = op.result.type.dtype
    reciprocal = parts.reciprocals.get(divisor)
    if reciprocal is None:
        kind = divisor.type
        wide = Array(dtype, kind.ones) if isinstance(kind, Array) else Scalar(dtype)
        reciprocal = parts.reciprocals[divisor] = Value(wide)

        def invert(builder: Builder, elements: list[Operand]) -> Operand:
            return plain(
                builder, operator.truediv, constant(dtype, 1), fit(builder, elements[0], dtype)
            )

        parts.map(op, reciprocal, (divisor,), invert, parts.shape(divisor))
    parts.map(op, op.result, (x, reciprocal), call(operator.mul, dtype), weight=1)


def _constant(parts: Parts, op: Op) -> None:
    """zeros: an element is a constant."""
    zero = op.result.type.dtype.type(0)
    parts.map(op, op.result, (), lambda builder, _: zero, weight=0)


def _full(parts: Parts, op: Op) -> None:
    formula = filled(op.result.type.dtype, parts.extents.narrow)
    parts.map(op, op.result, op.operands[:1], formula, weight=0)


def _cast(parts: Parts, op: Op) -> None:
    if core.is_scalar(op.operands[0]):
        parts.statement(op)
    else:
        parts.map(op, op.result, op.operands, identity(op.result.type.dtype), weight=1)


def _copy(parts: Parts, op: Op) -> None:
    if core.is_scalar(op.operands[0]):
        parts.statement(op)
    else:
        parts.views[op.result] = parts.view(op.operands[0])


def _broadcast(parts: Parts, op: Op) -> None:
    ones = op.result.type.ones  # type: ignore[union-attr]
    x = op.operands[0]
    if core.is_scalar(x):
        _full(parts, op)
    else:
        parts.views[op.result] = broadcast(parts.view(x), parts.shape(op.result), ones)


def _as_it_is(parts: Parts, op: Op) -> None:
    parts.statement(op)


_HANDLERS: dict[object, Callable[[Parts, Op], object]] = {
    core.ZEROS: _constant,
    core.FULL_: _full,
    core.EMPTY: _as_it_is,
    core.CAST: _cast,
    core.COPY: _copy,
    core.BROADCAST: _broadcast,
    core.GETITEM: getitem,
    core.SETITEM: setitem,
    core.ADDITEM: setitem,
    core.ACCUM: accum,
    core.SUMTO: sumto,
    core.SAVE: save,
    np.outer: outer,
    **{callee: product for callee in PRODUCTS},
}
