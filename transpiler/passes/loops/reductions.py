"""Reductions as parts of a run."""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.extents import gone
from adgen.transpiler.passes.loops.part import (
    MAP,
    REDUCE,
    REDUCERS,
    SUM,
    Formula,
    Part,
    Reducer,
    fit,
    identity,
    plain,
    positions,
)
from adgen.transpiler.passes.loops.parts import Parts, iterated
from adgen.transpiler.passes.loops.symbolic import ONE
from adgen.transpiler.passes.loops.views import View
from adgen.transpiler.primitives.builder import Builder


def reduction(parts: Parts, op: Op) -> None:
    """np.sum and its like."""
    reducer = REDUCERS[op.callee]
    (x,) = op.operands
    axes = tuple(op.attrs["axis"])
    view = parts.view(x)
    dtype = op.result.type.dtype
    formula: Formula = identity(dtype)
    if op.callee in (np.any, np.all) and type_of(x).dtype != np.bool_:
        formula = _truth
    removed = () if op.attrs.get("keepdims", False) else axes
    if op.callee is np.mean:
        _mean(parts, op, view, axes, removed)
    else:
        fold(parts, op, op.result, view, axes, removed, reducer, formula)


def _mean(
    parts: Parts, op: Op, view: View, axes: tuple[int, ...], removed: tuple[int, ...]
) -> None:
    dtype = op.result.type.dtype
    total = Value(op.result.type)
    fold(parts, op, total, view, axes, removed, SUM, identity(dtype))
    symbols = parts.extents.symbols
    count = parts.emit(symbols.product(tuple(view.extents[a] for a in axes)))

    def divide(builder: Builder, elements: list[Operand]) -> Operand:
        number = count if dtype == np.float64 else fit(builder, count, dtype)
        # in CPython a number divided by Python's operator raises where NumPy's mean is nan
        by = np.true_divide if isinstance(count, Value) else operator.truediv
        return fit(builder, plain(builder, by, elements[0], number), dtype)

    shape = parts.parts[-1].extents
    parts.map(op, op.result, (total,), divide, shape)


def fold(
    parts: Parts, op: Op, result: Value, view: View, axes: tuple[int, ...],
    removed: tuple[int, ...], reducer: Reducer, formula: Formula,
) -> None:  # fmt: skip
    """Reduce axes of a view; those in ``removed`` go, the others stay with length 1.

    Reduced axes at the end of the domain fold into a scalar of their own, if
    kept ones separate them from the rest.
    """
    place = positions(view.ones)
    domain = iterated(view.extents, view.ones)
    left = [a for a in range(len(place)) if a not in removed]
    kept = tuple(None if a in axes else place[a] for a in left)
    shape = tuple(ONE if a in axes else view.extents[a] for a in left)
    reduced = frozenset(p for a in axes if (p := place[a]) is not None)
    read = parts.read_view(view, len(place), place)
    tail = _trailing(reduced, len(domain))
    if tail and tail != reduced:
        outer = tuple(range(len(domain) - len(tail)))
        inner = Value(Array(result.type.dtype, (False,) * len(outer)))
        extents = domain[: len(outer)]
        parts.append(Part(REDUCE, op, inner, domain, outer, (read,), formula, tail, reducer,
                         extents=extents))  # fmt: skip
        read, domain, reduced = (
            parts.read_view(parts.view(inner), len(outer), outer),
            extents,
            reduced - tail,
        )
        formula = identity(result.type.dtype)
    kind = REDUCE if reduced else MAP
    parts.append(Part(kind, op, result, domain, kept, (read,), formula, reduced,
                     reducer if reduced else None, weight=0, extents=shape))  # fmt: skip


def sumto(parts: Parts, op: Op) -> None:
    """The adjoint of broadcasting."""
    (x,) = op.operands
    dtype = op.result.type.dtype
    fold(parts, op, op.result, parts.view(x), tuple(op.attrs["axes"]), gone(op), SUM,
              identity(dtype))  # fmt: skip


def _truth(builder: Builder, elements: list[Operand]) -> Operand:
    return builder.emit(operator.ne, elements[0], 0)


def _trailing(reduced: frozenset[int], rank: int) -> frozenset[int]:
    """The reduced positions at the end of the domain, without a gap."""
    tail = set()
    position = rank - 1
    while position in reduced:
        tail.add(position)
        position -= 1
    return frozenset(tail)
