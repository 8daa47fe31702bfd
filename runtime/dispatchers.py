"""What a Numba dispatcher holds that knows one signature; other functions hold nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def entry_point(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a dispatcher calls once it knows the types of the arguments; else the function.

    It trusts its arguments: they must be of the types that it was compiled for.
    """
    compiled = _only(function)
    return getattr(compiled, "entry_point", None) or function


def fingerprint() -> Callable[[Any], bytes] | None:
    """Numba's own test of a tuple of values, in C: by ranks, orders and protection of arrays.

    It is blind to byte order and to subclasses.  None where Numba has not been imported, or
    has it no more.
    """
    return getattr(sys.modules.get("numba._dispatcher"), "compute_fingerprint", None)


def returns_float(function: Callable[..., Any], *path: int) -> bool:
    """Whether it is sure that there is a Python float at ``path`` of the function's result."""
    compiled = _only(function)
    if compiled is None:
        return False
    from numba.core import types

    kind: Any = compiled.signature.return_type
    for step in path:
        if not isinstance(kind, types.BaseTuple) or step >= len(kind):
            return False
        parts: Any = kind
        kind = parts[step]
    return bool(kind == types.float64)


def _only(function: Callable[..., Any]) -> Any:
    compiled = list(getattr(function, "overloads", {}).values())
    return compiled[0] if len(compiled) == 1 else None
