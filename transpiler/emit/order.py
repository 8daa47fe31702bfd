"""What runs after what: positions in execution order, loops and exclusive arms.

The one definition that copy insertion, expression folding and naming share.
Every op and block gets positions on one line, in the order of execution; a
``while`` is its condition, then its body.  At an even position values are
read, at the odd one after it results are written.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """Where a block is: inside which op, as which of its regions, how deep.

    ``far``: a place further up, so that the way to any of those around takes a number of steps that
    grows with the logarithm of the depth.
    """

    block: Block
    op: Op | None
    region: int
    parent: Place | None
    depth: int
    loop: Op | None  # the innermost loop around the block
    far: Place | None

    def inside(self, op: Op, region: int) -> Place:
        """The place of a region of an op that stands here."""
        loop = op if op.callee != core.IF else self.loop
        near, beyond = self.far, self.far.far if self.far else None
        even = near and beyond and self.depth - near.depth == near.depth - beyond.depth
        far = beyond if even else self
        return Place(op.regions[region], op, region, self, self.depth + 1, loop, far)


@dataclass(frozen=True, eq=False, slots=True)
class Use:
    """One use of a value: the operand ``index`` of ``op``, or yield ``index`` if op is None."""

    position: int
    place: Place
    op: Op | None
    index: int


@dataclass(frozen=True, eq=False, slots=True)
class Definition:
    """Where a value comes from: result ``index`` of ``op``, or argument ``index`` of a block.

    Parameters and entries of ``residuals_in`` are arguments of the outermost block.
    """

    position: int
    place: Place
    op: Op | None
    index: int


@functools.lru_cache(maxsize=1)
def order_of(function: Function) -> Order:
    """The order of a function; several steps ask for it that leave the function as it is."""
    return Order(function)


class Order:
    """Positions, definitions and uses of everything in a function."""

    def __init__(self, function: Function) -> None:
        self.entry: dict[Op, int] = {}
        self.exit: dict[Op, int] = {}
        self.start: dict[Block, int] = {}
        self.end: dict[Block, int] = {}
        self.place: dict[Op, Place] = {}
        self.block: dict[Block, Place] = {}
        self.definition: dict[Value, Definition] = {}
        self.uses: dict[Value, list[Use]] = {}
        self._next = 2
        self.top = Place(function.body, None, 0, None, 0, None, None)
        given = [v for v in function.residuals_in if isinstance(v, Value)]
        for index, value in enumerate(given, len(function.params)):
            self.definition[value] = Definition(0, self.top, None, index)
        self._block(self.top)
        self.finish = self._next
        for index, operand in enumerate(function.residuals_out):
            if isinstance(operand, Value):
                use = Use(self.end[function.body], self.top, None, -1 - index)
                self.uses.setdefault(operand, []).append(use)

    def _take(self, count: int = 1) -> int:
        """The next even position; ``count`` of them are used."""
        position = self._next
        self._next += 2 * count
        return position

    def _block(self, place: Place) -> None:
        block = place.block
        self.block[block] = place
        self.start[block] = self._take()
        for index, arg in enumerate(block.args):
            self.definition[arg] = Definition(self.start[block], place, None, index)
        for op in block.ops:
            self._op(op, place)
        self.end[block] = self._take()
        self._use(block.yields, self.end[block], place, None)

    def _op(self, op: Op, place: Place) -> None:
        self.place[op] = place
        self.entry[op] = self.exit[op] = self._take(2 if op.regions else 1)
        self._use(op.operands, self.entry[op], place, op)
        for number in range(len(op.regions)):
            self._block(place.inside(op, number))
        if op.regions:
            self.exit[op] = self._take()
        for index, result in enumerate(op.results):
            self.definition[result] = Definition(self.exit[op] + 1, place, op, index)

    def _use(
        self, operands: tuple[Operand, ...], position: int, place: Place, op: Op | None
    ) -> None:
        for index, operand in enumerate(operands):
            if isinstance(operand, Value):
                self.uses.setdefault(operand, []).append(Use(position, place, op, index))


def exclusive(first: Place, second: Place) -> bool:
    """Whether the places are in different arms of one ``if``."""
    a, b = _raised(first, second.depth), _raised(second, first.depth)
    if a is b:
        return False
    while a.parent is not b.parent:
        a, b = (_up(a), _up(b)) if a.far is b.far else (_far(a), _far(b))
    return a.op is b.op and a.op is not None and a.op.callee == core.IF


def _raised(place: Place, depth: int) -> Place:
    """The place around another that is no deeper than ``depth``."""
    while place.depth > depth:
        far = _far(place)
        place = far if far.depth >= depth else _up(place)
    return place


def _far(place: Place) -> Place:
    assert place.far is not None
    return place.far


def _up(place: Place) -> Place:
    assert place.parent is not None
    return place.parent


def within(place: Place, loop: Op) -> bool:
    """Whether the place is inside the loop (at any depth)."""
    at: Place | None = place
    while at is not None:
        if at.op is loop:
            return True
        at = at.parent
    return False


def in_branch_of_loop(place: Place) -> bool:
    """Whether not all iterations of the innermost loop come to the place."""
    at = place
    while at.loop is not None and at.op is not at.loop:
        assert at.op is not None
        if at.op.callee == core.IF:
            return True
        at = _up(at)
    return False
