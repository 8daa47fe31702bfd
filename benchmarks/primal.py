"""Functions compiled again by Numba: the user's own, and adjoints with vector mathematics."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from numba import njit
from numba.extending import is_jitted

from adgen.runtime import vector_math


def compiled(function: Callable[..., Any]) -> Any:
    """``numba.njit`` of a function and of the plain Python functions of its module it calls."""
    assert isinstance(function, FunctionType)
    bindings = dict(function.__globals__)
    for name in function.__code__.co_names:
        if isinstance(bindings.get(name), FunctionType):
            bindings[name] = compiled(bindings[name])
    return njit(FunctionType(function.__code__, bindings, function.__name__))


def vectorised(adjoint: Any) -> Any:
    """A compiled adjoint with elementary functions that LLVM may vectorise; None without any.

    ``math`` means vector mathematics in it, and in the compiled functions that it calls.
    """
    function = adjoint.py_func
    bindings, changed = dict(function.__globals__), False
    for name in function.__code__.co_names:
        called: Any = bindings.get(name)
        inner = vectorised(called) if is_jitted(called) else None
        if inner is not None:
            bindings[name], changed = inner, True
    if bindings.get("math") is math and set(function.__code__.co_names) & set(_vector_functions()):
        bindings["math"], changed = _MATH, True
    if not changed:
        return None
    options = {name: adjoint.targetoptions[name] for name in ("error_model", "fastmath")
               if name in adjoint.targetoptions}  # fmt: skip
    return njit(**options)(FunctionType(function.__code__, bindings, function.__name__))


def _vector_functions() -> dict[str, Any]:
    return {
        name: function for name, function in vars(vector_math).items() if name in vars(math)
        and callable(function)
    }  # fmt: skip


_MATH = ModuleType("math_or_vectors")
vars(_MATH).update(vars(math), **_vector_functions(), __name__="math_or_vectors")
