"""Functions that generated modules call and that Numba compiles in a way of our own.

In plain CPython they are ordinary functions with the same results up to rounding.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
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
            if isinstance(kind, (types.Float, types.Integer, types.Complex)):
                return signature(kind, kind, kind)
        return None

    return typer


@lower_builtin(radd, types.Float, types.Float)
def _lower_radd_float(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    return builder.fadd(*args, flags=REASSOCIATE)


@lower_builtin(radd, types.Complex, types.Complex)
def _lower_radd_complex(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    out = context.make_complex(builder, sig.return_type)
    x, y = (context.make_complex(builder, sig.return_type, value) for value in args)
    out.real = builder.fadd(x.real, y.real, flags=REASSOCIATE)
    out.imag = builder.fadd(x.imag, y.imag, flags=REASSOCIATE)
    return out._getvalue()


@lower_builtin(radd, types.Integer, types.Integer)
def _lower_radd_integer(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    return builder.add(*args)


def at_least(index: int, least: int) -> None:
    """Tells LLVM that an integer is never below a number; false claims are undefined behaviour.

    An index that might be negative counts from the end, which no vectoriser sees through.
    """


@type_callable(at_least)
def _type_at_least(context: Any) -> Any:
    def typer(index: Any, least: Any) -> Any:
        if isinstance(index, types.Integer) and isinstance(least, types.Integer):
            return signature(types.none, types.intp, types.intp)
        return None

    return typer


@lower_builtin(at_least, types.intp, types.intp)
def _lower_at_least(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    kind = ir.FunctionType(ir.VoidType(), [ir.IntType(1)])
    assume = cgutils.get_or_insert_function(builder.module, kind, "llvm.assume")
    builder.call(assume, [builder.icmp_signed(">=", *args)])
    return context.get_dummy_value()


def hidden(count: int) -> int:
    """The number itself, which LLVM is not to know: it unrolls short loops of known length.

    A product of two matrices of 16 rows becomes a thousand statements then, in which it finds no
    vectors any more.
    """
    return count


@type_callable(hidden)
def _type_hidden(context: Any) -> Any:
    def typer(count: Any) -> Any:
        return signature(types.intp, types.intp) if isinstance(count, types.Integer) else None

    return typer


@lower_builtin(hidden, types.intp)
def _lower_hidden(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    word = context.get_value_type(types.intp)
    return builder.asm(ir.FunctionType(word, [word]), "", "=r,0", args, False)
