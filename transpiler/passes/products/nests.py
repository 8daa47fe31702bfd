"""Finds the loops that are written as products of matrices."""

from __future__ import annotations

import operator
from collections.abc import Mapping

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.threads import ATTRIBUTE
from adgen.transpiler.ir.types import INT
from adgen.transpiler.passes.lanes import facts_if_it_pays
from adgen.transpiler.passes.products.choice import if_big
from adgen.transpiler.passes.products.distribute import Range, all_trips
from adgen.transpiler.passes.products.matrices import Extents, as_product
from adgen.transpiler.passes.products.roots import FRESH, Mixed
from adgen.transpiler.passes.products.split import Splitter
from adgen.transpiler.passes.products.stages import Tied
from adgen.transpiler.passes.products.tapes import as_arrays, without_unused
from adgen.transpiler.passes.products.terms import is_short, terms_of
from adgen.transpiler.passes.replaced_loops import LoopReplacer, Replacement
from adgen.transpiler.primitives.builder import Builder

ROWS = 128  # of a block: what its arrays take fits into the second cache


def products_of_matrices(function: Function) -> Function:
    """The function with products of matrices in the place of loops that add them up."""
    replaced = _Products(function).whole()
    return function if replaced is function else without_unused(replaced)


class _Products(LoopReplacer):
    def passes_over(self, op: Op) -> bool:
        """Loops for threads stay as they are."""
        return ATTRIBUTE in op.attrs

    def replacement(self, loop: Op, nested: bool) -> Replacement | None:
        """The loop with products, if it adds some up."""
        terms = terms_of(loop) if _is_deep(loop) and not is_short(loop) else set()
        if not terms:
            return None
        try:
            taped = as_arrays(loop, self._own_tapes(loop), self.context)
        except Tied:
            return None
        nest = _Nest(self, loop, taped, {op.result for op in terms})
        whole = nest.at_once()
        if whole is not None:
            return whole
        blocks = nest.in_blocks()
        if blocks is None:
            return None
        lanes = facts_if_it_pays(loop, nested, self.context) is not None
        if lanes or nested:
            if any("slot" in op.attrs for _, op in core.walk(taped.regions[0])):
                return None  # another loop mirrors this one, and cannot mirror two
            chosen = if_big(loop, terms, blocks)
            if chosen is None:
                return None
            blocks = chosen
        return blocks, {}

    def _own_tapes(self, loop: Op) -> list[Slot]:
        """The slots that a loop both saves to and loads from, and nobody else uses."""
        ops = [op for _, op in core.walk(loop.regions[0]) if "slot" in op.attrs]
        here = set(ops)
        saved = {op.attrs["slot"] for op in ops if op.callee == core.SAVE}
        loaded = {op.attrs["slot"]: None for op in ops if op.callee == core.LOAD}
        return [
            slot for slot in loaded
            if slot in saved and slot not in self.context.handed
            and here.issuperset(self.context.slots.get(slot, ()))
        ]  # fmt: skip


def _is_deep(loop: Op) -> bool:
    """Whether a loop is one of three that might be a product."""
    if loop.operands[2] != 1 or loop.attrs.get("exits"):
        return False
    second = [inner for inner in loop.regions[0].ops if inner.callee == core.FOR]
    return any(inner.callee == core.FOR for op in second for inner in op.regions[0].ops)


class _Nest:
    """Writes one nest of loops, whole or in blocks of rows."""

    def __init__(self, finder: _Products, original: Op, loop: Op, terms: set[Value]) -> None:
        self.finder, self.original, self.loop, self.terms = finder, original, loop, terms

    def at_once(self) -> Replacement | None:
        """All trips at once, if that takes no arrays with room for all of them."""
        loop, b = self.loop, Builder(self.loop.span, self.loop.role)
        inner = b.inner()
        splitter = Splitter(set(self.terms), self.finder.context)
        try:
            results = splitter.loop(loop, all_trips(loop), inner)
            if any(op.callee in FRESH for op in inner.ops):
                return None
            self._products(inner.ops, splitter.terms, b, {}, ())
        except (Tied, Mixed):
            return None
        return b.ops, results

    def in_blocks(self) -> list[Op] | None:
        """A loop over blocks of trips, with the results of the loop."""
        loop, b = self.loop, Builder(self.loop.span, self.loop.role)
        start, stop = loop.operands[:2]
        least = self.finder.context.bounds.least(start)
        if least is None or least < 0:
            return None
        first, args = Value(INT, "first"), tuple(Value(r.type, r.name) for r in loop.results)
        end = b.emit(min, b.emit(operator.add, first, ROWS), stop)
        results = tuple(Value(r.type, r.name) for r in args)
        within = loop.with_(operands=(start, stop, 1, *args), results=results)
        splitter, inner = Splitter(set(self.terms), self.finder.context), b.inner()
        heads = dict(zip(args, loop.operands[3:], strict=True))
        try:
            ends = splitter.loop(within, Range(first, end, False), inner)
            self._products(inner.ops, splitter.terms, b, heads, (first, end))
        except (Tied, Mixed):
            return None
        block = b.block((first, *args), tuple(ends.get(result, result) for result in results))
        operands = (start, stop, ROWS, *loop.operands[3:])
        return [loop.with_(operands=operands, attrs={}, regions=(block,))]

    def _products(
        self, ops: list[Op], terms: set[Value], b: Builder, heads: Mapping[Value, Operand],
        block: tuple[Operand, ...],
    ) -> None:  # fmt: skip
        """The ops, with products for loops that are some.  Raises Tied if a loop is none.

        ``heads``, ``block``: see ``Extents``.
        """
        guards = [op.operands for op in self.loop.regions[0].ops if op.callee == core.GUARD]
        guards += self.finder.shapes.agreed.get(self.original, ())
        extents = Extents(self.finder.shapes, self.finder.context.bounds, guards, heads, block)
        for op in ops:
            if op.callee == core.FOR and any(
                not terms.isdisjoint(inner.results) for _, inner in core.walk(op.regions[0])
            ):
                as_product(op, extents, terms, b)
            else:
                b.add(op)
            extents.made.update((result, made) for made in b.ops for result in made.results)
