"""Types of values: Python and NumPy scalars, and arrays.

Every value is fully typed.  ``weak`` marks Python's own numbers, which by
NumPy's promotion rules (NEP 50) do not decide the dtype of a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.transpiler.ir.layout import Layout


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number.  ``weak``: Python's own bool, int, float or complex; else a NumPy scalar."""

    dtype: np.dtype[Any]
    weak: bool = False

    def __str__(self) -> str:
        code = self.dtype.str[1:] if self.dtype.kind != "b" else "bool"
        return f"py.{code}" if self.weak else code


@dataclass(frozen=True, slots=True)
class Opaque(Scalar):
    """An object that only draws look into: a random generator of NumPy, by its class.

    It counts as a scalar without a derivative; it is never an element of anything.
    """

    cls: type = object

    def __str__(self) -> str:
        return self.cls.__name__


@dataclass(frozen=True, slots=True)
class Point(Scalar):
    """An array without axes among arguments and results; in the IR it is a number like others."""


@dataclass(frozen=True, slots=True)
class Array:
    """An n-dimensional array; ``ones[k]`` says that axis ``k`` is known to have length 1.

    An axis with ``ones[k] == False`` has *not* length 1 wherever that decides
    broadcasting: the specialisation key (arguments) or a guard op (computed
    extents) makes sure of it.  ``layout`` is used in descriptions of arguments alone, for
    those that are not in C's order: values of the IR have no place in memory.
    """

    dtype: np.dtype[Any]
    ones: tuple[bool, ...]
    layout: Layout | None = None

    @property
    def ndim(self) -> int:
        """Number of axes (at least 1: a 0-d array is a Scalar)."""
        return len(self.ones)

    def __str__(self) -> str:
        axes = ",".join("1" if one else ":" for one in self.ones)
        code = self.dtype.str[1:] if self.dtype.kind != "b" else "bool"
        return f"{code}[{axes}]"


Type = Scalar | Array

BOOL = Scalar(np.dtype(np.bool_), weak=True)
INT = Scalar(np.dtype(np.int64), weak=True)
FLOAT = Scalar(np.dtype(np.float64), weak=True)
COMPLEX = Scalar(np.dtype(np.complex128), weak=True)
F8 = Scalar(np.dtype(np.float64))

# Python's own numbers by the kind of their dtype
PYTHON: dict[str, type] = {"b": bool, "i": int, "u": int, "f": float, "c": complex}


def opaque(cls: type) -> Opaque:
    """The type of the objects of a class."""
    return Opaque(np.dtype(object), True, cls)


def is_generator(value: Any) -> bool:
    """Whether an object is a random generator of NumPy, of Generator or of RandomState itself.

    Their module is not imported to find out: most programs never do.
    """
    return is_generator_class(type(value))


def is_generator_class(cls: type) -> bool:
    """Whether a class is one of these two."""
    return (cls.__module__, cls.__name__) in _GENERATORS


_GENERATORS = (("numpy.random._generator", "Generator"), ("numpy.random.mtrand", "RandomState"))


def array(dtype: Any, ndim: int) -> Array:
    """An array type none of whose axes is known to have length 1."""
    return Array(np.dtype(dtype), (False,) * ndim)


def type_of_constant(value: Any) -> Scalar:
    """The type of a Python or NumPy number.

    >>> str(type_of_constant(2.0))
    'py.f8'
    """
    if isinstance(value, (np.bool_, np.number)):
        return Scalar(value.dtype)
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    if isinstance(value, float):
        return FLOAT
    if isinstance(value, complex):
        return COMPLEX
    raise TypeError(f"not a number: {value!r}")


def is_float(kind: Type) -> bool:
    """Whether values of this type can carry a derivative: floating numbers, complex ones too."""
    return kind.dtype.kind in "fc"


def is_complex(kind: Type) -> bool:
    """Whether values of this type have an imaginary part."""
    return kind.dtype.kind == "c"


def real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of the parts of a complex dtype; any other as it is."""
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def real_part(kind: Type) -> Type:
    """The type of the real part."""
    if isinstance(kind, Array):
        return Array(real_dtype(kind.dtype), kind.ones)
    return Scalar(real_dtype(kind.dtype), kind.weak)


def join(first: Type, second: Type) -> Type | None:
    """The least type that holds both, or None (an array and a scalar, two ranks).

    >>> str(join(INT, FLOAT))
    'py.f8'
    """
    if first == second:
        return first
    if isinstance(first, Opaque) or isinstance(second, Opaque):
        return None
    if isinstance(first, Scalar) and isinstance(second, Scalar):
        return Scalar(_join_dtype(first.dtype, second.dtype), first.weak and second.weak)
    if isinstance(first, Array) and isinstance(second, Array) and first.ndim == second.ndim:
        ones = tuple(a and b for a, b in zip(first.ones, second.ones, strict=True))
        return Array(_join_dtype(first.dtype, second.dtype), ones)
    return None


def _join_dtype(first: np.dtype[Any], second: np.dtype[Any]) -> np.dtype[Any]:
    return np.result_type(first, second)


@dataclass(frozen=True, slots=True)
class Static:
    """An argument that is known at compile time and specialised away."""

    value: Any
