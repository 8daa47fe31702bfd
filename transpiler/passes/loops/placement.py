"""Placement: which results are scalars, which are buffers (of which axes), which are recomputed.

``c(v)``, the number of loops that the definition and all uses of v share, decides:
the axes of v inside them need no storage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.types import Scalar
from adgen.transpiler.passes.loops.edges import Edges
from adgen.transpiler.passes.loops.memory import Memory
from adgen.transpiler.passes.loops.part import MAP, REDUCE, Part
from adgen.transpiler.passes.loops.schedule import Path, Tree, paths, schedule
from adgen.transpiler.passes.loops.symbolic import Symbols

SINGLE_USE_WEIGHT, MANY_USES_WEIGHT, MANY_USES_LEAVES, ROUNDS = 12, 4, 2, 6


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the elements of a result live: axes ``axes`` of it make a buffer; none: a scalar.

    ``whole``: the buffer has every axis of the result, those of length 1 too.
    """

    axes: tuple[int, ...]
    whole: bool = False

    @property
    def is_scalar(self) -> bool:
        """Whether no storage is needed."""
        return not self.axes and not self.whole


@dataclass(frozen=True, slots=True)
class Plan:
    """The tree of loops and where every result lives."""

    tree: Tree
    placed: Mapping[Value, Placement]
    virtual: frozenset[Value]
    edges: Edges


def plan(memory: Memory, symbols: Symbols) -> Plan:
    """Schedule and place, and recompute cheap values instead of storing them, until stable."""
    virtual: frozenset[Value] = frozenset()
    for rounds in range(ROUNDS):
        edges = Edges(memory, symbols, virtual)
        tree = schedule(edges.ordered, edges.into)
        placed = _place(memory, edges, dict(paths(tree)))
        more = _recomputable(memory, edges, placed)
        if not more or rounds == ROUNDS - 1:
            break
        virtual |= more
    return Plan(tree, placed, virtual, edges)


def _place(memory: Memory, edges: Edges, path_of: Mapping[Part, Path]) -> dict[Value, Placement]:
    shared: dict[Value, int] = {}
    made = memory.parts.made
    for part, path in path_of.items():
        for read in edges.reads(part):
            if read.value in made:
                there = path_of[made[read.value]]
                common = _common(there, path)
                shared[read.value] = min(shared.get(read.value, len(there)), common)
    placed = {}
    for part, path in path_of.items():
        value = part.result
        if value is None or part.kind not in (MAP, REDUCE) or isinstance(value.type, Scalar):
            continue
        if value in memory.parts.whole:
            placed[value] = Placement(tuple(range(value.type.ndim)), True)
            continue
        inside = shared.get(value, len(path))
        axes = [k for k, p in enumerate(part.axes) if p is not None and p >= inside]
        if part.kind == MAP and inside == len(path):
            axes = []
        placed[value] = Placement(tuple(axes))
    return placed


def _common(first: Path, second: Path) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one is not other:
            break
        count += 1
    return count


# Recomputation


def _recomputable(
    memory: Memory, edges: Edges, placed: Mapping[Value, Placement]
) -> frozenset[Value]:
    users: dict[Value, list[Part]] = {}
    for part in edges.ordered:
        for read in edges.reads(part):
            users.setdefault(read.value, []).append(part)
    chosen: set[Value] = set()
    for part in edges.ordered:
        value = part.result
        if value is None or part.kind != MAP or value not in placed:
            continue
        if placed[value].is_scalar or placed[value].whole:
            continue
        if any(r.value in chosen for r in edges.reads(part)):
            continue  # in the next round, when that one is seen through
        cost = _cost(memory, edges, placed, part, _shared(part, placed[value]))
        if cost is None:
            continue
        weight, leaves = cost
        if weight <= MANY_USES_WEIGHT and leaves <= MANY_USES_LEAVES:
            chosen.add(value)
        elif weight <= SINGLE_USE_WEIGHT and _one_user_of_its_domain(users[value], part):
            chosen.add(value)
    return frozenset(_absorbed(memory, edges, placed, chosen))


def _one_user_of_its_domain(users: list[Part], part: Part) -> bool:
    return len(set(users)) == 1 and users[0].domain == part.domain


def _shared(part: Part, place: Placement) -> int:
    """Number of loops around a part that all uses of its result share."""
    stored = [p for k in place.axes if (p := part.axes[k]) is not None]
    return min(stored, default=len(part.domain))


def _cost(
    memory: Memory, edges: Edges, placed: Mapping[Value, Placement], part: Part, depth: int
) -> tuple[int, int] | None:
    """Operations and distinct leaves of full rank of a recomputation, or None.

    ``depth``: how many loops the places of recomputation share with the part.
    """
    if part.weight is None or part.kind != MAP:
        return None
    weight = part.weight
    leaves: set[Value] = set()
    for read in edges.reads(part):
        if memory.storage(read.value):
            return None
        producer = memory.parts.made.get(read.value)
        place = placed.get(read.value)
        if producer is not None and place is not None and not place.whole:
            if place.is_scalar and not _ends_outside(producer, depth):
                # A scalar of the same loop body: it would have to be recomputed too.
                inner = _cost(memory, edges, placed, producer, depth)
                if inner is None:
                    return None
                weight += inner[0]
                leaves |= {r.value for r in edges.reads(producer)}
                continue
            if not place.is_scalar and _shared(producer, place) > depth:
                return None
        if len(read.index) >= len(part.domain):
            leaves.add(read.value)
    return weight, len(leaves)


def _ends_outside(producer: Part, depth: int) -> bool:
    """Whether a scalar is made in the loops that are shared: a total of an inner loop, say."""
    made_at = producer.first_reduced if producer.reduced else len(producer.domain)
    return made_at <= depth


def _absorbed(
    memory: Memory, edges: Edges, placed: Mapping[Value, Placement], chosen: set[Value]
) -> set[Value]:
    """The chosen values, and the cheap scalars of loop bodies that they are made of."""
    out = set(chosen)
    made = memory.parts.made
    stack = [(value, _shared(made[value], placed[value])) for value in chosen]
    while stack:
        value, shared = stack.pop()
        for read in edges.reads(made[value]):
            place = placed.get(read.value)
            if place is None or not place.is_scalar or _ends_outside(made[read.value], shared):
                continue
            if read.value not in out:
                out.add(read.value)
                stack.append((read.value, shared))
    return out
