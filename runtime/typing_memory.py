"""What Numba has once found out about scalars and elements is not looked up again.

For each operator Numba tries one template after another, NumPy's loops among them, again in
each round of type inference and in each compilation.  The answer for given types is the same.
"""

from __future__ import annotations

import operator
from typing import Any

from numba.core import types
from numba.core.typing import signature

_Key = tuple[Any, ...]
_known: dict[_Key, Any] = {}  # guarded by Numba's compiler lock, as typing always is


class Remembering:
    """A typing context that remembers signatures; all else is that of the context behind it."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        """The signature of a call."""
        if not kws and (chosen := extreme(func, args)) is not None:
            return chosen
        if kws or not _plain_function(func) or not all(map(_plain, args)):
            return self._context.resolve_function_type(func, args, kws)
        key = func, *args
        if key not in _known:
            found = self._context.resolve_function_type(func, args, kws)
            if found is None:
                return None
            _known[key] = found
        return _known[key]

    def resolve_static_getitem(self, value: Any, index: Any) -> Any:
        """The signature of a read at a constant index."""
        return self.resolve_function_type("static_getitem", (value, index), {})

    def resolve_setitem(self, target: Any, index: Any, value: Any) -> Any:
        """The signature of a store."""
        if not all(map(_plain, (target, index, value))):
            return self._context.resolve_setitem(target, index, value)
        key = "setitem", target, index, value
        if key not in _known:
            found = self._context.resolve_setitem(target, index, value)
            if found is None:
                return None
            _known[key] = found
        return _known[key]


def extreme(func: Any, args: Any) -> Any:
    """The signature of `min` and `max` of two scalars of one type, else None.

    Numba compiles a function of its own for each; `lowering.py` makes a comparison of it.
    """
    if len(args) != 2 or getattr(func, "typing_key", None) not in (min, max):
        return None
    kinds = {types.unliteral(kind) for kind in args}
    for kind in (types.int64, types.float64):
        if kinds == {kind}:
            return signature(kind, kind, kind)
    return None


def _plain_function(func: Any) -> bool:
    """Whether no object of the program stands behind it; the key keeps Numba's own alive."""
    return type(func) is types.Function or func is operator.getitem or func in _STATEMENTS


_STATEMENTS = ("getiter", "iternext", "static_getitem")
_SCALARS = (types.Number, types.Boolean, types.IntegerLiteral, types.NumberClass)
_RANGES = (types.RangeType, types.RangeIteratorType)


def _plain(kind: Any) -> bool:
    if isinstance(kind, (*_SCALARS, *_RANGES)) or type(kind) is int:  # the index of a tuple
        return True
    if isinstance(kind, types.UniTuple):
        return isinstance(kind.dtype, types.Integer)
    return type(kind) is types.Array and isinstance(kind.dtype, (types.Number, types.Boolean))
