"""Where the extents of arrays come from: an analysis shared by passes and differentiation."""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.table import find

Extent = Operand | tuple[Value, int]  # a number that is at hand, or axis k of an array


class Shapes:
    """Where the extents of every array of a function come from."""

    def __init__(self, function: Function) -> None:
        self.defined: dict[Value, Op] = {}
        self.argument: dict[Value, tuple[Op, int]] = {}
        self._pending: set[tuple[Value, int]] = set()
        for _, op in core.walk(function.body):
            for result in op.results:
                self.defined[result] = op
            if op.callee in (core.FOR, core.WHILE):
                for region in op.regions:
                    skip = 1 if op.callee == core.FOR else 0
                    for k, arg in enumerate(region.args[skip:]):
                        self.argument[arg] = (op, k)

    def extent(self, x: Operand, axis: int) -> Extent:
        """Axis ``axis`` of ``x`` traced back as far as possible."""
        if not isinstance(x, Value):
            return 1
        kind = x.type
        assert isinstance(kind, Array)
        if kind.ones[axis]:
            return 1
        if x in self.argument:
            return self._carried(x, axis, *self.argument[x])
        op = self.defined.get(x)
        return (x, axis) if op is None else self._of_op(x, axis, op)

    def origin(self, number: Operand) -> Extent:
        """A number that is itself read off the shape of an array, as that axis."""
        op = self.defined.get(number) if isinstance(number, Value) else None
        if op is not None and op.callee == core.DIM:
            return self.extent(op.operands[0], op.attrs["axis"])
        return number

    def _carried(self, x: Value, axis: int, op: Op, k: int) -> Extent:
        """A carried array: the extent of its initial value if the body keeps it."""
        if (x, axis) in self._pending:
            return (x, axis)
        fixed = 3 if op.callee == core.FOR else 0
        lead = 1 if op.attrs.get("exits") else 0
        body = op.regions[-1]
        head = body.args[(1 if op.callee == core.FOR else 0) + k]
        init = op.operands[fixed + k]
        self._pending.add((head, axis))
        try:
            after = self.extent(body.yields[lead + k], axis)
        finally:
            self._pending.discard((head, axis))
        before = self.extent(init, axis)
        return before if after == (head, axis) or after == before else (x, axis)

    def _of_op(self, x: Value, axis: int, op: Op) -> Extent:
        kind = op.callee
        if kind in (core.SETITEM, core.ADDITEM, core.ACCUM, core.COPY, core.CAST):
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
        for item in step.items:
            source += item != paths.NEW
            out += item != paths.INT
            if out == axis and item != paths.INT:
                return self.extent(base, source) if item == paths.FULL else (x, axis)
        return (x, axis)

    def _of_primitive(self, x: Value, axis: int, op: Op) -> Extent:
        entry = find(op.callee)
        if entry is not None and entry.elementwise:
            ndim = _ndim(x)
            for operand in op.operands:
                back = axis - (ndim - _ndim(operand))
                kind = type_of(operand)
                if isinstance(kind, Array) and back >= 0 and not kind.ones[back]:
                    return self.extent(operand, back)
        if entry is not None and entry.reduction:
            keep, axes = op.attrs["keepdims"], op.attrs["axis"]
            left = [a for a in range(_ndim(op.operands[0])) if keep or a not in axes]
            return self.extent(op.operands[0], left[axis])
        if op.callee in (operator.matmul, np.matmul, np.dot):
            first, second = op.operands
            if axis < _ndim(first) - 1:
                return self.extent(first, axis)
            return self.extent(second, _ndim(second) - 1)
        if op.callee is np.outer:
            return self.extent(op.operands[axis], 0)
        return (x, axis)


def _ndim(x: Operand) -> int:
    kind = type_of(x)
    return kind.ndim if isinstance(kind, Array) else 0


def _gone(op: Op) -> tuple[int, ...]:
    return tuple(a for a in op.attrs["axes"] if a not in op.attrs["keep"])
