"""The binomial schedule of snapshots in machine code."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

from adgen.runtime.internal_functions import internal
from adgen.runtime.schedule import next_snapshot

_WORD = ir.IntType(64)


@type_callable(next_snapshot)
def _type_next_snapshot(context: Any) -> Any:
    def typer(place: Any, end: Any, kept: Any, snapshots: Any) -> Any:
        given = (place, end, kept, snapshots)
        if not all(isinstance(kind, types.Integer) for kind in given):
            return None
        return signature(types.intp, *(types.intp for _ in given))

    return typer


@lower_builtin(next_snapshot, types.intp, types.intp, types.intp, types.intp)
def _lower_next_snapshot(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    return builder.call(_function(builder.module), args)


def _function(module: ir.Module) -> ir.Function:
    """The function in LLVM's terms, once in a module: Numba takes a fifth of a second for it."""
    kind = ir.FunctionType(_WORD, [_WORD] * 4)
    function, is_new = internal(module, kind, "adgen_next_snapshot")
    if not is_new:
        return function
    place, end, kept, snapshots = function.args
    entry, short, search, found = (
        function.append_basic_block(label) for label in ("entry", "short", "search", "found")
    )
    b = ir.IRBuilder(entry)
    steps, free = b.sub(end, place), b.sub(snapshots, kept)
    none_left = b.icmp_signed("<=", free, _WORD(0))
    few = b.icmp_signed("<=", steps, _WORD(2))
    stored = b.add(free, _WORD(1))
    reached = b.add(free, _WORD(2))
    b.cbranch(b.or_(none_left, few), short, search)
    b.position_at_end(short)
    b.ret(b.add(place, _select(b, ">", b.sub(steps, _WORD(1)), _WORD(1))))
    b.position_at_end(search)
    repetitions, reach = b.phi(_WORD), b.phi(_WORD)
    more = b.add(repetitions, _WORD(1))
    further = b.sdiv(b.mul(reach, b.add(stored, more)), more)
    repetitions.add_incoming(_WORD(1), entry)
    repetitions.add_incoming(more, search)
    reach.add_incoming(reached, entry)
    reach.add_incoming(further, search)
    b.cbranch(b.icmp_signed("<", reach, steps), search, found)
    b.position_at_end(found)
    total = b.add(stored, repetitions)
    before = b.sdiv(b.mul(reach, repetitions), total)
    behind = b.sdiv(b.mul(before, stored), b.sub(total, _WORD(1)))
    b.ret(b.add(place, _select(b, "<", before, b.sub(steps, behind))))
    return function


def _select(b: ir.IRBuilder, comparison: str, one: ir.Value, two: ir.Value) -> ir.Value:
    return b.select(b.icmp_signed(comparison, one, two), one, two)
