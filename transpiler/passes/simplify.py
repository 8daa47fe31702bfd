"""Local simplification: folded constants, invariant carried values, loads and stores of one place.

Before:  ``y_bar[i] = 0.0; y_bar[i] += g``      After:  ``y_bar[i] = g``
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.rewrite import resolve, resolve_all, with_body
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives.builder import fold
from adgen.transpiler.primitives.table import find

_CONTEXT_FREE = (core.SETITEM, core.ADDITEM, core.GETITEM)


_EXACT = frozenset({operator.neg, operator.add, operator.sub, operator.mul})  # of constants


def simplify(function: Function) -> Function:
    """The function with local identities applied, once over all ops."""
    return with_body(function, _Simplifier(function).block(function.body))


class _Simplifier:
    def __init__(self, function: Function) -> None:
        self.mapping: dict[Value, Operand] = {}
        self.defined: dict[Value, Op] = {}
        self.true: dict[Value, bool] = {}  # conditions of the arms that we are in
        self.users: dict[Value, list[Op]] = {}
        self.yielded: set[Value] = set()
        self._note_users(function.body)

    def _note_users(self, block: Block) -> None:
        for op in block.ops:
            for operand in op.operands:
                if isinstance(operand, Value):
                    self.users.setdefault(operand, []).append(op)
            for region in op.regions:
                self._note_users(region)
        self.yielded.update(y for y in block.yields if isinstance(y, Value))

    def block(self, block: Block) -> Block:
        ops: list[Op] = []
        for op in block.ops:
            operands = resolve_all(op.operands, self.mapping)
            if operands is not op.operands:
                op = op.with_(operands=operands)
            ops += self.op(op)
            for result in op.results:
                if ops and result in ops[-1].results:
                    self.defined[result] = ops[-1]
        return block.with_(ops=ops, yields=resolve_all(block.yields, self.mapping))

    def op(self, op: Op) -> list[Op]:
        """What the op becomes: nothing (its results are mapped), itself, or other ops."""
        if op.callee in (core.FOR, core.WHILE):
            return [self.loop(op)]
        if op.callee == core.IF:
            return self.conditional(op)
        if op.callee == core.GUARD and _same_operand(*op.operands):
            return []
        if op.callee == core.ASSERT and self.asserted(op):
            return []
        if len(op.results) != 1:
            return [op]
        op = self.narrowed(op)
        if op.callee == core.GETITEM and (sum_ := self.read_of_a_sum(op)):
            return sum_
        found = self.identity(op)
        if found is not None:
            self.mapping[op.result] = found
            return []
        if op.callee == core.ACCUM and op.operands[0] is op.operands[1]:
            op = op.with_(callee=operator.mul, operands=(2.0, op.operands[0]))
        if op.callee == core.ADDITEM:
            op = self.first_addition(op)
        if op.callee == core.SETITEM:
            op = self.overwritten(op)
        return [op]

    def narrowed(self, op: Op) -> Op:
        """Elementwise with a number that was broadcast: with the number itself, if another
        operand has the shape of the result.
        """
        if op.role == core.PRIMAL or not isinstance(op.result.type, Array):
            return op
        entry = None if isinstance(op.callee, str) else find(op.callee)
        if entry is None or not entry.elementwise:
            return op
        ones = op.result.type.ones
        if all(self.spread_number(operand) is None for operand in op.operands):
            return op
        filled = self.filled(op)
        if filled is not None:
            return filled
        operands = list(op.operands)
        for k, operand in enumerate(operands):
            number = self.spread_number(operand)
            others = [o for j, o in enumerate(operands) if j != k]
            shaped = any(getattr(core.type_of(o), "ones", None) == ones for o in others)
            if number is not None and shaped:
                operands[k] = number
        return op.with_(operands=tuple(operands))

    def filled(self, op: Op) -> Op | None:
        """Arithmetic of constants, some of them broadcast: a constant that is broadcast."""
        made = [self.defined[o] for o in op.operands if self.spread_number(o) is not None]  # type: ignore[index]
        numbers = [o if not isinstance(o, Value) else self.spread_number(o) for o in op.operands]
        if op.callee not in _EXACT or any(n is None or isinstance(n, Value) for n in numbers):
            return None
        if op.result.type.dtype != np.float64:
            return None
        operands = (float(op.callee(*numbers)), *made[0].operands[1:])  # type: ignore[operator]
        return op.with_(callee=core.BROADCAST, operands=operands, attrs=made[0].attrs)

    def spread_number(self, operand: Operand) -> Operand | None:
        """The float64 number that an array is filled with, if that is how it was made."""
        made = self.defined.get(operand) if isinstance(operand, Value) else None
        if made is None or made.callee != core.BROADCAST or not core.is_scalar(made.operands[0]):
            return None
        double = core.type_of(made.operands[0]).dtype == core.type_of(operand).dtype == np.float64
        return made.operands[0] if double else None

    def loop(self, op: Op) -> Op:
        """Values that every iteration hands on unchanged are not carried."""
        fixed = 3 if op.callee == core.FOR else 0
        lead = 1 if op.attrs.get("exits") else 0
        skip = 1 if op.callee == core.FOR else 0
        body = op.regions[-1]
        drop = set()
        for k in range(len(op.results)):
            init, arg = op.operands[fixed + k], body.args[skip + k]
            if body.yields[lead + k] in (arg, init) and _same_type(init, arg, op.role):
                drop.add(k)
                self.mapping[arg] = self.mapping[op.results[k]] = init
                if op.callee == core.WHILE:
                    self.mapping[op.regions[0].args[k]] = init
        if op.callee == core.WHILE and op.regions[0].yields == (True,) and lead:
            self.left_by_an_exit(op)
        keep = [k for k in range(len(op.results)) if k not in drop]
        regions = []
        for region in op.regions:
            is_body = region is body
            lead_args = region.args[:skip] if is_body else ()
            start = skip if is_body else 0
            args = (*lead_args, *(region.args[start + k] for k in keep))
            yields = region.yields
            if is_body:
                yields = (*yields[:lead], *(yields[lead + k] for k in keep))
            regions.append(self.block(region.with_(args=args, yields=yields)))
        if not drop:
            return op.with_(regions=tuple(regions))
        return op.with_(
            operands=(*op.operands[:fixed], *(op.operands[fixed + k] for k in keep)),
            regions=tuple(regions),
            results=tuple(op.results[k] for k in keep),
        )

    def left_by_an_exit(self, loop: Op) -> None:
        """``while True`` ends by an exit only: behind it, what the exit yields is true."""
        leave, *handed_on = loop.regions[-1].yields
        for result, value in zip(loop.results, handed_on, strict=True):
            if value is leave:
                self.mapping[result] = True

    def conditional(self, op: Op) -> list[Op]:
        """An if whose arms agree on a value does not yield it; a constant condition decides."""
        condition = op.operands[0]
        if not isinstance(condition, Value):
            chosen = self.block(op.regions[0 if condition else 1])
            for result, value in zip(op.results, chosen.yields, strict=True):
                self.mapping[result] = value
            return list(chosen.ops)
        then, orelse = (
            self.arm(region, condition, truth)
            for region, truth in zip(op.regions, (True, False), strict=True)
        )
        keep = []
        for k, result in enumerate(op.results):
            first, second = then.yields[k], orelse.yields[k]
            if _same_operand(first, second) and _same_type(first, result, op.role):
                self.mapping[result] = first
            else:
                keep.append(k)
        regions = tuple(r.with_(yields=[r.yields[k] for k in keep]) for r in (then, orelse))
        if len(keep) == len(op.results):
            return [op.with_(regions=regions)]
        return [op.with_(regions=regions, results=tuple(op.results[k] for k in keep))]

    def arm(self, region: Block, condition: Value, truth: bool) -> Block:
        """An arm of an if, in which the condition is known."""
        outside = self.true
        self.true = {**outside, condition: truth}
        try:
            return self.block(region)
        finally:
            self.true = outside

    def asserted(self, op: Op) -> bool:
        """Whether an assertion certainly holds."""
        condition = op.operands[0]
        if not isinstance(condition, Value):
            return bool(condition)
        made = self.defined.get(condition)
        if made is not None and made.callee is operator.not_:
            return self.true.get(made.operands[0]) is False  # type: ignore[arg-type]
        return self.true.get(condition, False)

    def identity(self, op: Op) -> Operand | None:
        """An operand that the op always equals."""
        if op.callee == core.GETITEM:
            return self.forwarded(op)
        if op.callee == core.SETITEM:
            return self.put_back(op)
        if op.callee == core.CAST:
            return op.operands[0] if core.type_of(op.operands[0]) == op.attrs["type"] else None
        if op.callee is operator.neg and isinstance(op.operands[0], Value):
            inner = self.defined.get(op.operands[0])
            if inner is not None and inner.callee is operator.neg and op.role != core.PRIMAL:
                return inner.operands[0]
        if op.callee in (core.SUMTO, core.BROADCAST) or isinstance(op.callee, str):
            return None
        found = fold(op.callee, op.operands, op.role)
        return found if found is None or _fits(found, op.result) else None

    def forwarded(self, op: Op) -> Operand | None:
        """A read of what was just written there; a read of a whole array."""
        base, *index = op.operands
        path = op.attrs["path"]
        if not isinstance(base, Value):
            return None
        if _is_whole(path):
            return base
        source = self.defined.get(base)
        while source is not None and source.callee == core.SETITEM:
            target, value, *place = source.operands
            if source.attrs["path"] == path and _same_operands(index, place):
                same = core.type_of(value) == op.result.type
                return value if same and isinstance(op.result.type, Scalar) else None
            if not _disjoint(path, index, source.attrs["path"], place):
                return None
            source = self.defined.get(target) if isinstance(target, Value) else None
        return None

    def read_of_a_sum(self, op: Op) -> list[Op]:
        """A read of what was just added to, if the sum is for nobody else: the sum itself."""
        base, *index = op.operands
        source = self.defined.get(base) if isinstance(base, Value) else None
        if source is None or source.callee != core.ADDITEM or not self.is_passing(source):
            return []
        target, value, *place = source.operands
        same = source.attrs["path"] == op.attrs["path"] and _same_operands(index, place)
        if not same or core.type_of(value) != op.result.type or op.role == core.PRIMAL:
            return []
        before = Value(op.result.type)
        ops = self.op(op.with_(operands=(target, *index), results=(before,)))
        self.defined.update((result, made) for made in ops for result in made.results)
        operands = (resolve(before, self.mapping), value)
        return [*ops, op.with_(callee=operator.add, operands=operands, attrs={})]

    def is_passing(self, write: Op) -> bool:
        """Whether what a write leaves is only read, or overwritten, at the place it writes."""
        if write.role == core.PRIMAL or write.result in self.yielded:
            return False
        path, place = write.attrs["path"], list(write.operands[2:])
        for user in self.users.get(write.result, ()):
            lead = 1 if user.callee == core.GETITEM else 2  # operands before the index
            if user.callee not in (core.GETITEM, core.SETITEM) or user.role == core.PRIMAL:
                return False
            if user.attrs["path"] != path:
                return False
            index = [resolve(o, self.mapping) for o in user.operands[lead:]]
            if write.result in user.operands[1:] or not _same_operands(index, place):
                return False
            if user.callee == core.GETITEM and user.result.type != core.type_of(write.operands[1]):
                return False
        return True

    def put_back(self, op: Op) -> Operand | None:
        """What the array is, where all of it is stored, or an element that was read from there."""
        base, value, *index = op.operands
        if op.role == core.PRIMAL:
            return None
        if _is_whole(op.attrs["path"]):
            return value if core.type_of(value) == op.result.type else None
        source = self.defined.get(value) if isinstance(value, Value) else None
        if source is None or source.callee != core.GETITEM:
            return None
        same = source.attrs["path"] == op.attrs["path"]
        same = same and _same_operands([base, *index], list(source.operands))
        return base if same else None

    def first_addition(self, op: Op) -> Op:
        """Adding to a place that has just been set to zero sets it."""
        base, g, *index = op.operands
        source = self.defined.get(base) if isinstance(base, Value) else None
        if source is None or source.callee != core.SETITEM or source.role == core.PRIMAL:
            return op
        target, value, *place = source.operands
        zero = not isinstance(value, Value) and value == 0
        same = source.attrs["path"] == op.attrs["path"] and _same_operands(index, place)
        if not (zero and same):
            return op
        return op.with_(callee=core.SETITEM, operands=(target, g, *index))

    def overwritten(self, op: Op) -> Op:
        """A store over a store to the same place skips the first."""
        base, value, *index = op.operands
        source = self.defined.get(base) if isinstance(base, Value) else None
        if source is None or source.callee not in (core.SETITEM, core.ADDITEM):
            return op
        target, _, *place = source.operands
        same = source.attrs["path"] == op.attrs["path"] and _same_operands(index, place)
        if not same or op.role == core.PRIMAL:
            return op
        if len(self.users.get(source.result, ())) > 1 and not self.is_passing(source):
            return op  # both would be needed
        return op.with_(operands=(target, value, *index))


def _is_whole(path: paths.Path) -> bool:
    return all(isinstance(s, paths.Index) and set(s.items) == {paths.FULL} for s in path)


def _same_operand(first: Operand, second: Operand) -> bool:
    if isinstance(first, Value) or isinstance(second, Value):
        return first is second
    return type(first) is type(second) and repr(first) == repr(second)


def _same_operands(first: list[Operand], second: list[Operand]) -> bool:
    return len(first) == len(second) and all(map(_same_operand, first, second))


def _same_type(operand: Operand, value: Value, role: str) -> bool:
    """Whether the operand may stand for the value (a cotangent's weakness does not matter)."""
    kind = core.type_of(operand)
    if isinstance(value.type, Array) or role != core.PRIMAL:
        return kind.dtype == value.type.dtype
    return kind == value.type


def _fits(operand: Operand, result: Value) -> bool:
    kind = core.type_of(operand)
    return kind.dtype == result.type.dtype and (
        isinstance(kind, Scalar) == isinstance(result.type, Scalar)
    )


def _disjoint(first: Any, index: list[Operand], second: Any, place: list[Operand]) -> bool:
    """Whether two element paths with constant indices surely touch different elements."""
    if not (paths.is_element(first) and paths.is_element(second)) or len(index) != len(place):
        return False
    return any(
        type(a) is int and type(b) is int and a != b and (a >= 0) == (b >= 0)
        for a, b in zip(index, place, strict=True)
    )
