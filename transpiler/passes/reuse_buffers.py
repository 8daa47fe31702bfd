"""Buffers of a loop body are allocated once, before the loop.

Before:  ``for t in range(k): row = np.empty(n); …``      After:  ``row = np.empty(n); for t …``

The buffer becomes a carried value of the loop, handed from trip to trip with whatever is
in it: what ``empty`` holds is arbitrary anyway.  Of ``zeros`` the filling stays in the loop.

Where a small buffer takes the place of an array that the loop carries (``u = new``), the two
change places: what was carried is the buffer of the next trip.  Of big ones LLVM has to know that
they are distinct, which it does of a fresh one alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import substitute, with_body
from adgen.transpiler.ir.types import INT, Scalar
from adgen.transpiler.passes.extents import resolve_extents
from adgen.transpiler.passes.hoist import hoist_invariants
from adgen.transpiler.passes.threads import with_scratch
from adgen.transpiler.primitives.builder import Builder, zero

_FRESH = (core.EMPTY, core.ZEROS)
_NAMES = "ijklmn"
_FEW = 64
_WRITES = {core.SETITEM, core.ADDITEM, core.ACCUM, core.ADDPRODUCT}
_READS = {core.GETITEM, core.DIM, core.COPY} | _WRITES


def reuse_buffers(function: Function) -> Function:
    """The function with allocations moved out of loops where the buffer stays within one trip."""
    if not any(op.callee in _FRESH for _, op in _in_loops(function)):
        return function
    function = hoist_invariants(resolve_extents(function))  # where an extent is known from outside
    return with_body(function, _block(function.body, Bounds(function)))


def _in_loops(function: Function) -> Iterator[tuple[Block, Op]]:
    for _, op in core.walk(function.body):
        if op.callee == core.FOR:
            yield from core.walk(op.regions[0])


def _block(block: Block, bounds: Bounds) -> Block:
    ops: list[Op] = []
    for op in block.ops:
        op = op.with_(regions=tuple(_block(region, bounds) for region in op.regions))
        if op.callee == core.FOR:
            moved, op = _loop(op, bounds)
            ops += moved
        ops.append(op)
    return Block(block.args, tuple(ops), block.yields)


def _loop(loop: Op, bounds: Bounds) -> tuple[list[Op], Op]:
    """The allocations that move before a loop, and the loop that carries the buffers."""
    body = loop.regions[0]
    inside = set(body.args) | {result for op in body.ops for result in op.results}
    moved: list[Op] = []
    args, last = [], []
    mapping: dict[Value, Operand] = {}
    stay: list[Op] = []
    for op in body.ops:
        fixed = op.callee in _FRESH and all(_fixed(o, inside, bounds) for o in op.operands)
        end = _last_content(body, op.result, _is_small(op)) if fixed else None
        if end is None or end in last:
            stay.append(op)
            continue
        outer = Value(op.result.type, op.result.name)
        args.append(Value(op.result.type, op.result.name))
        moved.append(op.with_(callee=core.EMPTY, results=(outer,)))
        last.append(end)
        if op.callee == core.ZEROS:
            stay.append(_filled(op, args[-1]))
        else:
            mapping[op.result] = args[-1]
    if not moved:
        return [], loop
    carried = Block((*body.args, *args), tuple(stay), (*body.yields, *last))
    results = tuple(Value(arg.type, arg.name) for arg in args)
    wider = loop.with_(
        operands=(*loop.operands, *(op.result for op in moved)),
        regions=(substitute(carried, mapping),),
        results=(*loop.results, *results),
    )
    args = [arg for arg, end in zip(args, last, strict=True) if end not in body.args]
    return moved, with_scratch(wider, frozenset(args))


def _is_small(fresh: Op) -> bool:
    """Whether allocating an array takes longer than going over it."""
    count = 1
    for extent in fresh.operands:
        if not isinstance(extent, int):
            return False
        count *= extent
    return count <= _FEW


def _last_content(body: Block, buffer: Value, may_change_places: bool) -> Value | None:
    """What holds the memory for the next trip: the buffer after all writes, or the carried array
    whose place it takes.  None unless the one or the other is plain to see.
    """
    versions = _versions(body, buffer)
    if versions is None:
        return None
    places = [k for k, y in enumerate(body.yields) if isinstance(y, Value) and y in versions]
    if not places or not may_change_places:
        return None if places else versions[-1]
    lead = len(body.yields) - len(body.args) + 1
    head = body.args[1 + places[0] - lead] if places[0] >= lead else None
    alone = len(places) == 1 and body.yields[places[0]] is versions[-1]
    if head is None or not alone or head.type != buffer.type or head in body.yields:
        return None
    return head if _versions(body, head) == [head] else None


def _filled(zeros: Op, buffer: Value) -> Op:
    """The loops that fill a buffer with zeros, in the place of an op that makes such an array."""
    number = zero(Scalar(buffer.type.dtype))

    def nest(axis: int, array: Value, counters: tuple[Value, ...], result: Value) -> Op:
        counter, head = Value(INT, _NAMES[axis]), Value(array.type, array.name)
        end, b = Value(array.type, array.name), Builder(zeros.span, zeros.role)
        if axis + 1 < len(zeros.operands):
            b.add(nest(axis + 1, head, (*counters, counter), end))
        else:
            path = paths.element(axis + 1)
            b.add(Op(core.SETITEM, (head, number, *counters, counter), {"path": path},
                     (), (end,), zeros.span, zeros.role))  # fmt: skip
        body = Block((counter, head), tuple(b.ops), (end,))
        bounds = (0, zeros.operands[axis], 1)
        return Op(core.FOR, (*bounds, array), {}, (body,), (result,), zeros.span, zeros.role)

    return nest(0, buffer, (), zeros.result)


def _fixed(extent: Operand, inside: set[Value], bounds: Bounds) -> bool:
    """Whether an extent is the same in every trip, and no error where there is none."""
    if isinstance(extent, Value) and extent in inside:
        return False
    least = bounds.least(extent)
    return least is not None and least >= 0


def _versions(body: Block, buffer: Value) -> list[Value] | None:
    """What an array becomes in a trip, in order; None unless that is plain to see."""
    versions = [buffer]
    for op in body.ops:
        if buffer in op.results or versions[-1] not in core.uses_of(op):
            continue
        following = _next_version(op, versions[-1])
        if following is None:
            return None
        if following is not versions[-1]:
            versions.append(following)
    return versions


def _next_version(op: Op, current: Value) -> Value | None:
    """The version after an op that uses the current one; None if that is not plain to see."""
    places = [k for k, operand in enumerate(op.operands) if operand is current]
    if op.callee in _WRITES and 0 in places:
        return op.result if places == [0] else None
    if op.callee == core.FOR and places:
        plain = len(places) == 1 and places[0] >= 3
        return op.results[places[0] - 3] if plain and not _free(op, current) else None
    if op.callee == core.SAVE:
        return current if op.attrs["slot"].kind == "tape" else None
    reads = op.callee in _READS or op.callee == core.FOR or not isinstance(op.callee, str)
    return current if reads else None


def _free(loop: Op, value: Value) -> bool:
    return value in core.free_values(loop.regions[0])
