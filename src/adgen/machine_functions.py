"""Functions of C in what other packages hold them in: as functions of ctypes, which adgen calls."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from adgen.transpiler.errors import AdgenError

_KINDS: dict[str, Any] = {
    "float": ctypes.c_float, "double": ctypes.c_double, "_Bool": ctypes.c_bool,
    "char": ctypes.c_char, "short": ctypes.c_short, "int": ctypes.c_int, "long": ctypes.c_long,
    "long long": ctypes.c_longlong, "unsigned int": ctypes.c_uint, "unsigned long": ctypes.c_ulong,
    "size_t": ctypes.c_size_t, "int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64,
    "intptr_t": ctypes.c_ssize_t, "ptrdiff_t": ctypes.c_ssize_t,
}  # fmt: skip


def as_ctypes(function: Any) -> Any:
    """The function itself, or the one of ctypes in a ``scipy.LowLevelCallable`` or of cffi.

    Raises AdgenError for one that takes data beside its arguments, or what ctypes has no type for.
    """
    if type(function).__name__ == "LowLevelCallable":
        function = _of_scipy(function)
    is_cffi = type(function).__module__ == "_cffi_backend" and callable(function)
    return _of_cffi(function) if is_cffi else function


def _of_scipy(low_level: Any) -> Any:
    inner = getattr(low_level, "function", None)
    if not callable(inner) or getattr(low_level, "user_data", None) is not None:
        raise AdgenError(
            f"{low_level!r} holds no function of ctypes, or data for it",
            hint="make it of a function of ctypes, or give that function itself",
        )
    return inner


def _of_cffi(function: Any) -> Any:
    ffi = sys.modules["_cffi_backend"].FFI()  # type: ignore[attr-defined]  # it is loaded: it made this
    kind = ffi.typeof(function)
    result, *arguments = (_kind(part) for part in (kind.result, *kind.args))
    if None in (result, *arguments) or kind.ellipsis:
        raise AdgenError(
            f"`{kind.cname}` of cffi takes or returns what is no number or array of numbers",
            hint="write a Python function around it: @adgen.primitive(result=float)",
        )
    made: Any = ctypes.CFUNCTYPE(result, *arguments)(int(ffi.cast("intptr_t", function)))
    made.__name__ = "function"
    made.of_cffi = function  # keeps its library loaded
    return made


def _kind(part: Any) -> Any:
    """The type of ctypes for one of cffi; None if there is none."""
    if part.kind == "primitive":
        return _KINDS.get(part.cname)
    if part.kind == "pointer" and part.item.kind == "primitive" and part.item.cname in _KINDS:
        return ctypes.POINTER(_KINDS[part.item.cname])
    return None
