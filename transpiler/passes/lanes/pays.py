"""Where the points-innermost form is worth it, and which loops become outer ones."""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.lanes.facts import Facts
from adgen.transpiler.passes.lanes.varying import is_uniform_loop, mark_varying
from adgen.transpiler.primitives.table import find

_FEW = 8  # trips that are known to be that few do not fill vectors
_GAIN_OF_CHAIN, _LOSS_OF_STRIDES = 2, -8


def choose(facts: Facts, nested: bool) -> bool:
    """Fill in ``hoisted`` and ``varying``; whether the form pays: never for a few iterations.

    ``nested``: another loop is around.  Then iterations may be few too, in each of its trips,
    and must do more.
    """
    mark_varying(facts)
    if _is_short(facts.loop):
        return False
    while True:
        facts.hoisted = set()
        _choose(facts, facts.body)
        size = len(facts.varying)
        _keep_inside(facts, facts.body)
        mark_varying(facts)
        if len(facts.varying) == size:
            break
    if nested:
        nests = any(op in facts.hoisted for loop in facts.hoisted for op in loop.regions[0].ops)
        return nests and not _vectorises_written_out(facts) and not _walks_far(facts)
    if facts.hoisted:
        return _gain(facts) >= 0
    return _adds_to_elements(facts)


def _vectorises_written_out(facts: Facts) -> bool:
    """Whether all loops in the iterations are short, and compute nothing dear.

    Written out, with their arrays in scalars, they leave straight code, which vectorises.
    """
    ops = [op for _, op in core.walk(facts.body)]
    return all(_is_short(op) for op in ops if op.callee == core.FOR) and not any(map(_is_dear, ops))


def _gain(facts: Facts) -> int:
    """What speaks for outer loops and what against, among the innermost of those that nest most.

    A loop that only stores or adds to elements of arrays vectorises by itself; a sum does so if
    it is long; a recurrence does not.  A few trips are unrolled: then it is elementary functions
    that gain.
    """
    found = list(_innermost(facts, facts.body, 1))
    most = max((depth for depth, _ in found), default=0)
    return sum(_gain_of(facts, loop, depth) for depth, loop in found if depth == most)


def _gain_of(facts: Facts, loop: Op, depth: int) -> int:
    if _is_apart(facts, loop, depth):
        return _LOSS_OF_STRIDES
    if _is_short(loop):
        return 1 if _is_dear_everywhere(facts, facts.body) else -1
    if _is_recurrence(facts, loop):
        return _GAIN_OF_CHAIN
    return 1 if any(not isinstance(arg.type, Array) for arg in loop.regions[0].args[1:]) else -1


def _walks_far(facts: Facts) -> bool:
    """Whether neighbouring iterations are far apart in memory in one of the innermost loops."""
    return any(_is_apart(facts, loop, depth) for depth, loop in _innermost(facts, facts.body, 1))


def _is_apart(facts: Facts, loop: Op, depth: int) -> bool:
    return any(_strides(facts, op, depth) or _is_far(facts, op) for op in loop.regions[0].ops)


def _strides(facts: Facts, op: Op, depth: int) -> bool:
    """Whether an op writes rows of iterations in more loops than the rows have axes.

    Neighbouring iterations are a row apart there.
    """
    cell = facts.cell(op.operands[0]) if op.operands else None
    if op.callee not in (core.ADDITEM, core.SETITEM) or cell is None or cell.lanes:
        return False
    if op.callee == core.ADDITEM and cell in facts.free:
        return False  # added up in a copy
    place = op.operands[2:]
    if facts.index not in place[:-1]:
        return False
    rank_of_rows = len(place) - 1 - place.index(facts.index)
    return depth > rank_of_rows


def _is_far(facts: Facts, op: Op) -> bool:
    """Whether elements of neighbouring iterations are a whole matrix apart, and it is not small.

    In a stack of such matrices the loop along their rows is the one that vectorises.
    """
    if op.callee not in (core.GETITEM, core.ADDITEM, core.SETITEM):
        return False
    cell = facts.cell(op.operands[0])
    place = op.operands[1 if op.callee == core.GETITEM else 2 :]
    if facts.index not in place[:-1] or (cell is not None and cell.lanes):
        return False
    long = [loop for loop in facts.hoisted if loop.callee == core.FOR and not _is_short(loop)]
    return sum(loop.regions[0].args[0] in place for loop in long) > 1


def _innermost(facts: Facts, block: Block, depth: int) -> Iterator[tuple[int, Op]]:
    """Outer loops without others in them, and how deep they are."""
    for op in block.ops:
        if op not in facts.hoisted:
            continue
        is_loop = op.callee == core.FOR
        inner = [pair for r in op.regions for pair in _innermost(facts, r, depth + is_loop)]
        if inner or not is_loop:
            yield from inner
        else:
            yield depth, op


def _adds_to_elements(facts: Facts) -> bool:
    """Whether iterations without loops add elementary functions to certain elements of arrays.

    LLVM takes that for a chain through memory, and leaves the functions scalar.
    """
    if any(op.callee in (core.FOR, core.WHILE) for _, op in core.walk(facts.body)):
        return False
    ops = facts.body.ops
    return any(map(_is_dear, ops)) and any(
        op.callee == core.ADDITEM
        and facts.cell(op.operands[0]) in facts.free
        and facts.varying.isdisjoint(op.operands[2:])  # type: ignore[arg-type]
        for op in ops
    )


def _is_dear(op: Op) -> bool:
    entry = None if isinstance(op.callee, str) else find(op.callee)
    return entry is not None and entry.elementwise and not entry.cheap


def _is_dear_everywhere(facts: Facts, block: Block) -> bool:
    """Whether all iterations compute elementary functions: in a branch they stay scalar."""
    for op in block.ops:
        if _is_dear(op):
            return True
        if op.callee != core.IF or op in facts.hoisted:
            if any(_is_dear_everywhere(facts, region) for region in op.regions):
                return True
    return False


def _choose(facts: Facts, block: Block) -> bool:
    """Decide about the loops of a block; whether any becomes an outer one."""
    found = False
    for op in block.ops:
        if not op.regions or not facts.differs(op):
            continue
        if op.callee == core.IF and op.operands[0] not in facts.varying:
            some = [_choose(facts, region) for region in op.regions]
            if any(some):
                facts.hoisted.add(op)
                found = True
        elif is_uniform_loop(facts, op) and _wanted(facts, op):
            _hoist(facts, op)
            found = True
    return found


def _hoist(facts: Facts, op: Op) -> None:
    """Make a loop an outer one, and those that are in it."""
    facts.hoisted.add(op)
    for region in op.regions:
        for inner in region.ops:
            if not inner.regions or not facts.differs(inner):
                continue
            if is_uniform_loop(facts, inner):
                _hoist(facts, inner)
            elif inner.callee == core.IF and inner.operands[0] not in facts.varying:
                if any(o.callee == core.FOR for r in inner.regions for o in r.ops):
                    _hoist(facts, inner)


def _wanted(facts: Facts, op: Op) -> bool:
    """Whether a loop is better run around the iterations than in each of them."""
    body = op.regions[0]
    return (
        _is_short(op)
        or any(inner.callee == core.FOR for inner in body.ops)
        or any(cell.lanes for cell in facts.cells(op))
        or _is_recurrence(facts, op)
    )


def _is_short(op: Op) -> bool:
    start, stop = op.operands[:2]
    return type(start) is int and type(stop) is int and abs(stop - start) <= _FEW


def _is_recurrence(facts: Facts, op: Op) -> bool:
    """Whether a loop carries a number from trip to trip, but for sums in any order."""
    body = op.regions[0]
    for arg, end in zip(body.args[1:], body.yields, strict=True):
        if facts.cell(arg) in facts.ordered:
            return True
        if arg in facts.cell_of:
            continue
        step = next((o for o in body.ops if end in o.results), None)
        if step is None or not step.attrs.get("reassoc") or arg not in step.operands:
            return True
    return False


def _keep_inside(facts: Facts, block: Block) -> None:
    """What stays in the iterations has results that differ, whatever they are computed from."""
    for op in block.ops:
        if not op.regions or not facts.differs(op):
            continue
        if op in facts.hoisted:
            for region in op.regions:
                _keep_inside(facts, region)
        else:
            _mark_all(facts, op)


def _mark_all(facts: Facts, op: Op) -> None:
    facts.varying.update(r for r in op.results if r not in facts.cell_of)
    for region in op.regions:
        facts.varying.update(a for a in region.args if a not in facts.cell_of)
        for _, inner in core.walk(region):
            facts.varying.update(r for r in inner.results if r not in facts.cell_of)


def sums_known(facts: Facts) -> bool:
    """Fill in ``facts.trips``; whether all steps are in loops whose trips are known before."""
    return not facts.ordered or _known(facts, facts.body)


def _known(facts: Facts, block: Block) -> bool:
    for op in block.ops:
        if not op.regions or not _steps(facts, op):
            continue
        if op.callee != core.FOR or op not in facts.hoisted or op.operands[2] not in (1, -1):
            return False
        start, stop, step = op.operands[:3]
        if any(isinstance(o, Value) and o in facts.inside for o in (start, stop)):
            return False
        facts.trips[op] = facts.ahead.emit(core.RANGELEN, start, stop, step)
        if not _known(facts, op.regions[0]):
            return False
    return True


def _steps(facts: Facts, op: Op) -> bool:
    """Whether there are steps of such sums in an op."""
    return any(cell in facts.ordered for cell in facts.cells(op))
