"""Which small arrays can be scalars, and which loops are to be written out for that.

The versions of an array (before a write and after it, in a loop and behind it) are a *web*: all
of them become scalars, or none.  A web can be scalars if

- its shape is numbers, and it has few elements;
- single elements are read and written, at places that are numbers once short loops are written
  out, and these are not too long for that;
- nothing else is done with it, but that it may be what the function returns.

An array from elsewhere (an argument, a row of a table) may be the first version in a loop: its
elements are then read ahead of the loop.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.extents import Extents

MOST_ELEMENTS = 16
MOST_TRIPS = 16
LONGEST = 160  # operations of a loop that is written out, with the loops in it

_FRESH = (core.ZEROS, core.EMPTY, core.FULL_)
_WRITES = (core.SETITEM, core.ADDITEM)
_TAPES = (core.SAVE, core.LOAD)
_ARITHMETIC = (operator.add, operator.sub, operator.mul)


class Web:
    """The versions of one array; ``shape`` once an op that makes it is known."""

    def __init__(self) -> None:
        self.shape: tuple[int, ...] | None = None
        self.loops: dict[Op, None] = {}  # to be written out
        self.foreign: list[Value] = []  # first versions from elsewhere
        self.rejected = False

    def made(self, shape: tuple[int, ...]) -> None:
        """An op makes a version of that shape."""
        self.rejected = self.rejected or self.shape not in (None, shape)
        self.shape = shape

    def absorb(self, other: Web) -> None:
        """The versions of both are one array's."""
        if other.shape is not None:
            self.made(other.shape)
        self.loops |= other.loops
        self.foreign += other.foreign
        self.rejected = self.rejected or other.rejected


class Webs:
    """The webs of a function that can be scalars: ``shapes`` of their arrays, ``loops`` to be
    written out.

    ``apart``: loops whose arrays are left alone.
    """

    def __init__(self, function: Function, apart: Iterable[Op] = ()) -> None:
        self._parent: dict[Value, Value] = {}
        self._web: dict[Value, Web] = {}
        self._made: dict[Value, Op] = {}
        self._index: dict[Value, Op] = {}
        self._carried: set[Value] = set()
        self._scan(function.body)
        if not self._any_fresh():
            self.shapes: dict[Value, tuple[int, ...]] = {}
            self.loops: set[Op] = set()
            return
        self._uses(function.body)
        self._kept: set[Op] = set()  # loops that are not to be written out
        for loop in apart:
            self._leave(loop)
        self._extents = Extents(function)
        self._mirrors = _mirrors(function)
        self._settle()

    # Values and where they come from

    def _scan(self, block: Block) -> None:
        for op in block.ops:
            self._made.update(dict.fromkeys(op.results, op))
            if op.callee == core.FOR:
                self._index[op.regions[0].args[0]] = op
            for region in op.regions:
                self._carried.update(region.args)
                self._scan(region)

    def _any_fresh(self) -> bool:
        return any(_fresh_shape(op) is not None for op in self._made.values())

    def web(self, value: Value) -> Web:
        """The web of an array."""
        return self._web.setdefault(self._root(value), Web())

    def _root(self, value: Value) -> Value:
        root = value
        while root in self._parent:
            root = self._parent[root]
        while value in self._parent and self._parent[value] is not root:
            self._parent[value], value = root, self._parent[value]
        return root

    def _join(self, first: Value, second: Value) -> None:
        one, two = self._root(first), self._root(second)
        if one is not two:
            other = self._web.pop(two, None)
            self._parent[two] = one
            if other is not None:
                self.web(one).absorb(other)

    def _is_own(self, value: Value) -> bool:
        """Whether an array is a version that ops of ours make, rather than one from elsewhere."""
        op = self._made.get(value)
        if op is None:
            return value in self._carried
        return op.callee in (*_FRESH, *_WRITES) or bool(op.regions)

    # Uses

    def _uses(self, block: Block) -> None:
        for op in block.ops:
            if op.regions:
                self._region(op)
            else:
                self._op(op)

    def _region(self, op: Op) -> None:
        fixed = 3 if op.callee == core.FOR else 0 if op.callee == core.WHILE else 1
        lead = 1 if op.attrs.get("exits") else 0
        for region in op.regions:
            self._uses(region)
        for k, result in enumerate(op.results):
            if not isinstance(result.type, Array):
                continue
            versions: list[Operand]
            if op.callee == core.IF:
                versions = [region.yields[k] for region in op.regions]
            else:
                skip = 1 if op.callee == core.FOR else 0
                body = op.regions[-1]
                versions = [op.operands[fixed + k], body.args[skip + k], body.yields[lead + k]]
                versions += [region.args[k] for region in op.regions[:-1]]
            for version in versions:
                assert isinstance(version, Value)
                if self._is_own(version):
                    self._join(result, version)
                else:
                    self.web(result).foreign.append(version)

    def _op(self, op: Op) -> None:
        shape = _fresh_shape(op)
        if op.callee in _FRESH:
            if shape is None:
                self.web(op.result).rejected = True
            else:
                self.web(op.result).made(shape)
            return
        if op.callee == core.DIM:
            return
        rest = op.operands
        if op.callee in (core.GETITEM, *_WRITES) and paths.is_element(op.attrs["path"]):
            base, *rest = op.operands  # type: ignore[assignment]
            assert isinstance(base, Value)
            self._access(op, base)
        for operand in rest:
            if isinstance(operand, Value) and isinstance(operand.type, Array):
                self.web(operand).rejected = True

    def _access(self, op: Op, base: Value) -> None:
        if op.callee != core.GETITEM:
            if self._is_own(base):
                self._join(op.result, base)
            else:
                self.web(op.result).rejected = True
        index = op.operands[1 if op.callee == core.GETITEM else 2 :]
        web = self.web(base)
        for operand in index:
            loops = self._loops_of(operand)
            if loops is None:
                web.rejected = True
            else:
                web.loops |= dict.fromkeys(loops)

    def _loops_of(self, operand: Operand) -> set[Op] | None:
        """The loops by whose indices a place is known; None if it depends on anything else."""
        if not isinstance(operand, Value):
            return set()
        loop = self._index.get(operand)
        if loop is not None:
            return {loop} if 0 <= trips(loop) <= MOST_TRIPS else None
        op = self._made.get(operand)
        if op is None or op.callee not in _ARITHMETIC:
            return None
        found = [self._loops_of(o) for o in op.operands]
        return None if None in found else set().union(*found)  # type: ignore[arg-type]

    def _leave(self, loop: Op) -> None:
        """Reject the webs of all arrays in a loop, and whatever would change its body."""
        self._kept.update(_loops_in(loop))
        for block, op in core.walk(Block((), (loop,), ())):
            for value in (*block.args, *op.results):
                if isinstance(value.type, Array):
                    self.web(value).rejected = True

    # What is left

    def _settle(self) -> None:
        """Reject webs until the loops of those that are left are short enough."""
        arrays = [value for value in self._all() if isinstance(value.type, Array)]
        webs = {self.web(value): None for value in arrays}
        for web in webs:
            web.rejected = web.rejected or not self._fits(web)
        while True:
            wanted = {loop for web in webs if not web.rejected for loop in web.loops}
            too_long = {loop for loop in wanted if not all(map(_is_short, self._group(loop)))}
            if not too_long:
                break
            for web in webs:
                web.rejected = web.rejected or not too_long.isdisjoint(web.loops)
        self.loops = wanted.union(*map(self._group, wanted))
        self.shapes = {
            value: web.shape
            for value in arrays
            if self._is_own(value) and not (web := self.web(value)).rejected
            if web.shape is not None
        }

    def _group(self, loop: Op) -> set[Op]:
        """What is written out with a loop: those in it, and its mirror in the other sweep.

        A tape that one of them fills and the other reads has places of the same kind in both.
        """
        found: set[Op] = set()
        pending = [loop]
        while pending:
            op = pending.pop()
            if op in found:
                continue
            found.add(op)
            pending += _loops_in(op)
            if op in self._mirrors and any(inner.callee in _TAPES for inner in _inside(op)):
                pending.append(self._mirrors[op])
        return found

    def _all(self) -> Iterator[Value]:
        yield from self._made
        yield from self._carried

    def _fits(self, web: Web) -> bool:
        if web.shape is None or math.prod(web.shape) > MOST_ELEMENTS:
            return False
        if not self._kept.isdisjoint(web.loops):
            return False
        return all(self._shape_of(value) == web.shape for value in web.foreign)

    def _shape_of(self, value: Value) -> tuple[int, ...] | None:
        shape = self._extents.of(value)
        return tuple(e.const for e in shape) if all(e.is_const for e in shape) else None


def trips(loop: Op) -> int:
    """How many trips a loop over a range of numbers has; -1 if that is not known or may differ."""
    bounds = loop.operands[:3]
    if loop.callee != core.FOR or loop.attrs.get("exits"):
        return -1
    if not all(type(bound) is int for bound in bounds):
        return -1
    return len(range(*bounds))  # type: ignore[arg-type]


def _mirrors(function: Function) -> dict[Op, Op]:
    """For each loop that has one, the loop of the other sweep that it belongs to."""
    loops = [op for _, op in core.walk(function.body) if op.callee in (core.FOR, core.WHILE)]
    labelled = {op.attrs["label"]: op for op in loops if "label" in op.attrs}
    found: dict[Op, Op] = {}
    for op in loops:
        original = labelled.get(op.attrs.get("mirror", 0))
        if original is not None:
            found |= {op: original, original: op}
    return found


def _is_short(loop: Op) -> bool:
    """Whether a loop may be written out, with the loops in it."""
    if not all(0 <= trips(op) <= MOST_TRIPS for op in (loop, *_loops_in(loop))):
        return False
    return trips(loop) * _length(loop.regions[0].ops) <= LONGEST


def _inside(loop: Op) -> Iterator[Op]:
    return (op for region in loop.regions for _, op in core.walk(region))


def _loops_in(loop: Op) -> list[Op]:
    return [op for op in _inside(loop) if op.callee in (core.FOR, core.WHILE)]


def _length(ops: Iterable[Op]) -> int:
    """How many operations on numbers ops are when all loops in them are written out."""
    total = 0
    for op in ops:
        inside = sum(_length(region.ops) for region in op.regions)
        if op.regions:
            total += inside * trips(op) if op.callee == core.FOR else inside + 1
        elif not (len(op.results) == 1 and op.result.type.dtype.kind == "i"):
            total += op.callee not in (core.GETITEM, *_WRITES)
    return total


def _fresh_shape(op: Op) -> tuple[int, ...] | None:
    """The shape of a fresh array, if it is made of numbers."""
    if op.callee not in _FRESH:
        return None
    extents = op.operands[1 if op.callee == core.FULL_ else 0 :]
    return tuple(extents) if all(type(e) is int for e in extents) else None  # type: ignore[arg-type]
