"""A loop over independent rows goes outside of the loop that walks along them.

Before::

    for k in range(1, m):
        for i in range(n): x[i, k] += x[i, k - 1]

After::

    for i in range(n):
        for k in range(1, m): x[i, k] += x[i, k - 1]

What array code does column by column (``np.cumsum(x, axis=1)``, a recurrence over ``x[:, k]``)
comes to the loop level in the first form, which passes over the whole array with the distance of
a row from element to element.  In the second form elements are neighbours, and the outer loop is
one over independent iterations, which others over the same rows can be merged with.
"""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.passes.independent import Context, Meeting, meetings
from adgen.transpiler.passes.touches import indices
from adgen.transpiler.primitives.table import find

_ACCESSES = (core.GETITEM, core.SETITEM, core.ADDITEM)
_KINDS = (core.GETITEM, core.SETITEM, core.ADDITEM, core.CAST, core.DIM, core.IF, core.FOR)
_FEW = 16
_ANY_ORDER = (Meeting.OWN, Meeting.ADDED, Meeting.FREE_SUM)


def rows_outside(function: Function) -> Function:
    """The function with loops over rows outside of those along them."""
    if not any(_inner(op) is not None for _, op in core.walk(function.body)):
        return function
    return with_body(function, _block(function.body, Context(function)))


def _block(block: Block, context: Context) -> Block:
    ops = []
    for op in block.ops:
        if _inner(op) is not None and _is_right(op, context):
            op = _turned(op)
        regions = tuple(_block(region, context) for region in op.regions)
        same = all(a is b for a, b in zip(regions, op.regions, strict=True))
        ops.append(op if same else op.with_(regions=regions))
    same = all(a is b for a, b in zip(ops, block.ops, strict=True))
    return block if same else block.with_(ops=tuple(ops))


def _inner(op: Op) -> Op | None:
    """The loop in a loop that does nothing else, if it has a range of its own.

    Short loops stay as they are: they are written out, or rows are hardly longer than a line of
    a cache.
    """
    if op.callee != core.FOR or op.attrs.get("exits"):
        return None
    body = op.regions[0]
    if not body.ops or body.ops[-1].callee != core.FOR or body.ops[-1].attrs.get("exits"):
        return None
    *ahead, inner = body.ops
    if _is_short(op) or _is_short(inner):
        return None
    made = {body.args[0], *(result for o in ahead for result in o.results)}
    if not all(map(_is_cheap, ahead)) or not made.isdisjoint(inner.operands):  # type: ignore[arg-type]
        return None
    carried = inner.operands[3:] == body.args[1:] and inner.results == body.yields
    used = {value for o in ahead for value in core.uses_of(o)}
    used.update(core.free_values(inner.regions[0]))
    return inner if carried and inner.results and used.isdisjoint(body.args[1:]) else None


def _is_short(loop: Op) -> bool:
    start, stop = loop.operands[:2]
    return type(start) is int and type(stop) is int and abs(stop - start) <= _FEW


def _is_cheap(op: Op) -> bool:
    """Whether an op on numbers may be done again for each row."""
    if op.callee == core.GETITEM:
        return core.is_scalar(op.result)
    entry = None if isinstance(op.callee, str) else find(op.callee)
    simple = entry is None or not entry.elementwise or entry.cheap
    plain = not isinstance(op.callee, str) or op.callee == core.CAST
    return plain and simple and all(map(core.is_scalar, (*op.operands, *op.results)))


def _is_right(outer: Op, context: Context) -> bool:
    """Whether the loops may change places, and elements are neighbours by that."""
    inner = _inner(outer)
    assert inner is not None
    kinds = {op.callee for _, op in core.walk(inner.regions[0]) if isinstance(op.callee, str)}
    if not kinds.issubset(_KINDS):
        return False
    independent = meetings(inner, context)
    if independent is None or independent.fixed or independent.guards:
        return False
    if not all(known.meeting in _ANY_ORDER for known in independent.carried):
        return False
    return _walks_along_rows(outer, inner)


def _walks_along_rows(outer: Op, inner: Op) -> bool:
    """Whether the outer loop counts along the last axis of arrays, the inner one along others."""
    along = _following(outer.regions[0], {outer.regions[0].args[0]})
    across = _following(inner.regions[0], {inner.regions[0].args[0]})
    gains = False
    for _, op in core.walk(inner.regions[0]):
        if op.callee not in _ACCESSES:
            continue
        place = indices(op)
        if not place or place[-1] in across:
            if len(place) > 1 or place and any(o in along for o in place):
                return False
            continue
        gains |= place[-1] in along and any(o in across for o in place[:-1])
    return gains


def _following(block: Block, counters: set[Value]) -> set[Operand]:
    """What is computed from counters in a block."""
    found: set[Operand] = set(counters)
    for _, op in core.walk(block):
        if not found.isdisjoint(op.operands):
            found.update(op.results)
    return found


def _turned(outer: Op) -> Op:
    """The loops, the inner one outside."""
    inner = _inner(outer)
    assert inner is not None
    one, two = outer.regions[0], inner.regions[0]
    heads = tuple(Value(arg.type, arg.name) for arg in two.args[1:])
    results = tuple(Value(result.type, result.name) for result in inner.results)
    ahead = one.ops[:-1]
    body = Block((one.args[0], *two.args[1:]), (*ahead, *two.ops), two.yields)
    along = outer.with_(operands=(*outer.operands[:3], *heads), regions=(body,), results=results)
    rows = Block((two.args[0], *heads), (along,), results)
    across = (*inner.operands[:3], *outer.operands[3:])
    return inner.with_(operands=across, regions=(rows,), results=outer.results)
