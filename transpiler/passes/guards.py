"""Guards where broadcasting cannot be decided at compile time.

The adjoint of ``x + y`` depends on which axes NumPy would stretch.  For
arguments the specialisation key tells which extents are 1; for a computed
extent (``np.zeros(n - 1)``, ``x[i:j]``) a guard makes sure that it equals its
partner's, so that nothing is stretched unseen.
"""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Extent, Less, Shapes
from adgen.transpiler.primitives.table import find


def guard_broadcasting(function: Function) -> Function:
    """The function with guards before ops whose operands might be stretched at run time."""
    guards = _Guards(function)
    return with_body(function, guards.block(function.body))


class _Guards:
    def __init__(self, function: Function) -> None:
        self.shapes = Shapes(function)
        self.params = set(function.params)

    def block(self, block: Block) -> Block:
        ops: list[Op] = []
        for op in block.ops:
            op = op.with_(regions=tuple(self.block(region) for region in op.regions))
            ops += [*self.before(op), op]
        return Block(block.args, tuple(ops), block.yields)

    def before(self, op: Op) -> list[Op]:
        """The guards that an op needs."""
        arrays = self.stretched(op)
        if len(arrays) < 2:
            return []
        b = Builder(op.span)
        ndim = max(_ndim(x) for x in arrays)
        for axis in range(ndim):
            self.axis(b, [(x, axis - ndim + _ndim(x)) for x in arrays])
        return b.ops

    def stretched(self, op: Op) -> list[Operand]:
        """The array operands that are broadcast against each other."""
        if isinstance(op.callee, str):
            return []
        entry = find(op.callee)
        if entry is None or not entry.elementwise:
            return []
        return [o for o in op.operands if isinstance(type_of(o), Array)]

    def axis(self, b: Builder, places: list[tuple[Operand, int]]) -> None:
        """Guards for one axis of the result."""
        seen: list[tuple[Operand, int, Extent]] = []
        for x, axis in places:
            kind = type_of(x)
            if axis < 0 or not isinstance(kind, Array) or kind.ones[axis]:
                continue
            extent = self.shapes.extent(x, axis)
            if any(extent == other for _, _, other in seen):
                continue
            if seen and not (self.known(extent) and self.known(seen[0][2])):
                first = b.emit(core.DIM, seen[0][0], axis=seen[0][1])
                b.effect(core.GUARD, first, b.emit(core.DIM, x, axis=axis))
            seen.append((x, axis, extent))

    def known(self, extent: Extent) -> bool:
        """Whether an extent is that of an argument (then it is not 1), or a number but 1."""
        if isinstance(extent, tuple):
            return extent[0] in self.params
        return not isinstance(extent, (Value, Less)) and extent != 1


def _ndim(x: Operand) -> int:
    kind = type_of(x)
    return kind.ndim if isinstance(kind, Array) else 0


def drop_checked_by_numpy(function: Function) -> Function:
    """The function without guards between extents of arguments, for the array level.

    NumPy itself raises where two extents differ and neither is 1, which the
    specialisation key says of arguments; fused loops would read out of bounds.
    """
    params = set(function.params)
    dims = {
        op.result
        for _, op in core.walk(function.body)
        if op.callee == core.DIM and op.operands[0] in params
    }

    def clean(block: Block) -> Block:
        ops = [
            op.with_(regions=tuple(clean(region) for region in op.regions))
            for op in block.ops
            if not (op.callee == core.GUARD and all(o in dims for o in op.operands))
        ]
        return Block(block.args, tuple(ops), block.yields)

    return with_body(function, clean(function.body))
