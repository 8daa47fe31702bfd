"""Cotangents of values that a selection has not taken are zero, and stay zero.

``np.where(x > 0, np.log(x), 0.0)`` has a derivative everywhere but at 0, also where ``x`` is
negative.  The chain rule as it is written in books gives ``0 * (1 / x)`` there, which is NaN at 0,
and NaN for ``np.sqrt``.  Two things are done about it in the reverse sweep.  (In forward mode the
tangent of a selection is a selection of tangents, and nothing goes wrong.)

1. A cotangent that is a selection, ``np.where(c, g, 0.0)``, is taken apart: the rule of the next op
   is applied to ``g``, and the selection to what comes out.  The rules are linear, so nothing else
   changes, and no op is added.
2. Where the selection is lost on the way (an array that was broadcast, sliced or summed before), a
   rule that may divide by zero or leave its domain gives 0, not nan, for a cotangent of 0.  The
   same holds for values that only some paths through later ifs use, as far as ``absorbed.py``
   does not reverse what made them in those ifs.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.uncertain import Reach
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives import tracer
from adgen.transpiler.primitives.builder import Builder, zero
from adgen.transpiler.primitives.kinds import BOOLEAN, REAL, Bilinear, Elementwise
from adgen.transpiler.primitives.table import find

SELECTIONS = frozenset({np.where, np.clip})
_QUOTIENTS = frozenset({operator.truediv, np.true_divide})
_POWERS = frozenset({operator.pow, np.power, np.float_power})


@dataclass(frozen=True, eq=False, slots=True)
class Mask:
    """A cotangent: ``value`` where all conditions hold (or fail, as their flags say), else 0."""

    conditions: tuple[tuple[Operand, bool], ...]
    value: Operand

    def applied(self, b: Builder, value: Operand) -> Operand:
        """The same selection of another value."""
        for condition, holds in self.conditions:
            nothing = zero(Scalar(type_of(value).dtype))
            arms = (value, nothing) if holds else (nothing, value)
            value = b.emit(np.where, condition, *arms)
        return value


class Masks:
    """Which cotangents are selections, and which values may be left out by one."""

    def __init__(self, body: Block, activity: Activity) -> None:
        self.known: dict[Operand, Mask] = {}
        self.activity, self.reach = activity, Reach(activity)
        self.left_out: set[Value] = set()
        self.uncertain: set[Value] = set()  # of which only some paths make use
        self.absorbed: set[Value] = set()  # of those the ones that are now reversed on such a path
        self.overwritten = {  # in part: the cotangent of that part is 0
            op.operands[0] for _, op in core.walk(body) if op.callee == core.SETITEM
        }
        if any(op.callee == core.IF for _, op in core.walk(body)):
            self.uncertain = self.reach.uncertain(body)
        if any(op.callee in SELECTIONS for _, op in core.walk(body)):
            size = -1
            while size != len(self.left_out):
                size = len(self.left_out)
                self._block(body)

    def part(self, b: Builder, op: Op, k: int, rule: Callable[..., Any], g: Operand) -> Operand:
        """What an elementwise op contributes to the cotangent of its operand ``k``."""
        mask = self.known.get(g)
        given = g if mask is None else mask.value
        count = len(b.ops)
        part = tracer.apply_partial(b, op, k, rule, given)
        if mask is not None:
            if part is given:
                return g
            inner = self._new_mask(b, count, part)
            conditions = mask.conditions
            if inner is not None:
                part, conditions = inner.value, (*inner.conditions, *conditions)
            return self._noted(b, Mask(conditions, part))
        if len(b.ops) > count:
            inner = self._new_mask(b, count, part)
            if inner is not None:
                self.known[part] = inner
            elif self._may_be_lost(op.result) and may_fail(op, k):
                part = _zero_of_zero(b, g, part)
        return part

    def _may_be_lost(self, value: Value) -> bool:
        """Whether the cotangent of a value may be 0 because nobody has taken the value."""
        doubtful = value in self.uncertain and value not in self.absorbed
        return doubtful or value in self.left_out or value in self.overwritten

    def summed(self, b: Builder, first: Operand, second: Operand, add: Any) -> Operand:
        """The sum of two cotangents of a value, made by ``add``; of one selection: one."""
        one, two = self.known.get(first), self.known.get(second)
        if one is None or two is None or one.conditions != two.conditions:
            total: Operand = add(first, second)
            return total
        return self._noted(b, Mask(one.conditions, add(one.value, two.value)))

    def _noted(self, b: Builder, mask: Mask) -> Operand:
        made = mask.applied(b, mask.value)
        if isinstance(made, Value):  # equal constants elsewhere know nothing of these conditions
            self.known[made] = mask
        return made

    def _new_mask(self, b: Builder, count: int, part: Operand) -> Mask | None:
        """The selection that a rule has ended with."""
        last = b.ops[-1] if len(b.ops) > count else None
        if last is None or last.callee is not np.where or last.result is not part:
            return None
        condition, first, second = last.operands
        for value, other, holds in ((first, second, True), (second, first, False)):
            if not isinstance(other, Value) and other == 0 and isinstance(value, Value):
                if _shaped_alike(value, part):
                    return Mask(((condition, holds),), value)
        return None

    # Values that a selection may leave out

    def _block(self, block: Block) -> None:
        for op in reversed(block.ops):
            if op.callee in SELECTIONS:
                self._mark(op.operands[1:] if op.callee is np.where else op.operands)
            elif op.regions:
                self._regions(op)
            elif any(result in self.left_out for result in op.results) and _keeps_zeros(op):
                self._mark(op.operands)

    def _regions(self, op: Op) -> None:
        skip = 1 if op.callee == core.FOR else 0
        fixed = 3 if op.callee == core.FOR else 0
        lead = 1 if op.attrs.get("exits") else 0
        for region in op.regions:
            if len(region.yields) == lead + len(op.results):
                pairs = zip(op.results, region.yields[lead:], strict=True)
                self._mark(tuple(y for result, y in pairs if result in self.left_out))
            self._block(region)
        if op.callee != core.IF:
            body = op.regions[-1]
            heads = body.args[skip:]
            for head, init, end in zip(heads, op.operands[fixed:], body.yields[lead:], strict=True):
                if head in self.left_out:
                    self._mark((init, end))

    def _mark(self, operands: tuple[Operand, ...]) -> None:
        self.left_out.update(o for o in operands if isinstance(o, Value) and o in self.activity)


def _keeps_zeros(op: Op) -> bool:
    """Whether zeros of the cotangent stay where they are: not in products of matrices."""
    if isinstance(op.callee, str):
        return True
    entry = find(op.callee)
    return entry is not None and not isinstance(entry.kind, Bilinear)


def may_fail(op: Op, k: int) -> bool:
    """Whether the derivative by an operand is not finite for some finite operands."""
    entry = find(op.callee)
    if entry is None or not isinstance(entry.kind, Elementwise):
        return False
    second = op.operands[1] if len(op.operands) > 1 else None
    if op.callee in _QUOTIENTS and not isinstance(second, Value) and second:
        return False
    if op.callee in _POWERS and isinstance(second, (int, float)) and second >= 1:
        return False
    if entry.kink and not (k == 0 and op.callee in _POWERS):
        return False  # a convention makes it finite
    return any(domain not in (REAL, BOOLEAN) for domain in entry.domain)


def _zero_of_zero(b: Builder, g: Operand, part: Operand) -> Operand:
    """A part that is nan because a cotangent of 0 met an infinite slope: 0.

    A cotangent that happens to be 0, where the slope is finite, is not left out: what it changes
    by counts in the second derivative.
    """
    nothing = zero(Scalar(type_of(part).dtype))
    lost = b.emit(operator.and_, b.emit(operator.eq, g, 0.0), b.emit(np.isnan, part))
    return b.emit(np.where, lost, nothing, part)


def _shaped_alike(first: Operand, second: Operand) -> bool:
    one, two = type_of(first), type_of(second)
    if isinstance(one, Array) and isinstance(two, Array):
        return one.ones == two.ones
    return isinstance(one, Scalar) and isinstance(two, Scalar)
