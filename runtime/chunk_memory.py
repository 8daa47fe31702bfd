"""The memory of chunks of a loop: what each has for itself, and what it clears and adds up.

In plain CPython these functions are what NumPy does; Numba makes single loops and calls of them,
and no arrays in between.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin, type_callable
from numba.np.arrayobj import make_array, populate_array

from adgen.runtime.memory import allocate
from adgen.runtime.part_sums import emit_sum

_DATA = 4  # of the parts of an array that a compiled function takes
_BYTES, _WORD = ir.IntType(8).as_pointer(), ir.IntType(64)


def sum_parts(array: Any, count: int) -> Any:
    """Room for what the chunks but the first, which has the (fresh) array itself, add to."""
    return np.empty((count - 1, *array.shape), array.dtype)


def own_part(array: Any, parts: Any, chunk: int) -> Any:
    """What a chunk adds to: its own part, which it fills with zeros; of the first, the array."""
    if chunk == 0:
        return array
    parts[chunk - 1] = 0
    return parts[chunk - 1]


def cleared_part(array: Any, parts: Any, chunk: int) -> Any:
    """The same where the first chunk is to fill the array with zeros."""
    if chunk == 0:
        array[...] = 0
        return array
    return own_part(array, parts, chunk)


def scratch_like(array: Any) -> Any:
    """Memory of its own for a chunk, in the place of a buffer that all would write."""
    return np.empty_like(array)


def distinct(*names: str) -> None:
    """Says that arrays among a function's arguments share no memory with any other."""


def clear_rows(array: Any, chunk: int, count: int, start: int, stop: int) -> None:
    """Zeros in the rows from ``start`` to ``stop`` of a C-contiguous array.

    The chunk 0 of ``count`` begins with the first row, the last one ends with the last row.
    """
    extent = array.shape[0]
    low = 0 if chunk == 0 else min(max(start, 0), extent)
    high = extent if chunk == count - 1 else min(max(stop, 0), extent)
    array[low:high] = 0


def add_parts(array: Any, parts: Any) -> None:
    """Add what the chunks have summed up, in their order."""
    for own in parts:
        array += own


# What Numba makes of them


@infer_global(distinct)
class _Distinct(AbstractTemplate):  # type: ignore[misc]
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        """The signature: literal texts."""
        if kws or not all(isinstance(kind, types.StringLiteral) for kind in args):
            return None
        return signature(types.none, *args)


@lower_builtin(distinct, types.VarArg(types.Any))
def _lower_distinct(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    wanted = {f"arg.{kind.literal_value}.{_DATA}" for kind in sig.args}
    for argument in builder.function.args:
        if argument.name in wanted:
            argument.add_attribute("noalias")
    return context.get_dummy_value()


@type_callable(scratch_like)
def _type_scratch_like(context: Any) -> Any:
    return lambda array: signature(array, array) if isinstance(array, types.Array) else None


@lower_builtin(scratch_like, types.Array)
def _lower_scratch_like(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    array = make_array(sig.return_type)(context, builder, args[0])
    shape = cgutils.unpack_tuple(builder, array.shape)
    return allocate(context, builder, sig.return_type, shape).value


@type_callable(sum_parts)
def _type_sum_parts(context: Any) -> Any:
    def typer(array: Any, count: Any) -> Any:
        if isinstance(array, types.Array) and isinstance(count, types.Integer):
            return signature(types.Array(array.dtype, array.ndim + 1, "C"), array, types.intp)
        return None

    return typer


@lower_builtin(sum_parts, types.Array, types.intp)
def _lower_sum_parts(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    array = make_array(sig.args[0])(context, builder, args[0])
    shape = cgutils.unpack_tuple(builder, array.shape)
    parts = allocate(context, builder, sig.return_type, [builder.sub(args[1], _WORD(1)), *shape])
    return parts.value


def _type_part(context: Any) -> Any:
    def typer(array: Any, parts: Any, chunk: Any) -> Any:
        if isinstance(array, types.Array) and isinstance(chunk, types.Integer):
            return signature(array, array, parts, types.intp)
        return None

    return typer


def _lower_part(
    context: Any, builder: ir.IRBuilder, sig: Any, args: Any, clears_first: bool
) -> Any:
    array = make_array(sig.args[0])(context, builder, args[0])
    parts = make_array(sig.args[1])(context, builder, args[1])
    first = builder.icmp_signed("==", args[2], _WORD(0))
    memory = builder.select(first, array.meminfo, parts.meminfo)
    size = builder.mul(array.nitems, array.itemsize)
    before = builder.mul(builder.sub(args[2], _WORD(1)), size)
    own = builder.gep(builder.bitcast(parts.data, _BYTES), [before])
    data = builder.select(first, array.data, builder.bitcast(own, array.data.type))
    with builder.if_then(cgutils.true_bit if clears_first else builder.not_(first)):
        cgutils.memset(builder, data, size, 0)
    made = make_array(sig.return_type)(context, builder)
    populate_array(
        made,
        data=data,
        shape=array.shape,
        strides=array.strides,
        itemsize=array.itemsize,
        meminfo=memory,
    )
    context.nrt.incref(builder, sig.return_type, made._getvalue())
    return made._getvalue()


for _part, _clears in ((own_part, False), (cleared_part, True)):
    type_callable(_part)(_type_part)
    lower_builtin(_part, types.Array, types.Array, types.intp)(
        functools.partial(_lower_part, clears_first=_clears)
    )


@type_callable(clear_rows)
def _type_clear_rows(context: Any) -> Any:
    def typer(array: Any, chunk: Any, count: Any, start: Any, stop: Any) -> Any:
        if isinstance(array, types.Array) and array.layout == "C":
            return signature(types.none, array, *(types.intp,) * 4)
        return None

    return typer


@lower_builtin(clear_rows, types.Array, *(types.intp,) * 4)
def _lower_clear_rows(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    array = make_array(sig.args[0])(context, builder, args[0])
    chunk, count, start, stop = args[1:]
    (extent, *_) = cgutils.unpack_tuple(builder, array.shape)
    (stride, *_) = cgutils.unpack_tuple(builder, array.strides)

    def inside(row: ir.Value) -> ir.Value:
        row = builder.select(builder.icmp_signed(">", row, _WORD(0)), row, _WORD(0))
        return builder.select(builder.icmp_signed("<", row, extent), row, extent)

    first = builder.icmp_signed("==", chunk, _WORD(0))
    last = builder.icmp_signed("==", chunk, builder.sub(count, _WORD(1)))
    low = builder.select(first, _WORD(0), inside(start))
    high = builder.select(last, extent, inside(stop))
    with builder.if_then(builder.icmp_signed("<", low, high)):
        place = builder.gep(builder.bitcast(array.data, _BYTES), [builder.mul(low, stride)])
        size = builder.mul(builder.sub(high, low), stride)
        cgutils.memset(builder, place, size, 0)
    return context.get_dummy_value()


@type_callable(add_parts)
def _type_add_parts(context: Any) -> Any:
    def typer(array: Any, parts: Any) -> Any:
        if isinstance(array, types.Array) and isinstance(parts, types.Array):
            return signature(types.none, array, parts)
        return None

    return typer


@lower_builtin(add_parts, types.Array, types.Array)
def _lower_add_parts(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    kind = sig.args[0].dtype
    array = make_array(sig.args[0])(context, builder, args[0])
    parts = make_array(sig.args[1])(context, builder, args[1])
    (count, *_) = cgutils.unpack_tuple(builder, parts.shape)
    emit_sum(context, builder, array, parts, count, isinstance(kind, types.Float))
    return context.get_dummy_value()
