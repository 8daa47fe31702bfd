"""Dual numbers: NumPy values that carry the derivatives in all directions of the inputs.

Both the values and the tangents of an array are real NumPy arrays (the tangents have
one more axis, last), so a view of a dual array is a pair of views and in-place writes
behave exactly as NumPy's do.  Nothing here knows the table of primitives.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Watch:
    """What a run came close to: the smallest distance to a kink, the largest number."""

    directions: int = 0
    margin: float = np.inf
    largest: float = 0.0

    def near(self, distance: Any, matters: Any = True) -> None:
        """Note distances to a branch or kink, where ``matters`` holds."""
        distance, matters = np.broadcast_arrays(np.abs(distance), matters)
        if np.any(matters):
            self.margin = min(self.margin, float(np.min(distance[matters])))

    def seen(self, numbers: Any) -> None:
        """Note magnitudes."""
        if np.size(numbers):
            largest = float(np.max(np.abs(numbers)))
            self.largest = max(self.largest, largest) if largest == largest else np.inf


watch = Watch()


def start(directions: int) -> Watch:
    """Begin a run with that many input directions."""
    watch.directions, watch.margin, watch.largest = directions, np.inf, 0.0
    return watch


def value_of(thing: Any) -> Any:
    """The value without derivatives."""
    return thing.value if isinstance(thing, Dual) else thing


def tangent_of(thing: Any) -> Any:
    """The tangents, zeros for a constant."""
    if isinstance(thing, Dual):
        return thing.tangent
    return np.zeros((*np.shape(thing), watch.directions))


def wrap(value: Any, tangent: Any) -> Any:
    """A Dual scalar or array of that value; ``tangent`` broadcasts to it."""
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        scalar = value[()] if isinstance(value, np.ndarray) else value
        watch.seen(scalar)
        watch.seen(tangent)
        return DualScalar(scalar, np.broadcast_to(tangent, (watch.directions,)).astype(float))
    if value.dtype.kind not in "fi":
        return value
    watch.seen(value)
    watch.seen(tangent)
    return DualArray(value, _laid_out_like(value, tangent))


def _laid_out_like(value: np.ndarray, tangent: Any) -> np.ndarray:
    """The tangents in memory order of the value, so that both reshape alike (view or copy)."""
    order = sorted(range(value.ndim), key=lambda axis: -abs(value.strides[axis]))
    fresh = np.empty((*(value.shape[axis] for axis in order), watch.directions))
    back = [order.index(axis) for axis in range(value.ndim)]
    out = fresh.transpose(*back, value.ndim)
    out[...] = tangent
    return out


def constant(value: Any) -> Any:
    """An array of numbers as a dual array whose tangents are zero; anything else as it is."""
    if isinstance(value, np.ndarray) and value.ndim and value.dtype.kind in "fi":
        return wrap(value, 0.0)
    return value


def apply(function: Callable[..., Any], partials: tuple[Any, ...], *operands: Any) -> Any:
    """``function`` element by element; ``partials[k](*values)`` is d/d operand k (or None)."""
    values = [value_of(operand) for operand in operands]
    out = function(*values)
    if not any(isinstance(operand, Dual) for operand in operands):
        return constant(out)
    tangent: Any = np.zeros(watch.directions)
    for partial, operand in zip(partials, operands, strict=True):
        if partial is not None and isinstance(operand, Dual):
            slope = np.asarray(partial(*values), dtype=float)
            tangent = tangent + slope[..., None] * operand.tangent
    return wrap(out, tangent)


def varies(*operands: Any) -> Any:
    """Where any of the operands depends on the inputs: only there is a tie a kink."""
    return np.any(sum(np.abs(tangent_of(operand)) for operand in operands), axis=-1)


def compare(relation: Callable[[Any, Any], Any], first: Any, second: Any) -> Any:
    """A comparison of values, which notes how close it was."""
    left, right = value_of(first), value_of(second)
    if first is not second:
        watch.near(np.subtract(left, right, dtype=float), varies(first, second))
    return relation(left, right)


def power(x: Any, y: Any) -> Any:
    """``x ** y``."""
    return apply(
        operator.pow,
        (
            lambda a, b: np.where(np.equal(b, 0), 0.0, b * np.power(np.add(a, 0.0), b - 1.0)),
            lambda a, b: np.log(np.where(np.greater(a, 0), a, 1.0)) * np.power(np.add(a, 0.0), b),
        ),
        x,
        y,
    )


def floored(operation: Callable[..., Any], x: Any, y: Any) -> Any:
    """``//`` (piecewise constant) or ``%`` (slope 1 in x, minus the quotient in y)."""
    quotient = np.true_divide(value_of(x), value_of(y))
    watch.near(quotient - np.rint(quotient), varies(x, y))
    if operation is operator.floordiv:
        return apply(operation, (None, None), x, y)
    slopes = (lambda a, b: np.ones(np.broadcast_shapes(np.shape(a), np.shape(b))),
              lambda a, b: -np.floor(np.true_divide(a, b)))  # fmt: skip
    return apply(operation, slopes, x, y)


def divide(x: Any, y: Any) -> Any:
    """``x / y``; a small divisor counts as a kink."""
    watch.near(value_of(y), varies(y))
    return apply(
        operator.truediv, (lambda a, b: 1.0 / (b + 0.0 * a), lambda a, b: -a / (b * b * 1.0)), x, y
    )


def absolute(x: Any) -> Any:
    """``abs(x)``."""
    watch.near(value_of(x), varies(x))
    return apply(abs, (np.sign,), x)


def contract(x: Any, y: Any) -> Any:
    """``x @ y`` of vectors and matrices: the last axis of x meets the first of y."""
    left, right = value_of(x), value_of(y)
    out = left @ right
    first = np.tensordot(tangent_of(x), right, axes=(np.ndim(left) - 1, 0))
    first = np.moveaxis(first, np.ndim(left) - 1, -1)
    second = np.tensordot(left, tangent_of(y), axes=(np.ndim(left) - 1, 0))
    return wrap(out, first + second)


def _ones(a: Any, b: Any) -> Any:
    return np.ones(())


_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda x, y: apply(operator.add, (_ones, _ones), x, y),
    "sub": lambda x, y: apply(operator.sub, (_ones, lambda a, b: -np.ones(())), x, y),
    "mul": lambda x, y: apply(operator.mul, (lambda a, b: b, lambda a, b: a), x, y),
    "truediv": divide,
    "pow": power,
    "floordiv": lambda x, y: floored(operator.floordiv, x, y),
    "mod": lambda x, y: floored(operator.mod, x, y),
    "matmul": contract,
}


class Dual:
    """A value and its derivatives; operators as in Python and NumPy."""

    __slots__ = ("value", "tangent")
    __hash__ = object.__hash__

    def __init__(self, value: Any, tangent: np.ndarray) -> None:
        self.value = value
        self.tangent = tangent

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from tests.random_programs.namespace import NUMPY

        if method != "__call__" or kwargs:
            return NotImplemented
        return getattr(NUMPY, ufunc.__name__)(*inputs)

    def __neg__(self) -> Any:
        return apply(operator.neg, (lambda a: -np.ones(()),), self)

    def __pos__(self) -> Any:
        return apply(operator.pos, (lambda a: np.ones(()),), self)

    def __abs__(self) -> Any:
        return absolute(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r}, {self.tangent!r})"


def _install_operators() -> None:
    for name, function in _BINARY.items():
        setattr(Dual, f"__{name}__", lambda self, other, f=function: f(self, other))
        setattr(Dual, f"__r{name}__", lambda self, other, f=function: f(other, self))
    for name in ("lt", "le", "gt", "ge", "eq", "ne"):
        relation = getattr(operator, name)
        setattr(Dual, f"__{name}__", lambda self, other, r=relation: compare(r, self, other))


_install_operators()


class DualScalar(Dual):
    """A number: immutable, so ``s += 1`` rebinds the name."""

    __slots__ = ()
    shape: tuple[int, ...] = ()
    ndim = 0
    size = 1

    def __bool__(self) -> bool:
        watch.near(self.value, np.any(self.tangent, axis=-1))
        return bool(self.value)

    def __int__(self) -> int:
        watch.near(self.value - np.rint(self.value), np.any(self.tangent, axis=-1))
        return int(self.value)

    def __index__(self) -> int:
        return operator.index(self.value)

    def __float__(self) -> float:
        raise TypeError("float() would drop the derivative: the namespace has its own")


class DualArray(Dual):
    """An array: views share memory, augmented assignment works in place."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        value, tangent = self.value[index], self.tangent[_with_directions(index)]
        if isinstance(value, np.ndarray):
            return DualArray(value, tangent)
        return DualScalar(value, tangent.copy())

    def __setitem__(self, index: Any, new: Any) -> None:
        value, tangent = np.copy(value_of(new)), np.copy(tangent_of(new))
        self._note_overlap(index, value_of(new))
        self.value[index] = value
        self.tangent[_with_directions(index)] = tangent

    def _note_overlap(self, index: Any, new: Any) -> None:
        """NumPy copies between overlapping lines of different strides in the wrong order.

        ``M[1] = M[:, 2]`` depends on that order: such a program is no test.
        """
        part = self.value[index]
        if isinstance(part, np.ndarray) and part.ndim == 1 and isinstance(new, np.ndarray):
            if part.strides != new.strides[-1:] and np.may_share_memory(part, new):
                watch.near(0.0)

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    T = property(lambda self: self.transpose())

    def transpose(self, *axes: Any) -> DualArray:
        """Axes permuted, as a view."""
        perm = axes[0] if axes and isinstance(axes[0], tuple) else axes
        perm = tuple(perm) or tuple(range(self.ndim))[::-1]
        return DualArray(self.value.transpose(perm), self.tangent.transpose(*perm, self.ndim))

    def reshape(self, *shape: Any) -> DualArray:
        """Another shape, a view where NumPy gives one."""
        value = self.value.reshape(*shape)
        return DualArray(value, self.tangent.reshape(*value.shape, watch.directions))

    def ravel(self) -> DualArray:
        """One axis, a view where NumPy gives one."""
        value = self.value.ravel()
        tangent = self.tangent.reshape(*value.shape, watch.directions)
        shared = np.shares_memory(value, self.value)
        return DualArray(value, tangent if shared else tangent.copy())

    def flatten(self) -> DualArray:
        """One axis, always a copy."""
        return self.copy().reshape(-1)

    def copy(self) -> DualArray:
        """A fresh array."""
        return wrap(self.value.copy(), self.tangent)

    def _method(name: str) -> Any:  # noqa: N805  # runs while the class is built
        def method(self: DualArray, *args: Any, **kwargs: Any) -> Any:
            from tests.random_programs.namespace import NUMPY

            return getattr(NUMPY, name)(self, *args, **kwargs)

        return method

    sum, mean, prod = _method("sum"), _method("mean"), _method("prod")
    max, min, dot, clip = _method("max"), _method("min"), _method("dot"), _method("clip")

    def _in_place(name: str) -> Any:  # noqa: N805  # runs while the class is built
        function = _BINARY[name]

        def method(self: DualArray, other: Any) -> DualArray:
            result = function(self, other)
            self.value[...] = value_of(result)
            self.tangent[...] = tangent_of(result)
            return self

        return method

    __iadd__, __isub__, __imul__ = _in_place("add"), _in_place("sub"), _in_place("mul")
    __itruediv__, __ipow__ = _in_place("truediv"), _in_place("pow")
    __imod__, __ifloordiv__ = _in_place("mod"), _in_place("floordiv")


def _with_directions(index: Any) -> Any:
    """The same index for the tangents, whose last axis stays whole."""
    parts = index if isinstance(index, tuple) else (index,)
    return (*parts, slice(None)) if any(part is Ellipsis for part in parts) else index
