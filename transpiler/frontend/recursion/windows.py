"""Slices that a recursion passes on: of ``x[:m]`` of ``x[a:b]`` only two bounds change.

``f(x[1:])`` and ``f(x[:m]) + f(x[m:])`` look at ever smaller parts of one array.  Such a part
is kept as *window*: one slice of the array with bounds 0 <= first <= last <= length.
"""

from __future__ import annotations

import builtins
import operator
from typing import Any

import numpy as np

from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.bindings import Binding, Ref
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.paths_compose import steps_of
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.paths import FULL, Index, Path, Slice

_BOTH = Slice(start=True, stop=True)


def narrows(first: Binding, later: Binding) -> bool:
    """Whether ``later`` is another slice of the array that ``first`` is all or a slice of."""
    return (
        isinstance(first, Ref)
        and isinstance(later, Ref)
        and first.cell is later.cell
        and first.path != later.path
        and unsliced(first) == unsliced(later)
    )


def unsliced(ref: Ref) -> Path:
    """The path of a view without the slices at its end."""
    count = len(ref.path)
    while count and _is_slice(ref.path[count - 1]):
        count -= 1
    return ref.path[:count]


def _is_slice(step: Any) -> bool:
    """Whether a step of a path is a slice of the first axis, in its order."""
    return (
        isinstance(step, Index)
        and isinstance(step.items[0], Slice)
        and not step.items[0].step
        and all(item == FULL for item in step.items[1:])
    )


def window(cx: Context, node: Any, binding: Binding, prefix: Path) -> Binding:
    """A slice of what ``prefix`` selects as one slice with bounds within the array."""
    if not isinstance(binding, Ref) or binding.path[: len(prefix)] != prefix:
        return binding
    steps = steps_of(binding.path, binding.index)
    if not all(_is_slice(step) for step, _ in steps[len(prefix) :]):
        return binding
    before = tuple(operand for _, taken in steps[: len(prefix)] for operand in taken)
    whole = Ref(binding.cell, prefix, before)
    shape = shapes.ref_shape(cx, whole)
    first: Operand = 0
    last: Operand = shapes.operand_of(cx, node, shape[0])
    for step, taken in steps[len(prefix) :]:
        item, bounds = step.items[0], list(taken)  # type: ignore[union-attr]
        if (binding.cell, prefix, before, taken) in cx.extents.windows:
            first, last = taken
            continue
        start = bounds.pop(0) if item.start else None  # type: ignore[union-attr]
        stop = bounds.pop(0) if item.stop else None  # type: ignore[union-attr]
        first, last = _narrowed(cx, node, first, last, start, stop)
    index = Index((_BOTH, *(FULL for _ in shape[1:])))
    return Ref(binding.cell, (*prefix, index), (*before, first, last))


def _narrowed(
    cx: Context, node: Any, first: Operand, last: Operand, start: Any, stop: Any
) -> tuple[Operand, Operand]:
    """The bounds of ``part[start:stop]`` of the part from ``first`` to ``last``."""
    low, high = first, last
    if start is not None:
        low = _bound(cx, node, first, last, start)
    if stop is not None:
        high = _bound(cx, node, first, last, stop)
        if start is not None:
            high = cx.emit(node, builtins.max, high, low)
    return low, high


def _bound(cx: Context, node: Any, first: Operand, last: Operand, bound: Operand) -> Operand:
    """Where a bound of a slice lies in the array, within ``first`` and ``last``."""
    natural = cx.extents.is_natural(bound)
    if isinstance(bound, Value) and not natural:
        negative = cx.emit(node, operator.lt, bound, 0)
        base = cx.emit(node, np.where, negative, last, first)
    else:
        base = first if natural else last
    place = cx.emit(node, operator.add, base, bound)
    if not natural:
        place = cx.emit(node, builtins.max, place, first)
    if natural or isinstance(bound, Value):
        place = cx.emit(node, builtins.min, place, last)
    return place


def is_window(ref: Ref) -> bool:
    """Whether a view ends with a slice whose two bounds are given."""
    return bool(ref.path) and _is_slice(ref.path[-1]) and ref.path[-1].operands == 2


def note_window(cx: Context, node: Any, ref: Ref) -> None:
    """What holds for the bounds of a window: neither is negative, the length is their distance."""
    prefix, before, bounds = ref.path[:-1], ref.index[:-2], ref.index[-2:]
    cx.extents.windows.add((ref.cell, prefix, before, bounds))
    shape = shapes.ref_shape(cx, Ref(ref.cell, prefix, before))
    cx.extents.natural.update(bound for bound in bounds if isinstance(bound, Value))
    extent = shapes.canonical(cx, ("part", shape[0], *bounds, None))
    if extent not in cx.state.known:
        length = cx.emit(node, operator.sub, bounds[1], bounds[0])
        cx.state.known[extent] = length
        if isinstance(length, Value):
            cx.extents.natural.add(length)
            cx.extents.meaning[length] = extent
