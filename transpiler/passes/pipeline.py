"""The order of the passes."""

from __future__ import annotations

from collections.abc import Callable

from adgen.transpiler.ir.core import Function
from adgen.transpiler.passes.common_subexpressions import (
    eliminate_common_subexpressions,
    share_with_primal,
)
from adgen.transpiler.passes.dead_code import eliminate_dead_code
from adgen.transpiler.passes.extents import resolve_extents
from adgen.transpiler.passes.hoist import hoist_invariants
from adgen.transpiler.passes.local_writes import confine_writes
from adgen.transpiler.passes.simplify import simplify

Pass = Callable[[Function], Function]

OPTIMISE: tuple[Pass, ...] = (
    resolve_extents,
    confine_writes,
    eliminate_dead_code,
    simplify,
    hoist_invariants,
    eliminate_common_subexpressions,
    simplify,
    eliminate_dead_code,
)


# For a joint function before residual planning.
OPTIMISE_JOINT: tuple[Pass, ...] = tuple(
    share_with_primal if improve is eliminate_common_subexpressions else improve
    for improve in OPTIMISE
)


def optimise(function: Function) -> Function:
    """All general passes, in order; each keeps the meaning of the function."""
    for improve in OPTIMISE:
        function = improve(function)
    return function


def optimise_joint(function: Function) -> Function:
    """The same for a joint function whose residuals are not planned yet."""
    for improve in OPTIMISE_JOINT:
        function = improve(function)
    return function
