"""The product of two matrices for generated code: straight to BLAS.

``np.dot`` costs Numba more than a second to compile, and as much again for each further pair
of layouts; ``matmul`` lowers to one call.  A transposed operand (``x.T``, layout F) is a flag
of that call.  In plain CPython it is ``x @ y``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable
from numba.np.linalg import ensure_blas

from adgen.runtime.internal_functions import internal
from adgen.runtime.memory import allocate, field

LETTERS = {
    types.float64: "d",
    types.float32: "s",
    types.complex128: "z",
    types.complex64: "c",
}

# The routine that Numba's own np.dot calls; its runtime exports it, so cached code finds it.
GEMM = "numba_xxgemm"
BYTE, WORD, POINTER = ir.IntType(8), ir.IntType(64), ir.IntType(8).as_pointer()
_GEMM_TYPE = ir.FunctionType(
    ir.IntType(32),
    [BYTE] * 3 + [WORD] * 3 + [POINTER, POINTER, WORD, POINTER, WORD, POINTER, POINTER, WORD],
)

ensure_blas()  # cached code calls BLAS without passing through the lowering below


def matmul(x: Any, y: Any) -> Any:
    """``x @ y`` of two matrices of numbers.

    BLAS if both have one floating dtype, real or complex (a strided one is copied first);
    else loops.
    Raises ValueError if the inner extents differ.
    """
    return x @ y


@type_callable(matmul)
def _type_matmul(context: Any) -> Any:
    def typer(x: Any, y: Any) -> Any:
        if is_matrix(x) and is_matrix(y):
            dtype = context.unify_types(x.dtype, y.dtype)
            return signature(types.Array(dtype, 2, "C"), x, y)
        return None

    return typer


def is_matrix(kind: Any) -> bool:
    """Whether a type is that of a matrix of numbers."""
    return isinstance(kind, types.Array) and kind.ndim == 2 and isinstance(kind.dtype, types.Number)


def _packed(x: Any) -> Any:
    out = np.empty(x.shape, x.dtype)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = x[i, j]
    return out


def _product(x: Any, y: Any) -> Any:
    (n, inner), m = x.shape, y.shape[1]
    zero = x.dtype.type(0) * y.dtype.type(0)
    out = np.full((n, m), zero)
    for i in range(n):
        for k in range(inner):
            for j in range(m):
                out[i, j] += x[i, k] * y[k, j]
    return out


def product_at_once(
    context: Any, builder: ir.IRBuilder, kinds: Any, data: Sequence[ir.Value], size: ir.Value,
    extents: tuple[Any, ...],
) -> None:  # fmt: skip
    """Emit one call for a product of contiguous matrices.

    ``data``: pointers to x, y and the result, which has ``size`` bytes; ``extents``: of the
    result, and the one that is summed over.
    """
    product = _product_of_contiguous(context, builder.module, kinds)
    arrays = [builder.bitcast(pointer, POINTER) for pointer in data]
    builder.call(product, [*arrays, size, *extents])


@lower_builtin(matmul, types.Array, types.Array)
def _lower_matmul(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    return lower_product(context, builder, sig, args, product_at_once)


def lower_product(
    context: Any, builder: ir.IRBuilder, sig: Any, args: Any, multiply: Callable[..., None]
) -> Any:
    """Emit a product; ``multiply`` emits that of two contiguous matrices of one dtype."""
    kinds, values, copies = list(sig.args), list(args), []
    (n, inner), (rows, m) = (
        cgutils.unpack_tuple(builder, field(context, builder, kind, value, "shape"), 2)
        for kind, value in zip(kinds, values, strict=True)
    )
    with builder.if_then(builder.icmp_signed("!=", inner, rows), likely=False):
        message = (
            "matmul: the columns of the first matrix are not as many as the rows of the second"
        )
        context.call_conv.return_user_exc(builder, ValueError, (message,))
    if kinds[0].dtype != kinds[1].dtype or kinds[0].dtype not in LETTERS:
        return context.compile_internal(builder, _product, sig, args)
    for k, kind in enumerate(kinds):
        if kind.layout not in "CF":
            kinds[k] = types.Array(kind.dtype, 2, "C")
            values[k] = context.compile_internal(
                builder, _packed, signature(kinds[k], kind), [values[k]]
            )
            copies.append((kinds[k], values[k]))
    x, y = (
        field(context, builder, kind, value, "data")
        for kind, value in zip(kinds, values, strict=True)
    )
    result = allocate(context, builder, sig.return_type, (n, m))
    multiply(context, builder, kinds, (x, y, result.data), result.size, (n, m, inner))
    for kind, value in copies:
        context.nrt.decref(builder, kind, value)
    return result.value


_PRODUCT_TYPE = ir.FunctionType(ir.VoidType(), [POINTER] * 3 + [WORD] * 4)


def _product_of_contiguous(context: Any, module: ir.Module, kinds: Any) -> ir.Function:
    """A function ``(x, y, result, size, n, m, inner)`` for operands of these layouts.

    It stands in the module once, because most nets call it for each layer and each cotangent.
    """
    letters = "".join(LETTERS[kind.dtype] + kind.layout for kind in kinds)
    name = f"adgen_product_{letters}"
    function, is_new = internal(module, _PRODUCT_TYPE, name, inline=False)
    if not is_new:
        return function
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    *data, size, n, m, inner = function.args
    work = builder.mul(builder.mul(n, m), inner)
    # BLAS refuses leading dimensions of 0; a sum of nothing is zero.
    with builder.if_else(builder.icmp_signed("==", work, WORD(0))) as (empty, full):
        with empty:
            cgutils.memset(builder, data[2], size, 0)
        with full:
            ways = [ir.Constant(BYTE, ord("n" if kind.layout == "C" else "t")) for kind in kinds]
            distances = (
                inner if kinds[0].layout == "C" else n,
                m if kinds[1].layout == "C" else inner,
                m,
            )
            matrices = list(zip(data, (*ways, ways[0]), distances, strict=True))
            call_gemm(context, builder, kinds[0].dtype, matrices, (n, m, inner))
    builder.ret_void()
    return function


def call_gemm(
    context: Any,
    builder: ir.IRBuilder,
    dtype: Any,
    matrices: Sequence[tuple[ir.Value, ir.Value, ir.Value]],
    extents: tuple[Any, ...],
    kept: int = 0,
) -> None:
    """Emit ``result = x @ y + kept * result`` for matrices without an extent of 0.

    Each of the three is an address, ``n`` or ``t`` for one that lies by rows or by columns, and
    the distance of these.  BLAS counts by columns: of what lies by rows it sees the transposes,
    so ``y`` comes first.
    """
    (x, x_letter, x_distance), (y, y_letter, y_distance), (result, _, distance) = matrices
    n, m, inner = extents
    one, rest = (
        cgutils.alloca_once_value(builder, context.get_constant(dtype, v)) for v in (1, kept)
    )
    one, rest = builder.bitcast(one, POINTER), builder.bitcast(rest, POINTER)
    routine = cgutils.get_or_insert_function(builder.module, _GEMM_TYPE, GEMM)
    builder.call(
        routine,
        [
            ir.Constant(BYTE, ord(LETTERS[dtype])),
            *(y_letter, x_letter),
            *(m, n, inner),
            *(one, y, y_distance),
            *(x, x_distance),
            *(rest, result, distance),
        ],
    )
