"""Which exceptions CPython could raise where an op stands: what a ``try`` around it may see.

Said of the original program, not of compiled code, where an index is not checked and a division
by zero gives infinity.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, type_of
from adgen.transpiler.ir.paths import INT, Index
from adgen.transpiler.ir.types import Scalar
from adgen.transpiler.ir.voices import Warned

Classes = frozenset[type[BaseException]]

_NONE: Classes = frozenset()
_DIVISION: Classes = frozenset({ZeroDivisionError})
_POWER: Classes = frozenset({ZeroDivisionError, OverflowError})
_MATH: Classes = frozenset({ValueError, OverflowError})
_VALUE: Classes = frozenset({ValueError})
_LOOKUP: Classes = frozenset({ValueError, IndexError})
_ANY: Classes = frozenset({Exception})
_DIVIDING = frozenset({operator.truediv, operator.floordiv, operator.mod})
_SAFE = frozenset(
    {operator.add, operator.sub, operator.mul, operator.neg, operator.pos, operator.not_,
     operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
     operator.and_, operator.or_, operator.xor, operator.invert, abs, min, max, np.where, np.sum,
     np.mean, np.all, np.any}
)  # fmt: skip
_QUIET_KINDS = frozenset(
    {core.IF, core.FOR, core.WHILE, core.DIM, core.COPY, core.BROADCAST, core.SUMTO, core.PRINT,
     core.RANGELEN, core.ACCUM}
)  # fmt: skip


def may_raise(ops: Iterable[Op]) -> Classes:
    """What some ops and all that is in them may raise."""
    found: set[type[BaseException]] = set()
    for op in ops:
        found |= _of(op)
        for region in op.regions:
            found |= may_raise(region.ops)
    return frozenset(found)


def _of(op: Op) -> Classes:
    if op.callee == core.ASSERT:
        return frozenset({op.attrs["error"].cls})
    if op.callee == core.PRINT and isinstance(op.attrs.get("voice"), Warned):
        return frozenset({op.attrs["voice"].category})  # where a filter makes it an error
    if op.callee in (core.GETITEM, core.SETITEM, core.ADDITEM):
        steps = [step for step in op.attrs["path"] if isinstance(step, Index)]
        indexed = any(item == INT for step in steps for item in step.items)
        return frozenset({IndexError}) if indexed else _NONE
    if op.callee == core.CAST:
        return _MATH
    if op.callee in (core.GUARD, core.EMPTY, core.ZEROS, core.FULL_):
        return _VALUE
    if op.callee in _QUIET_KINDS:
        return _NONE
    if op.callee in _SAFE or isinstance(op.callee, np.ufunc):
        return _NONE
    numbers = all(isinstance(type_of(o), Scalar) for o in op.operands)
    if op.callee in _DIVIDING:
        return _DIVISION if numbers else _NONE
    if op.callee is operator.pow:
        return _POWER if numbers else _NONE
    if getattr(op.callee, "__module__", "") == "math":
        return _MATH
    package = (getattr(op.callee, "__module__", None) or "numpy").partition(".")[0]
    return _LOOKUP if package in ("numpy", "_operator", "builtins") else _ANY
