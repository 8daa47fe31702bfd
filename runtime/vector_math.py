"""Elementary functions that LLVM may vectorise, for generated code.

A call is one of the C library's function, so a single number, and a loop that is not
vectorised, get what ``math`` computes.  The call carries the names of functions that do several
numbers at once (``vector_functions.py``), which LLVM's vectoriser takes instead where a loop
allows it; they are exact to 4 units in the last place.  In plain CPython these are NumPy's and
``math``'s functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

from adgen.runtime import vector_composed
from adgen.runtime.vector_calls import call
from adgen.runtime.vector_functions import ARITIES, variants

variants()  # makes the symbols known: what imports this module may be about to load machine code


def _function(name: str) -> Callable[..., Any]:
    """A function of C's library."""
    usual = _USUAL[name]

    def lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
        simple = vector_composed.power(builder, *args) if name == "pow" else None
        return simple if simple is not None else call(context, builder, name, usual, args)

    return _made(name, ARITIES[name], usual, lower)


def _composed(name: str) -> Callable[..., Any]:
    """A function that is composed of others; in plain CPython NumPy's or SciPy's."""
    compose = getattr(vector_composed, name)

    def lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
        def elementary(called: str, *operands: ir.Value) -> ir.Value:
            return call(context, builder, called, _USUAL[called], operands)

        return compose(builder, elementary, *args)

    def usual(*operands: Any) -> Any:
        from scipy import special

        return (getattr(np, name, None) or getattr(special, name))(*operands)

    return _made(name, _COMPOSED[name], usual, lower)


def _made(name: str, arity: int, usual: Callable[..., Any], lower: Any) -> Callable[..., Any]:
    def function(*operands: Any) -> Any:
        return usual(*operands)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"``{name}`` of a number, which may be vectorised."

    @type_callable(function)
    def typer(context: Any) -> Any:
        return _type_unary if arity == 1 else _type_binary

    lower_builtin(function, *(types.Float,) * arity)(lower)
    return function


def _type_unary(x: Any) -> Any:
    return _typed(x)


def _type_binary(x: Any, y: Any) -> Any:
    return _typed(x, y)


def _typed(*operands: Any) -> Any:
    if not all(isinstance(kind, (types.Number, types.Boolean)) for kind in operands):
        return None
    if any(isinstance(kind, types.Complex) for kind in operands):
        return None
    narrow = all(kind == types.float32 for kind in operands)
    kind = types.float32 if narrow else types.float64
    return signature(kind, *(kind,) * len(operands))


# The functions of C's library, and what Numba knows as the same.
_USUAL: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in ("exp", "exp2", "expm1", "log", "log2", "log10")},
    **{name: getattr(np, name) for name in ("log1p", "cbrt", "sin", "cos", "tan", "hypot")},
    **{name: getattr(np, name) for name in ("sinh", "cosh", "tanh")},
    **{f"a{name}": getattr(np, f"arc{name}") for name in ("sin", "cos", "tan", "tan2")},
    **{f"a{name}": getattr(np, f"arc{name}") for name in ("sinh", "cosh", "tanh")},
    **{"erf": math.erf, "erfc": math.erfc, "pow": np.power},
}
_COMPOSED = {
    **dict.fromkeys(("expit", "log_expit", "ndtr"), 1),
    **dict.fromkeys(("logaddexp", "logaddexp2", "xlogy", "xlog1py"), 2),
}
for _name in _USUAL:
    globals()[_name] = _function(_name)
for _name in _COMPOSED:
    globals()[_name] = _composed(_name)


def __getattr__(name: str) -> Any:
    """No more than these; says so to those who look for another, type checkers among them."""
    raise AttributeError(f"there is no vector function {name!r}")
