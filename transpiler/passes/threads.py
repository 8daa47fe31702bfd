"""Which loops run on threads: the outermost ones with independent iterations.

Sums that the user wrote keep their order, bit by bit: where an iteration computes much, what it
adds is kept in an array, which is summed up after the loop.  In a loop that the user wrote as
``prange`` their order is free, as Numba has it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.threads import ATTRIBUTE, PRODUCT, Threads
from adgen.transpiler.ir.types import Scalar
from adgen.transpiler.passes.independent import (
    Context,
    Independent,
    Meeting,
    addition,
    meetings,
)
from adgen.transpiler.passes.pipeline import optimise
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.table import find

Change = Callable[[Op, Independent, "Place"], list[Op] | None]

ADDED_LOOP = "added_loop"  # marks loops that are no lines of the user's, but of a pass
WORTH_KEEPING = 20  # ops of an iteration that a store and a load more hardly slow down
LEAST_GAIN = 100_000  # ops of a loop that wake threads
_PRODUCTS = (operator.matmul, np.matmul, np.dot)
DEAR = 12  # ops that take as long as a function that is not cheap


@dataclass(frozen=True)
class Place:
    """Where a loop stands: in which function, and whether other loops run it."""

    context: Context
    nested: bool = False


def mark_threads(function: Function) -> Function:
    """The function with its outermost independent loops marked."""
    function = optimise(function)
    function = with_body(function, _block(function.body, Place(Context(function)), _kept_sums))
    return with_body(function, _block(function.body, Place(Context(function)), _marked))


def with_scratch(loop: Op, buffers: frozenset[Value]) -> Op:
    """A loop that carries more buffers, which each iteration overwrites before it reads them."""
    mark: Threads | None = loop.attrs.get(ATTRIBUTE)
    if mark is None:
        return loop
    more = replace(mark, scratch=mark.scratch | buffers)
    return loop.with_(attrs={**loop.attrs, ATTRIBUTE: more})


def in_blocks(loop: Op, blocks: Op, results: Mapping[Value, Operand]) -> Op:
    """The loop over blocks of the iterations of a loop, with the mark that this one has, if any.

    ``results``: what takes the place of those of the loop.  What the new loop carries beside
    them are buffers of a block.
    """
    mark: Threads | None = loop.attrs.get(ATTRIBUTE)
    if mark is None:
        return blocks
    now = {
        results.get(result, result): arg
        for result, arg in zip(loop.results, loop.regions[0].args[1:], strict=True)
    }
    pairs = zip(blocks.results, blocks.regions[0].args[1:], strict=True)
    carried = {arg: now.get(result) for result, arg in pairs}

    def like(members: frozenset[Value]) -> frozenset[Value]:
        return frozenset(arg for arg, before in carried.items() if before in members)

    used = {op.attrs["slot"] for _, op in core.walk(blocks.regions[0]) if "slot" in op.attrs}
    changed = Threads(
        like(mark.sums), like(mark.added), like(mark.shared),
        frozenset(arg for arg, before in carried.items() if before is None),
        mark.slots & used, mark.nested,
    )  # fmt: skip
    return blocks.with_(attrs={**blocks.attrs, ATTRIBUTE: changed})


def _block(block: Block, place: Place, change: Change) -> Block:
    """The block with the outermost independent loops changed, where ``change`` can."""
    ops: list[Op] = []
    for op in block.ops:
        wanted = op.callee == core.FOR and gains(op, place.nested)
        found = meetings(op, place.context) if wanted else None
        changed = change(op, found, place) if found is not None else None
        if change is _marked and op.callee in _PRODUCTS:
            op = op.with_(attrs={**op.attrs, PRODUCT: True})
        if changed is None:
            inside = Place(place.context, place.nested or op.callee != core.IF)
            regions = tuple(_block(region, inside, change) for region in op.regions)
            changed = [op.with_(regions=regions)]
        ops += changed
    return Block(block.args, tuple(ops), block.yields)


def gains(loop: Op, nested: bool) -> bool:
    """Whether threads may be faster, for some sizes of what is known while it runs."""
    start, stop, step = loop.operands[:3]
    ops, inner = _weight(loop.regions[0])
    if type(start) is type(stop) is type(step) is int and not inner:
        return len(range(start, stop, step)) * ops >= LEAST_GAIN
    return not nested or inner or ops >= WORTH_KEEPING


def _weight(body: Block) -> tuple[int, bool]:
    """About how many cheap ops an iteration does at least, and whether there are loops in it."""
    ops = [op for _, op in core.walk(body)]
    entries = [None if isinstance(op.callee, str) else find(op.callee) for op in ops]
    dear = sum(entry is not None and not entry.cheap for entry in entries)
    return len(ops) + DEAR * dear, any(op.callee in (core.FOR, core.WHILE) for op in ops)


def _marked(loop: Op, found: Independent, place: Place) -> list[Op] | None:
    """The loop with its mark; None where a sum must keep its order."""
    sums, added, shared, rows = set(), set(), set(), {}
    for arg, carried in zip(loop.regions[0].args[1:], found.carried, strict=True):
        if carried.meeting is Meeting.ORDERED_SUM:
            return None
        if carried.meeting is Meeting.FREE_SUM:
            sums.add(arg)
        elif carried.meeting is Meeting.OWN or carried.apart:
            shared.add(arg)
            if carried.axis == 0:
                rows[arg] = carried.offset
        elif carried.meeting is Meeting.ADDED:
            added.add(arg)
    mark = Threads(
        frozenset(sums), frozenset(added), frozenset(shared),
        slots=found.private, nested=place.nested, rows=rows,
    )  # fmt: skip
    return [loop.with_(attrs={**loop.attrs, ATTRIBUTE: mark})]


# Sums of the user


def _kept_sums(loop: Op, found: Independent, place: Place) -> list[Op] | None:
    """The loop without sums that have an order; None where that cannot be, or is not worth it.

    To store and load a number more must matter little beside what an iteration does.
    """
    places = [k for k, c in enumerate(found.carried) if c.meeting is Meeting.ORDERED_SUM]
    if not places:
        return [loop]
    if loop.attrs.get("prange"):
        body = loop.regions[0]
        for k in places:
            body = _freed(body, body.args[1 + k])
        return [loop.with_(regions=(body,))]
    least = place.context.bounds.least_index(loop)
    ops, inner = _weight(loop.regions[0])
    if least is None or least < 0 or not (inner or ops >= WORTH_KEEPING):
        return None
    before: list[Op] = []
    after: list[Op] = []
    for k in places:
        kept = _kept(loop, k)
        if kept is None:
            return None
        first, loop, last = kept
        before += first
        after += last
    return [*before, loop, *after]


def _freed(block: Block, value: Value) -> Block:
    """The block with the additions to a sum in any order; differences become sums."""
    ops: list[Op] = []
    for op in block.ops:
        step = addition(op, value) if value in core.uses_of(op) else None
        if step is None:
            ops.append(op)
            continue
        if op.callee in core.REGION_KINDS:
            at = op.operands.index(value) - 2 if op.callee == core.FOR else None
            regions = [
                _freed(region, value if at is None else region.args[at]) for region in op.regions
            ]
            ops.append(op.with_(regions=tuple(regions)))
        else:
            ops += _free_addition(op)
        value = step[0]
    return Block(block.args, tuple(ops), block.yields)


def _free_addition(op: Op) -> list[Op]:
    b = Builder(op.span, op.role)
    first, second = op.operands
    if op.callee in (operator.sub, np.subtract):
        second = b.emit(operator.neg, second)
    attrs = {**op.attrs, "reassoc": True}
    return [*b.ops, op.with_(callee=operator.add, operands=(first, second), attrs=attrs)]


def _kept(loop: Op, place: int) -> tuple[list[Op], Op, list[Op]] | None:
    """What is to be done before the loop, the loop that keeps what is added, and the sum of it."""
    body = loop.regions[0]
    index, total = body.args[0], body.args[1 + place]
    position = next((n for n, op in enumerate(body.ops) if total in core.uses_of(op)), None)
    if position is None:
        return None
    step = body.ops[position]
    if step.regions or body.yields[place] is not step.result:
        return None
    start, stop, by = loop.operands[:3]
    b = Builder(step.span, step.role)
    most = stop if by > 0 else b.emit(operator.add, start, 1)  # type: ignore[operator]
    size = b.emit(max, most, 0)
    kind = total.type
    terms = b.emit(core.EMPTY, size, dtype=kind.dtype, ones=(False,), name="terms")
    assert isinstance(terms, Value)
    inside = Value(terms.type, "terms")
    inner = Builder(step.span, step.role)
    term = step.operands[1] if step.operands[0] is total else step.operands[0]
    written = inner.setitem(inside, inner.cast(term, Scalar(kind.dtype)), paths.ELEMENT_1D, index)
    ops = (*body.ops[:position], *inner.ops, *body.ops[position + 1 :])
    args = _replaced(body.args, 1 + place, inside)
    kept = Value(terms.type, "terms")
    changed = loop.with_(
        operands=_replaced(loop.operands, 3 + place, terms),
        regions=(Block(args, ops, _replaced(body.yields, place, written)),),
        results=_replaced(loop.results, place, kept),
    )
    return list(b.ops), changed, [_sum_of(loop, place, step, kept)]


def _sum_of(loop: Op, place: int, step: Op, terms: Value) -> Op:
    """The sum in the user's order of what iterations have kept; it is the result of the loop."""
    total = loop.regions[0].args[1 + place]
    index = Value(loop.regions[0].args[0].type, loop.regions[0].args[0].name)
    so_far = Value(total.type, total.name)
    b = Builder(step.span, step.role)
    term = b.getitem(terms, paths.ELEMENT_1D, index)
    operands = (so_far, term) if step.operands[0] is total else (term, so_far)
    result = Value(total.type, total.name)
    ops = (*b.ops, step.with_(operands=operands, results=(result,)))
    attrs = {"label": core.new_label(), ADDED_LOOP: True}
    bounds = (*loop.operands[:3], loop.operands[3 + place])
    body = Block((index, so_far), ops, (result,))
    return Op(core.FOR, bounds, attrs, (body,), (loop.results[place],), loop.span, loop.role)


def _replaced(items: tuple[Any, ...], place: int, item: Any) -> tuple[Any, ...]:
    return (*items[:place], item, *items[place + 1 :])
