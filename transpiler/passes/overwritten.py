"""Arrays that every iteration fills anew are arrays of the iteration.

Before::

    terms = np.zeros(m)
    for i in range(n):
        for k in range(m): terms[k] = x[i] * y[k]
        ...

After::

    for i in range(n):
        terms = np.empty(m)
        for k in range(m): terms[k] = x[i] * y[k]
        ...

Work space that is allocated once is carried from iteration to iteration and ties them
together, though nothing in it is ever handed on (array privatisation: Tu & Padua, LCPC 1993).
"""

from __future__ import annotations

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.dead_code import eliminate_dead_code
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Shapes

_ACCESSES = (core.GETITEM, core.SETITEM, core.ADDITEM)


def renew_overwritten(function: Function) -> Function:
    """The function in which loops carry no array that each iteration overwrites as a whole."""
    finder = _Finder(function)
    body = finder.block(function.body)
    return eliminate_dead_code(with_body(function, body)) if finder.found else function


class _Finder:
    def __init__(self, function: Function) -> None:
        self.shapes = Shapes(function)
        self.found = False

    def block(self, block: Block) -> Block:
        used = {y for y in block.yields if isinstance(y, Value)}
        used.update(value for op in block.ops for value in core.uses_of(op))
        ops = []
        for op in block.ops:
            if op.callee == core.FOR:
                op = self.loop(op, used)
            ops.append(op.with_(regions=tuple(self.block(region) for region in op.regions)))
        return Block(block.args, tuple(ops), block.yields)

    def loop(self, op: Op, used: set[Value]) -> Op:
        """A loop, with a fresh array in its body for each that it carries for nothing."""
        body = op.regions[0]
        for result, arg in zip(op.results, body.args[1:], strict=True):
            if isinstance(arg.type, Array) and result not in used:
                body = self.renewed(body, arg)
        return op if body is op.regions[0] else op.with_(regions=(body,))

    def renewed(self, body: Block, arg: Value) -> Block:
        """The body with a fresh array in place of a carried one, if that makes no difference."""
        assert isinstance(arg.type, Array)
        users = [k for k, op in enumerate(body.ops) if arg in core.uses_of(op)]
        users = [k for k in users if body.ops[k].callee != core.DIM]
        if len(users) != 1 or any(y is arg for y in body.yields):
            return body
        (k,) = users
        filling = body.ops[k]
        extents = [self.shapes.extent(arg, axis) for axis in range(arg.type.ndim)]
        if any(isinstance(e, tuple) and e[0] is arg for e in extents):
            return body
        if not self.fills(filling, arg, 0, ()):
            return body
        self.found = True
        b = Builder(filling.span, filling.role)
        emitted = [self.shapes.emit(b, extent) for extent in extents]
        fresh = b.emit(
            core.EMPTY, *emitted, dtype=arg.type.dtype, ones=arg.type.ones, name=arg.name
        )
        operands = tuple(fresh if o is arg else o for o in filling.operands)
        ops = (*body.ops[:k], *b.ops, filling.with_(operands=operands), *body.ops[k + 1 :])
        return Block(body.args, ops, body.yields)

    def fills(self, op: Op, array: Value, axis: int, fixed: tuple[Value, ...]) -> bool:
        """Whether an op replaces all of ``array[fixed]``, and reads no more than it has replaced.

        ``fixed``: the indices of loops around, along the axes up to ``axis``.
        """
        if op.callee == core.SETITEM:
            return (
                op.operands[0] is array and array not in op.operands[1:] and self.whole(op, fixed)
            )
        if op.callee != core.FOR or op.attrs.get("exits"):
            return False
        start, stop, step = op.operands[:3]
        places = [k for k, operand in enumerate(op.operands) if operand is array]
        if len(places) != 1 or places[0] < 3 or type(step) is not int or step != 1:
            return False
        body = op.regions[0]
        if array in core.free_values(body) or type(start) is not int or start != 0:
            return False
        assert isinstance(array.type, Array)
        if axis >= array.type.ndim or self.shapes.origin(stop) != self.shapes.extent(array, axis):
            return False
        inner = body.args[1 + places[0] - 3]
        return self.starts(body, inner, axis + 1, (*fixed, body.args[0]), places[0] - 3)

    def starts(
        self, body: Block, array: Value, axis: int, fixed: tuple[Value, ...], place: int
    ) -> bool:
        """Whether a body first replaces all of its own part, then touches nothing else."""
        versions = {array}
        replaced = False
        for op in body.ops:
            if versions.isdisjoint(core.uses_of(op)) or op.callee == core.DIM:
                continue
            if not replaced:
                if not self.fills(op, array, axis, fixed):
                    return False
                replaced = True
                versions.add(_following(op, array))
            elif op.callee in _ACCESSES and _at(op, fixed) and op.operands[0] in versions:
                if not versions.isdisjoint(o for o in op.operands[1:] if isinstance(o, Value)):
                    return False
                versions.update(op.results if op.callee != core.GETITEM else ())
            else:
                return False
        ends = [k for k, y in enumerate(body.yields) if isinstance(y, Value) and y in versions]
        return replaced and ends == [place] and body.yields[place] is not array

    def whole(self, op: Op, fixed: tuple[Value, ...]) -> bool:
        """Whether an assignment replaces all of the part at ``fixed``."""
        path = op.attrs["path"]
        if len(path) != 1 or not isinstance(path[0], paths.Index) or not _at(op, fixed):
            return False
        return all(item == paths.FULL for item in path[0].items[len(fixed) :])


def _at(op: Op, fixed: tuple[Operand, ...]) -> bool:
    """Whether the first indices of an access are the given ones."""
    path = op.attrs["path"]
    if not path or not isinstance(path[0], paths.Index):
        return False
    index = op.operands[1 if op.callee == core.GETITEM else 2 :][: len(fixed)]
    items = path[0].items[: len(fixed)]
    return all(item == paths.INT for item in items) and len(index) == len(fixed) and all(
        have is wanted for have, wanted in zip(index, fixed, strict=True)
    )  # fmt: skip


def _following(op: Op, array: Value) -> Value:
    """What an array has become by an op that writes it."""
    if op.callee == core.SETITEM:
        return op.result
    (place,) = (k for k, operand in enumerate(op.operands) if operand is array)
    return op.results[place - 3]
