"""Calls of functions that are called as they are, by CPython: what they return is declared."""

from __future__ import annotations

import ctypes
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.bindings import Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.ir.core import Operand
from adgen.transpiler.ir.types import BOOL, FLOAT, INT, Array, Scalar, Type
from adgen.transpiler.primitives.outside import Outside
from adgen.transpiler.source import Source
from adgen.transpiler.user_primitives import UserPrimitive

_PYTHON: dict[Any, Type] = {float: FLOAT, int: INT, bool: BOOL}
# How ctypes calls numbers: a function that returns one of them returns a number of Python.
_OF_NUMBERS = {
    **dict.fromkeys("fd", float), **dict.fromkeys("bBhHiIlLqQ", int), "?": bool,
}  # fmt: skip
_NAMES = {"float": FLOAT, "int": INT, "bool": BOOL}
_ARRAY = re.compile(r"(?P<dtype>\w+)\s*(\[(?P<axes>\s*:\s*(,\s*:\s*)*)\])?")
_OF_C = type(ctypes.pythonapi.Py_IncRef).__mro__[1]  # what all functions of ctypes are
_taken: dict[str, list[Any]] = {}  # keys -> the functions that share the name


def declared(result: Any) -> Type | None:
    """The type that a declaration says: ``float``, ``np.float32``, ``"f8[:, :]"``."""
    if isinstance(result, str):
        if result in _NAMES:
            return _NAMES[result]
        found = _ARRAY.fullmatch(result.strip())
        if found is None:
            return None
        dtype = _dtype(found["dtype"])
        axes = found["axes"]
        if dtype is None or axes is None:
            return None if dtype is None else Scalar(dtype)
        return Array(dtype, (False,) * axes.count(":"))
    try:
        if result in _PYTHON:
            return _PYTHON[result]
    except TypeError:  # not hashable
        return None
    dtype = _dtype(result)
    return None if dtype is None else Scalar(dtype)


def _dtype(text: Any) -> np.dtype[Any] | None:
    try:
        dtype = np.dtype(text)
    except TypeError:
        return None
    return dtype if dtype.kind in "fiub" and dtype.itemsize <= 8 else None


def is_outside(primitive: UserPrimitive) -> bool:
    """Whether a primitive is called as it is: it says what it returns, or is machine code."""
    return primitive.result is not None or isinstance(primitive.function, _OF_C)


def call_outside(
    cx: Context, call: Call, primitive: UserPrimitive, arguments: Sequence[Operand | Static],
    keywords: Mapping[str, Any],
) -> Operand:  # fmt: skip
    """The op of the call; constants are given to the function by CPython."""
    constants = {k: a.value for k, a in enumerate(arguments) if isinstance(a, Static)}
    operands = [a for a in arguments if not isinstance(a, Static)]
    place = (len(arguments), repr(constants), repr(sorted(keywords.items())))
    if place not in primitive.made:
        primitive.made[place] = Outside(
            primitive.__name__,
            _bound(primitive.function, len(arguments), constants, keywords),
            _result(cx, call, primitive),
            _key(primitive.function, constants, keywords),
        )
    return cx.emit(call.node, primitive.made[place], *operands, name=call.name)


def _result(cx: Context, call: Call, primitive: UserPrimitive) -> Type:
    given: Any = primitive.result
    if given is None:
        found = getattr(primitive.function, "restype", None)
        given = _OF_NUMBERS.get(getattr(found, "_type_", ""))
    kind = None if given is None else declared(given)
    if kind is None:
        cx.refuse(
            UnsupportedSyntax, f"what the primitive `{call.function}` returns is not declared",
            call.node, 'declare it: @adgen.primitive(result=float), or result="f8[:]"',
        )  # fmt: skip
    return kind


def _bound(
    function: Any, count: int, constants: Mapping[int, Any], keywords: Mapping[str, Any]
) -> Callable[..., Any]:
    """The function of what is computed alone."""
    if isinstance(function, _OF_C):
        function = _of_arrays(function)
    if not constants and not keywords:
        return function  # type: ignore[no-any-return]

    def bound(*values: Any) -> Any:
        given = iter(values)
        return function(*(constants[k] if k in constants else next(given) for k in range(count)),
                        **keywords)  # fmt: skip

    return bound


def _of_arrays(function: Any) -> Callable[..., Any]:
    """A function of C with arrays in the place of pointers to numbers."""

    def called(*values: Any) -> Any:
        kinds = function.argtypes or (None,) * len(values)
        return function(*map(_pointed, values, kinds))

    return called


def _pointed(value: Any, kind: Any) -> Any:
    target = getattr(kind, "_type_", None)
    if not isinstance(value, np.ndarray) or isinstance(target, (str, type(None))):
        return value
    if value.dtype != np.dtype(target):
        raise TypeError(f"an array of {value.dtype} is given where C takes {np.dtype(target)}")
    return np.ascontiguousarray(value).ctypes.data_as(kind)


def _key(function: Any, constants: Mapping[int, Any], keywords: Mapping[str, Any]) -> str:
    """``module:qualified.name``, numbered where functions share it."""
    if isinstance(function, Source):  # of a file that is only read
        return f"{Path(function.file).stem}:{function.name}"
    if not isinstance(function, FunctionType):  # functools.wraps copies the attributes of Numba's
        function = getattr(function, "py_func", function)
    name = getattr(function, "__qualname__", getattr(function, "__name__", "function"))
    plain = f"{getattr(function, '__module__', '') or ''}:{name}"
    if constants or keywords:
        return f"{plain}#{next(_numbers)}"
    same = _taken.setdefault(plain, [])
    places = [k for k, other in enumerate(same) if other is function]
    if not places:
        same.append(function)
    place = places[0] if places else len(same) - 1
    return plain if place == 0 else f"{plain}#{place + 1}"


_numbers = itertools.count(10_000)  # of functions with constants of their own
