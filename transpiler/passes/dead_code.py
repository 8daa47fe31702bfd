"""Dead code: ops without use, results of ifs and carried values of loops that nobody reads.

Before:  ``t = x * y; return x``      After:  ``return x``
"""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body


def eliminate_dead_code(function: Function) -> Function:
    """The function without ops whose results do not matter; effects stay."""
    live = {v for v in (*function.residuals_out,) if isinstance(v, Value)}
    slots = _loaded_slots(function)
    return with_body(function, _block(function.body, live, slots)[0])


def _loaded_slots(function: Function) -> set[core.Slot]:
    """Slots with a load that matters, or that the function hands over: their ops stay."""
    loaded = {s for s in function.residuals_out if isinstance(s, core.Slot)}
    loaded |= {s for s in function.residuals_in if isinstance(s, core.Slot)}
    used: set[Operand] = set(function.residuals_out)  # type: ignore[arg-type]
    loads = []
    for _, op in core.walk(function.body):
        used.update(op.operands)
        for region in op.regions:
            used.update(region.yields)
        if op.callee == core.LOAD:
            loads.append(op)
    used.update(function.body.yields)
    loaded.update(op.attrs["slot"] for op in loads if op.result in used)
    return loaded


def _block(block: Block, live: set[Value], slots: set[core.Slot]) -> tuple[Block, set[Value]]:
    """The block without dead ops, and the values live on entry."""
    live = live | {y for y in block.yields if isinstance(y, Value)}
    kept: list[Op] = []
    for op in reversed(block.ops):
        if not _needed(op, live, slots):
            continue
        op = _trim(op, live, slots)
        kept.append(op)
        live.difference_update(op.results)
        live.update(v for v in op.operands if isinstance(v, Value))
        for region in op.regions:
            live.update(core.free_values(region))
    live.difference_update(block.args)
    return block.with_(ops=kept[::-1]), live


def _needed(op: Op, live: set[Value], slots: set[core.Slot]) -> bool:
    if any(result in live for result in op.results):
        return True
    if op.callee in (core.DECLARE, core.RESERVE, core.SAVE):
        return op.attrs["slot"] in slots
    if op.callee == core.LOAD:  # a stack must be popped even if the value is not used
        return op.attrs["slot"].kind == "stack" and op.attrs["slot"] in slots
    if any(arg in live for region in op.regions for arg in region.args):
        return True
    return op.callee in core.EFFECTS or any(
        _needed(inner, live, slots) for region in op.regions for inner in region.ops
    )


def _trim(op: Op, live: set[Value], slots: set[core.Slot]) -> Op:
    if op.callee == core.IF:
        return _trim_if(op, live, slots)
    if op.callee in (core.FOR, core.WHILE):
        return _trim_loop(op, live, slots)
    return op


# ``live`` goes down into the regions: in a joint function whose residuals are not planned
# yet, the backward sweep names values of forward regions.


def _trim_if(op: Op, live: set[Value], slots: set[core.Slot]) -> Op:
    keep = [k for k, result in enumerate(op.results) if result in live]
    regions = []
    for region in op.regions:
        narrow = region.with_(yields=[region.yields[k] for k in keep])
        regions.append(_block(narrow, live, slots)[0])
    if len(keep) == len(op.results):
        return op.with_(regions=tuple(regions))
    return op.with_(regions=tuple(regions), results=tuple(op.results[k] for k in keep))


def _trim_loop(op: Op, live: set[Value], slots: set[core.Slot]) -> Op:
    fixed = 3 if op.callee == core.FOR else 0
    lead = 1 if op.attrs.get("exits") else 0
    wanted = {k for k, result in enumerate(op.results) if result in live}
    while True:
        body, body_live = _block(_select(op, wanted, lead), live, slots)
        more = _read_arguments(op, body_live) - wanted
        if not more:
            break
        wanted |= more
    keep = sorted(wanted)
    regions = [_narrow_args(op, region, keep) for region in op.regions[:-1]]
    regions = [_block(region, live, slots)[0] for region in regions]
    args = _kept_args(op, op.regions[-1], keep)
    body = op.regions[-1].with_(args=args, ops=body.ops, yields=body.yields)
    if len(keep) == len(op.results):
        return op.with_(regions=(*regions, body))
    return op.with_(
        operands=(*op.operands[:fixed], *(op.operands[fixed + k] for k in keep)),
        regions=(*regions, body),
        results=tuple(op.results[k] for k in keep),
    )


def _select(op: Op, wanted: set[int], lead: int) -> Block:
    """The loop body yielding the exit flag and the wanted values alone, arguments left free."""
    body = op.regions[-1]
    yields: list[Operand] = list(body.yields[:lead])
    yields += [body.yields[lead + k] for k in sorted(wanted)]
    return Block((), body.ops, tuple(yields))


def _read_arguments(op: Op, body_live: set[Value]) -> set[int]:
    """Positions of carried values that the (trimmed) body or the condition reads."""
    read = set()
    skip = 1 if op.callee == core.FOR else 0
    for k, arg in enumerate(op.regions[-1].args[skip:]):
        if arg in body_live:
            read.add(k)
    if op.callee == core.WHILE:
        condition = op.regions[0]
        used = core.free_values(Block((), condition.ops, condition.yields))
        read |= {k for k, arg in enumerate(condition.args) if arg in used}
    return read


def _kept_args(op: Op, region: Block, keep: list[int]) -> tuple[Value, ...]:
    skip = 1 if op.callee == core.FOR else 0
    return (*region.args[:skip], *(region.args[skip + k] for k in keep))


def _narrow_args(op: Op, region: Block, keep: list[int]) -> Block:
    return region.with_(args=[region.args[k] for k in keep])
