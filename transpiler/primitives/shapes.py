"""Where the extents of arrays come from: an analysis shared by passes and differentiation."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.table import find

_LIKE_FIRST = (core.SETITEM, core.ADDITEM, core.ACCUM, core.ADDPRODUCT)

Axis = tuple[Value, int]  # the extent of axis k of an array


@dataclass(frozen=True, slots=True)
class Less:
    """``max(extent - count, 0)``: what a slice with constant bounds leaves of an axis."""

    extent: Operand | Axis
    count: int


@dataclass(frozen=True, slots=True)
class Between:
    """``max(min(extent, stop) - start, 0)``: the length of ``x[start:stop]`` for constants."""

    extent: Operand | Axis
    start: int
    stop: int


Extent = Operand | Axis | Less | Between  # a number that is at hand, or where it comes from


class Shapes:
    """Where the extents of every array of a function come from."""

    def __init__(self, function: Function) -> None:
        self.defined: dict[Value, Op] = {}
        self.argument: dict[Value, tuple[Op, int]] = {}
        self.agreed = agreed_ahead(function)
        self.measured = measured_extents(function)
        self._pending: frozenset[Axis] = frozenset()
        self._known: dict[tuple[frozenset[Axis], Value, int], Extent] = {}
        for _, op in core.walk(function.body):
            for result in op.results:
                self.defined[result] = op
            if op.callee in (core.FOR, core.WHILE):
                for region in op.regions:
                    skip = 1 if op.callee == core.FOR else 0
                    for k, arg in enumerate(region.args[skip:]):
                        self.argument[arg] = (op, k)

    def extent(self, x: Operand, axis: int) -> Extent:
        """Axis ``axis`` of ``x`` traced back as far as possible.

        Answers are kept: both arms of an ``if`` lead to what was ahead of it, so a chain of them
        would be followed along all its paths.  They depend on which loops are being asked about.
        """
        if not isinstance(x, Value):
            return 1
        kind = x.type
        assert isinstance(kind, Array)
        if kind.ones[axis]:
            return 1
        key = self._pending, x, axis
        if key not in self._known:
            self._known[key] = self._traced(x, axis)
        return self._known[key]

    def _traced(self, x: Value, axis: int) -> Extent:
        if x in self.argument:
            return self._carried(x, axis, *self.argument[x])
        op = self.defined.get(x)
        if op is None:
            return self.measured.get((x, axis), (x, axis))
        return self._of_op(x, axis, op)

    def emit(self, b: Builder, extent: Extent) -> Operand:
        """The extent as a number, computed by ``b`` from what it comes from."""
        if isinstance(extent, Less):
            rest = b.emit(operator.sub, self.emit(b, extent.extent), extent.count)
            return b.emit(max, rest, 0)
        if isinstance(extent, Between):
            end = b.emit(min, self.emit(b, extent.extent), extent.stop)
            return b.emit(max, b.emit(operator.sub, end, extent.start), 0) if extent.start else end
        return b.emit(core.DIM, extent[0], axis=extent[1]) if isinstance(extent, tuple) else extent

    def origin(self, number: Operand) -> Extent:
        """A number that is itself read off the shape of an array, as that axis.

        What ``emit`` computes is recognised.
        """
        op = self.defined.get(number) if isinstance(number, Value) else None
        if op is None:
            return number
        if op.callee == core.DIM:
            return self.extent(op.operands[0], op.attrs["axis"])
        if op.callee is min and _is_count(op.operands[1]):
            inner = self.origin(op.operands[0])
            return Between(inner, 0, op.operands[1]) if isinstance(inner, tuple) else number
        if op.callee is max and op.operands[1:] == (0,):
            return self._rest(op.operands[0]) or number
        return number

    def _rest(self, number: Operand) -> Extent | None:
        """What ``max(number, 0)`` is, if the number is an extent less a constant."""
        op = self.defined.get(number) if isinstance(number, Value) else None
        if op is None or op.callee is not operator.sub or not _is_count(op.operands[1]):
            return None
        inner, count = self.origin(op.operands[0]), op.operands[1]
        if isinstance(inner, Between) and inner.start == 0:
            return Between(inner.extent, count, inner.stop)
        return Less(inner, count) if isinstance(inner, tuple) else None

    def _carried(self, x: Value, axis: int, op: Op, k: int) -> Extent:
        """A carried array: the extent of its initial value if the body keeps it."""
        if (x, axis) in self._pending:
            return (x, axis)
        change = self.change(op, k, axis)
        if change is None:
            return self.extent(op.operands[(3 if op.callee == core.FOR else 0) + k], axis)
        return (x, axis)

    def change(self, op: Op, k: int, axis: int) -> tuple[Extent, Extent] | None:
        """The extents of a carried array before a loop and after a trip; None if it keeps them."""
        fixed = 3 if op.callee == core.FOR else 0
        lead = 1 if op.attrs.get("exits") else 0
        body = op.regions[-1]
        head = body.args[(1 if op.callee == core.FOR else 0) + k]
        init = op.operands[fixed + k]
        pending = self._pending
        self._pending = pending | {(head, axis)}
        try:
            after = self.extent(body.yields[lead + k], axis)
        finally:
            self._pending = pending
        before = self.extent(init, axis)
        kept = after in ((head, axis), before) or self._agree(op, before, after)
        return None if kept else (before, after)

    def initial(self, extent: Extent) -> Extent:
        """An extent of what loops carry, ahead of the first trip of all of them."""
        while isinstance(extent, tuple) and extent[0] in self.argument:
            op, k = self.argument[extent[0]]
            extent = self.extent(op.operands[(3 if op.callee == core.FOR else 0) + k], extent[1])
        return extent

    def _agree(self, loop: Op, first: Extent, second: Extent) -> bool:
        """Whether guards ahead of a loop say that two extents are equal."""
        same = [first]
        pairs = [(self.origin(a), self.origin(b)) for a, b in self.agreed.get(loop, ())]
        for extent in same:
            found = [b for a, b in pairs if a == extent] + [a for a, b in pairs if b == extent]
            same += [other for other in found if other not in same]
        return second in same

    def _of_op(self, x: Value, axis: int, op: Op) -> Extent:
        kind = op.callee
        if kind in (*_LIKE_FIRST, core.COPY, core.CAST):
            return self.extent(op.operands[0], axis)
        if kind in (core.ZEROS, core.EMPTY):
            return self.origin(op.operands[axis])
        if kind in (core.FULL_, core.BROADCAST):
            return self.origin(op.operands[1 + axis])
        if kind in (core.FOR, core.WHILE):
            k = op.results.index(x)
            skip = 1 if kind == core.FOR else 0
            head = op.regions[-1].args[skip + k]
            found = self._carried(head, axis, op, k)
            return (x, axis) if found == (head, axis) else found
        if kind == core.IF:
            k = op.results.index(x)
            first, second = (self.extent(r.yields[k], axis) for r in op.regions)
            return first if first == second else (x, axis)
        if kind == core.GETITEM:
            return self._of_view(x, axis, op)
        if kind == core.SUMTO:
            axes = [a for a in range(_ndim(op.operands[0])) if a not in _gone(op)]
            return self.extent(op.operands[0], axes[axis])
        return self._of_primitive(x, axis, op)

    def _of_view(self, x: Value, axis: int, op: Op) -> Extent:
        path = op.attrs["path"]
        if len(path) != 1:
            return (x, axis)
        (step,) = path
        base = op.operands[0]
        if isinstance(step, paths.Transpose):
            return self.extent(base, step.perm[axis])
        if isinstance(step, paths.Reshape):
            return self.origin(op.operands[1 + axis])
        source = -1
        out = -1
        for place, item in enumerate(step.items):
            source += item != paths.NEW
            out += item != paths.INT
            if out == axis and isinstance(item, paths.Slice):
                at = 1 + paths.path_operands((paths.Index(step.items[:place]),))
                bounds = op.operands[at : at + item.operands]
                found = _sliced(self.extent(base, source), item, bounds)
                return (x, axis) if found is None else found
        return (x, axis)

    def _of_elementwise(self, x: Value, axis: int, op: Op) -> Extent:
        """That of the first operand that is not of length 1; rather one that tells more."""
        found: list[Extent] = []
        for operand in op.operands:
            back = axis - (_ndim(x) - _ndim(operand))
            kind = type_of(operand)
            if isinstance(kind, Array) and back >= 0 and not kind.ones[back]:
                found.append(self.extent(operand, back))
                if source(found[-1]) not in self.defined:
                    return found[-1]
        return found[0] if found else (x, axis)

    def _of_primitive(self, x: Value, axis: int, op: Op) -> Extent:
        entry = find(op.callee)
        if entry is not None and entry.elementwise:
            return self._of_elementwise(x, axis, op)
        if entry is not None and entry.reduction:
            keep, axes = op.attrs["keepdims"], op.attrs["axis"]
            left = [a for a in range(_ndim(op.operands[0])) if keep or a not in axes]
            return self.extent(op.operands[0], left[axis])
        if op.callee in (operator.matmul, np.matmul, np.dot):
            return self._of_product(x, axis, *op.operands)
        if op.callee is np.outer:
            return self.extent(op.operands[axis], 0)
        return (x, axis)

    def _of_product(self, x: Value, axis: int, first: Operand, second: Operand) -> Extent:
        """Of a product of vectors, matrices and stacks of matrices."""
        back = _ndim(x) - 1 - axis
        columns, rows = int(_ndim(second) > 1), int(_ndim(first) > 1)
        if back < columns:
            return self.extent(second, _ndim(second) - 1)
        if back < columns + rows:
            return self.extent(first, _ndim(first) - 2)
        found: list[Extent] = []
        for operand in (first, second):
            kind, place = type_of(operand), _ndim(operand) - 3 - (back - columns - rows)
            if isinstance(kind, Array) and place >= 0:
                found.append(self.extent(operand, place))
                if not kind.ones[place]:
                    return found[-1]
        return found[0]


def measured_extents(function: Function) -> dict[Axis, int]:
    """The extents of parameters that guards at the very start make sure of.

    Such a guard is marked ``measured``, and so is the ``dim`` that it asks: it stays a question.
    """
    found: dict[Axis, int] = {}
    asked: dict[Value, Axis] = {}
    for op in function.body.ops:
        if "measured" not in op.attrs:
            continue
        if op.callee == core.DIM:
            (array,) = op.operands
            assert isinstance(array, Value)
            asked[op.result] = (array, op.attrs["axis"])
        elif op.operands[0] in asked:
            found[asked[op.operands[0]]] = int(op.operands[1])  # type: ignore[arg-type, index]
    return found


def agreed_ahead(function: Function) -> dict[Op, tuple[tuple[Operand, Operand], ...]]:
    """For each loop: the numbers that guards ahead of it have made sure to be equal."""
    found: dict[Op, tuple[tuple[Operand, Operand], ...]] = {}

    def visit(block: Block, pairs: tuple[tuple[Operand, Operand], ...]) -> None:
        for op in block.ops:
            if op.callee == core.GUARD:
                first, second = op.operands
                pairs = (*pairs, (first, second))
            if op.callee in (core.FOR, core.WHILE):
                found[op] = pairs
            for region in op.regions:
                visit(region, pairs)

    visit(function.body, ())
    return found


def _sliced(whole: Extent, item: paths.Slice, bounds: Sequence[Operand]) -> Extent | None:
    """The length of a slice whose bounds are constants, the first counted from the start.

    None for other slices.
    """
    given = list(bounds)
    start = given.pop(0) if item.start else 0
    stop = given.pop(0) if item.stop else 0
    if item.step or type(start) is not int or type(stop) is not int:
        return None
    if start < 0 or (item.stop and stop == 0):
        return None
    if stop > 0:
        return _between(whole, start, stop)
    count = start - stop
    if isinstance(whole, Less):
        return Less(whole.extent, whole.count + count)
    if isinstance(whole, Between):
        return None
    if isinstance(whole, (Value, tuple)):
        return Less(whole, count) if count else whole
    return max(int(whole) - count, 0)


def _between(whole: Extent, start: int, stop: int) -> Extent | None:
    if isinstance(whole, (Value, tuple)):
        return Between(whole, start, stop)
    if isinstance(whole, (Less, Between)):
        return None
    return max(min(int(whole), stop) - start, 0)


def _is_count(number: Operand) -> TypeGuard[int]:
    return type(number) is int and number >= 0


def source(extent: Extent) -> Operand:
    """The array or number that an extent is computed from."""
    while isinstance(extent, (Less, Between)):
        extent = extent.extent
    return extent[0] if isinstance(extent, tuple) else extent


def _ndim(x: Operand) -> int:
    kind = type_of(x)
    return kind.ndim if isinstance(kind, Array) else 0


def _gone(op: Op) -> tuple[int, ...]:
    return tuple(a for a in op.attrs["axes"] if a not in op.attrs["keep"])
