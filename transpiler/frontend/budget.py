"""What reading a function may cost: a bound on all that grows without the text growing.

Calls are inlined, loops over tuples written out, containers and texts of constants computed
while compiling: a few lines can ask for more of that than any machine has.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.ir.templates import Field

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

MOST_STEPS = 200_000  # statements, operations and items; each takes some ten microseconds
MOST_BITS = 4096  # of an integer constant
CALL = 10  # what it costs to inline a call, beside its statements
TRIAL = 15  # and to lower the body of a loop once
CHARACTERS = 100  # of a text cost as much as one step
_WIDE = re.compile(r"\d{5}")


def spend(cx: Context, node: Any, steps: int = 1) -> None:
    """Note steps that are about to be made at a node.  Raises UnsupportedSyntax when too many."""
    cx.steps += steps
    if cx.steps > MOST_STEPS:
        cx.refuse(
            UnsupportedSyntax,
            f"`{cx.stack[0].name if cx.stack else cx.frame.source.name}` takes more than "
            f"{MOST_STEPS} steps to compile",
            node,
            "loop over range(n) and over arrays: calls are inlined, and loops over tuples and "
            "lists are written out",
        )


def check_integer(cx: Context, node: Any, callee: Any, x: Any, y: Any) -> None:
    """Refuse arithmetic on two constants whose result is an integer of very many digits."""
    if callee is operator.pow:
        bits = x.bit_length() * max(y, 0)
    elif callee is operator.lshift:
        bits = x.bit_length() + max(y, 0)
    else:
        bits = x.bit_length() + y.bit_length()
    check_bits(cx, node, bits)


def check_bits(cx: Context, node: Any, bits: int) -> None:
    """Refuse an integer of very many digits: a constant, or what is computed of two."""
    if bits > MOST_BITS:
        cx.refuse(
            UnsupportedSyntax, f"an integer of more than {MOST_BITS} bits", node,
            "compute with floats: 10.0**n; integers have 64 bits in compiled code",
        )  # fmt: skip


def check_field(cx: Context, node: Any, field: Field) -> None:
    """Refuse a format that asks for a text of tens of thousands of characters."""
    if _WIDE.search(field.spec):
        cx.refuse(UnsupportedSyntax, "a format this wide is not compiled", node,
                  "print fewer digits")  # fmt: skip
