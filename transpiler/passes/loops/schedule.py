"""Schedule: parts into a tree of shared loops, level by level, greedily.

At each level loops ``L0, L1, ...`` are opened in order.  A part joins the first
loop of its extent that is not too early for what it depends on; a scalar
statement goes between two loops, as early as possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adgen.transpiler import optimisations
from adgen.transpiler.passes.loops.edges import Edge
from adgen.transpiler.passes.loops.part import Part
from adgen.transpiler.passes.loops.symbolic import Sym


@dataclass(eq=False, slots=True)
class Loop:
    """A loop over ``range(extent)``; ``body`` is in order of execution."""

    extent: Sym
    body: list[Loop | Part] = field(default_factory=list)

    def parts(self) -> Iterator[Part]:
        """All parts inside, in order."""
        for item in self.body:
            if isinstance(item, Loop):
                yield from item.parts()
            else:
                yield item


Tree = list[Loop | Part]
Path = tuple[Loop, ...]


def schedule(parts: Sequence[Part], into: Mapping[Part, list[Edge]], depth: int = 0) -> Tree:
    """The tree of loops of parts that come in an order respecting their edges."""
    members: list[list[Part]] = []  # of each loop
    before: list[list[Part]] = [[]]  # statements ahead of each loop, and after the last
    loop_of: dict[Part, int] = {}
    gap_of: dict[Part, int] = {}
    for part in parts:
        bound = 0
        for edge in into[part]:
            if edge.first in gap_of:
                bound = max(bound, gap_of[edge.first])
            elif edge.first in loop_of:
                shared = len(part.domain) > depth and edge.shares(depth, part)
                bound = max(bound, loop_of[edge.first] + (not shared))
        if len(part.domain) == depth:
            before[bound].append(part)
            gap_of[part] = bound
            continue
        extent = part.domain[depth]
        shared = optimisations.enabled(optimisations.SHARED_LOOPS)
        for number in range(bound, len(members) if shared else bound):
            if members[number][0].domain[depth] == extent:
                break
        else:
            number = len(members)
            members.append([])
            before.append([])
        members[number].append(part)
        loop_of[part] = number
    tree: Tree = list(before[0])
    for inside, after in zip(members, before[1:], strict=True):
        tree.append(Loop(inside[0].domain[depth], schedule(inside, into, depth + 1)))
        tree += after
    return tree


def paths(tree: Tree, prefix: Path = ()) -> Iterator[tuple[Part, Path]]:
    """Every part with the loops around it, outermost first."""
    for item in tree:
        if isinstance(item, Loop):
            yield from paths(item.body, (*prefix, item))
        else:
            yield item, prefix
