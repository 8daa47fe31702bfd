"""Loops around terms of products, cut until every term stands in loops of its own."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.rewrite import resolve, substitute_op
from adgen.transpiler.passes.independent import Carried, Context, Meeting, meetings
from adgen.transpiler.passes.products.distribute import Range, all_trips, distribute
from adgen.transpiler.passes.products.plain import Plain
from adgen.transpiler.passes.products.stages import Tied, all_values
from adgen.transpiler.passes.products.terms import is_free, parts_of
from adgen.transpiler.primitives.builder import Builder

Results = dict[Value, Operand]


class Splitter:
    """Cuts the loops of one nest; ``terms``: what the terms of its products result in."""

    def __init__(self, terms: set[Value], context: Context) -> None:
        self.terms, self.context = terms, context

    def loop(self, loop: Op, trips: Range, b: Builder) -> Results:
        """Write loops in the place of one; what becomes of its results.  Raises Tied, or Mixed."""
        known = None if self._is_alone(loop) else meetings(loop, self.context)
        if known is None or known.guards:
            known = None
        loop, buffers = self._inside(loop, b)
        products = self._products(loop.regions[0])
        if self._is_pure(loop, products) and trips == all_trips(loop):
            b.add(loop)
            return {}
        if known is None or trips.whole and not all(map(self._counts, (trips.first, trips.end))):
            raise Tied
        carried: Sequence[Carried] = (*known.carried, *buffers)
        return distribute(loop, carried, self._products, trips, b, self.terms)

    def _counts(self, operand: Operand) -> bool:
        """Whether a number is evidently never negative."""
        least = self.context.bounds.least(operand)
        return least is not None and least >= 0

    def holds_term(self, op: Op) -> bool:
        """Whether there is a term in an op."""
        if not self.terms.isdisjoint(op.results):
            return True
        inside = (inner for region in op.regions for _, inner in core.walk(region))
        return any(not self.terms.isdisjoint(inner.results) for inner in inside)

    def _is_alone(self, loop: Op) -> bool:
        """Whether a loop holds a term and nothing else, so that nothing is to be known of it."""
        products = self._products(loop.regions[0])
        return self._is_pure(loop, products)

    def _inside(self, loop: Op, b: Builder) -> tuple[Op, list[Carried]]:
        """The loop with the loops in it cut, and with arrays for what these sum up."""
        body = loop.regions[0]
        inner = b.inner()
        mapping: Results = {}
        held: list[tuple[Value, Value, Value]] = []  # what a sum is kept in, before and after
        for op in body.ops:
            op = substitute_op(op, mapping)
            if op.callee != core.FOR or not self.holds_term(op):
                inner.add(op)
                continue
            part = b.inner()
            mapping.update(self.loop(op, all_trips(op), part))
            for made in part.ops:
                if made.callee == core.FOR and self._sums_up(made):
                    held.append(self._kept(made, loop, inner, b, mapping))
                else:
                    inner.add(made)
        yields = tuple(resolve(y, mapping) for y in body.yields)
        block = Block(
            (*body.args, *(arg for _, arg, _ in held)),
            tuple(inner.ops),
            (*yields, *(end for _, _, end in held)),
        )
        results = tuple(Value(end.type) for _, _, end in held)
        wider = loop.with_(
            operands=(*loop.operands, *(first for first, _, _ in held)),
            regions=(block,),
            results=(*loop.results, *results),
        )
        return wider, [Carried(Meeting.OWN)] * len(held)

    def _sums_up(self, loop: Op) -> bool:
        """Whether a loop adds up a number, and does nothing else."""
        step = self._term_of(loop.regions[0])
        return step is not None and step.callee is operator.add and len(loop.results) == 1

    def _term_of(self, block: Block) -> Op | None:
        found = [op for op in block.ops if not self.terms.isdisjoint(op.results)]
        return found[0] if len(found) == 1 else None

    def _kept(
        self, loop: Op, around: Op, inner: Builder, b: Builder, mapping: Results
    ) -> tuple[Value, Value, Value]:
        """A sum as the elements of an array, one for each trip of the loop around."""
        start, stop = around.operands[:2]
        if not self._counts(start) or not self._counts(stop):
            raise Tied
        body, (result,) = loop.regions[0], loop.results
        step = self._term_of(body)
        assert step is not None
        init, counter = loop.operands[3], around.regions[0].args[0]
        zero = not isinstance(init, Value) and init == 0 and not np.signbit(init)
        first = b.emit(core.ZEROS if zero else core.EMPTY, stop, dtype=result.type.dtype,
                       ones=(False,), name=result.name)  # fmt: skip
        assert isinstance(first, Value)
        arg, path = Value(first.type, result.name), paths.ELEMENT_1D
        ahead = arg if zero else inner.setitem(arg, init, path, counter)
        head = Value(first.type, result.name)
        (term,) = (o for o in step.operands if o is not body.args[1])
        within = Builder(step.span, step.role)
        within.ops += [op for op in body.ops if op is not step]
        if is_free(step):
            end = within.additem(head, term, path, counter)
        else:
            before = within.getitem(head, path, counter)
            end = within.setitem(head, within.emit(operator.add, before, term), path, counter)
        self.terms.add(end)
        summed = Value(first.type, result.name)
        block = within.block((body.args[0], head), (end,))
        inner.add(
            loop.with_(operands=(*loop.operands[:3], ahead), regions=(block,), results=(summed,))
        )
        mapping[result] = inner.getitem(summed, path, counter, name=result.name)
        return first, arg, summed

    def _products(self, body: Block) -> list[set[Op]]:
        """The ops of each product in a block: a loop that holds nothing else, or a term."""
        made = {result: op for op in body.ops for result in op.results}
        found: list[set[Op]] = []
        for op in body.ops:
            if op.callee == core.FOR:
                inner = op.regions[0]
                if self.holds_term(op) and self._is_pure(op, self._products(inner)):
                    found.append({op})
            elif not self.terms.isdisjoint(op.results):
                found.append(parts_of(op, made))
        return found

    def _is_pure(self, loop: Op, products: Sequence[set[Op]]) -> bool:
        """Whether a loop's body is one product, and what costs nothing."""
        body = loop.regions[0]
        if len(products) != 1 or len(loop.results) != 1:
            return False
        known = Plain((body.args[0],), all_values(body))
        return all(op in products[0] or known.add(op) for op in body.ops)
