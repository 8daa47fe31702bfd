"""Writes that no later iteration reads are not carried.

Before:  ``for k …: g = out_bar[k]; out_bar[k] = 0.0; …``   After:  ``for k …: g = out_bar[k]; …``

A loop carries an array whose content behind the loop nobody wants.  Where every iteration
touches only its own place along one axis, what it writes is never seen by another: the loop
hands on the array as it came.  The writes that its own iteration does not read either are then
dead code; if it reads some, it works on its own place of the array alone (``own_places.py``).
The loop may then run in any order.
"""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.paths import INT, NEW, Index
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.own_places import agreeing, fresh_along, narrowed

_ACCESSES = (core.GETITEM, core.SETITEM, core.ADDITEM)


def confine_writes(function: Function) -> Function:
    """The function in which loops carry no array only for the sake of their own iterations."""
    return with_body(function, _Confine(function).block(function.body, {}))


class _Confine:
    def __init__(self, function: Function) -> None:
        self.bounds = Bounds(function)
        self.made = {result: op for _, op in core.walk(function.body) for result in op.results}
        self.named = _named_from_elsewhere(function.body, set())

    def block(self, block: Block, same: dict[Operand, Value]) -> Block:
        used = {y for y in block.yields if isinstance(y, Value)}
        used |= {value for op in block.ops for value in core.uses_of(op)}
        ops = []
        for op in block.ops:
            if op.callee == core.GUARD:
                same = agreeing((op,), same)
            if op.callee == core.FOR:
                op = self.loop(op, used, same)
            if op.regions:
                op = op.with_(regions=tuple(self.block(region, same) for region in op.regions))
            ops.append(op)
        return block.with_(ops=ops)

    def loop(self, op: Op, used: set[Value], same: dict[Operand, Value]) -> Op:
        """The loop with arrays handed on as they came, where that makes no difference."""
        least = self.bounds.least_index(op)
        if least is None or least < 0:  # -1 and n - 1 are one place
            return op
        lead = 1 if op.attrs.get("exits") else 0
        for k, result in enumerate(op.results):
            body = op.regions[0]
            array = body.args[1 + k]
            written = isinstance(array.type, Array) and body.yields[lead + k] is not array
            wanted = result in used or result in self.named
            uses = own_uses(body, array, lead + k) if written and not wanted else None
            if uses is None:
                continue
            confined: Block | None = _handed_on(body, array, lead + k)
            if uses.reads_writes and not self.named.isdisjoint(_touching(body, uses.versions)):
                continue
            if uses.reads_writes:
                (axis, *_) = sorted(uses.axes or ())
                init = op.operands[3 + k]
                origin = self.made.get(init) if isinstance(init, Value) else None
                origin = fresh_along(op, origin, axis, self.made, same)
                confined = narrowed(body, array, uses.versions, axis, origin)
            if confined is not None:
                op = op.with_(regions=(confined,))
        return op


def _named_from_elsewhere(block: Block, visible: set[Value]) -> set[Value]:
    """Values that are used where they are not in scope: backward sweeps do that."""
    visible = visible | set(block.args)
    found: set[Value] = set()
    for op in block.ops:
        found |= {o for o in op.operands if isinstance(o, Value) and o not in visible}
        for region in op.regions:
            found |= _named_from_elsewhere(region, visible)
        visible |= set(op.results)
    return found


def _touching(body: Block, versions: set[Value]) -> set[Value]:
    """The versions of an array and what is read of them."""
    accesses = (op for _, op in core.walk(body) if op.operands and op.operands[0] in versions)
    return versions | {result for op in accesses for result in op.results}


def _handed_on(body: Block, array: Value, place: int) -> Block:
    yields = (*body.yields[:place], array, *body.yields[place + 1 :])
    return Block(body.args, body.ops, yields)


def own_uses(body: Block, array: Value, place: int) -> Uses | None:
    """The uses of an array, if the body hands it on, touched only at the loop's own index.

    An array put in its place (``w = np.ones(n)``) is what later iterations read.
    """
    uses = Uses(body.args[0], array)
    if not uses.block(body, {array}) or body.yields[place] not in uses.versions:
        return None
    others = [y for k, y in enumerate(body.yields) if k != place]
    if any(y in uses.versions for y in others if isinstance(y, Value)) or not uses.axes:
        return None
    return uses


class Uses:
    """Follows the versions of one array through a block."""

    def __init__(self, index: Value, array: Value) -> None:
        self.index, self.array = index, array
        self.reads_writes = False  # what an iteration writes, it reads itself
        self.versions: set[Value] = set()
        self.axes: set[int] | None = None  # where the index of the loop stands in all accesses

    def block(self, block: Block, versions: set[Value]) -> bool:
        """Whether all uses in the block are accesses at the loop's index."""
        self.versions |= versions
        return all(
            self.op(op) for op in block.ops if not self.versions.isdisjoint(core.uses_of(op))
        )

    def op(self, op: Op) -> bool:
        """Whether an op that uses a version only accesses its own place, or asks for an extent."""
        if op.callee == core.DIM:
            return True
        if op.callee in _ACCESSES:
            return self.access(op)
        if op.callee == core.FOR and not any(o in self.versions for o in op.operands[:3]):
            return self.regions(op, op.operands[3:], 1)
        if op.callee == core.IF and op.operands[0] not in self.versions:
            return self.regions(op, (), 0)
        return False

    def access(self, op: Op) -> bool:
        """Whether an access selects one axis by the loop's index, as all before it."""
        lead = 1 if op.callee == core.GETITEM else 2  # operands before the index
        if any(o in self.versions for o in op.operands[1:]):
            return False
        found = _own_axes(op, lead, self.index)
        self.axes = found if self.axes is None else self.axes & found
        self.reads_writes |= op.callee == core.GETITEM and op.operands[0] is not self.array
        self.versions |= set(op.results) if op.callee != core.GETITEM else set()
        return bool(self.axes)

    def regions(self, op: Op, carried: tuple[object, ...], skip: int) -> bool:
        """The same inside a loop or a branch; what it yields of the array are versions too."""
        lead = 1 if op.attrs.get("exits") else 0
        for region in op.regions:
            inside = {
                arg for arg, init in zip(region.args[skip:], carried, strict=False)
                if init in self.versions
            }  # fmt: skip
            if not self.block(region, inside):
                return False
        for k, result in enumerate(op.results):
            ways = [region.yields[lead + k] for region in op.regions]
            ways += [op.regions[0].args[skip + k]] if skip else []  # a loop may run no trip
            versions = [way in self.versions for way in ways]
            if any(versions) and not all(versions):
                return False  # this array or another one
            if all(versions):
                self.versions.add(result)
        return True


def _own_axes(op: Op, lead: int, index: Value) -> set[int]:
    """The axes that an access selects by the loop's index."""
    path = op.attrs["path"]
    if not path or not isinstance(path[0], Index):
        return set()
    axes, axis, place = set(), 0, lead
    for item in path[0].items:
        if item == NEW:
            continue
        if item == INT and op.operands[place] is index:
            axes.add(axis)
        place += Index((item,)).operands
        axis += 1
    return axes
