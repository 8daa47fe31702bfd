"""The order of the passes."""

from __future__ import annotations

from collections.abc import Callable

from adgen.transpiler import optimisations
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
from adgen.transpiler.watching import applied

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


# What can be left out to measure its worth; later passes need what the others do.
_OPTIONAL: dict[Pass, str] = {
    confine_writes: optimisations.LOCAL_WRITES,
    hoist_invariants: optimisations.HOISTING,
    eliminate_common_subexpressions: optimisations.COMMON_SUBEXPRESSIONS,
    share_with_primal: optimisations.COMMON_SUBEXPRESSIONS,
}


def optimise(function: Function) -> Function:
    """All general passes, in order; each keeps the meaning of the function."""
    return _run(OPTIMISE, function)


def optimise_joint(function: Function) -> Function:
    """The same for a joint function whose residuals are not planned yet."""
    return _run(OPTIMISE_JOINT, function)


def _run(passes: tuple[Pass, ...], function: Function) -> Function:
    """All passes; none where the last run has left the body as it is, with nothing to do.

    That is so if its last passes have found nothing: what they do follows from all the others.
    """
    if _key(passes, function) in function.body.settled:
        return function
    *first, last_but_one, last = passes
    for improve in first:
        function = _improved(function, improve)
    before = function.body
    function = _improved(_improved(function, last_but_one), last)
    if function.body is before:
        before.settle(_key(passes, function))
    return function


def _improved(function: Function, improve: Pass) -> Function:
    """What a pass makes of a function, if it is not known to leave the body as it is."""
    name = _OPTIONAL.get(improve)
    if name is not None and not optimisations.enabled(name):
        return function
    key = _key(improve, function)
    if key in function.body.settled:
        return function
    improved = applied(improve, function)
    if improved is function:
        function.body.settle(key)
    return improved


def _key(improve: object, function: Function) -> object:
    """All that decides what passes make of a body."""
    handed = function.residuals_in, function.residuals_out, function.writes
    return improve, optimisations.left_out(), *handed
