"""Products of stacks with one matrix, as one product of two matrices: a call of BLAS.

    y = x @ w            x: (..., n, k), w: (k, m)   ->  (x.reshape(-1, k) @ w).reshape(..., n, m)
    sum(xᵀ @ y, stack)   x: (..., n, k), y: (..., n, m)  ->  x.reshape(-1, k)ᵀ @ y.reshape(-1, m)

The second is the cotangent of ``w`` in the first.  As loops they would be slower by an order of
magnitude where the matrices are not small; those that are known to be small stay for the loops.
Only where machine code is made: people read the products as they were written.
"""

from __future__ import annotations

import operator
from collections import Counter

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.paths import Reshape, Transpose
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Shapes

_PRODUCTS = (operator.matmul, np.matmul, np.dot)
SMALL = 8  # extents that are known and not greater stay loops, which fuse with their neighbours


def flatten_stacks(function: Function) -> Function:
    """The function with stacks that meet one matrix flattened to matrices."""
    if not any(op.callee in _PRODUCTS for _, op in core.walk(function.body)):
        return function
    return with_body(function, _Flattener(function).block(function.body))


class _Flattener:
    def __init__(self, function: Function) -> None:
        self.shapes = Shapes(function)
        self.made = {result: op for _, op in core.walk(function.body) for result in op.results}
        self.uses: Counter[Operand] = Counter(function.body.yields)
        for _, op in core.walk(function.body):
            self.uses.update(op.operands)
            for region in op.regions:
                self.uses.update(region.yields)

    def block(self, block: Block) -> Block:
        """A block with all its regions."""
        b = Builder()
        for op in block.ops:
            b.span, b.role = op.span, op.role
            if not self.times_matrix(b, op) and not self.summed(b, op):
                b.add(op.with_(regions=tuple(map(self.block, op.regions))))
        return b.block(block.args, block.yields)

    def times_matrix(self, b: Builder, op: Op) -> bool:
        """``x @ w`` of a stack and a matrix; whether it was that."""
        if op.callee not in _PRODUCTS or not _are_arrays(op.operands):
            return False
        x, w = op.operands
        if (_rank(x), _rank(w)) not in ((3, 2), (4, 2), (5, 2)) or not _one_dtype(op):
            return False
        if self.is_small(w, 0) or self.is_small(w, 1):
            return False
        product = b.emit(operator.matmul, self.flat(b, x), w)
        kind = op.result.type
        assert isinstance(kind, Array)
        dims = [b.emit(core.DIM, x, axis=axis) for axis in range(kind.ndim - 1)]
        dims.append(b.emit(core.DIM, w, axis=1))
        path = (Reshape(kind.ndim, kind.ones),)
        b.add(Op(core.GETITEM, (product, *dims), {"path": path}, (), op.results, op.span, op.role))
        return True

    def summed(self, b: Builder, op: Op) -> bool:
        """The sum of ``xᵀ @ y`` over the stack; whether it was that."""
        source = op.operands[0] if op.operands else None
        product = self.made.get(source) if isinstance(source, Value) else None
        if product is None or product.callee not in _PRODUCTS[:2] or self.uses[product.result] > 1:
            return False
        if not _sums_stack(op, product) or not _one_dtype(product):
            return False
        turned, y = product.operands
        x = self.turned_back(turned)
        if x is None or _rank(y) != _rank(x) or self.is_small(x, -1) or self.is_small(y, -1):
            return False
        if x.type.ones[:-1] != y.type.ones[:-1]:  # type: ignore[union-attr]
            return False
        matrix = b.emit(core.GETITEM, self.flat(b, x), path=(Transpose((1, 0)),))
        b.add(Op(operator.matmul, (matrix, self.flat(b, y)), {}, (), op.results, op.span, op.role))
        return True

    def turned_back(self, turned: Operand) -> Value | None:
        """The stack whose matrices are those of ``turned``, transposed."""
        op = self.made.get(turned) if isinstance(turned, Value) else None
        if op is None or op.callee != core.GETITEM or len(op.attrs["path"]) != 1:
            return None
        (step,) = op.attrs["path"]
        rank = _rank(turned)
        last = (*range(rank - 2), rank - 1, rank - 2)
        if not isinstance(step, Transpose) or step.perm != last:
            return None
        source = op.operands[0]
        return source if isinstance(source, Value) else None

    def flat(self, b: Builder, x: Operand) -> Operand:
        """A stack with all its rows under each other."""
        dims = [b.emit(core.DIM, x, axis=axis) for axis in range(_rank(x))]
        rows: Operand = dims[0]
        for dim in dims[1:-1]:
            rows = b.emit(operator.mul, rows, dim)
        ones = (all(x.type.ones[:-1]), x.type.ones[-1])  # type: ignore[union-attr]
        return b.emit(core.GETITEM, x, rows, dims[-1], path=(Reshape(2, ones),))

    def is_small(self, x: Operand, axis: int) -> bool:
        """Whether an extent is known to be small."""
        extent = self.shapes.extent(x, axis % _rank(x))
        return isinstance(extent, int) and extent <= SMALL


def _are_arrays(operands: tuple[Operand, ...]) -> bool:
    return all(isinstance(x, Value) and isinstance(x.type, Array) for x in operands)


def _rank(x: Operand) -> int:
    assert isinstance(x, Value) and isinstance(x.type, Array)
    return x.type.ndim


def _one_dtype(op: Op) -> bool:
    kinds = {x.type.dtype for x in (*op.operands, op.result)}  # type: ignore[union-attr]
    return len(kinds) == 1 and kinds.pop().kind in "fc"


def _sums_stack(op: Op, product: Op) -> bool:
    """Whether an op sums the matrices of a stack of them to one."""
    if not _are_arrays(product.operands) or len(op.results) != 1:
        return False
    rank = _rank(product.operands[0])
    if rank < 3 or rank != _rank(product.operands[1]):
        return False
    axes = tuple(range(rank - 2))
    if op.callee == core.SUMTO:
        return bool(op.attrs["axes"] == axes and not op.attrs["keep"])
    return op.callee is np.sum and op.attrs["axis"] == axes and not op.attrs["keepdims"]
