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
        if placed[value].is_scalar or placed[value].whole or part.weight is None:
            continue
        if any(memory.storage(r.value) or r.value in chosen for r in edges.reads(part)):
            continue
        cost = _cost(memory, edges, placed, part)
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


def _cost(
    memory: Memory, edges: Edges, placed: Mapping[Value, Placement], part: Part
) -> tuple[int, int] | None:
    """Operations and distinct leaves of full rank of a recomputation, or None."""
    weight = part.weight or 0
    leaves: set[Value] = set()
    for read in edges.reads(part):
        producer = memory.parts.made.get(read.value)
        place = placed.get(read.value)
        if producer is not None and place is not None and place.is_scalar:
            # A scalar of a loop body: it would have to be recomputed too.
            if producer.kind != MAP or producer.weight is None or memory.storage(read.value):
                return None
            if any(memory.storage(r.value) for r in edges.reads(producer)):
                return None
            inner = _cost(memory, edges, placed, producer)
            if inner is None:
                return None
            weight += inner[0]
            leaves |= {r.value for r in edges.reads(producer)}
        elif producer is not None and place is not None and not _complete(place, producer):
            return None
        elif len(read.index) >= len(part.domain):
            leaves.add(read.value)
    return weight, len(leaves)


def _complete(place: Placement, producer: Part) -> bool:
    """Whether a buffer holds all axes, so that it can be read from anywhere."""
    stored = [k for k, p in enumerate(producer.axes) if p is not None]
    return place.whole or list(place.axes) == stored


def _absorbed(
    memory: Memory, edges: Edges, placed: Mapping[Value, Placement], chosen: set[Value]
) -> set[Value]:
    """The chosen values, and the cheap scalars of loop bodies that they are made of."""
    out = set(chosen)
    stack = list(chosen)
    while stack:
        for read in edges.reads(memory.parts.made[stack.pop()]):
            place = placed.get(read.value)
            if place is not None and place.is_scalar and read.value not in out:
                out.add(read.value)
                stack.append(read.value)
    return out
