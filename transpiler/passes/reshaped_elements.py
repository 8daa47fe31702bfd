"""Elements of a reshaped part, found in the part itself: ``x[:, 1:].ravel()[k]``.

On loops, a reshape of a part would be a copy, made anew for each element that is gathered, and no
view that could be written to.  The element is the part's own:

    getitem(x, n, k) {[:, 1:].reshape(_)[_]}  ->  getitem(x, k // m, k % m) {[:, 1:][_, _]}

Python's floor division makes a negative ``k`` count from the end, as NumPy does.
"""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.paths import INT, Index, Path, Reshape, path_operands
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.memory_orders import Orders
from adgen.transpiler.primitives.builder import Builder

_PARTS = (core.GETITEM, core.COPY, core.BROADCAST)
_ACCESSES = {core.GETITEM: 1, core.SETITEM: 2, core.ADDITEM: 2}  # operands ahead of the indices


def find_reshaped_elements(function: Function) -> Function:
    """The function with elements of reshapes as elements of what is reshaped.

    Where a whole array is reshaped, which costs nothing, they stay as they are.
    """
    if not any(_is_reshaped_element(op) for _, op in core.walk(function.body)):
        return function
    return with_body(function, _Rewriting(function).block(function.body))


def _is_reshaped_element(op: Op) -> bool:
    """Whether an op reads or writes one element, named by integers, of a reshape."""
    if op.callee not in _ACCESSES:
        return False
    path: Path = op.attrs["path"]
    if len(path) < 2:
        return False
    reshape, last = path[-2:]
    return isinstance(reshape, Reshape) and isinstance(last, Index) and set(last.items) == {INT}


class _Rewriting:
    def __init__(self, function: Function) -> None:
        self.contiguous = Orders(function).contiguous
        self.bounds = Bounds(function)
        self.parts: set[Operand] = set()  # what becomes index maps

    def block(self, block: Block) -> Block:
        """A block with all such elements in it found."""
        builder = Builder()
        for op in block.ops:
            if op.callee in _PARTS:
                self.parts.add(op.result)
            if _is_reshaped_element(op):
                builder.span, builder.role = op.span, op.role
                builder.add(self.element(builder, op))
            else:
                regions = tuple(map(self.block, op.regions))
                builder.add(op.with_(regions=regions) if regions else op)
        return builder.block(block.args, block.yields)

    def element(self, builder: Builder, op: Op) -> Op:
        """One such op, through no reshape of a part."""
        path: Path = op.attrs["path"]
        place = len(path) - 2
        first = _ACCESSES[str(op.callee)]
        base, given = op.operands[0], op.operands[first:]
        if place == 0 and base in self.contiguous and base not in self.parts:
            return op
        known = path_operands(path[:place])
        before, rest = given[:known], given[known:]
        many = path[place].operands
        extents, index = rest[:many], rest[many:]
        flat = self._position(builder, extents, index)
        part = builder.emit(core.GETITEM, base, *before, path=path[:place]) if place else base
        found = _unravelled(builder, flat, part)
        changed = op.with_(
            operands=(*op.operands[:first], *before, *found),
            attrs={**op.attrs, "path": (*path[:place], Index((INT,) * len(found)))},
        )
        return self.element(builder, changed) if _is_reshaped_element(changed) else changed

    def _position(
        self, builder: Builder, extents: tuple[Operand, ...], index: tuple[Operand, ...]
    ) -> Operand:
        """The place of an element in C's order, negative if it counts from the end."""
        flat = index[0]
        for extent, i in zip(extents[1:], index[1:], strict=True):
            least = self.bounds.least(i)
            if least is None or least < 0:
                from_end = builder.emit(operator.add, i, extent)
                i = builder.emit(np.where, builder.emit(operator.lt, i, 0), from_end, i)
            flat = builder.emit(operator.add, builder.emit(operator.mul, flat, extent), i)
        return flat


def _unravelled(builder: Builder, flat: Operand, part: Operand) -> list[Operand]:
    """The indices of the element at a place in C's order."""
    assert isinstance(part, Value) and isinstance(part.type, Array)
    indices: list[Operand] = [0] * part.type.ndim
    axes = [axis for axis, one in enumerate(part.type.ones) if not one]
    for axis in reversed(axes[1:]):
        extent = builder.emit(core.DIM, part, axis=axis)
        # No element is asked for where an extent is 0; yet a division ahead of a loop may run.
        extent = builder.emit(max, extent, 1)
        indices[axis] = builder.emit(operator.mod, flat, extent)
        flat = builder.emit(operator.floordiv, flat, extent)
    if axes:
        indices[axes[0]] = flat
    return indices
