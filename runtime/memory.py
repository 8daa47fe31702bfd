"""Fresh arrays for generated code, which LLVM knows to be distinct from all others.

``np.empty`` and ``np.zeros`` are slow to compile (Numba compiles helper functions for each), and
LLVM learns nothing about aliases from them: a loop that writes one array and reads others is
guarded by comparing addresses, or stays scalar.  These names lower to one allocation whose data
pointer is marked ``noalias``.  In plain CPython they are what NumPy does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable
from numba.np.arrayobj import make_array
from numba.np.numpy_support import as_dtype

from adgen.runtime.huge_pages import alignment, ask_for_huge_pages

ALIGNMENT = 64  # bytes: a cache line, and the widest vector

_POINTER = ir.IntType(8).as_pointer()


def empty_1d(n: int, dtype: Any = np.float64) -> Any:
    """``np.empty(n, dtype)``."""
    return np.empty(n, dtype)


def empty_2d(n: int, m: int, dtype: Any = np.float64) -> Any:
    """``np.empty((n, m), dtype)``."""
    return np.empty((n, m), dtype)


def empty_3d(n: int, m: int, k: int, dtype: Any = np.float64) -> Any:
    """``np.empty((n, m, k), dtype)``."""
    return np.empty((n, m, k), dtype)


def zeros_1d(n: int, dtype: Any = np.float64) -> Any:
    """``np.zeros(n, dtype)``."""
    return np.zeros(n, dtype)


def zeros_2d(n: int, m: int, dtype: Any = np.float64) -> Any:
    """``np.zeros((n, m), dtype)``."""
    return np.zeros((n, m), dtype)


def zeros_3d(n: int, m: int, k: int, dtype: Any = np.float64) -> Any:
    """``np.zeros((n, m, k), dtype)``."""
    return np.zeros((n, m, k), dtype)


def copied(x: Any) -> Any:
    """``x.copy()``: a fresh array with the elements of another."""
    return x.copy()


@dataclass(frozen=True)
class Fresh:
    """An array that has just been allocated, as LLVM values."""

    value: ir.Value  # what Numba holds of it
    data: ir.Value
    size: ir.Value  # in bytes


def field(
    context: Any, builder: ir.IRBuilder, kind: types.Array, value: ir.Value, name: str
) -> Any:
    """One field of an array; Numba's own access copies all of them first."""
    return builder.extract_value(value, context.data_model_manager[kind].get_field_position(name))


def allocate(
    context: Any, builder: ir.IRBuilder, kind: types.Array, shape: Sequence[ir.Value]
) -> Fresh:
    """Emit the allocation of a C-contiguous array.

    The emitted code raises ValueError where an extent is negative or the size overflows,
    MemoryError where there is no memory.
    """
    item = context.get_constant(types.intp, as_dtype(kind.dtype).itemsize)
    strides, size = _strides(context, builder, item, shape)
    align = alignment(builder, size, ALIGNMENT)
    memory = context.nrt.meminfo_alloc_aligned(builder, size=size, align=align)
    ask_for_huge_pages(builder, memory, size)
    data = _data_of_fresh(builder, memory)
    word = context.get_value_type(types.intp)
    fields = {
        "meminfo": memory,
        "nitems": builder.sdiv(size, item, flags=["exact"]),
        "itemsize": item,
        "data": builder.bitcast(data, context.get_data_type(kind.dtype).as_pointer()),
        "shape": cgutils.pack_array(builder, shape, ty=word),
        "strides": cgutils.pack_array(builder, strides, ty=word),
    }
    model = context.data_model_manager[kind]
    array = context.get_constant_null(kind)
    for name, part in fields.items():
        array = builder.insert_value(array, part, model.get_field_position(name))
    return Fresh(array, fields["data"], size)


def clear(builder: ir.IRBuilder, array: Fresh) -> None:
    """Emit the filling of an array with zeros."""
    cgutils.memset(builder, array.data, array.size, 0)


def _strides(
    context: Any, builder: ir.IRBuilder, item: ir.Value, shape: Sequence[ir.Value]
) -> tuple[list[ir.Value], ir.Value]:
    """The strides in bytes of an array in C order, and its size."""
    strides: list[ir.Value] = []
    size, wrong = item, ir.Constant(ir.IntType(1), 0)
    for extent in reversed(shape):
        strides.insert(0, size)
        product = builder.smul_with_overflow(size, extent)
        size = builder.extract_value(product, 0)
        wrong = builder.or_(wrong, builder.extract_value(product, 1))
        wrong = builder.or_(wrong, builder.icmp_signed("<", extent, extent.type(0)))
    with builder.if_then(wrong, likely=False):
        message = "an extent of a new array is negative or too big"
        context.call_conv.return_user_exc(builder, ValueError, (message,))
    return strides, size


def _data_of_fresh(builder: ir.IRBuilder, memory: ir.Value) -> ir.Value:
    """The data pointer of memory just allocated, as the result of a ``noalias`` call."""
    kind = ir.FunctionType(_POINTER, [_POINTER])
    function = cgutils.get_or_insert_function(builder.module, kind, "NRT_MemInfo_data")
    function.return_value.add_attribute("noalias")
    function.attributes.add("nounwind")
    return builder.call(function, [memory])


_EXTENTS = (types.intp,) * 3
_TYPERS: dict[int, Callable[..., Any]] = {
    1: lambda n, dtype=None: _signature((n,), dtype),
    2: lambda n, m, dtype=None: _signature((n, m), dtype),
    3: lambda n, m, k, dtype=None: _signature((n, m, k), dtype),
}


def _signature(extents: tuple[Any, ...], dtype: Any) -> Any:
    if not all(isinstance(extent, types.Integer) for extent in extents):
        return None
    words = (types.intp,) * len(extents)
    if dtype is None:
        return signature(types.Array(types.float64, len(extents), "C"), *words)
    if not isinstance(dtype, types.NumberClass):
        return None
    return signature(types.Array(dtype.instance_type, len(extents), "C"), *words, dtype)


def _register(function: Callable[..., Any], ndim: int, filled: bool) -> None:
    @type_callable(function)
    def typer(context: Any) -> Any:
        return _TYPERS[ndim]

    @lower_builtin(function, *_EXTENTS[:ndim])
    @lower_builtin(function, *_EXTENTS[:ndim], types.Any)
    def lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
        array = allocate(context, builder, sig.return_type, args[:ndim])
        if filled:
            clear(builder, array)
        return array.value


for _ndim, _empty, _zeros in (
    (1, empty_1d, zeros_1d),
    (2, empty_2d, zeros_2d),
    (3, empty_3d, zeros_3d),
):
    _register(_empty, _ndim, filled=False)
    _register(_zeros, _ndim, filled=True)


@type_callable(copied)
def _type_copied(context: Any) -> Any:
    def typer(x: Any) -> Any:
        if isinstance(x, types.Array):
            return signature(types.Array(x.dtype, x.ndim, "C"), x)
        return None

    return typer


@lower_builtin(copied, types.Array)
def _lower_copied(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    (kind,) = sig.args
    shape = cgutils.unpack_tuple(
        builder, field(context, builder, kind, args[0], "shape"), kind.ndim
    )
    result = allocate(context, builder, sig.return_type, shape)
    if kind.layout == "C":
        data = field(context, builder, kind, args[0], "data")
        cgutils.raw_memcpy(builder, result.data, data, result.size, ir.IntType(64)(1))
        return result.value
    source = make_array(kind)(context, builder, args[0])
    made = make_array(sig.return_type)(context, builder, result.value)
    indices = cgutils.loop_nest(builder, shape, context.get_value_type(types.intp))
    with indices as index:
        element = cgutils.get_item_pointer(context, builder, kind, source, index)
        place = cgutils.get_item_pointer(context, builder, sig.return_type, made, index)
        builder.store(builder.load(element), place)
    return result.value
