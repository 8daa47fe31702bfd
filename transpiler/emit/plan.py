"""Everything that is decided about a function before a line of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from adgen.transpiler.emit.copies import insert_copies, verify_copies
from adgen.transpiler.emit.events import Events
from adgen.transpiler.emit.extents import gather_extents
from adgen.transpiler.emit.folding import Folding
from adgen.transpiler.emit.jumps import restore_jumps
from adgen.transpiler.emit.liveness import Liveness
from adgen.transpiler.emit.naming import Naming
from adgen.transpiler.emit.order import Order, order_of
from adgen.transpiler.emit.style import Style
from adgen.transpiler.emit.unused import drop_unused
from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.paths import Reshape

MOST_ROUNDS = 8  # of copies that make further ones necessary; two were seen


@dataclass(frozen=True, eq=False)
class Plan:
    """A function with its copies, and how its values are folded and named."""

    function: Function
    style: Style
    order: Order
    folding: Folding
    naming: Naming
    reshaped_writes: bool  # whether any write goes through a reshape, which needs C order


def plan(function: Function, style: Style) -> Plan:
    """Copies, jumps, positions, folding, liveness, names: in that order.

    Raises InvalidIR if a write in place could be seen through another value.
    """
    function = _copied(drop_unused(function))
    function = restore_jumps(gather_extents(function))
    order = order_of(function)
    folding = Folding(function, order, Events(function, order), style)
    liveness = Liveness(function, order, folding)
    naming = Naming(function, order, liveness, style)
    return Plan(function, style, order, folding, naming, _writes_reshaped(function))


def _copied(function: Function) -> Function:
    """With copies.  Each may make another buffer visible, so they are looked for again."""
    function = insert_copies(function)
    for _ in range(MOST_ROUNDS):
        try:
            verify_copies(function)
        except InvalidIR:
            function = insert_copies(function)
        else:
            return function
    verify_copies(function)
    return function


def _writes_reshaped(function: Function) -> bool:
    return any(
        op.callee in (core.SETITEM, core.ADDITEM)
        and any(isinstance(step, Reshape) for step in op.attrs["path"])
        for _, op in core.walk(function.body)
    )
