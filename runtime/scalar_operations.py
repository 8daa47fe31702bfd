"""Operations of two scalars of one type as the LLVM instruction that they are."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir as llvm
from numba.core import types

Emit = Callable[[llvm.IRBuilder, llvm.Value, llvm.Value], llvm.Value]
_COMPARED = {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
}
_OF_FLOATS: dict[Any, Emit] = {
    operator.add: lambda builder, x, y: builder.fadd(x, y),
    operator.sub: lambda builder, x, y: builder.fsub(x, y),
    operator.mul: lambda builder, x, y: builder.fmul(x, y),
}
# As Numba has it, signed integers do not wrap: from that LLVM knows the sign of indices.
_OF_INTEGERS: dict[Any, Emit] = {
    operator.add: lambda builder, x, y: builder.add(x, y, flags=["nsw"]),
    operator.sub: lambda builder, x, y: builder.sub(x, y, flags=["nsw"]),
    operator.mul: lambda builder, x, y: builder.mul(x, y, flags=["nsw"]),
}


def emitter(op: Any, args: Sequence[Any], resty: Any) -> Emit | None:
    """How to emit an operation of two scalars, if it is one of the plain ones."""
    kind = args[0]
    if args[1] != kind or kind not in (types.float64, types.int64):
        return None
    floats = kind == types.float64
    sign = _COMPARED.get(op)
    if sign is not None:
        if resty != types.boolean:
            return None
        if not floats:
            return lambda builder, x, y: builder.icmp_signed(sign, x, y)
        if sign == "!=":
            return lambda builder, x, y: builder.fcmp_unordered(sign, x, y)
        return lambda builder, x, y: builder.fcmp_ordered(sign, x, y)
    return (_OF_FLOATS if floats else _OF_INTEGERS).get(op) if resty == kind else None
