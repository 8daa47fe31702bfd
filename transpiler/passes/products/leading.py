"""Ops on arrays that have got one more axis, ahead of the others: that of the trips of a loop."""

from __future__ import annotations

from collections.abc import Mapping

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.rewrite import resolve
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.products.roots import Roots


class Leading:
    """Rewrites ops: ``mapping`` for values, and a leading index for versions of some arrays.
    ``terms`` receives what becomes of those in it.

    ``wide``: the first versions of arrays that have such an axis; ``place``: the trip's own.
    """

    def __init__(
        self, roots: Roots, wide: Mapping[Value, Value], place: Operand,
        mapping: dict[Value, Operand], terms: set[Value],
    ) -> None:  # fmt: skip
        self.roots, self.wide, self.place, self.mapping = roots, wide, place, mapping
        self.terms = terms

    def op(self, op: Op) -> Op:
        """The op as it is to be now."""
        operands = tuple(resolve(o, self.mapping) for o in op.operands)
        base = self.roots.root(op.operands[0]) if op.operands else None
        attrs = op.attrs
        if base in self.wide and not op.regions:
            if op.callee == core.DIM:
                attrs = {**attrs, "axis": attrs["axis"] + 1}
            else:
                lead = 1 if op.callee == core.GETITEM else 2
                assert isinstance(op.operands[0], Value)
                attrs = {**attrs, "path": paths.element(op.operands[0].type.ndim + 1)}  # type: ignore[union-attr]
                operands = (*operands[:lead], self.place, *operands[lead:])
        regions = tuple(self.block(region) for region in op.regions)
        results = tuple(self.renewed(result) for result in op.results)
        return op.with_(operands=operands, attrs=attrs, regions=regions, results=results)

    def block(self, block: Block) -> Block:
        """A region of an op."""
        args = tuple(self.renewed(arg) for arg in block.args)
        ops = tuple(self.op(op) for op in block.ops)
        return Block(args, ops, tuple(resolve(y, self.mapping) for y in block.yields))

    def renewed(self, value: Value) -> Value:
        """A version of such an array with one more axis; any other value as it is."""
        if self.roots.root(value) not in self.wide:
            return value
        assert isinstance(value.type, Array)
        kind = Array(value.type.dtype, (False, *value.type.ones))
        new = self.mapping[value] = Value(kind, value.name)
        if value in self.terms:
            self.terms.add(new)
        return new
