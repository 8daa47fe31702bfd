"""Inputs of every kind: other arguments for the programs of the report, by the name of the kind.

A kind makes arguments of those of a case, or None where it makes nothing.  Kinds of *memory* hold
the same numbers in another way; the others are other arguments, for which Python is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Args = tuple[Any, ...]
Kind = Callable[[Args], Args | None]


def _strided(x: Any) -> Any:
    wide = np.full(tuple(2 * n for n in x.shape), np.nan, x.dtype)
    found = wide[(slice(None, None, 2),) * x.ndim]
    found[...] = x
    return found


def _backwards(x: Any) -> Any:
    turn = (slice(None, None, -1),) * x.ndim
    return x[turn].copy()[turn]


def _read_only(x: Any) -> Any:
    found = x.copy()
    found.flags.writeable = False
    return found


def _repeated(x: Any) -> Any:
    """The first row again and again, in the memory of one."""
    return np.broadcast_to(x[:1].copy(), x.shape)


def _of_arrays(make: Callable[[Any], Any]) -> Kind:
    """A kind that makes other arrays of the arrays; nothing where there is none."""

    def other(args: Args) -> Args | None:
        if not any(np.ndim(arg) for arg in args):
            return None
        return tuple(make(arg) if np.ndim(arg) else arg for arg in args)

    return other


MEMORY: dict[str, Kind] = {
    "strided": _of_arrays(_strided),
    "Fortran": _of_arrays(np.asfortranarray),
    "backwards": _of_arrays(_backwards),
    "read-only": _of_arrays(_read_only),
    "repeated": _of_arrays(_repeated),
}


def _cast(arg: Any, dtype: str) -> Any:
    """A number or an array in a dtype; integers up to 9, so that products wrap in 8 bits."""
    wide = 3 * np.asarray(arg) if np.dtype(dtype).kind in "iu" else np.asarray(arg)
    return wide.astype(np.int64).astype(dtype)[()] if dtype[0] == "u" else wide.astype(dtype)[()]


def _is_float(arg: Any) -> bool:
    return np.asarray(arg).dtype.kind == "f"


def _of_dtype(dtype: str) -> Kind:
    return lambda args: tuple(_cast(arg, dtype) if _is_float(arg) else arg for arg in args)


def _first_of_dtype(dtype: str) -> Kind:
    """The first argument in a dtype, the others as they are."""
    return lambda args: (_cast(args[0], dtype), *args[1:]) if len(args) > 1 else None


def _without_rows(args: Args) -> Args | None:
    return _of_arrays(lambda x: x[:0].copy())(args)


def _without_columns(args: Args) -> Args | None:
    wide = any(np.ndim(arg) > 1 for arg in args)
    return _of_arrays(lambda x: x[..., :0].copy())(args) if wide else None


def _of_one_element(args: Args) -> Args | None:
    return _of_arrays(lambda x: x[(slice(0, 1),) * x.ndim].copy())(args)


def _without_axes(args: Args) -> Args | None:
    return tuple(np.array(np.ravel(arg)[0]) if _is_float(arg) else arg for arg in args)


DTYPES = ("float32", "int8", "uint8", "int32", "int64", "bool")
OTHERS: dict[str, Kind] = {
    **{dtype: _of_dtype(dtype) for dtype in DTYPES},
    **{f"{dtype} first": _first_of_dtype(dtype) for dtype in DTYPES},
    "no rows": _without_rows,
    "no columns": _without_columns,
    "one element": _of_one_element,
    "0-d": _without_axes,
}
REFUSED: dict[str, Kind] = {
    dtype: _of_dtype(dtype) for dtype in ("float16", "longdouble", ">f8", "object")
}
KINDS: dict[str, Kind] = {**MEMORY, **OTHERS, **REFUSED}
