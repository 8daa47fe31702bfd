"""Which Python text defines which NumPy function."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

Definition = TypeVar("Definition", bound=Callable[..., Any])

_DEFINITIONS: dict[Any, Callable[..., Any]] = {}
_SHARING: set[Callable[..., Any]] = set()


def defines(*functions: Any) -> Callable[[Definition], Definition]:
    """Let the decorated function say what calls of these NumPy functions compute."""

    def enter(definition: Definition) -> Definition:
        for function in functions:
            _DEFINITIONS[function] = definition
        return definition

    return enter


def definition_of(function: Any) -> Callable[..., Any] | None:
    """The definition of a NumPy function, or None."""
    try:
        return _DEFINITIONS.get(function)
    except TypeError:  # not hashable
        return None


def shares_memory(definition: Any) -> bool:
    """Whether NumPy's result is a read-only view of the first argument, and ours a copy of it."""
    return definition in _SHARING


def view_in_numpy(definition: Definition) -> Definition:
    """Mark a definition whose result NumPy returns as a read-only view of the first argument."""
    _SHARING.add(definition)
    return definition


def owns(function: Any) -> bool:
    """Whether a function is part of the library's own text."""
    return (getattr(function, "__module__", "") or "").startswith("adgen.transpiler.library")


def names() -> list[str]:
    """The functions that have a definition, as users write them, in the order of the files."""
    return [_shown(function) for function in _DEFINITIONS]


def near_matches(name: str) -> list[str]:
    """Names in the library that resemble ``name``, for an error message."""
    known = sorted({function.__name__ for function in _DEFINITIONS})
    return difflib.get_close_matches(name, known, n=3)


def _shown(function: Any) -> str:
    module = (getattr(function, "__module__", "") or "numpy").split(".")
    public = ["np", *(part for part in module[1:] if not part.startswith("_"))]
    return ".".join([*public, function.__name__])


def refuse(message: str, hint: str) -> NoReturn:
    """In a definition: what is asked for is not compiled.  The front end makes it a refusal."""
    raise NotImplementedError(f"{message}: {hint}")


def as_usual(*given: Any) -> None:
    """In a definition: parameters like ``dtype`` and ``out`` that are accepted only as None."""
    for parameter in given:
        if parameter is not None:
            refuse("this function with `dtype` or `out`", "write `.astype(...)`, or `out[:] = ...`")


def alike(a: Any, b: Any) -> bool:
    """In a definition: whether two arrays that broadcast together have one shape.

    The front end decides it.
    """
    return bool(a.shape == b.shape)


def is_one(a: Any, axis: int) -> bool:
    """In a definition: whether an axis is known to have length 1.  The front end decides it."""
    return bool(a.shape[axis] == 1)
