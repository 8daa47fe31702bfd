"""Lets a rule be written in plain NumPy: a Tracer stands for an operand and emits ops."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, NEW, Index, Transpose
from adgen.transpiler.ir.types import INT, Array, Scalar, is_complex
from adgen.transpiler.primitives.builder import Builder, result_type
from adgen.transpiler.primitives.kinds import Refused, Unknown
from adgen.transpiler.primitives.spelling import called

_OPERATORS = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul,
    np.true_divide: operator.truediv, np.negative: operator.neg, np.power: operator.pow,
    np.less: operator.lt, np.less_equal: operator.le, np.greater: operator.gt,
    np.greater_equal: operator.ge, np.equal: operator.eq, np.not_equal: operator.ne,
    np.matmul: operator.matmul,
}  # fmt: skip


class Tracer:
    """An operand inside a rule."""

    __slots__ = ("builder", "operand")
    __array_priority__ = 1000

    def __init__(self, builder: Builder, operand: Operand) -> None:
        self.builder = builder
        self.operand = operand

    def call(self, callee: Callable[..., Any], *others: Any, **attrs: Any) -> Any:
        """``callee(self, *others)``, for functions that do not ask their arguments, as SciPy's."""
        return self._emit(callee, self, *others, **attrs)

    def _emit(self, callee: Callable[..., Any], *operands: Any, **attrs: Any) -> Any:
        from adgen.transpiler.primitives.table import find

        raw = [o.operand if isinstance(o, Tracer) else o for o in operands]
        entry = find(callee)
        if entry is not None and entry.shape is not None:
            attrs = {**entry.static, **attrs}
            if isinstance(result_type(callee, raw, attrs), tuple):
                made = self.builder.emit_many(callee, *raw, **attrs)
                return tuple(Tracer(self.builder, value) for value in made)
        return Tracer(self.builder, self.builder.emit(callee, *raw, **attrs))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Tracer:
        if method != "__call__" or kwargs:
            raise NotImplementedError(f"{ufunc.__name__}.{method} in a rule")
        return self._emit(_OPERATORS.get(ufunc, ufunc), *inputs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Tracer:
        if func is np.transpose:
            return self.transpose(tuple(range(self.ndim))[::-1])
        return self._emit(func, *args, **kwargs)

    @property
    def ndim(self) -> int:
        """Rank, known at compile time."""
        kind = type_of(self.operand)
        return kind.ndim if isinstance(kind, Array) else 0

    @property
    def is_complex(self) -> bool:
        """Whether it has an imaginary part, known at compile time."""
        return is_complex(type_of(self.operand))

    @property
    def shape(self) -> tuple[Any, ...]:
        """The extents: tracers, or 1 where that is known."""
        return tuple(
            Tracer(self.builder, extent) if isinstance(extent, core.Value) else extent
            for extent in self.builder.dims(self.operand)
        )

    def transpose(self, perm: tuple[int, ...]) -> Tracer:
        """Axes permuted."""
        if len(perm) < 2:
            return self
        return Tracer(self.builder, self.builder.getitem(self.operand, (Transpose(perm),)))

    @property
    def mT(self) -> Tracer:
        """The last two axes exchanged: each matrix of a stack transposed."""
        axes = tuple(range(self.ndim))
        return self.transpose((*axes[:-2], axes[-1], axes[-2]))

    @property
    def mH(self) -> Tracer:
        """Each matrix of a stack transposed and conjugated."""
        return conjugate(self.mT)

    def wide(self, axes: int = 1) -> Tracer:
        """With new axes of length 1 at the end; of a number: itself."""
        if self.ndim == 0:
            return self
        items = (FULL,) * self.ndim + (NEW,) * axes
        return Tracer(self.builder, self.builder.getitem(self.operand, (Index(items),)))

    def row(self) -> Tracer:
        """With a new axis of length 1 before the last one."""
        items: Any = (*(FULL for _ in range(self.ndim - 1)), NEW, FULL)
        return Tracer(self.builder, self.builder.getitem(self.operand, (Index(items),)))

    def identity(self) -> Tracer:
        """The identity matrix of the size of the last axis."""
        size, dtype = self.shape[-1], type_of(self.operand).dtype
        if isinstance(size, Tracer):
            return self._emit(np.eye, size, dtype=dtype.type)
        one = self.builder.emit(core.FULL_, 1.0, 1, 1, dtype=dtype, ones=(True, True))
        return Tracer(self.builder, one)

    @property
    def T(self) -> Tracer:
        """Axes reversed."""
        return self.transpose(tuple(range(self.ndim))[::-1])

    def _binary(callee: Callable[..., Any]) -> Any:  # type: ignore[misc]
        def method(self: Tracer, other: Any) -> Tracer:
            return self._emit(callee, self, other)

        return method

    def _reflected(callee: Callable[..., Any]) -> Any:  # type: ignore[misc]
        def method(self: Tracer, other: Any) -> Tracer:
            return self._emit(callee, other, self)

        return method

    __add__, __radd__ = _binary(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _binary(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _binary(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _binary(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __pow__ = _binary(operator.floordiv), _binary(operator.pow)
    __rpow__ = _reflected(operator.pow)
    __matmul__, __rmatmul__ = _binary(operator.matmul), _reflected(operator.matmul)
    __lt__, __le__ = _binary(operator.lt), _binary(operator.le)
    __gt__, __ge__ = _binary(operator.gt), _binary(operator.ge)
    __eq__, __ne__ = _binary(operator.eq), _binary(operator.ne)  # type: ignore[assignment]
    __and__, __or__ = _binary(operator.and_), _binary(operator.or_)
    __hash__ = object.__hash__

    def __neg__(self) -> Tracer:
        return self._emit(operator.neg, self)

    def __bool__(self) -> bool:
        raise TypeError("a rule may not branch on a traced value; use np.where")


def conjugate(x: Tracer) -> Tracer:
    """The complex conjugate; of real numbers nothing is computed."""
    return x._emit(np.conjugate, x) if x.is_complex else x


def apply_rule(builder: Builder, rule: Callable[..., Any], *operands: Any, **attrs: Any) -> Any:
    """Run a rule on operands (tuples of them, None stays None); operands in the same structure."""
    traced = [_traced(builder, o) for o in operands]
    return untrace(rule(*traced, **attrs))


def _traced(builder: Builder, operand: Any) -> Any:
    if isinstance(operand, tuple):
        return tuple(_traced(builder, part) for part in operand)
    return None if operand is None else Tracer(builder, operand)


def apply_partial(builder: Builder, op: core.Op, k: int, rule: Callable[..., Any], t: Any) -> Any:
    """The part of a tangent or cotangent that operand ``k`` of an elementwise op has.

    Raises NotDifferentiable where the derivative by that operand is not known.
    """
    if isinstance(rule, Unknown):
        place = _ORDINALS[k] if len(op.operands) > 1 else "only"
        raise NotDifferentiable(
            f"`{called(op.callee)}` has no derivative by its {place} argument: {rule.reason}",
            op.span, "let that argument not depend on what the derivative is by",
        )  # fmt: skip
    operands = (wide_integer(builder, o) for o in op.operands)
    return apply_rule(builder, stating(op, rule), t, op.result, *operands)


def wide_integer(builder: Builder, operand: Operand) -> Operand:
    """An operand of a formula: integers as int64, those that might be larger as float64.

    The square of an ``int8`` would overflow, and ``n - 1`` of an unsigned 0 be huge.
    """
    kind = type_of(operand)
    if kind.dtype.kind not in "iu" or kind.dtype == np.int64:
        return operand
    wide = np.dtype(np.float64 if kind.dtype == np.uint64 else np.int64)
    return builder.cast(
        operand, Array(wide, kind.ones) if isinstance(kind, Array) else Scalar(wide)
    )


_ORDINALS = ("first", "second", "third", "fourth")


def stating(op: core.Op, rule: Callable[..., Any]) -> Callable[..., Any]:
    """The rule, which raises NotDifferentiable with the place where it raises Refused."""

    def stated(*operands: Any, **attrs: Any) -> Any:
        try:
            return rule(*operands, **attrs)
        except Refused as refused:
            raise NotDifferentiable(
                f"`{called(op.callee)}`: {refused.reason}", op.span, refused.hint
            ) from None

    return stated


def untrace(result: Any) -> Any:
    """Tracers replaced by their operands."""
    if isinstance(result, tuple):
        return tuple(untrace(part) for part in result)
    return result.operand if isinstance(result, Tracer) else result


def broadcast_like(g: Tracer, x: Tracer, axes: tuple[int, ...], keepdims: bool) -> Tracer:
    """A reduction's cotangent spread over the reduced axes: new axes put back, then broadcast."""
    if x.ndim == 0:
        return g
    builder = g.builder
    operand = g.operand
    if not keepdims and g.ndim and g.ndim < x.ndim:
        items = tuple(NEW if axis in axes else FULL for axis in range(x.ndim))
        operand = builder.getitem(operand, (Index(items),))
    kind = type_of(x.operand)
    assert isinstance(kind, Array)
    out = builder.emit(core.BROADCAST, operand, *builder.dims(x.operand), ones=kind.ones)
    return Tracer(builder, out)


def expand_reduced(y: Tracer, x: Tracer, axes: tuple[int, ...], keepdims: bool) -> Tracer:
    """A reduction's result with the reduced axes put back with length 1 (to compare with x)."""
    if keepdims or y.ndim == 0 or y.ndim == x.ndim:
        return y
    items = tuple(NEW if axis in axes else FULL for axis in range(x.ndim))
    return Tracer(y.builder, y.builder.getitem(y.operand, (Index(items),)))


def counted_along(x: Tracer, axis: int) -> Tracer:
    """0, 1, 2, … along one axis of an array, the other axes of length 1."""
    b, extent = x.builder, x.shape[axis]
    size = extent.operand if isinstance(extent, Tracer) else extent
    index, carried = Value(INT, "place"), Value(Array(np.dtype(np.float64), (False,)), "places")
    inner = b.inner()
    number = inner.cast(index, Scalar(np.dtype(np.float64)))
    filled = inner.setitem(carried, number, (Index((paths.INT,)),), index)
    empty = b.emit(core.EMPTY, size, dtype=np.dtype(np.float64), ones=(False,), name="places")
    block = inner.block((index, carried), (filled,))
    (places,) = b.region(core.FOR, (0, size, 1, empty), [block], [carried.type], ["places"])
    items = tuple(FULL if k == axis else NEW for k in range(x.ndim))
    return Tracer(b, b.getitem(places, (Index(items),)))
