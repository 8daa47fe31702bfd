"""Ops of emission alone that end a block (see ``jumps``)."""

from __future__ import annotations

from typing import Any

from adgen.transpiler.ir.core import Block, Op

BREAK = "break"  # operands: the carried values of the loop; attr "of": its carried arguments
RETURN = "return"  # operands: the results of the function


class _Unreachable:
    """What a block yields whose end is not reached."""

    def __repr__(self) -> str:
        return "unreachable"


UNREACHABLE: Any = _Unreachable()


def is_terminator(op: Op) -> bool:
    """Whether nothing in its block runs after the op."""
    return op.callee in (BREAK, RETURN)


def is_left(block: Block) -> bool:
    """Whether the end of the block is not reached."""
    if not block.ops:
        return False
    last = block.ops[-1]
    if is_terminator(last):
        return True
    return last.callee == "if" and all(is_left(region) for region in last.regions)
