"""Which loops run on threads and why others do not, for people."""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op
from adgen.transpiler.ir.threads import ATTRIBUTE
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.independent import Context, Meeting, meeting, obstacle
from adgen.transpiler.passes.threads import ADDED_LOOP, gains

_SWEEPS = {core.PRIMAL: "", core.ADJOINT: ", adjoint", core.TANGENT: ""}


def report(function: Function) -> list[str]:
    """Lines about the loops of a function at the loop level, in the order of the source.

    Of loops in a loop that does not run on threads, only those that do are listed.
    """
    found = dict.fromkeys(_lines(function.body, Context(function), True))
    return [text for _, text in sorted(found)] or ["no loops"]


def _lines(block: Block, context: Context, outermost: bool) -> Iterator[tuple[int, str]]:
    for op in block.ops:
        if op.callee in (core.FOR, core.WHILE):
            where = _where(op)
            if ATTRIBUTE in op.attrs:
                yield where[0], f"{where[1]}: on threads"
                continue
            if outermost and ADDED_LOOP not in op.attrs:
                yield where[0], f"{where[1]}: not on threads: {_reason(op, context)}"
        inner = outermost and op.callee == core.IF
        for region in op.regions:
            yield from _lines(region, context, inner)


def _where(loop: Op) -> tuple[int, str]:
    """The line of a loop, or of what is computed in it, and a text with that line."""
    spans = [(loop.span, loop.role)]
    spans += [(op.span, op.role) for _, op in core.walk(loop.regions[-1])]
    for span, role in spans:
        if span is not None:
            return span.line, f"line {span.line}{_SWEEPS[role]} (`{span.snippet.rstrip(':')}`)"
    return 0, "a loop"


def _reason(loop: Op, context: Context) -> str:
    if loop.callee == core.WHILE:
        return "how often it runs is not known ahead"
    if not gains(loop, nested=False):
        return "it is short"
    found = obstacle(loop, context)
    if found is not None:
        return found
    for place, arg in enumerate(loop.regions[0].args[1:]):
        how = meeting(loop, place, context)
        name = f"`{arg.name}`" if arg.name else "a value"
        if how is None and isinstance(arg.type, Array):
            return f"iterations may touch the same elements of {name}"
        if how is None:
            return f"{name} is handed from one iteration to the next"
        if how.meeting is Meeting.ORDERED_SUM:
            return f"{name} is summed up in the order of the iterations, which prange leaves free"
    return "it is short"
