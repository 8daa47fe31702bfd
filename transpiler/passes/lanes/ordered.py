"""Sums of the user's, which keep their order: where their steps are.

What is added is computed with the rest of the iterations, and added up behind it, one iteration
after the other.  So that no branch stands around a step,

    if c: total += x                becomes             total += x if c else -0.0

which leaves ``total`` as it is, whatever it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Scalar, is_complex, is_float
from adgen.transpiler.passes.independent import SUBTRACTS


def steps_out_of_branches(body: Block, totals: Sequence[Value]) -> Block:
    """The body of a loop with the steps of sums moved behind the branches that they are in."""
    for total in totals:
        body = _Steps({total}).block(body)
    return body


class _Steps:
    """``versions``: of one sum, as they are met."""

    def __init__(self, versions: set[Value]) -> None:
        self.versions = versions

    def block(self, block: Block) -> Block:
        """The block without steps under branches, as far as that can be."""
        ops: list[Op] = []
        for op in block.ops:
            if self.versions.isdisjoint(core.uses_of(op)):
                ops.append(op)
            elif not op.regions:
                self.versions.add(op.result)
                ops.append(op)
            elif op.callee == core.FOR:
                ops.append(self.loop(op))
            elif op.callee == core.IF:
                ops += self.branch(op)
            else:
                ops.append(op)
        return Block(block.args, tuple(ops), block.yields)

    def loop(self, op: Op) -> Op:
        """The same in the body of a loop."""
        (place,) = (k for k, operand in enumerate(op.operands) if operand in self.versions)
        body = op.regions[0]
        self.versions |= {body.args[place - 2], op.results[place - 3]}
        return op.with_(regions=(self.block(body),))

    def branch(self, op: Op) -> list[Op]:
        """A branch, and the steps of the sum behind it."""
        (now,) = self.versions.intersection(core.uses_of(op))
        arms = [self.block(arm) for arm in op.regions]
        (place,) = (
            k for k in range(len(op.results))
            if all(arm.yields[k] in self.versions for arm in arms)
        )  # fmt: skip
        self.versions.add(op.results[place])
        steps = [[o for o in arm.ops if self.uses(o)] for arm in arms]
        op = op.with_(regions=tuple(arms))
        if not all(self.is_plain(step) for arm in steps for step in arm):
            return [op]
        return self.behind(op, place, now, steps)

    def uses(self, op: Op) -> bool:
        return not self.versions.isdisjoint(core.uses_of(op))

    def addend(self, step: Op) -> Operand:
        (addend,) = (o for o in step.operands if o not in self.versions)
        return addend

    def is_plain(self, step: Op) -> bool:
        """Whether a step adds a number to a sum of its own type, which a zero leaves as it is."""
        return not step.regions and type_of(self.addend(step)).dtype == step.result.type.dtype

    def behind(self, op: Op, place: int, now: Value, steps: Sequence[Sequence[Op]]) -> list[Op]:
        arms = []
        results = [r for k, r in enumerate(op.results) if k != place]
        for arm, mine in zip(op.regions, steps, strict=True):
            kept = [y for k, y in enumerate(arm.yields) if k != place]
            for other in steps:
                kept += [self.addend(s) if other is mine else _nothing(s) for s in other]
            ops = tuple(o for o in arm.ops if o not in mine)
            arms.append(Block((), ops, tuple(kept)))
        every = [step for arm in steps for step in arm]
        added = [Value(Scalar(s.result.type.dtype), "") for s in every]
        out = [op.with_(regions=tuple(arms), results=(*results, *added))]
        for k, (step, value) in enumerate(zip(every, added, strict=True)):
            last = k == len(every) - 1
            after = op.results[place] if last else Value(step.result.type, step.result.name)
            operands = tuple(now if o in self.versions else value for o in step.operands)
            out.append(step.with_(operands=operands, results=(after,)))
            self.versions.add(after)
            now = after
        return out


def _nothing(step: Op) -> Operand:
    """What a step may add without any effect: ``-0.0 + -0.0`` is ``-0.0``, as ``-0.0 - 0.0`` is."""
    if not is_float(step.result.type):
        return 0
    nothing = 0.0 if step.callee in SUBTRACTS else -0.0
    return complex(nothing, nothing) if is_complex(step.result.type) else nothing  # type: ignore[return-value]
