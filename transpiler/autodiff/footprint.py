"""How many bytes a gradient stores between its sweeps, as a formula of the arguments.

Counted are tapes, and arrays of the forward sweep that the backward sweep reads.  Work space of
single iterations is not, nor are arguments and results.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Shapes

_COMPUTED: dict[object, tuple[Callable[..., Any], str]] = {
    operator.add: (operator.add, "({} + {})"),
    operator.sub: (operator.sub, "({} - {})"),
    operator.mul: (operator.mul, "{} * {}"),
    operator.floordiv: (operator.floordiv, "({} // {})"),
    np.sqrt: (math.sqrt, "sqrt({})"),
    min: (min, "min({}, {})"),
    max: (max, "max({}, {})"),
    core.RANGELEN: (lambda *bounds: len(range(*bounds)), "len(range({}, {}, {}))"),
}
_WRITES = (core.SETITEM, core.ADDITEM, core.ACCUM)


@dataclass(frozen=True, slots=True)
class Term:
    """The bytes of one array: the size of an item times extents, which are numbers of the IR.

    ``stored``: the slot, or the array itself where it is only kept.
    """

    itemsize: int
    extents: tuple[Operand, ...]
    stored: Slot | Value


class Footprint:
    """What one function of a forward and a backward sweep stores.

    ``exact``: it is no more than that.  A stack and a tape that grows with a ``while`` loop
    count as what they are at first, arrays of a size that is only computed on the way not at
    all.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.exact = True
        self._defined = {r: op for _, op in core.walk(function.body) for r in op.results}
        self.shapes = Shapes(function)
        self.terms = [*self._slots(), *self._kept()]

    @property
    def formula(self) -> str:
        """The sum as Python, over the names of the parameters."""
        sizes = Counter(map(self.bytes_of, self.terms))
        parts = [size if n == 1 else f"{n} * {size}" for size, n in sizes.items()]
        return " + ".join(parts) or "0"

    def bytes_of(self, term: Term) -> str:
        """The bytes of one array as Python."""
        extents = [extent for extent in term.extents if extent != 1]
        return " * ".join(map(self._text, (term.itemsize, *extents)))

    def bytes(self, arguments: Sequence[Any]) -> int:
        """The sum for the arguments of one call, which are flat."""
        given = dict(zip(self.function.params, arguments, strict=True))
        return sum(
            t.itemsize * int(np.prod([self._number(e, given) for e in t.extents], dtype=object))
            for t in self.terms
        )

    # What is stored

    def _slots(self) -> Iterator[Term]:
        for _, op in core.walk(self.function.body):
            if op.callee == core.RESERVE:
                self.exact = False
            if op.callee == core.DECLARE:
                slot = op.attrs["slot"]
                self.exact = self.exact and slot.kind != "stack"
                if slot.kind == "tape":
                    yield from self._term(slot.type.dtype, op.operands, slot)

    def _kept(self) -> Iterator[Term]:
        """Arrays that the forward sweep makes and the backward sweep reads."""
        read = [v for v in self.function.residuals_out if isinstance(v, Value)]
        for op in self.function.body.ops:
            if op.role != core.PRIMAL:
                read += core.uses_of(op)
        found: dict[Value, None] = {}
        for value in read:
            storage = self._storage(value) if isinstance(value.type, Array) else None
            made = self._defined.get(storage) if storage is not None else None
            if storage is not None and made is not None and made.role == core.PRIMAL:
                found[storage] = None
        for value in found:
            yield from self._term(value.type.dtype, self._extents(value), value)

    def _storage(self, value: Value) -> Value | None:
        """The value that was first in the memory of an array; None for that of an argument."""
        op = self._defined.get(value)
        if op is None:
            return None
        inner: Operand | None = None
        if op.callee in _WRITES or op.callee == core.GETITEM:
            inner = op.operands[0]
        elif op.callee == core.FOR:
            inner = op.operands[3 + op.results.index(value)]
        elif op.callee == core.IF:
            inner = op.regions[0].yields[op.results.index(value)]
        elif op.callee == core.LOAD:
            return None  # counted as a slot
        if inner is None:
            return value
        return self._storage(inner) if isinstance(inner, Value) else None

    def _extents(self, value: Value) -> list[Operand]:
        """The extents of an array as numbers of the IR, as far as they are known."""
        op = self._defined[value]
        if op.callee in (core.EMPTY, core.ZEROS):
            return list(op.operands)
        b = Builder()
        kind = value.type
        assert isinstance(kind, Array)
        found = [self.shapes.emit(b, self.shapes.extent(value, k)) for k in range(kind.ndim)]
        self._defined.update((r, made) for made in b.ops for r in made.results)
        return found

    def _term(
        self, dtype: np.dtype, extents: Sequence[Operand], stored: Slot | Value
    ) -> Iterator[Term]:
        if all(map(self._is_known, extents)):
            yield Term(dtype.itemsize, tuple(extents), stored)
        else:
            self.exact = False

    # Numbers

    def _is_known(self, number: Operand) -> bool:
        if not isinstance(number, Value) or number in self.function.params:
            return True
        op = self._defined.get(number)
        if op is None:
            return False
        if op.callee == core.DIM:
            return op.operands[0] in self.function.params
        known = (
            op.callee in _COMPUTED or op.callee == core.CAST and self._is_counted(op.operands[0])
        )
        return known and all(map(self._is_known, op.operands))

    def _is_counted(self, number: Operand) -> bool:
        """Whether it is an integer, or the root of one."""
        op = self._defined.get(number) if isinstance(number, Value) else None
        return core.type_of(number).dtype.kind == "i" or (op is not None and op.callee is np.sqrt)

    def _number(self, number: Operand, given: dict[Value, Any]) -> int:
        if not isinstance(number, Value):
            return int(number)
        if number in given:
            return int(given[number])
        op = self._defined[number]
        if op.callee == core.DIM:
            array, axis = self._of(op)
            return int(given[array].shape[axis])
        if op.callee == core.CAST:  # of a count: towards zero, where it becomes whole again
            return int(self._number(op.operands[0], given))
        compute, _ = _COMPUTED[op.callee]
        return compute(*[self._number(operand, given) for operand in op.operands])

    def _text(self, number: Operand) -> str:
        if not isinstance(number, Value) or number in self.function.params:
            return number.name if isinstance(number, Value) else str(number)
        op = self._defined[number]
        if op.callee == core.DIM:
            array, axis = self._of(op)
            return f"{array.name}.shape[{axis}]"
        if op.callee == core.RANGELEN and op.operands[0] == 0 and op.operands[2] == 1:
            stop = self._text(op.operands[1])
            return stop if self._is_count(op.operands[1]) else f"max({stop}, 0)"
        if op.callee == core.CAST:
            inner = self._text(op.operands[0])
            return f"int({inner})" if op.result.type.dtype.kind == "i" else inner
        _, template = _COMPUTED[op.callee]
        return template.format(*map(self._text, op.operands))

    def _is_count(self, number: Operand) -> bool:
        """Whether a number is evidently not negative."""
        op = self._defined.get(number) if isinstance(number, Value) else None
        return op.callee == core.DIM if op else type(number) is int and number >= 0

    def _of(self, op: Op) -> tuple[Value, int]:
        (array,) = op.operands
        assert isinstance(array, Value)
        return array, op.attrs["axis"]
