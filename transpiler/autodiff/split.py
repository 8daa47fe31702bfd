"""A planned joint function split into ``f_forward`` and ``f_backward``."""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value


def split(joint: Function, primal: Function) -> tuple[Function, Function]:
    """``f_forward(args) -> (value, residuals)`` and ``f_backward(residuals, value_bar)``.

    ``joint`` must be seeded and planned; ``primal`` tells where its results end.
    """
    body = joint.body
    count = core.leaves(primal.structure)
    names = len(primal.params)
    seeds = set(body.args[names:])
    backward = {op for op in body.ops if op.role == core.ADJOINT}
    front = tuple(op for op in body.ops if op not in backward)
    back = tuple(op for op in body.ops if op in backward)
    cotangents = body.yields[count:]
    back_block = Block(body.args[names:], back, cotangents)
    slots = _slots(front) & _slots(back)
    crossing = [v for v in core.free_values(back_block) if v not in seeds]
    residuals: tuple[Value | Slot, ...] = (
        *crossing,
        *(slot for slot in _ordered(front) if slot in slots),
    )
    results: tuple[Operand, ...] = body.yields[:count]
    forward = Function(
        f"{primal.name}_forward", Block(body.args[:names], front, results), primal.structure,
        (), primal.doc, primal.span, residuals_out=residuals,
    )  # fmt: skip
    structure = (core.LEAF,) * len(cotangents)
    return forward, Function(
        f"{primal.name}_backward", back_block, structure, (), "", primal.span,
        residuals_in=residuals,
    )  # fmt: skip


def _slots(ops: tuple[Op, ...]) -> set[Slot]:
    return set(_ordered(ops))


def _ordered(ops: tuple[Op, ...]) -> list[Slot]:
    found: dict[Slot, None] = {}
    for _, op in core.walk(Block((), ops, ())):
        if "slot" in op.attrs:
            found[op.attrs["slot"]] = None
    return list(found)
