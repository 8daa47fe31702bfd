"""Big arrays on huge pages: Linux is asked to hand over their memory by 2 MB instead of 4 kB.

The allocator gives big memory back at once, so it is handed over page by page at every call,
which takes as long as many a sweep over it: 2 ms for 8 MB.  NumPy asks the same for its own
arrays; ours begin with a page besides, and end with one unless that would waste half of it, so
no small pages are left at the ends: 0.25 ms rather than 1.2.
"""

from __future__ import annotations

import sys
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils

from adgen.runtime.internal_functions import internal

BIG = 2 << 20  # bytes
HUGE_PAGE = 2 << 20
_PAGE = 4096  # at least: what is asked for less than a page is refused, and nothing happens
_ADVICE = 14  # MADV_HUGEPAGE
_POINTER, _WORD, _INT = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)
_NAME = "adgen_on_huge_pages"


def is_possible() -> bool:
    """Whether this system knows the advice."""
    known = sys.platform == "linux" and sys.maxsize > 2**32
    return known and bool(llvm.address_of_symbol("madvise"))


def alignment(builder: ir.IRBuilder, size: ir.Value, least: int) -> ir.Value:
    """What the address of memory of that size is to be a multiple of."""
    if not is_possible():
        return _INT(least)
    big = builder.icmp_unsigned(">=", size, ir.Constant(size.type, BIG))
    return builder.select(big, _INT(HUGE_PAGE), _INT(least))


def ask_for_huge_pages(builder: ir.IRBuilder, memory: ir.Value, size: ir.Value) -> None:
    """Emit the advice for fresh memory of such an alignment, if that is big.

    ``memory`` is what Numba's runtime has returned: a pointer to the data itself that went to a
    function unknown to LLVM could be anyone's from there on.
    """
    if not is_possible():
        return
    big = builder.icmp_unsigned(">=", size, ir.Constant(size.type, BIG))
    with builder.if_then(big, likely=False):
        builder.call(_function(builder.module), [memory, size])


def _function(module: ir.Module) -> Any:
    kind = ir.FunctionType(ir.VoidType(), [_POINTER, _WORD])
    function, is_new = internal(module, kind, _NAME, inline=False)
    if not is_new:
        return function
    function.attributes.add("nounwind")
    builder = ir.IRBuilder(function.append_basic_block())
    memory, size = function.args
    data = cgutils.get_or_insert_function(
        module, ir.FunctionType(_POINTER, [_POINTER]), "NRT_MemInfo_data"
    )
    advise = cgutils.get_or_insert_function(
        module, ir.FunctionType(_INT, [_POINTER, _WORD, _INT]), "madvise"
    )
    start = builder.ptrtoint(builder.call(data, [memory]), _WORD)
    # Numba allocates twice the alignment more than is asked for, so the last page is ours
    half = builder.add(size, _WORD(HUGE_PAGE // 2))
    whole = builder.and_(half, _WORD(-HUGE_PAGE))
    inside = builder.and_(size, _WORD(-_PAGE))
    is_more = builder.icmp_unsigned(">", whole, inside)
    length = builder.select(is_more, whole, inside)
    builder.call(advise, [builder.inttoptr(start, _POINTER), length, _INT(_ADVICE)])
    builder.ret_void()
    return function
