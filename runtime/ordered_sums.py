"""Sums in the order in which the user wrote them, in loops that are vectorised.

Such a sum keeps LLVM from vectorising the whole loop, unless it is told to: then the terms are
computed several at once and still added one by one, so the result is the same to the last bit.
The option belongs to the process, so it is on only while one of our functions is compiled;
Numba's compiler lock is held meanwhile.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import llvmlite.binding as llvm

_depth = 0  # compiling a function compiles those that it calls


@contextlib.contextmanager
def ordered_sums_vectorised() -> Iterator[None]:
    """LLVM vectorises loops around ordered sums meanwhile."""
    global _depth
    outer = _depth
    try:  # from here on: Ctrl-C may come at any moment
        _depth = outer + 1
        if outer == 0:
            _set_option("true")
        yield
    finally:
        _depth = outer
        if outer == 0:
            _set_option("false")


def _set_option(value: str) -> None:
    llvm.set_option("adgen", f"-force-ordered-reductions={value}")
