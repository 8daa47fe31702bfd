"""Products of vectors and matrices: loops, but for two matrices that are not small."""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Value, type_of
from adgen.transpiler.ir.paths import Transpose
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.extents import Shape
from adgen.transpiler.passes.loops.part import ANY, MAP, SUM, Part, call, identity, positions
from adgen.transpiler.passes.loops.parts import Parts, iterated
from adgen.transpiler.passes.loops.reductions import fold
from adgen.transpiler.passes.loops.symbolic import ZERO, Sym
from adgen.transpiler.passes.loops.views import Access, View, ndim

SMALL = 4  # up to where an extent makes a product faster without a call


def product(parts: Parts, op: Op) -> None:
    """``@`` and np.dot: a loop, or a call for two matrices."""
    x, y = op.operands
    if core.is_scalar(x) or core.is_scalar(y):
        parts.opaque(op)
        return
    dtype = op.result.type.dtype
    if ndim(x) == 2 and ndim(y) == 2 and dtype.kind in "fc" and not _is_small(parts, op):
        _blas(parts, op)
        return
    _by_loops(parts, op)


def _by_loops(parts: Parts, op: Op) -> None:
    """Elements multiplied and summed; the domain: stack, rows of x, inner axis, columns of y."""
    x, y = op.operands
    dtype = op.result.type.dtype
    left, right = min(ndim(x), 2) - 1, min(ndim(y), 2) - 1
    stack = ndim(op.result) - left - right
    inner = stack + left
    rank = inner + 1 + right
    sx, sy = parts.shape(x), parts.shape(y)
    of_x, of_y = type_of(x).ones, type_of(y).ones  # type: ignore[union-attr]
    result = parts.shape(op.result)
    shape = (*result[:inner], sx[-1], *sy[len(sy) - right :])
    kept = op.result.type.ones if isinstance(op.result.type, Array) else ()
    ones = kept[:inner] + of_x[-1:] + of_y[len(of_y) - right :]
    if rank == 3 and not stack and _is_smaller_than_the_sum(parts, op):
        _summed_outside(parts, op, (sx[-1], *result), (*of_x[-1:], *kept))
        return
    ahead = tuple(range(stack - max(ndim(x) - 2, 0), stack))
    view_x = _aligned(parts.view(x), (*ahead, *range(stack, inner + 1)), rank, shape, ones)
    ahead = tuple(range(stack - max(ndim(y) - 2, 0), stack))
    view_y = _aligned(parts.view(y), (*ahead, *range(inner, rank)), rank, shape, ones)
    product = Value(Array(dtype, ones))
    place = positions(ones)
    domain = iterated(shape, ones)
    reads = (parts.read_view(view_x, rank, place), parts.read_view(view_y, rank, place))
    multiply = call(operator.and_ if dtype == np.bool_ else operator.mul, dtype)
    parts.append(Part(MAP, op, product, domain, place, reads, multiply, weight=1,
                     extents=shape))  # fmt: skip
    reducer = ANY if dtype == np.bool_ else SUM
    fold(parts, op, op.result, parts.view(product), (inner,), (inner,), reducer, identity(dtype))


def _is_smaller_than_the_sum(parts: Parts, op: Op) -> bool:
    """Whether a product is a small matrix, each element a long sum."""
    rows, columns = map(parts.same, parts.shape(op.result))
    inner = parts.same(parts.shape(op.operands[0])[-1])
    small = all(extent.is_const and extent.const <= SMALL for extent in (rows, columns))
    return small and not inner.is_const


def _summed_outside(parts: Parts, op: Op, shape: Shape, ones: tuple[bool, ...]) -> None:
    """A product as one loop over the terms of its sums: the operands are passed over once, and
    all elements of the result are sums in registers.
    """
    dtype = op.result.type.dtype
    product = Value(Array(dtype, ones))
    place = positions(ones)
    reads = tuple(
        parts.read_view(_aligned(parts.view(x), axes, 3, shape, ones), 3, place)
        for x, axes in zip(op.operands, ((1, 0), (0, 2)), strict=True)
    )
    multiply = call(operator.and_ if dtype == np.bool_ else operator.mul, dtype)
    parts.append(Part(MAP, op, product, iterated(shape, ones), place, reads, multiply, weight=1,
                     extents=shape))  # fmt: skip
    reducer = ANY if dtype == np.bool_ else SUM
    fold(parts, op, op.result, parts.view(product), (0,), (0,), reducer, identity(dtype))


def _is_small(parts: Parts, op: Op) -> bool:
    """Whether the inner extent of a product of matrices is small, or both the others are."""
    x, y = op.operands
    rows, inner = map(parts.same, parts.shape(x))
    other, columns = map(parts.same, parts.shape(y))

    def small(extent: Sym) -> bool:
        return extent.is_const and extent.const <= SMALL

    return small(inner) or small(other) or small(rows) and small(columns)


def outer(parts: Parts, op: Op) -> None:
    """np.outer."""
    dtype = op.result.type.dtype
    shape = parts.shape(op.result)
    place = positions(op.result.type.ones)  # type: ignore[union-attr]
    domain = iterated(shape, op.result.type.ones)  # type: ignore[union-attr]
    reads = tuple(
        parts.read_view(parts.view(o), 1, place[k : k + 1]) for k, o in enumerate(op.operands)
    )
    parts.append(Part(MAP, op, op.result, domain, place, reads, call(operator.mul, dtype),
                     weight=1, extents=shape))  # fmt: skip


def _blas(parts: Parts, op: Op) -> None:
    """A product of matrices: operands as arrays of one dtype, or transposes of such."""
    dtype = op.result.type.dtype
    operands: list[Value] = []
    wholes: list[Value] = []
    for x in op.operands:
        assert isinstance(x, Value)
        view = parts.view(x)
        if x.type.dtype != dtype:
            cast = Value(Array(dtype, view.ones), x.name)
            parts.map(op, cast, (x,), identity(dtype), parts.shape(x))
            x = cast
        elif view.permutation == (1, 0):
            wholes.append(view.base)
            x = _transposed(parts, op, view)
        array = parts.array(x)
        operands.append(array)
        wholes.append(array)
    parts.statement(op.with_(operands=tuple(operands)), wholes)


def _transposed(parts: Parts, op: Op, view: View) -> Value:
    base = parts.array(view.base)
    ones = view.ones
    result = Value(Array(base.type.dtype, ones))
    parts.extents.note(result, view.extents)
    path = (Transpose((1, 0)),)
    made = Op(core.GETITEM, (base,), {"path": path}, (), (result,), op.span, op.role)
    parts.statement(made, (base,))
    return result


def _aligned(
    view: View, places: tuple[int, ...], rank: int, shape: Shape, ones: tuple[bool, ...]
) -> View:
    """A view whose axes sit at ``places`` of a larger shape."""
    accesses = tuple(
        a
        if a.axis is None
        else Access(None, a.start, ZERO)
        if view.ones[a.axis]
        else Access(places[a.axis], a.start, a.step)
        for a in view.accesses
    )
    return View(view.base, accesses, shape, ones, view.full)
