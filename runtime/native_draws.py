"""Single numbers that a Generator draws in loops: by the C functions of NumPy themselves.

NumPy exports them for this use ("Extending" in its manual).  They take the bit generator's own
structure, so the numbers are those of the method, and the state moves as it does; a call takes
some nanoseconds and the interpreter lock, which keeps threads that share a generator apart.  Where
a build of NumPy does not export them, for parameters that NumPy would refuse, and for the legacy
class, CPython calls the method.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin

from adgen.runtime.draws import StreamType, drawn
from adgen.runtime.opaque import emit_call

_WORD, _DOUBLE = ir.IntType(64), ir.DoubleType()
_POINTER = ir.IntType(8).as_pointer()
_MISSING = 1  # in place of an address
_HOME = "numpy.random._generator"


def drawn_number(text: str, symbol: str, rng: Any, *parameters: float) -> float:
    """What the method that ``text`` calls gives; ``symbol`` is the function of C behind it."""
    return float(drawn(text, "float", rng, *parameters))


def address_of_draw(symbol: str) -> int:
    """The address of an exported function of NumPy in this process, or ``_MISSING``."""
    try:
        found = getattr(_library(), symbol)
    except (OSError, AttributeError):
        return _MISSING
    return ctypes.cast(found, ctypes.c_void_p).value or _MISSING


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(str(importlib.import_module(_HOME).__file__))


@infer_global(drawn_number)
class _DrawnNumber(AbstractTemplate):  # type: ignore[misc]
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        """The signature: two literal texts, a generator, numbers."""
        if kws or len(args) < 3 or not all(isinstance(a, types.StringLiteral) for a in args[:2]):
            return None
        numbers = [types.float64 for _ in args[3:]]
        return signature(types.float64, *args[:3], *numbers)


@lower_builtin(
    drawn_number, types.StringLiteral, types.StringLiteral, StreamType, types.VarArg(types.Any)
)
def _lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    text, symbol = (kind.literal_value for kind in sig.args[:2])
    stream, numbers = args[2], list(args[3:])
    bits = cgutils.create_struct_proxy(sig.args[2])(context, builder, stream).bits
    address = _address(context, builder, symbol)
    fast = builder.and_(
        cgutils.is_not_null(builder, bits),
        builder.icmp_unsigned("!=", address, ir.Constant(_WORD, _MISSING)),
    )
    for number in numbers[_UNCHECKED.get(symbol, 0) :]:  # inf and nan are left to NumPy
        positive = builder.fcmp_ordered(">", number, ir.Constant(_DOUBLE, 0.0))
        finite = builder.fcmp_ordered("<", number, ir.Constant(_DOUBLE, np.inf))
        fast = builder.and_(fast, builder.and_(positive, finite))
    out = cgutils.alloca_once(builder, _DOUBLE)
    with builder.if_else(fast, likely=True) as (then, otherwise):
        with then:
            kind = ir.FunctionType(_DOUBLE, [_POINTER, *(_DOUBLE for _ in numbers)])
            function = builder.inttoptr(address, kind.as_pointer())
            api = context.get_python_api(builder)
            lock = api.gil_ensure()
            builder.store(builder.call(function, [bits, *numbers]), out)
            api.gil_release(lock)
        with otherwise:
            values = list(zip(sig.args[2:], args[2:], strict=True))
            texts = [text, "float"]
            builder.store(emit_call(context, builder, drawn, texts, types.float64, values), out)
    return builder.load(out)


# So many parameters ahead may be any numbers.
_UNCHECKED = {"random_normal": 1}


def _address(context: Any, builder: ir.IRBuilder, symbol: str) -> ir.Value:
    """Emit the look-up of a function, asked for where it is not known: processes differ."""
    label = f"adgen.{symbol}"
    place = builder.module.globals.get(label)
    if place is None:
        place = cgutils.add_global_variable(builder.module, _WORD, label)
        place.initializer = ir.Constant(_WORD, 0)
        place.linkage = "internal"
    unknown = builder.icmp_unsigned("==", builder.load(place), ir.Constant(_WORD, 0))
    with builder.if_then(unknown, likely=False):
        found = emit_call(context, builder, address_of_draw, [symbol], types.int64, [])
        builder.store(found, place)
    return builder.load(place)
