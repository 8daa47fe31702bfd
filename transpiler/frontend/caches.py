"""Functions with a cache: what they compute is computed again, to the same values.

What they print and draw would not be the same, and what they return is the cache's own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.bindings import Binding, Box, Cell, OneOf, Ref
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block

_WRAPPER = type(functools.cache(lambda: None))


def has_cache(function: Any) -> bool:
    """Whether an object of the surroundings remembers what it has returned."""
    seen: set[int] = set()
    while function is not None and id(function) not in seen:
        if isinstance(function, _WRAPPER):
            return True
        seen.add(id(function))
        function = getattr(function, "py_func", None) or getattr(function, "__wrapped__", None)
    return False


def tells(cx: Context, ops: int) -> bool:
    """Whether something is printed or drawn by what was lowered behind so many ops."""
    own = Block((), tuple(cx.builder.ops[ops:]), ())
    return any(op.callee in (core.PRINT, core.DRAW) for _, op in core.walk(own))


def computed_again(cx: Context, node: Any, name: str, compute: Callable[[], Binding]) -> Binding:
    """A call of a function with a cache as one without, where nobody sees a difference.

    It may neither print nor draw, and the arrays and containers it makes are not changed later.
    """
    before, known = len(cx.builder.ops), {*cx.state.cells, *cx.state.boxes}
    result = compute()
    if tells(cx, before):
        cx.refuse(
            UnsupportedSyntax,
            f"`{name}` has a cache, and prints or draws random numbers: only for arguments that it "
            "was not called with before",
            node, "call it ahead and pass what it returns, or leave the cache out",
        )  # fmt: skip
    for cell in _cells(result):
        if cell not in known:
            cell.captured, cell.name = True, f"{name}(...)"
    return result


def _cells(binding: Binding) -> list[Cell]:
    if isinstance(binding, Ref):
        return [binding.cell]
    if isinstance(binding, OneOf):
        return [ref.cell for ref in binding.refs]
    if isinstance(binding, Box):
        return [binding]
    parts = binding if isinstance(binding, tuple) else ()
    return [cell for part in parts for cell in _cells(part)]
