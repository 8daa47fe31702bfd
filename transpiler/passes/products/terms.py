"""Finds the terms of products of matrices: ``C[i, j] += A[i, k] * B[k, j]`` in loops over i, j, k.

A *term* is the op that ends such an addition: an ``additem``, a ``setitem`` of what was read at the
same place and added to, or the addition of a number that the innermost loop carries.  Its factors
are elements of arrays, or numbers that two of the loops tell apart; which loops those are decides
whether what is added up is a product of matrices.
"""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.passes.products.plain import Plain

_FEW = 8  # trips that are known to be that few are not worth a call
_DTYPES = (np.dtype(np.float64), np.dtype(np.float32))
_DEPTH = 3

Loops = frozenset[int]
_NONE: Loops = frozenset()


def terms_of(loop: Op) -> set[Op]:
    """The terms of products whose outermost loop is this one."""
    finder = _Finder()
    finder.loop(loop)
    return finder.found


def is_free(term: Op) -> bool:
    """Whether the order is free in which a term is added to the others of its sum."""
    return term.callee == core.ADDITEM or bool(term.attrs.get("reassoc"))


def stored_sum(op: Op, made: dict[Value, Op]) -> tuple[Op, Operand] | None:
    """Of ``C[i, j] = C[i, j] + v``: the addition and ``v``."""
    array, value, *index = op.operands
    step = made.get(value) if isinstance(value, Value) else None
    if op.callee != core.SETITEM or step is None or step.callee is not operator.add:
        return None
    for read, other in (step.operands, step.operands[::-1]):
        source = made.get(read) if isinstance(read, Value) else None
        if source is None or source.callee != core.GETITEM or source.operands[0] is not array:
            continue
        if source.attrs["path"] == op.attrs["path"] and _same(source.operands[1:], index):
            return step, other
    return None


def parts_of(term: Op, made: dict[Value, Op]) -> set[Op]:
    """The ops of a term: the product, and reading, adding and storing the sum."""
    stored = stored_sum(term, made)
    if stored is not None:
        return {term, stored[0], *_made(stored[0].operands, made)}
    return {term, *(op for op in _made(term.operands, made) if op.callee is operator.mul)}


def _made(operands: tuple[Operand, ...], made: dict[Value, Op]) -> list[Op]:
    return [made[o] for o in operands if isinstance(o, Value) and o in made]


def _same(first: tuple[Operand, ...], second: list[Operand]) -> bool:
    return len(first) == len(second) and all(
        a is b or not isinstance(a, Value) and not isinstance(b, Value) and a == b
        for a, b in zip(first, second, strict=True)
    )


class _Finder:
    def __init__(self) -> None:
        self.found: set[Op] = set()
        self.told: dict[Value, Loops] = {}  # the loops whose counters tell values apart
        self.made: dict[Value, Op] = {}
        self.inside: set[Value] = set()
        self.counters: list[Value] = []

    def loop(self, loop: Op) -> None:
        """Go through a loop; its operands are known."""
        body = loop.regions[0]
        depth = len(self.counters)
        if depth == 0:
            self.inside = {r for _, op in core.walk(body) for r in op.results}
            self.inside |= set(body.args)
            self.inside |= {a for _, op in core.walk(body) for r in op.regions for a in r.args}
        self.counters.append(body.args[0])
        everywhere = frozenset(range(depth + 1))
        self.told[body.args[0]] = frozenset({depth})
        for init, arg in zip(loop.operands[3:], body.args[1:], strict=True):
            array = isinstance(arg.type, Array)
            self.told[arg] = self.loops(init) if array else everywhere
        self.block(body)
        if depth + 1 == _DEPTH:
            self.sums(body)
        self.counters.pop()
        for init, result in zip(loop.operands[3:], loop.results, strict=True):
            array = isinstance(result.type, Array)
            self.told[result] = self.loops(init) if array else frozenset(range(depth))

    def loops(self, operand: Operand) -> Loops:
        """The loops that tell an operand apart: none of what is from outside."""
        return self.told.get(operand, _NONE) if isinstance(operand, Value) else _NONE

    def block(self, block: Block) -> None:
        plain = Plain(self.counters, self.inside)
        around = frozenset(range(len(self.counters)))
        for op in block.ops:
            self.made.update(dict.fromkeys(op.results, op))
            if op.callee == core.FOR and _is_simple(op, self.inside):
                if len(self.counters) < _DEPTH:
                    self.loop(op)
                    continue
            told = around
            if op.callee == core.GETITEM and paths.is_element(op.attrs["path"]):
                if all(map(plain.is_index, op.operands[1:])):
                    told = frozenset().union(*map(self.loops, op.operands))
            elif plain.add(op):
                told = frozenset().union(*map(self.loops, op.operands))
            elif op.callee in (core.SETITEM, core.ADDITEM):
                told = self.loops(op.operands[0])
                if len(self.counters) == _DEPTH and self.is_term(op, plain):
                    self.found.add(op)
            self.told.update(dict.fromkeys(op.results, told))

    def is_term(self, op: Op, plain: Plain) -> bool:
        array, value, *index = op.operands
        if op.callee == core.SETITEM:
            stored = stored_sum(op, self.made)
            if stored is None:
                return False
            value = stored[1]
        if not paths.is_element(op.attrs["path"]) or not all(map(plain.is_index, index)):
            return False
        told = frozenset().union(self.loops(array), *map(self.loops, index))
        return self.is_product(value, told, op.result.type.dtype)

    def sums(self, body: Block) -> None:
        """Numbers that the innermost loop adds up."""
        for arg, end in zip(body.args[1:], body.yields, strict=True):
            step = self.made.get(end) if isinstance(end, Value) else None
            if step is None or step.callee is not operator.add or step not in body.ops:
                continue
            others = [o for o in step.operands if o is not arg]
            used = sum(v is arg for op in body.ops for v in core.uses_of(op))
            told = frozenset(range(_DEPTH - 1))
            plain = isinstance(arg.type, Scalar) and not arg.type.weak
            if plain and len(others) == 1 and used == 1 and _uses(body, step.result) == 1:
                if self.is_product(others[0], told, arg.type.dtype):
                    self.found.add(step)

    def is_product(self, value: Operand, told: Loops, dtype: np.dtype) -> bool:
        """Whether a value is a product of two factors, and each loop is of two of the three."""
        op = self.made.get(value) if isinstance(value, Value) else None
        if op is None or op.callee is not operator.mul or dtype not in _DTYPES:
            return False
        factors = op.operands
        if any(core.type_of(f).dtype != dtype or not isinstance(f, Value) for f in factors):
            return False
        sides = [told, *map(self.loops, factors)]
        return len(set(sides)) == _DEPTH and all(len(side) == 2 for side in sides)


def _uses(block: Block, value: Value) -> int:
    used = sum(v is value for op in block.ops for v in core.uses_of(op))
    return used + sum(y is value for y in block.yields)


def _is_simple(loop: Op, inside: set[Value]) -> bool:
    """Whether a loop counts up by one, between bounds that are known before all the loops."""
    start, stop, step = loop.operands[:3]
    if step != 1 or loop.attrs.get("exits") or isinstance(step, Value):
        return False
    if any(isinstance(bound, Value) and bound in inside for bound in (start, stop)):
        return False
    return not is_short(loop)


def is_short(loop: Op) -> bool:
    """Whether a loop is known to have a few trips."""
    start, stop = loop.operands[:2]
    return type(start) is int and type(stop) is int and stop - start <= _FEW
