"""Both ways to run a loop, where products of matrices pay only if these are not small."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.rewrite import clone_op
from adgen.transpiler.primitives.builder import Builder

BIG = 512  # elements of the greatest factor that all rows have in common


def if_big(loop: Op, terms: Iterable[Op], products: list[Op]) -> list[Op] | None:
    """Products if a factor is big when the loop is met, else the loop as it was.

    The last op of ``products`` has the loop's results; there are no slots in them.  None if all
    factors are known to be small.
    """
    b = Builder(loop.span, loop.role)
    size: Operand = 0
    for ends in _ends_around(terms, loop):
        elements = b.emit(operator.mul, *ends)
        size = elements if size == 0 else b.emit(max, size, elements)
    if not isinstance(size, Value):
        return products if size >= BIG else None
    small = clone_op(loop, {})
    last = products[-1]
    renewed = last.with_(results=tuple(Value(r.type, r.name) for r in last.results))
    arms = (
        _without_labels(Block((), (*products[:-1], renewed), renewed.results)),
        Block((), (small,), small.results),
    )
    test = b.emit(operator.ge, size, BIG)
    b.add(Op(core.IF, (test,), {}, arms, loop.results, loop.span, loop.role))
    return b.ops


def _without_labels(block: Block) -> Block:
    """The same without what ties loops to their mirrors: that is for the loop as it was."""
    ops = []
    for op in block.ops:
        attrs = {key: value for key, value in op.attrs.items() if key not in ("label", "mirror")}
        ops.append(op.with_(attrs=attrs, regions=tuple(map(_without_labels, op.regions))))
    return Block(block.args, tuple(ops), block.yields)


def _ends_around(terms: Iterable[Op], loop: Op) -> list[tuple[Operand, ...]]:
    """Where the two loops end that stand around a term, each such pair once."""
    wanted = set(terms)
    found: dict[frozenset[Operand], tuple[Operand, ...]] = {}
    for term, around in _nests(loop.regions[0], ()):
        if term in wanted:
            ends = tuple(inner.operands[1] for inner in around)
            found.setdefault(frozenset(ends), ends)
    return list(found.values())


def _nests(block: Block, around: tuple[Op, ...]) -> Iterator[tuple[Op, tuple[Op, ...]]]:
    for op in block.ops:
        yield op, around
        for region in op.regions:
            yield from _nests(region, (*around, op))
