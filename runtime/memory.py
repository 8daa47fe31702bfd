"""Fresh float64 arrays for generated code: ``np.empty`` without what Numba spends to compile it.

Numba compiles three helper functions for every ``np.empty`` signature; these names lower to
an allocation directly.  In plain CPython they are ``np.empty``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable
from numba.np.arrayobj import make_array, populate_array

ALIGNMENT = 64  # bytes: a cache line, and the widest vector


def empty_1d(n: int) -> Any:
    """``np.empty(n)``, float64."""
    return np.empty(n)


def empty_2d(n: int, m: int) -> Any:
    """``np.empty((n, m))``, float64."""
    return np.empty((n, m))


def empty_3d(n: int, m: int, k: int) -> Any:
    """``np.empty((n, m, k))``, float64."""
    return np.empty((n, m, k))


def allocate(
    context: Any, builder: ir.IRBuilder, kind: types.Array, shape: Sequence[ir.Value]
) -> Any:
    """Emit the allocation of a C-contiguous array; raises ValueError if its size overflows."""
    item = context.get_constant(
        types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype))
    )
    strides: list[ir.Value] = []
    size = item
    overflow = ir.Constant(ir.IntType(1), 0)
    for extent in reversed(shape):
        strides.insert(0, size)
        product = builder.smul_with_overflow(size, extent)
        size = builder.extract_value(product, 0)
        overflow = builder.or_(overflow, builder.extract_value(product, 1))
    with builder.if_then(overflow, likely=False):
        context.call_conv.return_user_exc(builder, ValueError, ("array is too big",))
    alignment = context.get_constant(types.uint32, ALIGNMENT)
    memory = context.nrt.meminfo_alloc_aligned(builder, size=size, align=alignment)
    data = context.nrt.meminfo_data(builder, memory)
    array = make_array(kind)(context, builder)
    word = context.get_value_type(types.intp)
    populate_array(
        array,
        data=builder.bitcast(data, context.get_data_type(kind.dtype).as_pointer()),
        shape=cgutils.pack_array(builder, shape, ty=word),
        strides=cgutils.pack_array(builder, strides, ty=word),
        itemsize=item,
        meminfo=memory,
    )
    return array


def _register(function: Callable[..., Any], ndim: int) -> None:
    extents = (types.intp,) * ndim
    result = signature(types.Array(types.float64, ndim, "C"), *extents)
    typers: dict[int, Callable[..., Any]] = {
        1: lambda n: result,
        2: lambda n, m: result,
        3: lambda n, m, k: result,
    }

    @type_callable(function)
    def typer(context: Any) -> Any:
        return typers[ndim]

    @lower_builtin(function, *extents)
    def lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
        return allocate(context, builder, sig.return_type, args)._getvalue()


for _function, _ndim in ((empty_1d, 1), (empty_2d, 2), (empty_3d, 3)):
    _register(_function, _ndim)
