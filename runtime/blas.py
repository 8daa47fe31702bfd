"""Matrix products for generated code: BLAS ``gemm`` with transposes folded into the call.

``np.dot`` under Numba takes a second to compile, and again for every new pair
of memory layouts; this binding of the routine that ``np.dot`` itself calls
takes one signature per dtype for all four combinations of transposes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, overload

_KINDS = {types.float64: "d", types.float32: "s"}


@intrinsic
def _gemm_into(typing: Any, c: Any, a: Any, b: Any, transpose_a: Any, transpose_b: Any) -> Any:
    """``c[...] = op(a) @ op(b)`` for C-contiguous matrices of one dtype."""
    kind = _KINDS[c.dtype]

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        char, size, pointer = ir.IntType(8), ir.IntType(64), ir.IntType(8).as_pointer()
        arrays = [
            context.make_array(t)(context, builder, v)
            for t, v in zip(signature.args[:3], args[:3], strict=True)
        ]
        extents = [cgutils.unpack_tuple(builder, array.shape, 2) for array in arrays]
        data = [builder.bitcast(array.data, pointer) for array in arrays]
        swap_a, swap_b = args[3], args[4]
        inner = builder.select(swap_a, extents[1][0], extents[1][1])
        t, n = ir.Constant(char, ord("t")), ir.Constant(char, ord("n"))
        real = context.get_value_type(c.dtype)
        one = cgutils.alloca_once_value(builder, ir.Constant(real, 1.0))
        nil = cgutils.alloca_once_value(builder, ir.Constant(real, 0.0))
        declared = ir.FunctionType(
            ir.IntType(32),
            [char, char, char, size, size, size, pointer, pointer, size, pointer, size,
             pointer, pointer, size],
        )  # fmt: skip
        routine = cgutils.get_or_insert_function(builder.module, declared, "numba_xxgemm")
        # Row-major c = a b is column-major c' = b' a'.
        builder.call(
            routine,
            [ir.Constant(char, ord(kind)), builder.select(swap_b, t, n),
             builder.select(swap_a, t, n), extents[0][1], extents[0][0], inner,
             builder.bitcast(one, pointer), data[2], extents[2][1], data[1], extents[1][1],
             builder.bitcast(nil, pointer), data[0], extents[0][1]],
        )  # fmt: skip
        return context.get_dummy_value()

    return types.void(c, a, b, transpose_a, transpose_b), codegen


def _contiguous(a: Any) -> Any:
    """``a`` in C order, copied only if it is not."""
    return np.ascontiguousarray(a)


@overload(_contiguous)
def _contiguous_typed(a):  # type: ignore[no-untyped-def]  # Numba compares signatures
    if a.layout == "C":
        return lambda a: a
    return lambda a: np.ascontiguousarray(a)


def _load_blas() -> None:
    """Numba's wrapper of ``gemm`` finds BLAS through SciPy."""
    import scipy.linalg.cython_blas  # noqa: F401


_load_blas()


@njit(error_model="numpy", nogil=True, cache=True)
def gemm(a: Any, b: Any, transpose_a: bool, transpose_b: bool) -> Any:
    """``op(a) @ op(b)``, where ``op`` transposes if the flag is set.

    ``a``, ``b``: matrices of one dtype, float64 or float32 (copied if not in C order).
    Raises ValueError when the inner extents differ.
    """
    a = _contiguous(a)
    b = _contiguous(b)
    m, k = a.shape
    if transpose_a:
        m, k = k, m
    inner, n = b.shape
    if transpose_b:
        inner, n = n, inner
    if inner != k:
        raise ValueError("matmul: the inner extents of the operands differ")
    out = np.empty((m, n), a.dtype)
    if k == 0:
        for i in range(m):
            for j in range(n):
                out[i, j] = 0.0
    elif m > 0 and n > 0:
        _gemm_into(out, a, b, transpose_a, transpose_b)
    return out
