"""Independent iterations: the backward sweep of an iteration joins its forward sweep.

Where the iterations of a loop meet only in sums and the cotangents of the sums
are known before the loop (the loss is linear in them, as almost every loss
over data is), nothing needs to be stored between the sweeps: the body of the
adjoint loop runs right after the body of the loop, in the same iteration.
"""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.autodiff.order import only_accumulates
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import substitute, with_body


def merge_independent_iterations(function: Function) -> Function:
    """The joint function (residuals not planned yet) with such pairs of loops merged."""
    return with_body(function, _block(function.body))


def _block(block: Block) -> Block:
    """Merge what can be merged in a block, then in the bodies of merged loops."""
    while True:
        merged = _merge_one(block)
        if merged is None:
            break
        block = merged
    ops = tuple(
        op.with_(regions=tuple(_block(region) for region in op.regions)) for op in block.ops
    )
    return block.with_(ops=ops)


def _merge_one(block: Block) -> Block | None:
    forward = {
        op.attrs["label"]: position
        for position, op in enumerate(block.ops)
        if op.callee == core.FOR and "label" in op.attrs and not op.attrs.get("exits")
    }
    for position, op in enumerate(block.ops):
        first = forward.get(op.attrs.get("mirror"))
        if first is None or op.callee != core.FOR or not only_accumulates(op):
            continue
        moved = _movable(block, first, position)
        if moved is not None:
            return _merged(block, first, position, moved)
    return None


def _movable(block: Block, first: int, second: int) -> list[int] | None:
    """Ops between the two loops that the second needs, if none depends on the first."""
    made = {value: k for k, op in enumerate(block.ops) for value in _defined(op)}
    own = set(_defined(block.ops[first])) - set(block.ops[first].results)
    needed: set[int] = set()
    pending = [v for v in core.uses_of(block.ops[second]) if v not in own]
    while pending:
        source = made.get(pending.pop())
        if source is None or source < first or source in needed:
            continue
        if source == first or block.ops[source].callee in core.EFFECTS:
            return None
        if _has_effects(block.ops[source]):
            return None
        needed.add(source)
        pending += core.uses_of(block.ops[source])
    return sorted(needed)


def _defined(op: Op) -> Iterator[Value]:
    """Everything that an op defines, in its regions too (which backward ops may name)."""
    yield from op.results
    for region in op.regions:
        yield from region.args
        for inner in region.ops:
            yield from _defined(inner)


def _has_effects(op: Op) -> bool:
    return any(
        inner.callee in core.EFFECTS for region in op.regions for _, inner in core.walk(region)
    )


def _merged(block: Block, first: int, second: int, moved: list[int]) -> Block:
    there = set(moved)
    before = [*block.ops[:first], *(block.ops[k] for k in moved)]
    after = [
        op for k, op in enumerate(block.ops) if k > first and k != second and k not in there
    ]  # fmt: skip
    loop = _joined(block.ops[first], block.ops[second])
    return Block(block.args, (*before, loop, *after), block.yields)


def _joined(forward: Op, backward: Op) -> Op:
    one, two = forward.regions[0], backward.regions[0]
    index: dict[Value, core.Operand] = {two.args[0]: one.args[0]}
    two = substitute(two, index)
    body = Block(
        (*one.args, *two.args[1:]), (*one.ops, *two.ops), (*one.yields, *two.yields)
    )  # fmt: skip
    return forward.with_(
        operands=(*forward.operands, *backward.operands[3:]),
        regions=(body,),
        results=(*forward.results, *backward.results),
    )
