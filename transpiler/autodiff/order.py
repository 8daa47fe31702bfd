"""The order of adjoint loops: reversed where it matters, forward where it does not."""

from __future__ import annotations

import operator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.primitives.builder import Builder

_LINKS = {core.ADDITEM, core.ACCUM, operator.add}


def only_accumulates(op: Op) -> bool:
    """Whether the iterations of a ``for`` meet in sums alone, so that their order is free.

    Each carried value must reach its yield through additions to it, and be used
    in nothing else.  What is pushed to a stack that outlives an iteration has an order, and what
    a block of ``grad_of`` prints.
    """
    body = op.regions[0]
    return (
        not _stacks(body)
        and not _prints(body)
        and all(
            _accumulates(body, arg, end)
            for arg, end in zip(body.args[1:], body.yields, strict=True)
        )
    )


def _accumulates(block: Block, start: Value, end: Operand) -> bool:
    """Whether ``end`` is ``start`` plus terms that do not depend on it."""
    value: Operand = start
    for op in block.ops:
        if not isinstance(value, Value) or value not in core.uses_of(op):
            continue
        step = _link(op, value)
        if step is None:
            return False
        value = step
    uses = [y for y in block.yields if y is value]
    return value is end and len(uses) == 1


def _link(op: Op, value: Value) -> Value | None:
    """The sum that continues ``value`` through an op, if the op only adds to it."""
    if op.callee in _LINKS:
        addends = op.operands if op.callee is operator.add else op.operands[:1]
        used = [o for o in op.operands if o is value]
        return op.result if len(used) == 1 and any(o is value for o in addends) else None
    if op.callee == core.FOR and not op.attrs.get("exits"):
        return _through_loop(op, value)
    if op.callee == core.IF:
        return _through_if(op, value)
    return None


def _through_loop(op: Op, value: Value) -> Value | None:
    places = [k for k, o in enumerate(op.operands[3:]) if o is value]
    inside = core.free_values(op.regions[0])
    if len(places) != 1 or value in inside or any(o is value for o in op.operands[:3]):
        return None
    (k,) = places
    body = op.regions[0]
    if not _accumulates(body, body.args[1 + k], body.yields[k]):
        return None
    return op.results[k]


def _through_if(op: Op, value: Value) -> Value | None:
    """Both arms must yield the value, with or without additions, at one and the same place."""
    if op.operands[0] is value:
        return None
    for k, result in enumerate(op.results):
        if all(_accumulates(region, value, region.yields[k]) for region in op.regions):
            return result
    return None


def fix_order(function: Function) -> Function:
    """Adjoint loops with attr ``reversed`` get the bounds that they run over.

    Run after residual planning: a loop that pops a stack keeps the reversed order.
    """
    return with_body(function, _block(function.body))


def _block(block: Block) -> Block:
    ops: list[Op] = []
    for op in block.ops:
        op = op.with_(regions=tuple(_block(region) for region in op.regions))
        if op.callee == core.FOR and op.attrs.get("reversed"):
            ops += _ordered(op)
        else:
            ops.append(op)
    return Block(block.args, tuple(ops), block.yields)


def _ordered(op: Op) -> list[Op]:
    attrs = {name: value for name, value in op.attrs.items() if name != "reversed"}
    if only_accumulates(op):
        return [op.with_(attrs=attrs)]
    b = Builder(op.span, core.ADJOINT)
    bounds = _reversed_bounds(b, *op.operands[:3])
    return [*b.ops, op.with_(operands=(*bounds, *op.operands[3:]), attrs=attrs)]


def _stacks(body: Block) -> bool:
    """Whether a body pushes to or pops from a stack that is not its own."""
    slots = {op.attrs["slot"] for _, op in core.walk(body) if "slot" in op.attrs}
    own = {op.attrs["slot"] for _, op in core.walk(body) if op.callee == core.DECLARE}
    return any(slot.kind == "stack" for slot in slots - own)


def _prints(body: Block) -> bool:
    return any(
        op.callee in (core.PRINT, core.DRAW) and op.role == core.ADJOINT
        for _, op in core.walk(body)
    )


def _reversed_bounds(
    b: Builder, start: Operand, stop: Operand, step: Operand
) -> tuple[Operand, Operand, Operand]:
    """``range(*bounds)`` is ``reversed(range(start, stop, step))``."""
    if not isinstance(step, Value) and step in (1, -1):
        shift = -step
        return b.emit(operator.add, stop, shift), b.emit(operator.add, start, shift), shift
    count = b.emit(core.RANGELEN, start, stop, step)
    last = b.emit(operator.mul, b.emit(operator.sub, count, 1), step)
    back = b.emit(operator.neg, step)
    return b.emit(operator.add, start, last), b.emit(operator.sub, start, step), back
