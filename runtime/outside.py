"""Functions of the user's that generated code calls as they are, by CPython."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

_registered: dict[str, Callable[..., Any]] = {}
PYTHON = {"float": float, "int": int, "bool": bool}


def register(key: str, function: Callable[..., Any]) -> None:
    """Let ``key`` stand for a function."""
    _registered[key] = function


def call_python(key: str, kind: str, *values: Any) -> Any:
    """What the function ``module:name`` returns, which is of a kind: ``float``, ``"f8[:, :]"``.

    It may not write to the arrays that it is given; an array that it returns is copied.
    Raises TypeError if it returns something of another kind.
    """
    given = [_protected(value) if isinstance(value, np.ndarray) else value for value in values]
    found = _function(key)(*given)
    python = PYTHON.get(kind)
    if python is not None:
        if isinstance(found, np.ndarray) and found.ndim:
            raise _unlike(key, kind, found)
        number = np.asarray(found)
        if number.ndim or not np.can_cast(number.dtype, python, "same_kind"):
            raise _unlike(key, kind, found)
        return python(found)
    dtype, ndim = kind_of(kind)
    have = np.asarray(found)
    if have.dtype != dtype or have.ndim != ndim:
        raise _unlike(key, kind, found)
    return have.copy(order="C") if ndim else dtype.type(found)


def _protected(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _unlike(key: str, kind: str, found: Any) -> TypeError:
    name = key.rpartition(":")[2].partition("#")[0]
    have = np.asarray(found)
    axes = f"[{', '.join(':' * have.ndim)}]" if have.ndim else ""
    return TypeError(f"{name} returns {have.dtype.str[1:]}{axes}, but is declared to return {kind}")


def _function(key: str) -> Callable[..., Any]:
    found = _registered.get(key)
    if found is None:  # a module that was written to a file, in another process
        module, _, path = key.partition(":")
        thing: Any = importlib.import_module(module)
        for name in path.split("."):
            thing = getattr(thing, name)
        found = _registered[key] = thing
    return found


@functools.cache
def kind_of(text: str) -> tuple[np.dtype[Any], int]:
    """The dtype and the rank of ``f8[:, :]``."""
    return np.dtype(text.partition("[")[0]), text.count(":")
