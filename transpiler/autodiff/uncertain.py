"""What a cotangent may reach on some paths alone: values that an arm of an ``if`` uses."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Value


def uncertain(block: Block, activity: Activity) -> set[Value]:
    """Results that a cotangent may reach on some paths through later ifs alone."""
    found: set[Value] = set()
    _certain(block, [y for y in block.yields if isinstance(y, Value)], activity, found)
    return found


def _certain(
    block: Block, wanted: Iterable[Value], activity: Activity, found: set[Value]
) -> set[Value]:
    """Values that a cotangent may reach on every path; ``found`` takes in the others of a block.

    ``wanted``: what is yielded and of use.
    """
    certain = {y for y in wanted if y in activity}
    for op in reversed(block.ops):
        if op.callee == core.IF:
            arms = []
            for region in op.regions:
                pairs = zip(op.results, region.yields, strict=True)
                useful = [y for r, y in pairs if r in certain and isinstance(y, Value)]
                arms.append(_certain(region, useful, activity, found))
            certain |= set.intersection(*arms)
        elif op.regions:
            for region in op.regions:
                ends = [y for y in region.yields if isinstance(y, Value)]
                certain |= _certain(region, ends, activity, found)
            certain.update(active_operands(op.with_(regions=()), activity))
        elif op.callee == core.SAVE or not certain.isdisjoint(op.results):
            certain.update(active_operands(op, activity))
        found.update(r for r in op.results if r in activity and r not in certain)
    return certain


def used_in(region: Block, activity: Activity) -> set[Value]:
    """Values from outside that a cotangent may reach through a region."""
    found = {y for y in region.yields if isinstance(y, Value) and y in activity}
    for op in region.ops:
        found.update(active_operands(op, activity))
    free = core.free_values(region)
    return {value for value in found if value in free}


def active_operands(op: Op, activity: Activity) -> list[Value]:
    """Values that a cotangent may reach through an op."""
    found: list[Value] = []
    for region in op.regions:
        found += used_in(region, activity)
    if op.regions or op.callee == core.SAVE or any(result in activity for result in op.results):
        found += [o for o in op.operands if isinstance(o, Value) and o in activity]
    return found
