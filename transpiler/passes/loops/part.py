"""A part: one array operation with its iteration domain and index maps to what it reads."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.types import Array, Scalar, Type
from adgen.transpiler.passes.loops.symbolic import Sym
from adgen.transpiler.passes.loops.views import Access
from adgen.transpiler.primitives.builder import Builder, zero

MAP, REDUCE, UPDATE, SAVE, STATEMENT = "map", "reduce", "update", "save", "statement"

Formula = Callable[[Builder, list[Operand]], Operand]


@dataclass(frozen=True, slots=True)
class Read:
    """An element of an array; each axis of it is indexed by an axis of the reader's domain."""

    value: Value
    index: tuple[Access, ...]


Source = Read | Operand


@dataclass(eq=False, slots=True)
class Part:
    """What one array operation does per element.

    kind ``map``: an element of ``result`` from elements of what it reads (``formula``).
    kind ``reduce``: the axes in ``reduced`` of the domain are folded by ``reducer``.
    kind ``update``: writes (or adds to) the elements ``target`` of ``base``, giving ``result``.
    kind ``save``: stores elements on a tape.
    kind ``statement``: runs ``op`` as it is, on whole arrays and scalars.
    ``axes[k]`` is the position in ``domain`` of axis k of the result (None: length 1).
    """

    kind: str
    op: Op
    result: Value | None = None
    domain: tuple[Sym, ...] = ()
    axes: tuple[int | None, ...] = ()
    reads: tuple[Source, ...] = ()
    formula: Formula | None = None
    reduced: frozenset[int] = frozenset()
    reducer: Reducer | None = None
    base: Value | None = None
    target: tuple[Access, ...] = ()
    adds: bool = False
    wholes: tuple[Value, ...] = ()
    weight: int | None = None  # cheap operations per element; None: worth storing
    extents: tuple[Sym, ...] = ()  # of the result

    def array_reads(self) -> Iterator[Read]:
        """The reads of array elements."""
        for source in self.reads:
            if isinstance(source, Read):
                yield source

    def scalar_reads(self) -> Iterator[Value]:
        """The scalar values that it needs."""
        for source in (*self.reads, *(self.op.operands if self.kind == STATEMENT else ())):
            if isinstance(source, Value) and isinstance(source.type, Scalar):
                yield source

    @property
    def results(self) -> tuple[Value, ...]:
        """What it makes: one value, or several if it is a statement."""
        if self.kind == STATEMENT:
            return self.op.results
        return () if self.result is None else (self.result,)

    @property
    def first_reduced(self) -> int:
        """The outermost reduced position of the domain."""
        return min(self.reduced)

    @property
    def accumulates_in_array(self) -> bool:
        """Whether kept axes lie inside the outermost reduced one."""
        return any(axis is not None and axis > self.first_reduced for axis in self.axes)


def depends(part: Part, on: Part, before: Callable[[Part], Iterable[Part]]) -> bool:
    """Whether ``part`` has to run after ``on``, by what has to run directly ``before`` each."""
    seen: set[Part] = set()
    stack = [part]
    while stack:
        current = stack.pop()
        if current is on:
            return True
        if current not in seen:
            seen.add(current)
            stack += before(current)
    return False


@dataclass(frozen=True, slots=True)
class Reducer:
    """How a reduction folds: its neutral element for a dtype, and one step."""

    neutral: Callable[[np.dtype], Operand]
    step: Callable[[Builder, Operand, Operand], Operand]
    is_sum: bool = False


def constant(dtype: np.dtype, number: float) -> Operand:
    """A constant of exactly that dtype (float64 and int64 as Python numbers)."""
    if dtype == np.float64:
        return float(number)
    if dtype == np.int64:
        return int(number)
    if dtype == np.bool_:
        return bool(number)
    made: Operand = dtype.type(number)
    return made


def _lowest(dtype: np.dtype) -> Operand:
    if dtype.kind == "b":
        return False
    return constant(dtype, -np.inf if dtype.kind == "f" else np.iinfo(dtype).min)


def _highest(dtype: np.dtype) -> Operand:
    if dtype.kind == "b":
        return True
    return constant(dtype, np.inf if dtype.kind == "f" else np.iinfo(dtype).max)


def _step(callee: object, **attrs: object) -> Callable[[Builder, Operand, Operand], Operand]:
    def step(builder: Builder, total: Operand, x: Operand) -> Operand:
        return plain(builder, callee, total, x, **attrs)

    return step


def plain(builder: Builder, callee: object, *operands: Operand, **attrs: object) -> Operand:
    """Append an op without folding: an accumulation is one even onto a constant."""
    return builder.emit(callee, *operands, **attrs)  # type: ignore[arg-type]


# np.maximum and np.minimum hand on NaN, as np.max and np.min do.
SUM = Reducer(lambda dtype: zero(Scalar(dtype)), _step(operator.add, reassoc=True), True)
ANY = Reducer(lambda dtype: False, _step(operator.or_))
REDUCERS: dict[object, Reducer] = {
    np.sum: SUM,
    np.mean: SUM,
    np.prod: Reducer(lambda dtype: constant(dtype, 1), _step(operator.mul)),
    np.max: Reducer(_lowest, _step(np.maximum)),
    np.min: Reducer(_highest, _step(np.minimum)),
    np.any: ANY,
    np.all: Reducer(lambda dtype: True, _step(operator.and_)),
}


def element_type(kind: Type) -> Scalar:
    """The type of one element of an array (of a scalar: itself)."""
    return Scalar(kind.dtype) if isinstance(kind, Array) else kind


def fit(builder: Builder, operand: Operand, dtype: np.dtype) -> Operand:
    """The operand as a scalar of that dtype."""
    from adgen.transpiler.ir.core import type_of

    have = type_of(operand)
    if have.dtype == dtype:
        return operand
    if not isinstance(operand, Value):
        return constant(dtype, operand)
    return builder.cast(operand, Scalar(dtype))


def filled(dtype: np.dtype, narrow: bool) -> Formula:
    """A number as an element of an array: other than Python's own it decides dtypes.

    ``narrow``: there are dtypes for which that makes a difference.
    """

    def formula(builder: Builder, elements: list[Operand]) -> Operand:
        (number,) = elements
        if not isinstance(number, Value):
            made: Operand = dtype.type(number)
            return made
        return builder.cast(number, Scalar(dtype)) if narrow else fit(builder, number, dtype)

    return formula


def identity(dtype: np.dtype) -> Formula:
    """The element itself, as that dtype."""
    return lambda builder, elements: fit(builder, elements[0], dtype)


def call(callee: object, dtype: np.dtype, **attrs: object) -> Formula:
    """A function of the elements."""

    def formula(builder: Builder, elements: list[Operand]) -> Operand:
        return fit(builder, plain(builder, callee, *elements, **attrs), dtype)

    return formula


def clip(dtype: np.dtype) -> Formula:
    """``np.clip`` as NumPy defines it."""

    def formula(builder: Builder, elements: list[Operand]) -> Operand:
        x, low, high = elements
        above = plain(builder, np.maximum, x, low)
        return fit(builder, plain(builder, np.minimum, above, high), dtype)

    return formula


def positions(ones: Sequence[bool]) -> tuple[int | None, ...]:
    """The place of each axis in a domain of the axes that are not of length 1."""
    count = 0
    out: list[int | None] = []
    for one in ones:
        out.append(None if one else count)
        count += not one
    return tuple(out)
