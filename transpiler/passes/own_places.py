"""Arrays of which every iteration touches only its own place lose that axis.

Before:  ``t = np.zeros((n, 3)); for i in range(n): t[i, 0] = …; … t[i, j] …``
After:   ``for i in range(n): t = np.zeros(3); t[0] = …; … t[j] …``

What is left of an array of one axis is a number.  Without this, an array that only takes part in
its own iteration would be handed from one to the next, or be copied in each.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Path
from adgen.transpiler.ir.rewrite import resolve
from adgen.transpiler.ir.types import Array, Scalar, Type


def narrowed(
    body: Block, array: Value, versions: set[Value], axis: int, origin: Op | None
) -> Block | None:
    """A loop's body in which ``array``, the first of ``versions``, is as it came at the start.

    All accesses to ``versions`` select ``axis`` by the loop's index.  ``origin``: the op that
    makes the array, if that is zeros or undefined where the loop meets it and long enough.
    None: a number of another type than an element would take the place of one.
    """
    return _Narrow(body, array, versions, axis).run(origin)


def fresh_along(
    loop: Op, origin: Op | None, axis: int, made: Mapping[Value, Op], same: Mapping[Operand, Value]
) -> Op | None:
    """``origin`` if it makes zeros, or room, for every index of a loop along an axis.

    ``same``: one for all operands that a guard holds equal.
    """
    if origin is None or origin.callee not in (core.ZEROS, core.EMPTY):
        return None
    start, stop, step = loop.operands[:3]
    if type(step) is not int:
        return None
    end: Operand | None = stop
    if step < 0:
        last = made.get(start) if isinstance(start, Value) else None
        plain = last is not None and last.callee is operator.sub and last.operands[1] == 1
        end = last.operands[0] if last is not None and plain else None
    extent = origin.operands[axis]
    if isinstance(end, Value) and isinstance(extent, Value):
        return origin if same.get(end, end) is same.get(extent, extent) else None
    return origin if type(end) is int and type(extent) is int and end <= extent else None


class _Unlike(Exception):
    """A number that is stored is of another type than an element."""


class _Narrow:
    def __init__(self, body: Block, array: Value, versions: set[Value], axis: int) -> None:
        assert isinstance(array.type, Array)
        self.body, self.array, self.versions, self.axis = body, array, versions, axis
        ones = array.type.ones
        rest = (*ones[:axis], *ones[axis + 1 :])
        self.kind: Type = Array(array.type.dtype, rest) if rest else Scalar(array.type.dtype)
        self.mapping: dict[Value, Operand] = {}

    def run(self, origin: Op | None) -> Block | None:
        """The narrowed body; it hands the array on as it came."""
        first = self._first(origin)
        try:
            ops = [o for op in self.body.ops for o in self.op(op)]
        except _Unlike:
            return None
        yields = tuple(
            self.array if y in self.versions else resolve(y, self.mapping)  # type: ignore[comparison-overlap]
            for y in self.body.yields
        )
        return Block(self.body.args, (*first, *ops), yields)

    def _first(self, origin: Op | None) -> tuple[Op, ...]:
        """What this iteration finds at its place."""
        array = self.array
        if origin is not None and isinstance(self.kind, Scalar):
            self.mapping[array] = self.kind.dtype.type(0)
            return ()
        row = Value(self.kind, array.name)
        self.mapping[array] = row
        if origin is not None:
            extents = (*origin.operands[: self.axis], *origin.operands[self.axis + 1 :])
            assert isinstance(self.kind, Array)
            attrs = {**origin.attrs, "ones": self.kind.ones}
            return (origin.with_(operands=extents, attrs=attrs, results=(row,)),)
        items = [FULL] * array.type.ndim  # type: ignore[union-attr]
        path: Path = (Index((*items[: self.axis], INT, *items[self.axis + 1 :])),)
        index = self.body.args[0]
        return (Op(core.GETITEM, (array, index), {"path": path}, (), (row,)),)

    def op(self, op: Op) -> list[Op]:
        """An op on what is left of the array."""
        base = op.operands[0] if op.operands else None
        if isinstance(base, Value) and base in self.versions and not op.regions:
            return self.access(op, base)
        operands = tuple(resolve(o, self.mapping) for o in op.operands)
        if not op.regions:
            return [op.with_(operands=operands)]
        regions = tuple(self.region(region) for region in op.regions)
        results = tuple(self.renewed(result) for result in op.results)
        return [op.with_(operands=operands, regions=regions, results=results)]

    def region(self, block: Block) -> Block:
        args = tuple(self.renewed(arg) for arg in block.args)
        ops = tuple(o for op in block.ops for o in self.op(op))
        return Block(args, ops, tuple(resolve(y, self.mapping) for y in block.yields))

    def renewed(self, value: Value) -> Value:
        """A version as what is left of it."""
        if value not in self.versions:
            return value
        row = self.mapping[value] = Value(self.kind, value.name)
        return row

    def access(self, op: Op, base: Value) -> list[Op]:
        if op.callee == core.DIM:
            return [op.with_(operands=(self.array,))]
        row = resolve(base, self.mapping)
        lead = 1 if op.callee == core.GETITEM else 2
        path, index = _without(op.attrs["path"], self.axis, op.operands[lead:])
        index = tuple(resolve(o, self.mapping) for o in index)
        value = tuple(resolve(o, self.mapping) for o in op.operands[1:lead])
        if isinstance(self.kind, Scalar):
            return self.number(op, row, value, path)
        if op.callee == core.GETITEM and not path:
            self.mapping[op.result] = row
            return []
        path = path or (Index((FULL,) * self.kind.ndim),)
        results = op.results if op.callee == core.GETITEM else (self.renewed(op.result),)
        return [op.with_(operands=(row, *value, *index), attrs={"path": path}, results=results)]

    def number(self, op: Op, row: Operand, value: tuple[Operand, ...], path: Path) -> list[Op]:
        """An access to an array of which one element is left."""
        if path:
            raise _Unlike
        if op.callee == core.GETITEM:
            self.mapping[op.result] = row
            return []
        (new,) = value
        if not isinstance(new, Value):
            new = self.kind.dtype.type(new)
        elif type_of(new) != self.kind:
            raise _Unlike
        if op.callee == core.SETITEM:
            self.mapping[op.result] = new
            return []
        if not isinstance(row, Value) and row == 0 and op.role != core.PRIMAL:
            self.mapping[op.result] = new
            return []
        result = self.renewed(op.result)
        return [op.with_(callee=operator.add, operands=(row, new), attrs={}, results=(result,))]


def _without(
    path: Path, axis: int, operands: tuple[Operand, ...]
) -> tuple[Path, tuple[Operand, ...]]:
    """A path without the integer that selects an axis; empty if nothing else is selected."""
    first, *others = path
    assert isinstance(first, Index)
    items, at, place = list(first.items), 0, 0
    for k, item in enumerate(items):
        if item != NEW:
            if at == axis:
                assert item == INT
                del items[k]
                break
            at += 1
        place += paths.path_operands((Index((item,)),))
    rest = (*operands[:place], *operands[place + 1 :])
    if all(item == FULL for item in items):
        return tuple(others), rest
    return (Index(tuple(items)), *others), rest


def agreeing(ops: tuple[Op, ...], same: Mapping[Operand, Value]) -> dict[Operand, Value]:
    """``same``, and what the guards among some ops hold equal."""
    found = dict(same)
    for op in ops:
        if op.callee != core.GUARD or not all(isinstance(o, Value) for o in op.operands):
            continue
        one, other = (found.get(o, o) for o in op.operands)
        for value in (other, *(o for o, to in found.items() if to is other)):
            assert isinstance(one, Value)
            found[value] = one
    return found
