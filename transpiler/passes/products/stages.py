"""Cuts the body of a loop into stages, so that products stand apart from everything else.

A loop with independent trips runs each stage for all trips before the next.  Every product has a
stage with an odd number; what is not a product goes to the first even one that comes late enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.independent import Carried, Meeting, addition
from adgen.transpiler.passes.products.plain import Plain
from adgen.transpiler.passes.products.roots import Roots
from adgen.transpiler.passes.touches import touches_only

_CHECKS = (core.GUARD, core.ASSERT)
_SUMS = (Meeting.FREE_SUM, Meeting.ORDERED_SUM)


class Tied(Exception):
    """The body cannot be cut."""


@dataclass
class Stages:
    """``plain``: ops that belong to no stage, they are done wherever they are needed.

    ``number``: of the others; ``unit``: of ops that are parts of a product, which one; ``roots``:
    of arrays.  ``crossing``: numbers that another loop than their own needs; ``expanded``: arrays
    that a trip makes for itself and several loops touch.
    """

    body: Block
    roots: Roots
    unit: dict[Op, int]
    plain: dict[Value, Op] = field(default_factory=dict)
    number: dict[Op, int] = field(default_factory=dict)
    crossing: list[Value] = field(default_factory=list)
    expanded: list[Value] = field(default_factory=list)

    def loops(self) -> list[list[Op]]:
        """The ops of each loop, in order; every product has one for itself."""
        ops = [op for op in self.body.ops if op in self.number]
        found: dict[tuple[int, int], list[Op]] = {}
        for op in ops:
            found.setdefault(self.loop_of(op), []).append(op)
        return [found[place] for place in sorted(found)]

    def loop_of(self, op: Op) -> tuple[int, int]:
        """What the ops of one loop have in common."""
        return self.number[op], self.unit.get(op, 0)


def cut(body: Block, carried: tuple[Carried, ...], products: Sequence[set[Op]]) -> Stages:
    """The stages of a loop's body; ``carried``: how trips meet.  Raises Tied, or Mixed."""
    unit = {op: k for k, ops in enumerate(products, 1) for op in ops}
    stages = Stages(body, Roots(body), unit)
    known = Plain((body.args[0],), all_values(body))
    for op in body.ops:
        if op not in unit and known.add(op):
            stages.plain[op.result] = op
    staged = [op for op in body.ops if not (len(op.results) == 1 and op.result in stages.plain)]
    added = {
        arg for arg, how in zip(body.args[1:], carried, strict=True)
        if how.meeting is Meeting.ADDED
    }  # fmt: skip
    _check_slots(staged)
    together = [*_sums(body, carried, staged), *products]
    _number(stages, staged, _dependences(staged, stages, added), together)
    _sink(stages, staged)
    _place_arrays(stages, staged)
    for op in staged:
        if stages.number.get(op) and any(inner.callee in _CHECKS for inner in _all_ops(op)):
            raise Tied  # it would come behind others
    _find_crossing(stages, staged)
    return stages


def all_values(body: Block) -> set[Value]:
    """All values that a block defines, those in its regions included."""
    found = set(body.args)
    for _, op in core.walk(body):
        found.update(op.results)
        for region in op.regions:
            found.update(region.args)
    return found


def _all_ops(op: Op) -> list[Op]:
    return [op, *(inner for region in op.regions for _, inner in core.walk(region))]


def _check_slots(staged: list[Op]) -> None:
    """Raises Tied if a slot is both written and read: the stages would meet in it."""
    ways: dict[object, set[object]] = {}
    for op in staged:
        for inner in _all_ops(op):
            if "slot" in inner.attrs:
                ways.setdefault(inner.attrs["slot"], set()).add(inner.callee)
    if any(len(found) > 1 or core.DECLARE in found for found in ways.values()):
        raise Tied


def _dependences(staged: list[Op], stages: Stages, added: set[Value]) -> dict[Op, set[Op]]:
    """What must run no later than each op."""
    made = {result: op for op in staged for result in op.results}
    ahead: dict[Op, set[Op]] = {op: set() for op in staged}
    readers: dict[Value, list[Op]] = {}
    for op in staged:
        for value in core.uses_of(op):
            root = stages.roots.root(value)
            if root in added:
                continue
            if value in made:
                ahead[op].add(made[value])
            if root is None:
                continue
            if any(stages.roots.root(result) is root for result in op.results):
                ahead[op].update(readers.get(value, ()))  # they read what it replaces
            readers.setdefault(value, []).append(op)
        ahead[op].discard(op)
    return ahead


def _sums(body: Block, carried: tuple[Carried, ...], staged: list[Op]) -> list[set[Op]]:
    """The ops that belong to one sum each, which must stay in one loop."""
    found = []
    for arg, how in zip(body.args[1:], carried, strict=True):
        if how.meeting not in _SUMS:
            continue
        steps, value = set(), arg
        for op in staged:
            if value in core.uses_of(op):
                step = addition(op, value)
                if step is None:
                    raise Tied
                steps.add(op)
                value = step[0]
        found.append(steps)
    return found


def _number(
    stages: Stages, staged: list[Op], ahead: dict[Op, set[Op]], together: list[set[Op]]
) -> None:
    number, unit = stages.number, stages.unit
    number.update({op: int(op in unit) for op in staged})
    if any(len({op in unit for op in ops}) > 1 for ops in together):
        raise Tied
    changed = True
    while changed:
        changed = False
        for op in staged:
            least = number[op]
            for other in ahead[op]:
                apart = (op in unit) != (other in unit)
                both = op in unit and other in unit and unit[op] != unit[other]
                least = max(least, number[other] + (1 if apart else 2 if both else 0))
            for ops in together:
                if op in ops:
                    least = max(least, *(number[other] for other in ops))
            changed = changed or least != number[op]
            number[op] = least
            if least > 2 * len(staged) + 2:
                raise Tied  # they need each other


def _sink(stages: Stages, staged: list[Op]) -> None:
    """Arithmetic goes to the loop that needs it, where that keeps no more numbers than before."""
    made = {result: op for op in staged for result in op.results}
    users: dict[Op, list[Op]] = {op: [] for op in staged}
    ends = {y for y in stages.body.yields if isinstance(y, Value)}
    for op in staged:
        for value in core.uses_of(op):
            if value in made:
                users[made[value]].append(op)
    for op in reversed(staged):
        if op.regions or isinstance(op.callee, str) or not ends.isdisjoint(op.results):
            continue
        if op in stages.unit or sum(o in made for o in set(core.uses_of(op))) > 1:
            continue
        found = {stages.loop_of(user) for user in users[op]}
        if len(found) == 1 and not any(user in stages.unit for user in users[op]):
            ((stages.number[op], _),) = found


def _place_arrays(stages: Stages, staged: list[Op]) -> None:
    """Arrays that a trip makes belong to the one loop that touches them, or are ``expanded``."""
    body, roots = stages.body, stages.roots
    touching: dict[Value, dict[tuple[int, int], Op]] = {}
    for op in staged:
        for value in core.uses_of(op):
            root = roots.root(value)
            if root is not None and root not in body.args:
                touching.setdefault(root, {}).setdefault(stages.loop_of(op), op)
    for op in staged:
        root = op.result if len(op.results) == 1 else None
        if root is None or roots.root(root) is not root:
            continue
        places = touching.get(root, {})
        if len(places) == 1 and next(iter(places.values())) not in stages.unit:
            (stages.number[op],) = (stages.number[other] for other in places.values())
        elif places:
            rest = Block((), body.ops[body.ops.index(op) + 1 :], body.yields)
            if op not in roots.fresh.values() or not touches_only(root, rest):
                raise Tied
            del stages.number[op]
            stages.expanded.append(root)


def _find_crossing(stages: Stages, staged: list[Op]) -> None:
    made = {r: op for op in staged if op in stages.number for r in op.results}
    crossing: dict[Value, None] = {}
    for op in staged:
        for value in core.uses_of(op):
            if stages.roots.root(value) is None and value in made:
                if op not in stages.number or stages.loop_of(made[value]) != stages.loop_of(op):
                    crossing[value] = None
    if any(isinstance(value.type, Array) for value in crossing):
        raise Tied
    sums = [y for y in stages.body.yields if isinstance(y, Value) and y in stages.plain]
    if any(not isinstance(y.type, Array) for y in sums):
        raise Tied
    stages.crossing = list(crossing)
