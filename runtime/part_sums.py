"""The sum of what chunks have added up for themselves, in their order, on the threads as well.

All parts of one block of elements are added before the next block is looked at, so the sum
passes over memory once.  Blocks are as good as chunks of a loop: threads take one after the
other.  To an element, parts are added in the order of the chunks, whoever does it.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils

from adgen.runtime import threads
from adgen.runtime.internal_functions import internal

BLOCK = 16384  # elements: some ten microseconds, which is worth waking a thread

_BYTES, _WORD = ir.IntType(8).as_pointer(), ir.IntType(64)
_NEXT, _COUNT, _ARRAY, _PARTS, _ITEMS, _CHUNKS = range(6)


def emit_sum(
    context: Any, builder: ir.IRBuilder, array: Any, parts: Any, chunks: ir.Value, is_float: bool
) -> None:
    """Emit the addition of ``chunks`` parts to an array; both are Numba's structures."""
    threads.launch()
    context.active_code_library._reload_init.add(threads.launch)
    kernel, kind = _kernel(builder.module, array.data.type, is_float)
    blocks = builder.sdiv(builder.add(array.nitems, _WORD(BLOCK - 1)), _WORD(BLOCK))
    data = cgutils.alloca_once(builder, kind)
    given = (_WORD(0), blocks, array.data, parts.data, array.nitems, chunks)
    for place, value in enumerate(given):
        builder.store(value, cgutils.gep_inbounds(builder, data, 0, place))
    threads.run(builder, kernel, builder.bitcast(data, _BYTES), blocks)


def _kernel(
    module: ir.Module, pointer: ir.PointerType, is_float: bool
) -> tuple[ir.Function, ir.LiteralStructType]:
    """A function of the form that Numba's threads call; it stands in the module once."""
    kind = ir.LiteralStructType([_WORD, _WORD, pointer, pointer, _WORD, _WORD])
    name = f"adgen_sum_of_parts_{pointer.pointee}_{is_float}"
    kernel, is_new = internal(module, threads.KERNEL, name)
    if not is_new:
        return kernel, kind
    builder = ir.IRBuilder(kernel.append_basic_block("entry"))
    data = builder.bitcast(kernel.args[3], kind.as_pointer())
    taken, *fields = (cgutils.gep_inbounds(builder, data, 0, k) for k in range(6))
    blocks, array, parts, items, chunks = map(builder.load, fields)
    with threads.each_chunk(builder, taken, blocks) as block:
        low = builder.mul(block, _WORD(BLOCK))
        left = builder.sub(items, low)
        size = builder.select(builder.icmp_signed("<", left, _WORD(BLOCK)), left, _WORD(BLOCK))
        sums = builder.gep(array, [low])
        with cgutils.for_range(builder, chunks) as chunk:
            start = builder.add(builder.mul(chunk.index, items), low)
            _add(builder, sums, builder.gep(parts, [start]), size, is_float)
    builder.ret_void()
    return kernel, kind


def _add(
    builder: ir.IRBuilder, sums: ir.Value, more: ir.Value, size: ir.Value, is_float: bool
) -> None:
    add = builder.fadd if is_float else builder.add
    with cgutils.for_range(builder, size) as element:
        place, other = (builder.gep(x, [element.index]) for x in (sums, more))
        builder.store(add(builder.load(place), builder.load(other)), place)
