"""Parallel assignments as a sequence of single ones; a tuple only for a cycle (a swap)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr, Stmt


@dataclass(frozen=True, eq=False, slots=True)
class Move:
    """``target = value``, where the value reads the variables ``reads``."""

    target: str
    value: Expr
    reads: frozenset[str]
    scalar: bool


def sequence(moves: Sequence[Move]) -> list[list[Move]]:
    """Groups in an order such that no move clobbers what a later group reads.

    A group of several is a cycle and must be assigned at once.
    """
    before = {
        move: [m for m in moves if m is not move and move.target in m.reads] for move in moves
    }
    groups: list[list[Move]] = []
    rest = list(moves)
    while rest:
        ready = next((m for m in rest if not any(b in rest for b in before[m])), None)
        group = [ready] if ready is not None else _cycle(rest, before)
        groups.append(group)
        rest = [m for m in rest if m not in group]
    return groups


def _cycle(rest: list[Move], before: dict[Move, list[Move]]) -> list[Move]:
    """Moves that depend on each other and on no other move of the rest."""
    reach = {move: _closure(move, rest, before) for move in rest}
    first = min(rest, key=lambda move: len(reach[move]))
    return [move for move in rest if move in reach[first]]


def _closure(move: Move, rest: list[Move], before: dict[Move, list[Move]]) -> set[Move]:
    found: set[Move] = set()
    pending = [move]
    while pending:
        at = pending.pop()
        if at not in found:
            found.add(at)
            pending += [m for m in before[at] if m in rest]
    return found


def statements(moves: Sequence[Move]) -> list[Stmt]:
    """The assignments."""
    out: list[Stmt] = []
    for group in sequence(moves):
        if len(group) == 1:
            out.append(assignment(group[0].target, group[0].value, group[0].scalar))
        else:
            targets = nodes.tuple_([nodes.store(m.target) for m in group], nodes.Store())
            out.append(nodes.assign(targets, nodes.tuple_([m.value for m in group])))
    return out


def assignment(name: str, value: Expr, scalar: bool) -> Stmt:
    """``name = value``; for numbers ``name += rest`` where the value is ``name + rest``."""
    if scalar and nodes.starts_with(value, name):
        return nodes.augment(nodes.store(name), value.op, value.right)
    return nodes.assign(nodes.store(name), value)
