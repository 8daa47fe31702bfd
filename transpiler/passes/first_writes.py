"""Elements that a loop adds to first, each in an iteration of its own, are set instead.

Before::

    x_bar = np.zeros(m)
    for i in range(n):
        x_bar[i] += g

After::

    x_bar = np.empty(m)
    for i in range(n, m):
        x_bar[i] = 0.0
    for i in range(n):
        x_bar[i] = g

Adjoints of arrays over which a loop runs have this form.  Memory is then passed over once, where
filling it with zeros and adding to it took three times.  The first loop is not there where both
extents are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import INT, Array, Scalar
from adgen.transpiler.passes.threads import ADDED_LOOP
from adgen.transpiler.primitives.builder import Builder, zero


def set_first_writes(function: Function) -> Function:
    """The function in which loops set the elements of arrays of zeros that they add to first."""
    return with_body(function, _Setter(function).block(function.body))


class _Setter:
    def __init__(self, function: Function) -> None:
        self.function = function

    @cached_property
    def bounds(self) -> Bounds:
        """What integers are never below."""
        return Bounds(self.function)

    @cached_property
    def uses(self) -> Counter[Operand]:
        """How often each value is named."""
        found: Counter[Operand] = Counter(self.function.body.yields)
        for _, op in core.walk(self.function.body):
            found.update(core.uses_of(op))
            for region in op.regions:
                found.update(region.yields)
        return found

    def block(self, block: Block) -> Block:
        zeros = {op.result: op for op in block.ops if op.callee == core.ZEROS}
        unset: dict[Op, Op] = {}
        ops: list[Op] = []
        for op in block.ops:
            for place, maker, step in self.found(op, zeros):
                unset[maker] = maker.with_(callee=core.EMPTY)
                rest = self.rest(op, maker)
                ops += rest
                made = rest[-1].result if rest else maker.result
                op = _setting(op, place, made, step)
            regions = tuple(self.block(region) for region in op.regions)
            ops.append(op.with_(regions=regions) if regions else op)
        return block.with_(ops=[unset.get(op, op) for op in ops])

    def found(self, loop: Op, zeros: dict[Value, Op]) -> Iterator[tuple[int, Op, Op]]:
        """Of each such array: which one a loop carries it as, what makes it, the addition."""
        if loop.callee != core.FOR or loop.attrs.get("exits"):
            return
        start, _, by = loop.operands[:3]
        if type(start) is not int or start != 0 or type(by) is not int or by != 1:
            return
        body = loop.regions[0]
        for place, array in enumerate(body.args[1:]):
            init = loop.operands[3 + place]
            if not isinstance(init, Value) or init not in zeros or self.uses[init] != 1:
                continue
            steps = list(_additions(body, array, body.yields[place]))
            if steps:
                yield place, zeros[init], steps[0]

    def rest(self, loop: Op, maker: Op) -> list[Op]:
        """Zeros in the elements that the loop does not come to."""
        (extent,), stop = maker.operands, loop.operands[1]
        if extent == stop:
            return []
        b = Builder(maker.span, maker.role)
        least = self.bounds.least(stop)
        first = stop if least is not None and least >= 0 else b.emit(max, stop, 0)
        array = maker.result
        index, inside = Value(INT, "i"), Value(array.type, array.name)
        inner = b.inner()
        filled = inner.setitem(inside, zero(Scalar(array.type.dtype)), paths.ELEMENT_1D, index)
        body = Block((index, inside), tuple(inner.ops), (filled,))
        attrs = {"label": core.new_label(), ADDED_LOOP: True}
        result = Value(array.type, array.name)
        fill = Op(core.FOR, (first, extent, 1, array), attrs, (body,), (result,))
        return [*b.ops, fill.with_(span=maker.span, role=maker.role)]


def _additions(body: Block, array: Value, end: Operand) -> Iterator[Op]:
    """The additions to the element of the index that are all that a body does with an array.

    None where it does anything else, or under a condition.
    """
    steps = []
    for op in body.ops:
        if array not in core.uses_of(op):
            continue
        at_index = op.callee == core.ADDITEM and op.attrs["path"] == paths.ELEMENT_1D
        if not at_index or op.operands[0] is not array or array in op.operands[1:]:
            return
        if op.operands[2] is not body.args[0]:
            return
        steps.append(op)
        array = op.result
    if end is array:
        yield from steps


def _setting(loop: Op, place: int, init: Value, step: Op) -> Op:
    """The loop with one addition made the first value of its element."""
    body = loop.regions[0]
    array, term, index = step.operands
    assert isinstance(array, Value)
    assert isinstance(array.type, Array)
    b = Builder(step.span, step.role)
    value = b.cast(term, Scalar(array.type.dtype))
    first = step.with_(callee=core.SETITEM, operands=(array, value, index))
    at = body.ops.index(step)
    ops = (*body.ops[:at], *b.ops, first, *body.ops[at + 1 :])
    operands = list(loop.operands)
    operands[3 + place] = init
    return loop.with_(operands=tuple(operands), regions=(Block(body.args, ops, body.yields),))
