"""Loops over ``checkpointed(range(n))`` that say nothing of their memory: cut into segments.

Before:  ``for i in range(n): state = step(state, i)``
After:   ``for s in range(k): for i in segment(s): state = step(state, i)``

The state ahead of each segment is stored (``snapshots.py``), and while a segment is gone through
backwards, what its iterations need: with k of about the root of n, the root of the memory for
one more forward sweep.  See Griewank & Walther, Evaluating Derivatives (2nd ed.), chapter 12.
"""

from __future__ import annotations

import builtins
import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.snapshots import ATTRIBUTE, Snapshots
from adgen.transpiler.ir.types import FLOAT, INT
from adgen.transpiler.primitives.builder import Builder


def cut_into_segments(function: Function) -> Function:
    """The function with such loops cut; of those that may be left early the end is not known."""
    if not any(_is_cut(op) for _, op in core.walk(function.body)):
        return function
    return with_body(function, _block(function.body))


def root(b: Builder, trips: Operand) -> Operand:
    """A number of about the root of the trips, one at least."""
    found = b.emit(core.CAST, b.emit(np.sqrt, b.cast(trips, FLOAT)), type=INT)
    return b.emit(operator.add, found, 1, name="size")


def _is_cut(op: Op) -> bool:
    mark = op.attrs.get(ATTRIBUTE)
    return mark is not None and mark.is_open and not op.attrs.get("exits")


def _block(block: Block) -> Block:
    b = Builder()
    for op in block.ops:
        op = op.with_(regions=tuple(_block(region) for region in op.regions))
        b.span, b.role = op.span, op.role
        if _is_cut(op):
            _cut(b, op)
        else:
            b.add(op)
    return b.block(block.args, block.yields)


def _cut(b: Builder, loop: Op) -> None:
    """Append the loop over segments; its results are those of the loop."""
    start, stop, step, *inits = loop.operands
    trips = b.emit(core.RANGELEN, start, stop, step)
    size = root(b, trips)
    padded = b.emit(operator.add, trips, b.emit(operator.sub, size, 1))
    count = b.emit(operator.floordiv, padded, size, name="segments")
    (body,) = loop.regions
    heads = [Value(head.type, head.name) for head in body.args[1:]]
    inner = b.inner()
    number = Value(INT, "segment")
    first = inner.emit(operator.mul, number, size)
    last = inner.emit(builtins.min, inner.emit(operator.add, first, size), trips)
    bounds = [_index(inner, trip, start, step) for trip in (first, last)]
    results = inner.region(
        core.FOR, (*bounds, step, *heads), (body,), [head.type for head in heads],
        [head.name for head in heads], label=core.new_label(),
    )  # fmt: skip
    outer = inner.block((number, *heads), results)
    attrs = {"label": core.new_label(), ATTRIBUTE: Snapshots(every=True)}
    b.add(Op(core.FOR, (0, count, 1, *inits), attrs, (outer,), loop.results, loop.span, loop.role))


def _index(b: Builder, trip: Operand, start: Operand, step: Operand) -> Operand:
    return b.emit(operator.add, start, b.emit(operator.mul, trip, step))
