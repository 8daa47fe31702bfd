"""The order of the passes."""

from __future__ import annotations

from collections.abc import Callable

from adgen.transpiler.ir.core import Function
from adgen.transpiler.passes.common_subexpressions import eliminate_common_subexpressions
from adgen.transpiler.passes.dead_code import eliminate_dead_code
from adgen.transpiler.passes.extents import resolve_extents
from adgen.transpiler.passes.hoist import hoist_invariants
from adgen.transpiler.passes.simplify import simplify

Pass = Callable[[Function], Function]

OPTIMISE: tuple[Pass, ...] = (
    resolve_extents,
    eliminate_dead_code,
    simplify,
    hoist_invariants,
    eliminate_common_subexpressions,
    simplify,
    eliminate_dead_code,
)


def optimise(function: Function) -> Function:
    """All general passes, in order; each keeps the meaning of the function."""
    for improve in OPTIMISE:
        function = improve(function)
    return function
