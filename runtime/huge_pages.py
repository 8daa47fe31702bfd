"""Big arrays on huge pages: Linux is asked to hand over their memory by 2 MB instead of 4 kB.

The allocator gives memory beyond 32 MB back at once, so a tape of that size is handed over page
by page at every call, which takes three times as long as what is done with it.  NumPy asks the
same for its own arrays.
"""

from __future__ import annotations

import sys
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils

BIG = 4 << 20  # bytes, as in NumPy
_PAGE = 4096  # at least: what is asked for less than a page is refused, and nothing happens
_ADVICE = 14  # MADV_HUGEPAGE
_POINTER, _WORD, _INT = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)
_NAME = "adgen_on_huge_pages"


def is_possible() -> bool:
    """Whether this system knows the advice."""
    known = sys.platform == "linux" and sys.maxsize > 2**32
    return known and bool(llvm.address_of_symbol("madvise"))


def ask_for_huge_pages(builder: ir.IRBuilder, memory: ir.Value, size: ir.Value) -> None:
    """Emit the advice for fresh memory, if that is big.

    ``memory`` is what Numba's runtime has returned: a pointer to the data itself that went to a
    function unknown to LLVM could be anyone's from there on.
    """
    if not is_possible():
        return
    big = builder.icmp_unsigned(">=", size, ir.Constant(size.type, BIG))
    with builder.if_then(big, likely=False):
        builder.call(_function(builder.module), [memory, size])


def _function(module: ir.Module) -> Any:
    known = module.globals.get(_NAME)
    if known is not None:
        return known
    kind = ir.FunctionType(ir.VoidType(), [_POINTER, _WORD])
    function = ir.Function(module, kind, _NAME)
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    builder = ir.IRBuilder(function.append_basic_block())
    memory, size = function.args
    data = cgutils.get_or_insert_function(
        module, ir.FunctionType(_POINTER, [_POINTER]), "NRT_MemInfo_data"
    )
    advise = cgutils.get_or_insert_function(
        module, ir.FunctionType(_INT, [_POINTER, _WORD, _INT]), "madvise"
    )
    mask = _WORD(-_PAGE)
    address = builder.ptrtoint(builder.call(data, [memory]), _WORD)
    start = builder.and_(builder.add(address, _WORD(_PAGE - 1)), mask)
    end = builder.and_(builder.add(address, size), mask)
    length = builder.sub(end, start)
    builder.call(advise, [builder.inttoptr(start, _POINTER), length, _INT(_ADVICE)])
    builder.ret_void()
    return function
