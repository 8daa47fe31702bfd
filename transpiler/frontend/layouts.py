"""Which views lie in one stretch of memory, so that ``reshape`` and ``ravel`` give views of them.

NumPy gives a fresh array the order of the operands that it was computed from: ``0.8 * M.T`` is
laid out like ``M.T``, and its ``ravel()`` is a copy.  Answers are True, False or None: only the
run could tell.  Arrays are in C's order unless ``Extents.layouts`` says otherwise.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.bindings import Binding, Cell, Ref
from adgen.transpiler.frontend.paths_compose import entries_of, steps_of
from adgen.transpiler.frontend.shapes import Extent
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.layout import UNKNOWN, Layout, c_order, dense
from adgen.transpiler.ir.paths import NEW, Index, Slice, Transpose, is_stretch
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.table import find

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

Answer = bool | None


@dataclass(frozen=True, slots=True)
class _Axis:
    """An axis of a view: that of the array which it runs along, from where to where.

    ``source`` None: an axis of length 1.  ``shorter``: it certainly leaves something out.
    ``step`` None: not known.
    """

    source: int | None
    cut: bool = False
    shorter: bool = False
    step: int | None = 1


# Decisions


def is_contiguous(cx: Context, ref: Ref) -> Answer:
    """Whether the elements of a view fill one stretch of memory in C's order."""
    return _decide(cx, ref, whole=True)


def is_mergeable(cx: Context, ref: Ref) -> Answer:
    """Whether the axes of a view can be one axis without a copy, perhaps with a step."""
    return _decide(cx, ref, whole=False)


def _decide(cx: Context, ref: Ref, whole: bool) -> Answer:
    if cx.state.cells[ref.cell] not in cx.extents.layouts and is_stretch(ref.path):
        return True
    found = _axes_of(cx, ref)
    if found is None:
        return None
    axes, layout = found
    extents = shapes.ref_shape(cx, ref)
    kept = [(a, e) for a, e in zip(axes, extents, strict=True) if a.source is not None and e != 1]
    doubtful = [axis for axis, extent in kept if not _certainly_longer(cx, extent)]
    answers = set()
    for count in range(len(doubtful) + 1):
        for ones in combinations(doubtful, count):  # axes that have length 1 do not count
            answers.add(_one_stretch(layout, [a for a, _ in kept if a not in ones], whole))
    return answers.pop() if len(answers) == 1 else None


def _one_stretch(layout: Layout, axes: list[_Axis], whole: bool) -> Answer:
    answers = [_follows(layout, a, b) for a, b in zip(axes, axes[1:], strict=False)]
    if whole and axes:
        answers.append(_is_unit(layout, axes[-1]))
    return False if False in answers else None if None in answers else True


def _axes_of(cx: Context, ref: Ref) -> tuple[list[_Axis], Layout] | None:
    """The axes of a view, and the layout of the array that they are axes of."""
    value = cx.state.cells[ref.cell]
    assert isinstance(value.type, Array)
    layout = cx.extents.layouts.get(value) or c_order(value.type.ones)
    axes = _all_axes(value.type.ones)
    taken: list[tuple[Any, tuple[Operand, ...]]] = []
    for step in steps_of(ref.path, ref.index):
        element, operands = step
        if isinstance(element, Transpose):
            axes = [axes[axis] for axis in element.perm]
        elif isinstance(element, Index):
            axes = _indexed(axes, step)
        else:
            if not is_contiguous(cx, _prefix(ref, taken)):
                return None
            ones = element.ones or (False,) * element.ndim
            layout, axes = c_order(ones), _all_axes(ones)
        taken.append((element, operands))
    return axes, layout


def _all_axes(ones: Sequence[bool]) -> list[_Axis]:
    return [_Axis(None if one else axis) for axis, one in enumerate(ones)]


def _prefix(ref: Ref, steps: Sequence[tuple[Any, tuple[Operand, ...]]]) -> Ref:
    path = tuple(element for element, _ in steps)
    return Ref(ref.cell, path, tuple(operand for _, taken in steps for operand in taken))


def _indexed(axes: list[_Axis], step: Any) -> list[_Axis]:
    out: list[_Axis] = []
    rest = list(axes)
    for item, operands in entries_of(step):
        if item == NEW:
            out.append(_Axis(None))
            continue
        axis = rest.pop(0)
        if isinstance(item, Slice):
            jump = _times(axis.step, operands[-1] if item.step else 1)
            shorter = axis.shorter or _leaves_out(item, operands)
            cut = axis.cut or item.start or item.stop
            out.append(replace(axis, cut=cut, shorter=shorter, step=jump))
    return out


def _leaves_out(item: Slice, bounds: tuple[Operand, ...]) -> bool:
    """Whether a slice cannot select the whole of an axis that has any elements."""
    if item.step:
        return False
    start, stop = (bounds[0] if item.start else 0), (bounds[-1] if item.stop else 0)
    return (isinstance(start, int) and start > 0) or (isinstance(stop, int) and stop < 0)


def _times(step: int | None, factor: Operand) -> int | None:
    return None if step is None or not isinstance(factor, int) else step * factor


def _follows(layout: Layout, outer: _Axis, inner: _Axis) -> Answer:
    """Whether a step along one axis is the whole length of the next."""
    if layout.joined is None:
        return None
    a, b = outer.source, inner.source
    assert a is not None and b is not None
    signs = [sign for sign in (1, -1) if (a, b, sign) in layout.joined]
    untouched = not inner.cut and inner.step in (1, -1)
    if signs and untouched:
        return None if outer.step is None else outer.step * signs[0] == inner.step
    if signs and inner.shorter and inner.step in (1, -1) and outer.step in (1, -1):
        return False
    if signs:  # the length of the inner axis is another, or is not known
        opposed = inner.step in (1, -1) and outer.step in (1, -1)
        return False if opposed and outer.step * signs[0] != inner.step else None  # type: ignore[operator]
    if untouched and outer.step in (1, -1):
        return False
    if layout.order is None:
        return None
    if layout.order.index(a) > layout.order.index(b):
        return False  # the step along an inner axis is too short
    return False if inner.step in (1, -1) else None


def _is_unit(layout: Layout, axis: _Axis) -> Answer:
    if layout.unit is None or axis.step is None:
        return None
    assert axis.source is not None
    signs = [sign for sign in (1, -1) if (axis.source, sign) in layout.unit]
    if signs or axis.step in (1, -1):
        return bool(signs) and axis.step * signs[0] == 1
    return None


def _certainly_longer(cx: Context, extent: Extent) -> bool:
    """Whether an extent is certainly not 1 (then a copy is no view by accident)."""
    if isinstance(extent, int):
        return extent != 1
    if not isinstance(extent, tuple):
        return False
    match extent[0]:
        case "dim":
            return extent[1] in cx.extents.settled
        case "times":
            return all(_certainly_longer(cx, part) for part in extent[1])
        case "plus":
            return bool(extent[2] > 1)
    return False


# What is known of new arrays

_ORDERED = {core.ZEROS, core.EMPTY, core.FULL_, core.BROADCAST, core.SUMTO, core.COPY}
_PRODUCTS = {np.outer, np.matmul, np.dot, operator.matmul}


def note_layout(
    cx: Context, value: Value, callee: core.Callee, operands: tuple[Operand, ...], attrs: Any
) -> None:
    """Remember a new array whose elements are perhaps not in C's order."""
    if not isinstance(value.type, Array) or callee in _ORDERED:
        return
    layouts = cx.extents.layouts
    if callee in (core.SETITEM, core.ADDITEM):
        written_in_place(cx, value, operands[0])
        return
    if callee == core.GETITEM:
        assert isinstance(operands[0], Value)
        found = _layout_of_view(cx, operands[0], attrs["path"], operands[1:])
    else:
        entry = find(callee)
        arrays = [o for o in operands if isinstance(o, Value) and isinstance(o.type, Array)]
        if not any(array in layouts for array in arrays) or callee in _PRODUCTS:
            return
        same = callee == core.CAST or (entry is not None and entry.elementwise)
        found = _layout_of_result(cx, value, arrays) if same else UNKNOWN
    if found is not None:
        layouts[value] = found


def _layout_of_view(
    cx: Context, base: Value, path: Any, index: tuple[Operand, ...]
) -> Layout | None:
    """The layout of a part of an array, seen as an array; None for C's order."""
    assert isinstance(base.type, Array)
    ref = Ref(Cell(), path, index)
    cx.state.cells[ref.cell] = base
    try:
        if is_contiguous(cx, ref):
            return None
        found = _axes_of(cx, ref)
        flags = [extent == 1 for extent in shapes.ref_shape(cx, ref)]
    finally:
        del cx.state.cells[ref.cell]
    if found is None:
        return UNKNOWN
    axes, layout = found
    kept = [  # an axis that the order leaves out has one element or none, wherever it stands
        k
        for k, axis in enumerate(axes)
        if axis.source is not None and not flags[k]
        if layout.order is None or axis.source in layout.order
    ]
    order = None
    if layout.order is not None:
        known = layout.order
        order = tuple(sorted(kept, key=lambda k: known.index(axes[k].source)))  # type: ignore[arg-type]
    joined, unit = set(), set()
    for a in kept:
        for sign in (1, -1):
            flipped = replace(axes[a], step=_times(axes[a].step, sign))
            answers = {b: _follows(layout, flipped, axes[b]) for b in kept if b != a}
            near = _is_unit(layout, flipped)
            if near is None or None in answers.values():
                return Layout(order, None, None)
            joined |= {(a, b, sign) for b, answer in answers.items() if answer}
            unit |= {(a, sign)} if near else set()
    return Layout(order, frozenset(joined), frozenset(unit))


def _layout_of_result(cx: Context, value: Value, arrays: list[Value]) -> Layout | None:
    """What NumPy makes of operands: the order that all of them have, C's if they differ."""
    assert isinstance(value.type, Array)
    ones = value.type.ones
    axes = [axis for axis, one in enumerate(ones) if not one]
    if len(axes) < 2:
        return None
    orders = []
    for array in arrays:
        assert isinstance(array.type, Array)
        if array.type.ndim == len(ones) and array.type.ones == ones:
            layout = cx.extents.layouts.get(array) or c_order(ones)
            if layout.order is None:
                return UNKNOWN
            orders.append(layout.order)
        elif len(ones) > 2 and array.type.ndim > 1:
            return UNKNOWN  # it has a say on some of the axes
    if not orders or (len(axes) == 2 and tuple(axes) in orders):
        return None
    if len(set(orders)) > 1:
        return UNKNOWN
    return None if orders[0] == tuple(axes) else dense(orders[0], ones)


def laid_out_like(cx: Context, made: Binding, model: Binding) -> Binding:
    """What was made, known to have the order of its model (``np.zeros_like``, ``np.copy``)."""
    if isinstance(made, Ref) and isinstance(model, Ref):
        new, old = cx.state.cells[made.cell], cx.state.cells[model.cell]
        assert isinstance(new.type, Array) and isinstance(old.type, Array)
        layout = _layout_of_view(cx, old, model.path, model.index)
        if layout is not None and new.type.ndim == len(shapes.ref_shape(cx, model)):
            fresh = UNKNOWN if layout.order is None else dense(layout.order, new.type.ones)
            if fresh != c_order(new.type.ones):
                cx.extents.layouts[new] = fresh
    return made


def written_in_place(cx: Context, new: Operand, old: Operand) -> None:
    """``new`` is computed into the memory of ``old`` (``x += y``): the layout stays."""
    layouts = cx.extents.layouts
    if not isinstance(new, Value):
        return
    if isinstance(old, Value) and old in layouts:
        layouts[new] = layouts[old]
    else:
        layouts.pop(new, None)


def joined_layout(cx: Context, first: Operand | None, second: Operand | None) -> Layout | None:
    """The layout of what is one value or the other; None stands for C's order, or no value."""
    layouts = cx.extents.layouts
    found = {layouts.get(x) for x in (first, second) if isinstance(x, Value)}
    return found.pop() if len(found) == 1 else UNKNOWN if found else None
