"""Products of matrices of which one is small, cut into blocks that threads take.

BLAS has threads of its own, which do not know of ours: while ours wait for the next loop, both
are in each other's way.  A product of many rows with a small matrix, or a small sum of many
products, is therefore cut into calls so short that BLAS does each on the calling thread.  How it
is cut depends on the extents alone, and parts of sums are added in their order, so the result is
the same to the bit for any number of threads.  All other products are one call, as without
threads.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable
from numba.np.arrayobj import make_array

from adgen.runtime import threads
from adgen.runtime.internal_functions import internal
from adgen.runtime.matmul import (
    BYTE,
    GEMM,
    LETTERS,
    call_gemm,
    is_matrix,
    lower_product,
    matmul,
    product_at_once,
)
from adgen.runtime.memory import allocate
from adgen.runtime.part_sums import emit_sum

WORK = 1 << 18  # multiplications of one call: with more of them, OpenBLAS wakes its threads
LEAST = 16  # rows or terms of a block: with fewer, many short calls would take longer than one
MOST_PARTS = 64  # of a sum

_BYTES, _WORD = ir.IntType(8).as_pointer(), ir.IntType(64)
_NEXT, _COUNT, _STEP, _N, _M, _INNER, _X, _Y, _RESULT, _PARTS = range(10)


def matmul_on_threads(x: Any, y: Any) -> Any:
    """``x @ y``, see ``matmul``."""
    return matmul(x, y)


@type_callable(matmul_on_threads)
def _type_matmul_on_threads(context: Any) -> Any:
    def typer(x: Any, y: Any) -> Any:
        if is_matrix(x) and is_matrix(y):
            return signature(types.Array(context.unify_types(x.dtype, y.dtype), 2, "C"), x, y)
        return None

    return typer


@lower_builtin(matmul_on_threads, types.Array, types.Array)
def _lower_matmul_on_threads(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    return lower_product(context, builder, sig, args, _in_blocks)


@functools.cache
def make_ready() -> None:
    """Call BLAS once for each dtype: Numba looks a routine up at its first call.

    It takes the interpreter lock for that, for which a thread would wait for ever if the caller
    holds it.
    """
    threads.launch()
    kind = ctypes.PYFUNCTYPE(
        ctypes.c_int, *[ctypes.c_char] * 3, *[ctypes.c_ssize_t] * 3,
        *[ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t],
        *[ctypes.c_void_p, ctypes.c_ssize_t],
        *[ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t],
    )  # fmt: skip
    gemm = kind(llvm.address_of_symbol(GEMM))
    for dtype, letter in ((np.float64, b"d"), (np.float32, b"s")):
        one, result = np.ones(1, dtype), np.zeros(1, dtype)
        x, z = one.ctypes.data, result.ctypes.data
        gemm(letter, b"n", b"n", 1, 1, 1, x, x, 1, x, 1, z, z, 1)


def _in_blocks(
    context: Any, builder: ir.IRBuilder, kinds: Any, data: Sequence[ir.Value], size: ir.Value,
    extents: tuple[Any, ...],
) -> None:  # fmt: skip
    """Emit the product of contiguous matrices, in blocks where that is worth it."""
    if not isinstance(kinds[0].dtype, types.Float):
        product_at_once(context, builder, kinds, data, size, extents)
        return
    make_ready()
    context.active_code_library._reload_init.add(make_ready)
    n, m, inner = extents
    of_row, of_term = builder.mul(m, inner), builder.mul(n, m)
    many_rows = _is_worth(builder, of_row, n)
    with builder.if_else(many_rows) as (rows, other):
        with rows:
            _by_rows(context, builder, kinds, data, extents, _step(builder, of_row))
        with other, builder.if_else(_is_worth(builder, of_term, inner)) as (terms, at_once):
            with terms:
                _by_terms(context, builder, kinds, data, extents, of_term)
            with at_once:
                product_at_once(context, builder, kinds, data, size, extents)


def _is_worth(builder: ir.IRBuilder, work: ir.Value, count: ir.Value) -> ir.Value:
    """Whether ``count`` rows or terms of so much work make several calls, not too short ones."""
    some = builder.icmp_signed(">", work, _WORD(0))
    small = builder.icmp_signed("<=", work, _WORD(WORK // LEAST))
    much = builder.icmp_signed(">", builder.mul(work, count), _WORD(WORK))
    return builder.and_(builder.and_(some, small), much)


def _step(builder: ir.IRBuilder, work: ir.Value) -> ir.Value:
    return builder.sdiv(_WORD(WORK), work)


def _blocks(builder: ir.IRBuilder, count: ir.Value, step: ir.Value) -> ir.Value:
    return builder.sdiv(builder.add(count, builder.sub(step, _WORD(1))), step)


def _by_rows(
    context: Any, builder: ir.IRBuilder, kinds: Any, data: Sequence[ir.Value],
    extents: tuple[Any, ...], step: ir.Value,
) -> None:  # fmt: skip
    """Each call computes some rows of the result."""
    blocks = _blocks(builder, extents[0], step)
    _run(context, builder, kinds, data, extents, (step, blocks, data[2]), sums=False)


def _by_terms(
    context: Any, builder: ir.IRBuilder, kinds: Any, data: Sequence[ir.Value],
    extents: tuple[Any, ...], work: ir.Value,
) -> None:  # fmt: skip
    """Each chunk adds up some of the products in a part of its own; the first in the result."""
    n, m, inner = extents
    short = _step(builder, work)
    least = _blocks(builder, inner, _WORD(MOST_PARTS))
    step = builder.select(builder.icmp_signed(">", short, least), short, least)
    blocks = _blocks(builder, inner, step)
    kind = types.Array(kinds[0].dtype, 3, "C")
    others = builder.sub(blocks, _WORD(1))
    parts = allocate(context, builder, kind, (others, n, m))
    _run(context, builder, kinds, data, extents, (step, blocks, parts.data), sums=True)
    result = make_array(types.Array(kinds[0].dtype, 1, "C"))(context, builder)
    result.data, result.nitems = data[2], work
    array = make_array(kind)(context, builder, parts.value)
    emit_sum(context, builder, result, array, others, is_float=True)
    context.nrt.decref(builder, kind, parts.value)


def _run(
    context: Any, builder: ir.IRBuilder, kinds: Any, data: Sequence[ir.Value],
    extents: tuple[Any, ...], cut: tuple[ir.Value, ...], sums: bool,
) -> None:  # fmt: skip
    """Call the kernel for all blocks."""
    step, blocks, parts = cut
    kernel, kind = _kernel(context, builder.module, kinds, sums)
    task = cgutils.alloca_once(builder, kind)
    pointers = [builder.bitcast(pointer, _BYTES) for pointer in (*data, parts)]
    given = (_WORD(0), blocks, step, *extents, *pointers)
    for place, value in enumerate(given):
        builder.store(value, cgutils.gep_inbounds(builder, task, 0, place))
    threads.run(builder, kernel, builder.bitcast(task, _BYTES), blocks)


def _kernel(
    context: Any, module: ir.Module, kinds: Any, sums: bool
) -> tuple[ir.Function, ir.LiteralStructType]:
    """A function of the form that Numba's threads call; it stands in the module once."""
    kind = ir.LiteralStructType([_WORD] * 6 + [_BYTES] * 4)
    letters = "".join(LETTERS[k.dtype] + k.layout for k in kinds)
    name = f"adgen_product_by_{'terms' if sums else 'rows'}_{letters}"
    kernel, is_new = internal(module, threads.KERNEL, name)
    if not is_new:
        return kernel, kind
    builder = ir.IRBuilder(kernel.append_basic_block("entry"))
    task = builder.bitcast(kernel.args[3], kind.as_pointer())
    taken, *fields = (cgutils.gep_inbounds(builder, task, 0, k) for k in range(10))
    given: list[Any] = [None, *map(builder.load, fields)]
    with threads.each_chunk(builder, taken, given[_COUNT]) as block:
        start = builder.mul(block, given[_STEP])
        emit = _terms if sums else _rows
        emit(context, builder, kinds, given, block, start)
    builder.ret_void()
    return kernel, kind


def _rows(
    context: Any, builder: ir.IRBuilder, kinds: Any, given: Any, block: ir.Value, start: ir.Value
) -> None:
    """The rows of the result from ``start``."""
    n, m, inner = extents = tuple(given[_N : _INNER + 1])
    count = _at_most(builder, builder.sub(n, start), given[_STEP])
    at = builder.mul(start, inner) if kinds[0].layout == "C" else start
    item = context.get_abi_sizeof(context.get_data_type(kinds[0].dtype))
    x = _moved(builder, given[_X], at, item)
    result = _moved(builder, given[_RESULT], builder.mul(start, m), item)
    matrices = _stored(kinds, (x, given[_Y], result), extents)
    call_gemm(context, builder, kinds[0].dtype, matrices, (count, m, inner))


def _terms(
    context: Any, builder: ir.IRBuilder, kinds: Any, given: Any, block: ir.Value, start: ir.Value
) -> None:
    """The sum of the products from ``start``, by calls short enough."""
    n, m, inner = extents = tuple(given[_N : _INNER + 1])
    item = context.get_abi_sizeof(context.get_data_type(kinds[0].dtype))
    size = builder.mul(n, m)
    first = builder.icmp_signed("==", block, _WORD(0))
    before = builder.mul(builder.sub(block, _WORD(1)), size)
    own = _moved(builder, given[_PARTS], before, item)
    result = builder.select(first, given[_RESULT], own)
    count = _at_most(builder, builder.sub(inner, start), given[_STEP])
    short = _step(builder, size)
    with cgutils.for_range(builder, _blocks(builder, count, short)) as call:
        offset = builder.mul(call.index, short)
        at = builder.add(start, offset)
        terms = _at_most(builder, builder.sub(count, offset), short)
        x = _moved(builder, given[_X], _along(builder, at, kinds[0].layout == "F", n), item)
        y = _moved(builder, given[_Y], _along(builder, at, kinds[1].layout == "C", m), item)
        matrices = _stored(kinds, (x, y, result), extents)
        given_gemm = context, builder, kinds[0].dtype, matrices, (n, m, terms)
        is_first = builder.icmp_signed("==", call.index, _WORD(0))
        with builder.if_else(is_first) as (sets, adds):
            with sets:
                call_gemm(*given_gemm)
            with adds:
                call_gemm(*given_gemm, kept=1)


def _stored(kinds: Any, data: Any, extents: tuple[Any, ...]) -> list[tuple[Any, Any, Any]]:
    """Blocks of matrices as BLAS is told of them."""
    n, m, inner = extents
    distances = (
        inner if kinds[0].layout == "C" else n, m if kinds[1].layout == "C" else inner, m
    )  # fmt: skip
    letters = ["n" if kind.layout == "C" else "t" for kind in kinds] + ["n"]
    ways = [ir.Constant(BYTE, ord(letter)) for letter in letters]
    return list(zip(data, ways, distances, strict=True))


def _along(builder: ir.IRBuilder, index: ir.Value, strided: bool, extent: ir.Value) -> ir.Value:
    return builder.mul(index, extent) if strided else index


def _moved(builder: ir.IRBuilder, pointer: ir.Value, elements: ir.Value, item: int) -> ir.Value:
    return builder.gep(pointer, [builder.mul(elements, _WORD(item))])


def _at_most(builder: ir.IRBuilder, first: ir.Value, second: ir.Value) -> ir.Value:
    return builder.select(builder.icmp_signed("<", first, second), first, second)
