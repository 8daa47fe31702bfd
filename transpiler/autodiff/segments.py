"""Loops over ``checkpointed(range(n))``: cut into segments that the reverse sweep computes again.

Before:  ``for i in range(n): state = step(state, i)``
After:   ``for s in range(k): state = checkpoint(steps of segment s)(state)``

What is stored is the state ahead of each segment, and while a segment is gone through backwards,
what its iterations need: with k of about the root of n, the root of the memory for one more
forward sweep.  See Griewank & Walther, Evaluating Derivatives (2nd ed.), chapter 12.
"""

from __future__ import annotations

import builtins
import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import clone, with_body
from adgen.transpiler.ir.types import FLOAT, INT, is_float
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.linked import CHECKPOINT, Derivation

SNAPSHOTS = "snapshots"  # the attribute of a loop: their number, or None


def cut_into_segments(function: Function) -> Function:
    """The function with its marked loops cut."""
    if not any(SNAPSHOTS in op.attrs for _, op in core.walk(function.body)):
        return function
    return with_body(function, _block(function.body))


def _block(block: Block) -> Block:
    b = Builder()
    for op in block.ops:
        op = op.with_(regions=tuple(_block(region) for region in op.regions))
        b.span, b.role = op.span, op.role
        if SNAPSHOTS in op.attrs:
            _cut(b, op)
        else:
            b.add(op)
    return b.block(block.args, block.yields)


def _cut(b: Builder, loop: Op) -> None:
    """Append the loop over segments; its results are those of the loop."""
    start, stop, step, *inits = loop.operands
    trips = b.emit(core.RANGELEN, start, stop, step)
    size = _size(b, trips, loop.attrs[SNAPSHOTS])
    padded = b.emit(operator.add, trips, b.emit(operator.sub, size, 1))
    count = b.emit(operator.floordiv, padded, size, name="segments")
    inner = b.inner()
    number = Value(INT, "segment")
    heads = [Value(head.type, head.name) for head in loop.regions[0].args[1:]]
    first = inner.emit(operator.mul, number, size)
    last = inner.emit(builtins.min, inner.emit(operator.add, first, size), trips)
    results = _segment(inner, loop, (first, last), heads)
    body = inner.block((number, *heads), results)
    b.add(Op(core.FOR, (0, count, 1, *inits), {"label": core.new_label()}, (body,), loop.results,
             loop.span, loop.role))  # fmt: skip


def _size(b: Builder, trips: Operand, snapshots: int | None) -> Operand:
    """Iterations of a segment, one at least."""
    if snapshots is None:
        root = b.emit(core.CAST, b.emit(np.sqrt, b.cast(trips, FLOAT)), type=INT)
    else:
        root = b.emit(operator.floordiv, trips, snapshots)
    return b.emit(operator.add, root, 1, name="size")


def _segment(
    b: Builder, loop: Op, bounds: tuple[Operand, Operand], heads: list[Value]
) -> list[Value]:
    """Append the op of one segment: its iterations on what the ones before have left."""
    inside = b.inner()
    floats = [head for head in heads if is_float(head.type)]
    fresh = {head: Value(head.type, head.name) for head in floats}
    start, _, step = loop.operands[:3]
    turn = inside.inner()
    trip = Value(INT, "trip")
    shifted = turn.emit(operator.mul, trip, step)
    body = loop.regions[0]
    index = turn.emit(operator.add, shifted, start, name=body.args[0].name)
    carried = [Value(head.type, head.name) for head in heads]
    mapping: dict[Value, Operand] = dict(zip(body.args, (index, *carried), strict=True))
    copied = clone(Block((), body.ops, body.yields), mapping)
    turn.ops += copied.ops
    results = inside.region(
        core.FOR, (*bounds, 1, *(fresh.get(head, head) for head in heads)),
        (turn.block((trip, *carried), copied.yields),),
        [head.type for head in heads], [head.name for head in heads], label=core.new_label(),
    )  # fmt: skip
    region = inside.block(tuple(fresh.values()), results)
    left = tuple(Value(head.type, head.name) for head in heads)
    callee = Derivation(CHECKPOINT, len(floats), "segment")
    b.add(Op(callee, tuple(floats), {}, (region,), left, b.span, b.role))
    return list(left)
