"""Finds the loops that are written as products of matrices."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import cached_property

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.rewrite import substitute, with_body
from adgen.transpiler.ir.threads import ATTRIBUTE
from adgen.transpiler.ir.types import INT
from adgen.transpiler.passes.independent import Context
from adgen.transpiler.passes.lanes import facts_if_it_pays
from adgen.transpiler.passes.products.choice import if_big
from adgen.transpiler.passes.products.distribute import Range, all_trips
from adgen.transpiler.passes.products.matrices import Extents, as_product
from adgen.transpiler.passes.products.roots import FRESH, Mixed
from adgen.transpiler.passes.products.split import Results, Splitter
from adgen.transpiler.passes.products.stages import Tied
from adgen.transpiler.passes.products.tapes import as_arrays, without_unused
from adgen.transpiler.passes.products.terms import is_short, terms_of
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Shapes

ROWS = 128  # of a block: what its arrays take fits into the second cache


def products_of_matrices(function: Function) -> Function:
    """The function with products of matrices in the place of loops that add them up."""
    finder = _Finder(function)
    body = finder.block(function.body, nested=False)
    return without_unused(with_body(function, body)) if finder.found else function


class _Finder:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.found = False

    @cached_property
    def context(self) -> Context:
        """What is known of the function around."""
        return Context(self.function)

    @cached_property
    def shapes(self) -> Shapes:
        """Where the extents of its arrays come from."""
        return Shapes(self.function)

    def block(self, block: Block, nested: bool) -> Block:
        """The block with such loops rewritten; itself where there are none."""
        ops: list[Op] = []
        mapping: Results = {}
        for op in block.ops:
            deep = _is_deep(op) and ATTRIBUTE not in op.attrs
            written = self.written(op, nested) if deep else None
            if ATTRIBUTE in op.attrs:  # for threads
                ops.append(op)
            elif written is not None:
                ops += written[0]
                mapping.update(written[1])
            elif op.regions:
                inside = nested or op.callee != core.IF
                regions = tuple(self.block(region, inside) for region in op.regions)
                same = all(a is b for a, b in zip(regions, op.regions, strict=True))
                ops.append(op if same else op.with_(regions=regions))
            else:
                ops.append(op)
        if not mapping and all(a is b for a, b in zip(ops, block.ops, strict=True)):
            return block
        return substitute(Block(block.args, tuple(ops), block.yields), mapping)

    def written(self, loop: Op, nested: bool) -> tuple[list[Op], Results] | None:
        """What takes the place of a loop, and of its results."""
        terms = set() if is_short(loop) else terms_of(loop)
        if not terms:
            return None
        try:
            taped = as_arrays(loop, self._own_tapes(loop), self.context)
        except Tied:
            return None
        nest = _Nest(self, loop, taped, {op.result for op in terms})
        whole = nest.at_once()
        if whole is not None:
            self.found = True
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
        self.found = True
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


def _is_deep(op: Op) -> bool:
    """Whether an op is a loop of three that might be a product."""
    if op.callee != core.FOR or op.operands[2] != 1 or op.attrs.get("exits"):
        return False
    second = [inner for inner in op.regions[0].ops if inner.callee == core.FOR]
    return any(inner.callee == core.FOR for loop in second for inner in loop.regions[0].ops)


class _Nest:
    """Writes one nest of loops, whole or in blocks of rows."""

    def __init__(self, finder: _Finder, original: Op, loop: Op, terms: set[Value]) -> None:
        self.finder, self.original, self.loop, self.terms = finder, original, loop, terms

    def at_once(self) -> tuple[list[Op], Results] | None:
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
