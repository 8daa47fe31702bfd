"""Building IR op by op, with types inferred and trivial algebra folded as it goes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.transpiler.errors import InvalidIR, UnknownPrimitive
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Callee, Op, Operand, Value, type_of
from adgen.transpiler.ir.draws import Draw
from adgen.transpiler.ir.types import INT, PYTHON, Array, Opaque, Scalar, Type, is_complex, is_float
from adgen.transpiler.primitives.typing import shaped
from adgen.transpiler.span import Span


class Builder:
    """Collects the ops of one block.  ``span`` and ``role`` mark the ops that follow."""

    def __init__(self, span: Span | None = None, role: str = core.PRIMAL) -> None:
        self.ops: list[Op] = []
        self.span = span
        self.role = role

    def inner(self) -> Builder:
        """A builder for a region of an op that will be added here."""
        return Builder(self.span, self.role)

    def block(self, args: Sequence[Value], yields: Sequence[Operand]) -> Block:
        """The ops so far as a block."""
        return Block(tuple(args), tuple(self.ops), tuple(yields))

    def add(self, op: Op) -> Op:
        """Append a finished op."""
        self.ops.append(op)
        return op

    def emit(self, callee: Callee, *operands: Operand, name: str = "", **attrs: Any) -> Operand:
        """Append an op with one result, or return what it folds to.

        Raises UnknownPrimitive when ``callee`` is a function without an entry.
        """
        folded = fold(callee, operands, self.role)
        if folded is not None:
            return folded
        kind = result_type(callee, operands, attrs)
        result = Value(kind, name)
        self.add(Op(callee, operands, attrs, (), (result,), self.span, self.role))
        return result

    def emit_many(
        self, callee: Callee, *operands: Operand, names: Sequence[str] = (), **attrs: Any
    ) -> tuple[Value, ...]:
        """Append an op with several results."""
        kinds = result_type(callee, operands, attrs)
        assert isinstance(kinds, tuple)
        names = names or [""] * len(kinds)
        results = tuple(Value(kind, name) for kind, name in zip(kinds, names, strict=True))
        self.add(Op(callee, operands, attrs, (), results, self.span, self.role))
        return results

    def effect(self, kind: str, /, *operands: Operand, **attrs: Any) -> Op:
        """Append an op without result (guard, assert, print, declare, save)."""
        return self.add(Op(kind, operands, attrs, (), (), self.span, self.role))

    def region(
        self, kind: str, operands: Sequence[Operand], regions: Sequence[Block],
        types: Sequence[Type], names: Sequence[str] = (), **attrs: Any,
    ) -> tuple[Value, ...]:  # fmt: skip
        """Append an if, for or while; its results."""
        names = names or [""] * len(types)
        results = tuple(Value(t, n) for t, n in zip(types, names, strict=True))
        op = Op(
            kind, tuple(operands), attrs, tuple(regions), results, self.span, self.role
        )  # fmt: skip
        self.add(op)
        return results

    # Array access

    def getitem(self, x: Operand, path: paths.Path, *index: Operand, name: str = "") -> Operand:
        """What the path selects of ``x``."""
        return self.emit(core.GETITEM, x, *index, path=path, name=name)

    def setitem(
        self, x: Value, value: Operand, path: paths.Path, *index: Operand, name: str = ""
    ) -> Value:
        """``x`` with the part replaced."""
        out = self.emit(core.SETITEM, x, value, *index, path=path, name=name or x.name)
        assert isinstance(out, Value)
        return out

    def additem(
        self, x: Value, g: Operand, path: paths.Path, *index: Operand, name: str = ""
    ) -> Value:
        """``x`` with ``g`` added to the part."""
        out = self.emit(core.ADDITEM, x, g, *index, path=path, name=name or x.name)
        assert isinstance(out, Value)
        return out

    def dims(self, x: Operand) -> tuple[Operand, ...]:
        """The extents of an array, ``()`` for a scalar."""
        kind = type_of(x)
        if isinstance(kind, Scalar):
            return ()
        return tuple(
            1 if one else self.emit(core.DIM, x, axis=axis) for axis, one in enumerate(kind.ones)
        )

    def zeros_like(self, x: Operand, name: str = "") -> Operand:
        """A zero of the type and shape of ``x``."""
        kind = type_of(x)
        if isinstance(kind, Scalar):
            return zero(kind)
        return self.emit(core.ZEROS, *self.dims(x), dtype=kind.dtype, ones=kind.ones, name=name)

    def cast(self, x: Operand, kind: Type) -> Operand:
        """``x`` as another type of the same rank."""
        have = type_of(x)
        if have == kind:
            return x
        if not isinstance(x, Value) and isinstance(kind, Scalar) and kind.weak:
            return python_number(x, kind)
        return self.emit(core.CAST, x, type=kind)


def zero(kind: Scalar) -> Operand:
    """The zero constant of a scalar type."""
    if is_float(kind) and kind.dtype not in (np.float64, np.complex128):
        made: Operand = kind.dtype.type(0)
        return made
    zeros: dict[str, Operand] = {"f": 0.0, "c": 0j}  # type: ignore[dict-item]
    return zeros.get(kind.dtype.kind, 0)


def python_number(x: Operand, kind: Type) -> Operand:
    """A constant as one of Python's numbers; of a complex one the real part where need be."""
    part = x if is_complex(kind) or not is_complex(type_of(x)) else x.real  # type: ignore[union-attr]
    made: Operand = PYTHON[kind.dtype.kind](part)
    return made


def dummy(builder: Builder, kind: Type) -> Operand:
    """Any value of a type, for paths on which it is never read."""
    if isinstance(kind, Opaque):
        name = "default_rng" if kind.cls.__name__ == "Generator" else kind.cls.__name__
        return builder.emit(core.DRAW, call=Draw(name, False, (0,), result=kind))
    if isinstance(kind, Array):
        extents = (1 if one else 0 for one in kind.ones)
        return builder.emit(core.EMPTY, *extents, dtype=kind.dtype, ones=kind.ones)
    return False if kind.dtype.kind == "b" else zero(kind)


def result_type(callee: Callee, operands: Sequence[Operand], attrs: dict[str, Any]) -> Any:
    """The type of an op's one result; a tuple of types for a function with several."""
    if not isinstance(callee, str):
        from adgen.transpiler.primitives.table import find

        entry = find(callee)
        if entry is None:
            raise UnknownPrimitive(f"no entry in the table for {callee!r}")
        return entry.type_rule(tuple(type_of(o) for o in operands), attrs)
    rule = _KIND_TYPES.get(callee)
    if rule is None:
        raise InvalidIR(f"{callee} has no single result type")
    return rule(operands, attrs)


def _item_type(operands: Sequence[Operand], attrs: dict[str, Any]) -> Type:
    base = type_of(operands[0])
    assert isinstance(base, Array)
    return shaped(base.dtype, paths.result_ones(base.ones, attrs["path"]))


def _new_array(operands: Sequence[Operand], attrs: dict[str, Any]) -> Type:
    extents = operands[1:] if attrs.get("filled") else operands
    ones = attrs.get("ones") or tuple(o == 1 and not isinstance(o, Value) for o in extents)
    return Array(np.dtype(attrs["dtype"]), tuple(ones))


def _full(operands: Sequence[Operand], attrs: dict[str, Any]) -> Type:
    return _new_array(operands[1:], attrs)


def _broadcast(operands: Sequence[Operand], attrs: dict[str, Any]) -> Type:
    return Array(type_of(operands[0]).dtype, tuple(attrs["ones"]))


def _sumto(operands: Sequence[Operand], attrs: dict[str, Any]) -> Type:
    kind = type_of(operands[0])
    assert isinstance(kind, Array)
    ones = tuple(
        one or axis in attrs["axes"]
        for axis, one in enumerate(kind.ones)
        if axis not in attrs["axes"] or axis in attrs["keep"]
    )
    return shaped(kind.dtype, ones)


def _first(operands: Sequence[Operand], attrs: dict[str, Any]) -> Type:
    return type_of(operands[0])


_KIND_TYPES: dict[str, Callable[[Sequence[Operand], dict[str, Any]], Type]] = {
    core.GETITEM: _item_type,
    core.SETITEM: _first,
    core.ADDITEM: _first,
    core.ADDPRODUCT: _first,
    core.ACCUM: _first,
    core.COPY: _first,
    core.DIM: lambda operands, attrs: INT,
    core.RANGELEN: lambda operands, attrs: INT,
    core.ZEROS: _new_array,
    core.EMPTY: _new_array,
    core.FULL_: _full,
    core.BROADCAST: _broadcast,
    core.SUMTO: _sumto,
    core.CAST: lambda operands, attrs: attrs["type"],
    core.LOAD: lambda operands, attrs: attrs["slot"].type,
    core.DRAW: lambda operands, attrs: attrs["call"].result,
}


# Folding: exact on Python numbers; in adjoints also x * 1, x + 0, where rounding is ours.

LARGEST_BITS = 4096  # of a power of integers

_PYTHON = {
    operator.add, operator.sub, operator.mul, operator.neg, operator.pos, operator.truediv,
    operator.floordiv, operator.mod, operator.pow, operator.lt, operator.le, operator.gt,
    operator.ge, operator.eq, operator.ne, operator.not_, abs,
}  # fmt: skip


def fold(callee: Callee, operands: Sequence[Operand], role: str) -> Operand | None:
    """The operand that an op on these operands always equals, or None."""
    constants = [operand for operand in operands if not isinstance(operand, Value)]
    if not constants and (len(operands) != 2 or operands[0] is not operands[1]):
        return None
    if callee in _PYTHON and len(constants) == len(operands):
        if callee is operator.pow and _is_huge_power(*constants):
            return None
        try:
            value = callee(*operands)  # type: ignore[operator]
        except (ArithmeticError, ValueError, TypeError):
            return None
        if isinstance(value, (bool, int, float, complex, np.generic)):
            return value  # type: ignore[return-value]  # a NumPy scalar is an operand too
        return None
    if len(operands) != 2:
        return None
    return _identity(callee, operands[0], operands[1], role)


def _is_huge_power(base: Any, exponent: Any) -> bool:
    """Whether a power of integers has more bits than anyone means: it would take hours."""
    integral = isinstance(base, int) and isinstance(exponent, int)
    return integral and base.bit_length() * abs(exponent) > LARGEST_BITS


def _is(operand: Operand, number: float) -> bool:
    return not isinstance(operand, Value) and not isinstance(operand, bool) and operand == number


_OF_EQUALS: dict[Callee, bool] = {
    operator.eq: True, operator.le: True, operator.ge: True,
    operator.ne: False, operator.lt: False, operator.gt: False,
}  # fmt: skip


def _identity(callee: Callee, x: Operand, y: Operand, role: str) -> Operand | None:
    integral = type_of(x).dtype.kind == "i" and type_of(y).dtype.kind == "i"
    if role == core.PRIMAL and not integral:
        return None
    if x is y and integral and core.is_scalar(x) and callee in _OF_EQUALS:
        return _OF_EQUALS[callee]
    keeps = _keeps_type
    if callee in (operator.mul, np.multiply):
        if _is(y, 1) and keeps(x, y):
            return x
        if _is(x, 1) and keeps(y, x):
            return y
    if callee in (operator.add, np.add):
        if _is(y, 0) and keeps(x, y):
            return x
        if _is(x, 0) and keeps(y, x):
            return y
    if callee in (operator.sub, np.subtract) and _is(y, 0) and keeps(x, y):
        return x
    if callee in (operator.truediv, np.true_divide) and _is(y, 1) and keeps(x, y):
        return x if is_float(type_of(x)) else None
    if callee is operator.floordiv and _is(y, 1) and keeps(x, y):
        return x
    return None


def _keeps_type(kept: Operand, other: Operand) -> bool:
    """Whether dropping a neutral constant leaves dtype as it is."""
    kind, constant = type_of(kept), type_of(other)
    if is_complex(constant):
        return is_complex(kind)
    return constant.dtype.kind in ("i", kind.dtype.kind) or is_float(kind)
