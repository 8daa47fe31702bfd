"""Matrices in rules cut into blocks, and put together from blocks."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.transpiler.ir.paths import FULL, Index, Slice
from adgen.transpiler.primitives.tracer import Tracer

_FIRST, _LAST = Slice(stop=True), Slice(start=True)
Extent = Tracer | int


def _operand(k: Extent):  # type: ignore[no-untyped-def]
    return k.operand if isinstance(k, Tracer) else k


def _items(x: Tracer, rows: Slice, columns: Slice) -> Index:
    return Index((*(FULL for _ in range(x.ndim - 2)), rows, columns))


def _cut(x: Tracer, k: Extent, rows: Slice, columns: Slice) -> Tracer:
    return Tracer(x.builder, x.builder.getitem(x.operand, (_items(x, rows, columns),), _operand(k)))


def first_columns(x: Tracer, k: Extent) -> Tracer:
    """``x[..., :k]`` of each matrix."""
    return _cut(x, k, FULL, _FIRST)


def last_columns(x: Tracer, k: Extent) -> Tracer:
    """``x[..., k:]`` of each matrix."""
    return _cut(x, k, FULL, _LAST)


def first_rows(x: Tracer, k: Extent) -> Tracer:
    """``x[..., :k, :]`` of each matrix."""
    return _cut(x, k, _FIRST, FULL)


def last_rows(x: Tracer, k: Extent) -> Tracer:
    """``x[..., k:, :]`` of each matrix."""
    return _cut(x, k, _LAST, FULL)


def _filled(like: Tracer, k: Extent, parts: Sequence[tuple[Tracer, Slice, Slice]]) -> Tracer:
    builder, at = like.builder, _operand(k)
    whole = builder.zeros_like(like.operand)
    for part, rows, columns in parts:
        whole = builder.setitem(whole, part.operand, (_items(like, rows, columns),), at)  # type: ignore[arg-type]
    return Tracer(builder, whole)


def beside(left: Tracer, right: Tracer | None, like: Tracer) -> Tracer:
    """A matrix of the shape of ``like``: columns, and further columns or zeros."""
    parts = [(left, FULL, _FIRST)] + ([] if right is None else [(right, FULL, _LAST)])
    return _filled(like, left.shape[-1], parts)


def above(upper: Tracer, lower: Tracer | None, like: Tracer) -> Tracer:
    """A matrix of the shape of ``like``: rows, and further rows or zeros."""
    parts = [(upper, _FIRST, FULL)] + ([] if lower is None else [(lower, _LAST, FULL)])
    return _filled(like, upper.shape[-2], parts)


def shorter(x: Tracer) -> Extent:
    """The number of rows or of columns, whichever is less."""
    n, m = x.shape[-2:]
    if not isinstance(n, Tracer) or not isinstance(m, Tracer):
        return 1  # an extent that is known is 1
    return n.call(min, m)
