"""The guards that make sure that no axis is stretched unseen (see frontend/broadcasting.py)."""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import with_body


def guesses(function: Function) -> bool:
    """Whether a guard may fail where NumPy goes on."""
    ops = (op for _, op in core.walk(function.body) if op.callee == core.GUARD)
    return any("guessed" in (op.attrs.get("broadcast"), op.attrs.get("kept")) for op in ops)


def broadcasts(function: Function) -> int:
    """In how many places it matters which extents are 1."""
    return len(_broadcasts(function))


def _broadcasts(function: Function) -> list[str]:
    ops = (op for _, op in core.walk(function.body) if op.callee == core.GUARD)
    return [op.attrs["broadcast"] for op in ops if "broadcast" in op.attrs]


def prints(function: Function) -> bool:
    """Whether a call has an effect that cannot be undone."""
    return any(op.callee == core.PRINT for _, op in core.walk(function.body))


def draws(function: Function) -> bool:
    """Whether a call changes the state of a random generator that is not its own."""
    return any(op.callee == core.DRAW for _, op in core.walk(function.body))


def drop_checked_by_numpy(function: Function) -> Function:
    """The function without guards between extents of arguments, for the array level.

    NumPy itself raises where two extents differ and neither is 1, which the specialisation key
    says of arguments, and where a matrix is not square; fused loops would read out of bounds.
    """
    params = set(function.params)
    dims = {
        op.result
        for _, op in core.walk(function.body)
        if op.callee == core.DIM and op.operands[0] in params
    }

    def clean(block: Block) -> Block:
        ops = [
            op.with_(regions=tuple(clean(region) for region in op.regions))
            for op in block.ops
            if not (op.callee == core.GUARD and _is_checked_by_numpy(op, dims))
        ]
        return Block(block.args, tuple(ops), block.yields)

    return with_body(function, clean(function.body))


def _is_checked_by_numpy(guard: Op, dims: set[Value]) -> bool:
    if "square" in guard.attrs:
        return True
    return "kept" not in guard.attrs and all(o in dims for o in guard.operands)
