"""Functions that generated modules call and that Numba compiles in a way of our own.

In plain CPython they are ordinary functions with the same results up to rounding.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

REASSOCIATE = ("reassoc", "nsz", "contract")


def radd(x: Any, y: Any) -> Any:
    """``x + y`` as a step of a sum whose order is free, so that Numba may vectorise the loop."""
    return x + y


@type_callable(radd)
def _type_radd(context: Any) -> Any:
    def typer(x: Any, y: Any) -> Any:
        if isinstance(x, types.Number) and isinstance(y, types.Number):
            kind = context.unify_types(x, y)
            if isinstance(kind, (types.Float, types.Integer)):
                return signature(kind, kind, kind)
        return None

    return typer


@lower_builtin(radd, types.Float, types.Float)
def _lower_radd_float(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    return builder.fadd(*args, flags=REASSOCIATE)


@lower_builtin(radd, types.Integer, types.Integer)
def _lower_radd_integer(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    return builder.add(*args)
