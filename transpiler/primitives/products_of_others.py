"""The derivative of a product, by each factor the product of all others, and its own derivative.

The quotient of the product by the factor is the short way to the products of the others; where
factors are 0, what is left is one or nothing.  To differentiate the quotient would divide by the
square of a factor: near 0 no digit would be right.  So it brings its derivative with it::

    others[i] = before[i] * after[i]        both are running products, of which the derivative is
                                            a running sum of products: nothing is divided
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, Index, Path, Reshape, Transpose
from adgen.transpiler.ir.types import INT, Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.custom import STOP
from adgen.transpiler.primitives.own_derivatives import with_derivative
from adgen.transpiler.primitives.tracer import Tracer


def products_of_others(x: Tracer, axis: tuple[int, ...]) -> Tracer:
    """For each element of an array the product of those that it is reduced with."""
    stopped = x.call(STOP)
    is_zero = stopped == 0
    zeros, safe = np.where(is_zero, 1.0, 0.0), np.where(is_zero, 1.0, stopped)
    count = np.sum(zeros, axis=axis, keepdims=True)
    value: Any = np.where(count == zeros, np.prod(safe, axis=axis, keepdims=True) / safe, 0.0)
    return with_derivative("the products of the others", value, (x,), (partial(_slope, axis),))


def _slope(axis: tuple[int, ...], t: Tracer, others: Tracer, x: Tracer) -> Tracer:
    """What they change by in a direction: a symmetric map."""
    b, kind = x.builder, type_of(x.operand)
    assert isinstance(kind, Array)
    rest = tuple(k for k in range(kind.ndim) if k not in axis)
    order = (*axis, *rest)
    extents = [b.emit(core.DIM, x.operand, axis=k) for k in order]
    many = extents[0]
    for extent in extents[1 : len(axis)]:
        many = b.emit(operator.mul, many, extent)
    flat = (Transpose(order), Reshape(1 + len(rest), (False, *(kind.ones[k] for k in rest))))
    shape = (many, *extents[len(axis) :])
    factors, changes = (b.getitem(whole.operand, flat, *shape) for whole in (x, t))
    changed = _running(b, factors, changes, shape)
    wide = b.getitem(changed, (Reshape(kind.ndim, tuple(kind.ones[k] for k in order)),), *extents)
    back = Transpose(tuple(order.index(k) for k in range(kind.ndim)))
    return Tracer(b, b.getitem(wide, (back,)))


def _running(b: Builder, x: Operand, t: Operand, shape: tuple[Operand, ...]) -> Operand:
    """The same along the first axis: a loop over what is ahead, one over what is behind."""
    kind = type_of(x)
    assert isinstance(kind, Array)
    row: Path = (Index((paths.INT, *(FULL,) * (kind.ndim - 1))),)
    attrs = {"dtype": kind.dtype, "ones": kind.ones}
    before = b.emit(core.FULL_, 1.0, *shape, **attrs, name="before")
    slope = b.emit(core.ZEROS, *shape, **attrs, name="slope")

    def forwards(inner: Builder, k: Operand, carried: tuple[Value, ...]) -> tuple[Operand, ...]:
        last = inner.emit(operator.sub, k, 1)
        product, step = (inner.getitem(array, row, last) for array in carried)
        factor, change = inner.getitem(x, row, last), inner.getitem(t, row, last)
        grown = _sum_of_products(inner, step, factor, product, change)
        product = inner.emit(operator.mul, product, factor)
        return tuple(
            inner.setitem(array, new, row, k)
            for array, new in zip(carried, (product, grown), strict=True)
        )

    before, slope = _loop(b, (1, shape[0], 1), (before, slope), forwards)

    def backwards(inner: Builder, k: Operand, carried: tuple[Value, ...]) -> tuple[Operand, ...]:
        result, after, step = carried
        ahead, grown = inner.getitem(before, row, k), inner.getitem(slope, row, k)
        factor, change = inner.getitem(x, row, k), inner.getitem(t, row, k)
        found = _sum_of_products(inner, grown, after, ahead, step)
        return (
            inner.setitem(result, found, row, k),
            inner.emit(operator.mul, after, factor),
            _sum_of_products(inner, step, factor, after, change),
        )

    changed = b.emit(core.EMPTY, *shape, **attrs, name="changed")
    after, step = (_filled(b, kind, shape[1:], number) for number in (1.0, 0.0))
    last = b.emit(operator.sub, shape[0], 1)
    return _loop(b, (last, -1, -1), (changed, after, step), backwards)[0]


def _filled(b: Builder, kind: Array, shape: tuple[Operand, ...], number: float) -> Operand:
    """A row of one number, for loops to carry."""
    if not shape:
        constant: Operand = kind.dtype.type(number)
        return constant
    return b.emit(core.FULL_, number, *shape, dtype=kind.dtype, ones=kind.ones[1:])


def _sum_of_products(b: Builder, p: Operand, q: Operand, r: Operand, s: Operand) -> Operand:
    return b.emit(operator.add, b.emit(operator.mul, p, q), b.emit(operator.mul, r, s))


def _loop(
    b: Builder, over: tuple[Operand, Operand, Operand], start: tuple[Operand, ...],
    step: Callable[[Builder, Operand, tuple[Any, ...]], tuple[Operand, ...]],
) -> tuple[Value, ...]:  # fmt: skip
    """A counted loop of what ``step`` makes of the carried values."""
    index = Value(INT, "k")
    carried = tuple(Value(type_of(x), getattr(x, "name", "")) for x in start)
    inner = b.inner()
    yields = step(inner, index, carried)
    block = inner.block((index, *carried), yields)
    return b.region(core.FOR, (*over, *start), [block], [v.type for v in carried])
