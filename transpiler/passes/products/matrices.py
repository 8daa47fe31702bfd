"""Loops that add up a product of matrices as one op, ``C += A @ B``."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adgen.transpiler.ir import core
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.paths import FULL, Index, Path, Slice, Transpose
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.products.stages import Tied
from adgen.transpiler.passes.products.terms import is_free, stored_sum
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Extent, Shapes

_BOTH = Slice(start=True, stop=True)
_PART: Path = (Index((_BOTH, _BOTH)),)
_WHOLE = (Index((FULL, FULL)),)
_TURNED = (Transpose((1, 0)),)


class Extents:
    """Which extents of arrays are as long as a loop, at one place of a function.

    ``heads``: arrays that a loop which is not written yet will carry, as they are before it;
    ``block``: where a block of its trips begins and ends.
    """

    def __init__(
        self, shapes: Shapes, bounds: Bounds, guards: Sequence[tuple[Operand, ...]],
        heads: Mapping[Value, Operand], block: tuple[Operand, ...],
    ) -> None:  # fmt: skip
        self.shapes, self.bounds, self.heads, self.block = shapes, bounds, heads, block
        self.made: dict[Value, Op] = {}  # what has been written since
        self.pairs = [(shapes.origin(a), shapes.origin(b)) for a, b in guards]

    def covers(self, low: Operand, high: Operand, array: Value, axis: int) -> bool:
        """Whether ``low`` to ``high`` is all of an axis."""
        if isinstance(low, Value) or low != 0:
            return False
        length = self._extent(array, axis)
        return length is high or self._same(self.shapes.origin(high), length)

    def is_count(self, operand: Operand) -> bool:
        """Whether a number is never negative: indices that are count from the end."""
        if any(operand is known for known in self.block):
            return True
        least = self.bounds.least(operand)
        return least is not None and least >= 0

    def _extent(self, array: Value, axis: int) -> Extent:
        while array in self.made:
            op = self.made[array]
            if op.callee in (core.ZEROS, core.EMPTY):
                extent = op.operands[axis]
                return extent if extent in self.made else self.shapes.origin(extent)
            position = op.results.index(array)
            source = op.operands[3 + position if op.callee == core.FOR else 0]
            assert isinstance(source, Value)
            array = source
        return self.shapes.extent(self.heads.get(array, array), axis)

    def _same(self, first: Extent, second: Extent) -> bool:
        same = [first]
        for extent in same:
            found = [b for a, b in self.pairs if a == extent]
            found += [a for a, b in self.pairs if b == extent]
            same += [other for other in found if other not in same]
        return second in same


@dataclass
class _Nest:
    """Three loops around a term: ``loops`` by their counters, ``made`` by all ops in them."""

    loops: dict[Value, Op] = field(default_factory=dict)
    made: dict[Value, Op] = field(default_factory=dict)


@dataclass
class _Axis:
    """One index of an access: the counter, and from where to where it goes."""

    counter: Value
    low: Operand
    high: Operand


def as_product(loop: Op, extents: Extents, terms: set[Value], b: Builder) -> Value:
    """Write the op in the place of a nest of loops with one term; the array behind it.

    Raises Tied if the elements of a factor or of the sum are no part of a matrix.
    """
    nest = _Nest()
    term = _innermost(loop, nest, terms)
    array, value, *index = term.operands
    stored = stored_sum(term, nest.made)
    value = value if stored is None else stored[1]
    product = nest.made.get(value) if isinstance(value, Value) else None
    if product is None or len(nest.loops) != 3 or len(index) != 2:
        raise Tied
    rows, columns = (_axis(o, nest, b, extents) for o in index)
    factors = [nest.made.get(o) for o in product.operands if isinstance(o, Value)]
    if len(factors) != 2 or any(
        op is None or op.callee != core.GETITEM or len(op.operands) != 3 for op in factors
    ):
        raise Tied
    first, second = factors
    assert first is not None and second is not None
    if rows.counter not in _counters(first, nest, b, extents):
        first, second = second, first
    b.span, b.role = term.span, term.role
    x = _matrix(first, rows.counter, 0, nest, b, extents)
    y = _matrix(second, columns.counter, 1, nest, b, extents)
    out = loop.operands[3]
    assert isinstance(out, Value)
    path, place = _part(out, rows, columns, extents)
    order = {} if is_free(term) else {"ordered": True}
    (after,) = loop.results
    b.add(
        Op(core.ADDPRODUCT, (out, x, y, *place), {"path": path or _WHOLE, **order}, (), (after,),
           term.span, term.role)
    )  # fmt: skip
    return after


def _innermost(loop: Op, nest: _Nest, terms: set[Value]) -> Op:
    """The term in a nest; fills in what is known of the loops."""
    body = loop.regions[0]
    nest.loops[body.args[0]] = loop
    inner = None
    for op in body.ops:
        nest.made.update(dict.fromkeys(op.results, op))
        if op.callee == core.FOR:
            inner = op
    if inner is not None:
        return _innermost(inner, nest, terms)
    (term,) = (op for op in body.ops if not terms.isdisjoint(op.results))
    return term


def _axis(operand: Operand, nest: _Nest, b: Builder, extents: Extents) -> _Axis:
    op = nest.made.get(operand) if isinstance(operand, Value) else None
    if op is not None and op.callee is operator.sub and op.operands[0] in nest.loops:
        counter, first = op.operands
        assert isinstance(counter, Value)
        loop = nest.loops[counter]
        if loop.operands[0] is not first:
            raise Tied
        return _Axis(counter, 0, _length(loop, extents.made, b))
    if not isinstance(operand, Value) or operand not in nest.loops:
        raise Tied
    if not extents.is_count(nest.loops[operand].operands[0]):
        raise Tied
    start, stop = nest.loops[operand].operands[:2]
    return _Axis(operand, start, stop if extents.is_count(stop) else b.emit(max, stop, 0))


def _length(loop: Op, made: Mapping[Value, Op], b: Builder) -> Operand:
    """``end - first`` of a block, which has been computed for its arrays."""
    first, end = loop.operands[:2]
    for op in made.values():
        if op.callee is operator.sub and op.operands == (end, first):
            return op.result
    raise Tied


def _counters(op: Op, nest: _Nest, b: Builder, extents: Extents) -> list[Value]:
    return [_axis(o, nest, b, extents).counter for o in op.operands[1:]]


def _matrix(
    read: Op, counter: Value, place: int, nest: _Nest, b: Builder, extents: Extents
) -> Operand:
    """What an element is read of, turned so that a counter is that of axis ``place``."""
    array, *index = read.operands
    assert isinstance(array, Value) and isinstance(array.type, Array)
    first, second = (_axis(o, nest, b, extents) for o in index)
    path, bounds = _part(array, first, second, extents)
    matrix: Operand = array
    if path:
        matrix = b.emit(core.GETITEM, array, *bounds, path=path, inside=True)
    turned = (first, second)[place].counter is not counter
    return b.getitem(matrix, _TURNED) if turned else matrix


def _part(
    array: Value, first: _Axis, second: _Axis, extents: Extents
) -> tuple[Path, tuple[Operand, ...]]:
    """What the loops go over of an array: all of it (an empty path) or a part."""
    axes = (first, second)
    if all(extents.covers(axis.low, axis.high, array, k) for k, axis in enumerate(axes)):
        return (), ()
    return _PART, (first.low, first.high, second.low, second.high)
