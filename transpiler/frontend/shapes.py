"""Symbolic extents: which axes certainly have equal lengths, and what guards the rest.

An extent is an int, an integer Value, or one of

- ``("dim", array, axis)``: the length of an axis of an array,
- ``("minus", extent, c)``: ``max(extent - c, 0)``, what a slice with constant bounds leaves,
- ``("plus", extent, c)``,
- ``("times", extents)``: a product, of ``reshape`` and ``ravel``,
- ``("part", extent, start, stop, step)``: any other slice,
- ``("wide", extent, other)``: what NumPy makes of the two in broadcasting.
"""

from __future__ import annotations

import builtins
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.transpiler.frontend.bindings import Ref
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.layout import Layout
from adgen.transpiler.ir.paths import Index, Path, Reshape, Slice, Transpose
from adgen.transpiler.ir.types import INT, Array, Type
from adgen.transpiler.primitives.typing import shaped

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context
    from adgen.transpiler.frontend.state import State

Extent = Any
Shape = tuple[Extent, ...]


class Extents:
    """What is known for good of the extents of values (values never change)."""

    def __init__(self) -> None:
        self.shapes: dict[Value, Shape] = {}
        self.meaning: dict[Value, Extent] = {}  # integer values that are an extent
        self.natural: set[Value] = set()  # integer values that are never negative
        self.below: dict[Value, Operand] = {}  # counters from 0 up: less than that
        self.windows: set[Any] = set()  # slices with bounds in order, within their arrays
        self.settled: set[Value] = set()  # arguments: an axis not flagged as of length 1 is not
        self.layouts: dict[Value, Layout] = {}  # of arrays that are perhaps not in C's order

    def of(self, value: Operand) -> Shape:
        """The shape of an array value; ``()`` for a number."""
        if not isinstance(value, Value) or not isinstance(value.type, Array):
            return ()
        if value not in self.shapes:
            self.shapes[value] = fresh_shape(value)
        return self.shapes[value]

    def is_natural(self, operand: Operand) -> bool:
        """Whether an integer is certainly not negative."""
        if isinstance(operand, Value):
            return operand in self.natural
        return type(operand) is int and operand >= 0


def fresh_shape(value: Value) -> Shape:
    """A shape of which nothing is known but the axes of length 1."""
    assert isinstance(value.type, Array)
    return tuple(1 if one else ("dim", value, axis) for axis, one in enumerate(value.type.ones))


def extent_of(cx: Context, operand: Operand) -> Extent:
    """The extent that an integer operand denotes."""
    if isinstance(operand, Value):
        return cx.extents.meaning.get(operand, operand)
    return int(operand)


def minus(extent: Extent, count: int) -> Extent:
    """``max(extent - count, 0)``."""
    if isinstance(extent, int):
        return max(extent - count, 0)
    if count == 0:
        return extent
    if isinstance(extent, tuple) and extent[0] == "minus":
        return ("minus", extent[1], extent[2] + count)
    if isinstance(extent, tuple) and extent[0] == "plus":
        return plus(extent[1], extent[2] - count) if extent[2] >= count else _less(extent, count)
    return ("minus", extent, count)


def _less(extent: Extent, count: int) -> Extent:
    return ("minus", extent[1], count - extent[2])


def plus(extent: Extent, count: int) -> Extent:
    """``extent + count`` for a natural count."""
    if isinstance(extent, int):
        return extent + count
    if count == 0:
        return extent
    if isinstance(extent, tuple) and extent[0] == "plus":
        return ("plus", extent[1], extent[2] + count)
    return ("plus", extent, count)


def product(extents: Shape) -> Extent:
    """The number of elements of a shape."""
    count, rest = 1, []
    for extent in extents:
        if isinstance(extent, int):
            count *= extent
        else:
            rest.append(extent)
    if not rest:
        return count
    if count == 1 and len(rest) == 1:
        return rest[0]
    return ("times", tuple(rest) if count == 1 else (count, *rest))


def canonical(cx: Context, extent: Extent) -> Extent:
    """The representative of all extents that are known to equal this one."""
    equal = cx.state.equal
    while extent in equal:
        extent = equal[extent]
    if isinstance(extent, tuple) and extent[0] in ("minus", "plus"):
        inner = canonical(cx, extent[1])
        if inner is not extent[1] and inner != extent[1]:
            return canonical(cx, {"minus": minus, "plus": plus}[extent[0]](inner, extent[2]))
    if isinstance(extent, tuple) and extent[0] == "part":
        inner = canonical(cx, extent[1])
        if inner != extent[1]:
            return canonical(cx, ("part", inner, *extent[2:]))
    if isinstance(extent, tuple) and extent[0] == "wide":
        return ("wide", canonical(cx, extent[1]), canonical(cx, extent[2]))
    return extent


def equal(cx: Context, first: Extent, second: Extent) -> bool:
    """Whether two extents are certainly equal."""
    return bool(first == second or canonical(cx, first) == canonical(cx, second))


def require(cx: Context, node: Any, first: Extent, second: Extent, broadcast: str = "") -> None:
    """Guard that two extents are equal unless that is certain, and remember it.

    ``broadcast``: where one of them is 1, NumPy stretches; that none is is ``known`` or
    ``guessed`` (see broadcasting.py).
    """
    if equal(cx, first, second):
        return
    _guard(cx, node, first, second, {"broadcast": broadcast} if broadcast else {})


def _guard(
    cx: Context, node: Any, first: Extent, second: Extent, attrs: dict[str, Any]
) -> None:  # fmt: skip
    one, two = operand_of(cx, node, first), operand_of(cx, node, second)
    cx.builder.span = cx.span(node)
    cx.builder.effect(core.GUARD, one, two, **attrs)
    suppose_equal(cx, first, second)


def suppose_equal(cx: Context, first: Extent, second: Extent) -> None:
    """From here on, on this path, two extents are equal."""
    left, right = canonical(cx, first), canonical(cx, second)
    if _weight(left) > _weight(right):
        left, right = right, left
    if not isinstance(right, int) and not _within(right, left):
        cx.state.equal[right] = left


def require_square(cx: Context, node: Any, matrix: Operand) -> None:
    """Guard that the last two axes of an array are equally long, and remember it."""
    *_, rows, columns = cx.extents.of(matrix)
    if equal(cx, rows, columns):
        return
    _guard(cx, node, rows, columns, {"square": True})


def _weight(extent: Extent) -> int:
    """Numbers first, then axes, then what is computed from them: representatives are simple."""
    if isinstance(extent, int):
        return 0
    return 1 if not isinstance(extent, tuple) or extent[0] == "dim" else 2


def _within(part: Extent, whole: Extent) -> bool:
    """Whether an extent is told in terms of another."""
    return part == whole or (
        isinstance(whole, tuple) and any(_within(part, inner) for inner in whole)
    )


def operand_of(cx: Context, node: Any, extent: Extent) -> Operand:
    """An integer operand that holds an extent, emitted where it is not at hand."""
    if isinstance(extent, (int, Value)):
        return extent
    known: Operand | None = cx.state.known.get(extent)
    if known is None:
        known = _emit_extent(cx, node, extent)
        cx.state.known[extent] = known
        if isinstance(known, Value):
            cx.extents.meaning[known] = extent
    return known


def _emit_extent(cx: Context, node: Any, extent: Any) -> Operand:
    match extent[0]:
        case "dim":
            return cx.emit(node, core.DIM, extent[1], axis=extent[2])
        case "minus":
            rest = cx.emit(node, operator.sub, operand_of(cx, node, extent[1]), extent[2])
            return cx.emit(node, builtins.max, rest, 0)
        case "plus":
            return cx.emit(node, operator.add, operand_of(cx, node, extent[1]), extent[2])
        case "times":
            first, *rest_ = (operand_of(cx, node, part) for part in extent[1])
            for factor in rest_:
                first = cx.emit(node, operator.mul, first, factor)
            return first
        case "wide":
            first, other = (operand_of(cx, node, part) for part in extent[1:])
            single = cx.emit(node, operator.eq, first, 1)
            return cx.cast(node, cx.emit(node, np.where, single, other, first), INT)
    return _slice_length(cx, node, *extent[1:])


def _slice_length(
    cx: Context, node: Any, whole: Extent, start: Any, stop: Any, step: Any
) -> Operand:
    """``len(range(*slice(start, stop, step).indices(n)))`` as integer arithmetic."""
    n = operand_of(cx, node, whole)
    backward: Operand = 0  # 1 if the step is negative
    if isinstance(step, Value):
        backward = cx.cast(node, cx.emit(node, operator.lt, step, 0), INT)
    elif step is not None and step < 0:
        backward = 1
    low = cx.emit(node, operator.neg, backward)  # a slice runs within low … high
    high = cx.emit(node, operator.sub, n, backward)
    first = _select(cx, node, backward, high, 0) if start is None else start
    last = _select(cx, node, backward, -1, n) if stop is None else stop
    if start is not None:
        first = _clamped(cx, node, start, n, low, high)
    if stop is not None:
        last = _clamped(cx, node, stop, n, low, high)
    return cx.emit(node, core.RANGELEN, first, last, 1 if step is None else step)


def _select(cx: Context, node: Any, flag: Operand, yes: Operand, no: Operand) -> Operand:
    if isinstance(flag, Value):
        condition = cx.emit(node, operator.ne, flag, 0)
        return cx.cast(node, cx.emit(node, np.where, condition, yes, no), INT)
    return yes if flag else no


def _clamped(
    cx: Context, node: Any, bound: Operand, n: Operand, low: Operand, high: Operand
) -> Operand:
    """A slice bound as ``slice.indices`` gives it."""
    if not isinstance(bound, Value):
        if bound >= 0:
            return cx.emit(node, builtins.min, high, bound)
        return cx.emit(node, builtins.max, cx.emit(node, operator.add, n, bound), low)
    if not cx.extents.is_natural(bound):
        shifted = cx.emit(node, operator.add, bound, n)
        negative = cx.emit(node, operator.lt, bound, 0)
        bound = cx.emit(node, np.where, negative, shifted, bound)
        bound = cx.emit(node, builtins.max, bound, low)
    return cx.emit(node, builtins.min, bound, high)


def slice_extent(extent: Extent, item: Slice, bounds: list[Operand]) -> Extent:
    """The length of a slice of an axis of that length."""
    given = list(bounds)
    start, stop, step = (
        given.pop(0) if flag else None for flag in (item.start, item.stop, item.step)
    )
    if start is None and stop is None and step in (None, 1, -1):
        return extent
    known = [bound for bound in bounds if not isinstance(bound, Value)]
    if len(known) == len(bounds) and isinstance(extent, int):
        return len(range(*slice(start, stop, step).indices(extent)))
    first = 0 if start is None else start
    last = 0 if stop is None else stop
    if isinstance(first, Value) or isinstance(last, Value) or step not in (None, 1):
        return ("part", extent, start, stop, step)
    if first >= 0 and (stop is None or last < 0):
        return minus(extent, int(first) - int(last))
    return ("part", extent, start, stop, step)


def path_shape(
    cx: Context, value: Value | None, shape: Shape, path: Path, index: tuple[Operand, ...]
) -> Shape:
    """The shape of what a path selects of an array of that shape (of ``value``, if given)."""
    rest = list(index)
    for step in path:
        taken, rest = rest[: step.operands], rest[step.operands :]
        if isinstance(step, Transpose):
            shape = tuple(shape[axis] for axis in step.perm)
        elif isinstance(step, Reshape):
            shape = tuple(extent_of(cx, operand) for operand in taken)
        else:
            shape = _index_shape(shape, step, taken)
    return shape


def _index_shape(shape: Shape, step: Index, operands: list[Operand]) -> Shape:
    out: list[Extent] = []
    axis = 0
    rest = list(operands)
    for item in step.items:
        if item == paths.NEW:
            out.append(1)
            continue
        if isinstance(item, Slice):
            bounds, rest = rest[: item.operands], rest[item.operands :]
            out.append(1 if item.length_one else slice_extent(shape[axis], item, bounds))
        else:
            rest = rest[1:]
        axis += 1
    return tuple(out)


def ref_shape(cx: Context, ref: Ref) -> Shape:
    """The shape of the array that a ref denotes."""
    value = cx.state.cells[ref.cell]
    return path_shape(cx, value, cx.extents.of(value), ref.path, ref.index)


def ref_type(cx: Context, ref: Ref) -> Type:
    """The type of the array that a ref denotes; a number's for an element (element_views.py)."""
    return type_in(cx.state, ref)


def type_in(state: State, ref: Ref) -> Type:
    """The same, at a point of the program."""
    kind = state.cells[ref.cell].type
    assert isinstance(kind, Array)
    return shaped(kind.dtype, paths.result_ones(kind.ones, ref.path))


def mentions(shape: Shape, local: set[Value]) -> bool:
    """Whether a shape is told in terms of values of an arm."""
    for part in shape:
        if isinstance(part, Value) and part in local:
            return True
        if isinstance(part, tuple) and mentions(part, local):
            return True
    return False
