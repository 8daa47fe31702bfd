"""Type rules: the type of a result from the types of the operands."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from adgen.transpiler.ir.types import COMPLEX, F8, PYTHON, Array, Scalar, Type
from adgen.transpiler.primitives.kinds import TypeRule


def broadcast_ones(types: tuple[Type, ...]) -> tuple[bool, ...]:
    """Length-1 flags of the broadcast of array types; ``()`` when all are scalars."""
    arrays = [kind for kind in types if isinstance(kind, Array)]
    if not arrays:
        return ()
    ndim = max(kind.ndim for kind in arrays)
    aligned = [(True,) * (ndim - kind.ndim) + kind.ones for kind in arrays]
    return tuple(all(flags) for flags in zip(*aligned, strict=True))


def shaped(dtype: Any, ones: tuple[bool, ...], weak: bool = False) -> Type:
    """An array of those axes, or a scalar if there are none."""
    return Array(np.dtype(dtype), ones) if ones else Scalar(np.dtype(dtype), weak)


def ufunc(function: np.ufunc, python: bool = False) -> TypeRule:
    """NumPy's own promotion for a ufunc.

    ``python``: applied to Python numbers alone it gives a Python number
    (operators, ``math``), where the ufunc would give a NumPy scalar.
    """

    @functools.cache  # NumPy is asked for each op of a program, always the same
    def found(types: tuple[Type, ...]) -> Type:
        ones = broadcast_ones(types)
        weak = _are_weak(types, python)
        if weak:  # only Python numbers: their own dtypes decide
            dtypes: list[Any] = (
                [_python_dtype(function, kind) for kind in types]
                if python
                else [kind.dtype for kind in types]
            )
        else:
            dtypes = [
                PYTHON[kind.dtype.kind]
                if isinstance(kind, Scalar) and kind.weak and kind.dtype.kind != "b"
                else kind.dtype
                for kind in types
            ]
        dtype = function.resolve_dtypes((*dtypes, None))[-1]
        return shaped(dtype, ones, weak and python)

    return lambda types, attrs: found(types)


def _are_weak(types: tuple[Type, ...], python: bool) -> bool:
    """Whether all are Python's numbers; ``1j * np.float64(2.0)`` is one, for that is a float."""
    of_complex = python and types[0] == COMPLEX
    return all(
        isinstance(kind, Scalar) and (kind.weak or (of_complex and kind == F8)) for kind in types
    )


_KEEPS_BOOL = {np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.maximum, np.minimum}


def _python_dtype(function: np.ufunc, kind: Type) -> np.dtype[Any]:
    """In Python's arithmetic True is 1; only logic and choices keep truth values."""
    if kind.dtype.kind == "b" and function not in _KEEPS_BOOL:
        return np.dtype(np.int64)
    return kind.dtype


def has_complex_loop(function: np.ufunc) -> bool:
    """Whether NumPy computes a ufunc of complex numbers."""
    return any("D" in loop.partition("->")[0] for loop in function.types)


def fixed(kind: Type) -> TypeRule:
    """Always that scalar type (``math`` functions)."""
    return lambda types, attrs: kind


def boolean(types: tuple[Type, ...], attrs: Mapping[str, Any]) -> Type:
    """A truth value per element (comparisons)."""
    return shaped(np.bool_, broadcast_ones(types), _are_weak(types, True))


def reduction(dtype_of: Callable[[np.dtype[Any]], np.dtype[Any]]) -> TypeRule:
    """A reduction over attrs ``axis`` (a tuple of non-negative axes), with ``keepdims``."""

    def rule(types: tuple[Type, ...], attrs: Mapping[str, Any]) -> Type:
        (kind,) = types
        if isinstance(kind, Scalar):
            return Scalar(dtype_of(kind.dtype))
        axes, keep = attrs["axis"], attrs.get("keepdims", False)
        ones = tuple(
            True if axis in axes else one
            for axis, one in enumerate(kind.ones)
            if keep or axis not in axes
        )
        return shaped(dtype_of(kind.dtype), ones)

    return rule


def same_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """max, min: the dtype stays."""
    return dtype


def sum_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """sum, prod: small integers and bools widen, as in NumPy."""
    return np.add.reduce(np.zeros(1, dtype)).dtype


def mean_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """mean: integers become float64."""
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def matmul(types: tuple[Type, ...], attrs: Mapping[str, Any]) -> Type:
    """``@`` and ``np.dot`` of vectors and matrices; ``@`` of stacks of matrices."""
    x, y = types
    assert isinstance(x, Array) and isinstance(y, Array)
    stacks = tuple(Array(kind.dtype, kind.ones[:-2]) for kind in (x, y) if kind.ndim > 2)
    core = x.ones[-2:-1] + (y.ones[-1:] if y.ndim > 1 else ())
    return shaped(np.result_type(x.dtype, y.dtype), broadcast_ones(stacks) + core)


def outer(types: tuple[Type, ...], attrs: Mapping[str, Any]) -> Type:
    """``np.outer`` of 1-D operands."""
    x, y = types
    assert isinstance(x, Array) and isinstance(y, Array)
    return Array(np.result_type(x.dtype, y.dtype), x.ones + y.ones)
