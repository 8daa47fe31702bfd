"""Arrays that a loop carries are guessed to keep their shape.

Before:  ``h = zeros(16); for …: h = W @ h``
After:   ``h = zeros(16); guard len(h) == W.shape[0]; for …: h = W @ h``

In the first trip ``h`` may be of another length than later on, which no program means.  Where
the length that a trip leaves is the same for every trip, a guard ahead of the loop makes sure
that it is that of the first.  Then what is stored of ``h`` fits a tape, and buffers are
allocated once.  A guard that fails has the caller of the compiler come back for code that
guesses nothing.
"""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Extent, Shapes, source

_ROUNDS = 3  # what one guard says of a shape may decide that of another array


def guess_kept_shapes(function: Function) -> Function:
    """The function with a ``guessed`` guard for each carried axis whose extent might change."""
    for _ in range(_ROUNDS):
        guessing = _Guessing(function)
        body = guessing.block(function.body)
        if not guessing.count:
            break
        function = with_body(function, body)
    return function


class _Guessing:
    def __init__(self, function: Function) -> None:
        self.shapes = Shapes(function)
        self.params = set(function.params)
        self.count = 0

    def block(self, block: Block) -> Block:
        ops: list[Op] = []
        for op in block.ops:
            if op.callee in (core.FOR, core.WHILE):
                ops += self.guards(op)
            ops.append(op.with_(regions=tuple(self.block(region) for region in op.regions)))
        return Block(block.args, tuple(ops), block.yields)

    def guards(self, loop: Op) -> list[Op]:
        """The guards that go ahead of a loop."""
        b = Builder(loop.span, loop.role)
        inside = _defined_in(loop)

        def at_hand(extent: Extent) -> bool:
            """In a backward sweep only the arguments: else more would have to be stored."""
            made_of = source(extent)
            if loop.role == core.PRIMAL or not isinstance(made_of, Value):
                return made_of not in inside
            return made_of in self.params

        for k, result in enumerate(loop.results):
            if not isinstance(result.type, Array):
                continue
            for axis, one in enumerate(result.type.ones):
                pair = None if one else self.shapes.change(loop, k, axis)
                if pair is not None and all(map(at_hand, pair)):
                    self.guard(b, *pair)
        return b.ops

    def guard(self, b: Builder, before: Extent, after: Extent) -> None:
        """One guard, unless the guess is wrong for certain."""
        initial = self.shapes.initial(before)
        if isinstance(initial, int) and isinstance(after, int) and initial != after:
            return
        first, second = self.shapes.emit(b, before), self.shapes.emit(b, after)
        if isinstance(first, Value) or isinstance(second, Value):
            b.effect(core.GUARD, first, second, kept="guessed")
            self.count += 1


def _defined_in(loop: Op) -> set[object]:
    """All values that a loop defines in its regions."""
    found: set[object] = set()
    for region in loop.regions:
        found.update(region.args)
        for block, op in core.walk(region):
            found.update(op.results)
            found.update(block.args)
    return found
