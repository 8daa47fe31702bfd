"""Equal loops, each written once: a network of twelve equal layers is compiled as fast as one.

Before::

    for i in range(n):
        y[i] = np.tanh(x[i])
    for i in range(m):
        v[i] = np.tanh(y[i])

After::

    def f_loop(n, y, x):
        distinct("y")
        for i in range(n):
            y[i] = np.tanh(x[i])

    f_loop(n, y, x)
    f_loop(m, v, y)

Loops are equal if they differ by nothing but the names of variables.  Where their types differ,
Numba compiles the function once for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.comments import is_marker
from adgen.transpiler.emit.exposure import Exposure, stores
from adgen.transpiler.emit.nodes import Stmt
from adgen.transpiler.emit.own_memory import OwnMemory
from adgen.transpiler.emit.plan import Plan
from adgen.transpiler.emit.reserved import local_name

LEAST = 200  # nodes that are saved: to Numba, a function costs as much as a loop of some 100
_UNFIT = (gast.Return, gast.With, gast.Try, gast.FunctionDef)


@dataclass(frozen=True)
class _Loop:
    """A loop at a place of the function's body.

    ``names``: its variables in the order in which it has them; by their numbers, those that it
    must be ``given``, those that are ``left`` behind it, and those ``unbound`` ahead of it.
    """

    place: int
    statement: Stmt
    names: tuple[str, ...]
    given: frozenset[int]
    left: frozenset[int]
    unbound: frozenset[int]


def share_equal_loops(plan: Plan, params: Sequence[str], body: list[Stmt]) -> list[Stmt]:
    """The functions of loops that stand in ``body`` more than once; calls take their place."""
    functions: list[Stmt] = []
    memory = OwnMemory(plan)
    for group in _groups(params, body):
        first, left = group[0], _left(group)
        given = first.given  # it follows from the text, which is the same
        taken = [name for k, name in enumerate(first.names) if k in given | left]
        alone = [
            first.names[k]
            for k in sorted(given - left)
            if all(memory.is_apart(one.names[k], _others(one, k)) for one in group)
        ]
        name = _name(plan, len(functions))
        functions.append(_function(name, taken, alone, first, left))
        for one in group:
            body[one.place] = _call(name, one, given | left, left)
    return functions


def _groups(params: Sequence[str], body: list[Stmt]) -> Iterator[list[_Loop]]:
    """Loops that are equal, where it is worth a function."""
    found: dict[object, list[_Loop]] = {}
    behind = Exposure(body)
    own = {*params, *stores(body)}
    ahead = set(params)
    for place, statement in enumerate(body):
        if _is_fit(statement):
            names: dict[str, int] = {}
            key = _key(statement, own, names)
            loop = _loop(place, statement, names, behind.after(place), ahead)
            found.setdefault(key, []).append(loop)
        ahead |= behind.written(place)
    return (group for group in map(_callable, found.values()) if _saved(group) >= LEAST)


def _callable(group: list[_Loop]) -> list[_Loop]:
    """The loops ahead of which all is bound that their function takes and hands back."""
    left = _left(group)
    return [one for one in group if not one.unbound & left]


def _left(group: Sequence[_Loop]) -> frozenset[int]:
    """What some loop leaves behind: the function hands it back to each."""
    return frozenset[int]().union(*(one.left for one in group))


def _saved(group: Sequence[_Loop]) -> int:
    """How many nodes of the tree need not be compiled again."""
    return (len(group) - 1) * sum(1 for _ in gast.walk(group[0].statement)) if group else 0


def _is_fit(statement: Stmt) -> bool:
    if not isinstance(statement, gast.For):
        return False
    return not any(isinstance(node, _UNFIT) or _is_of_stack(node) for node in gast.walk(statement))


def _is_of_stack(node: Any) -> bool:
    """Whether a list grows or shrinks: Numba learns what is in it where it is made, or not."""
    return isinstance(node, gast.Attribute) and node.attr in ("append", "pop")


def _loop(
    place: int, statement: Stmt, names: dict[str, int], read: frozenset[str], ahead: set[str]
) -> _Loop:
    bound = {*stores([statement])}
    needed = Exposure([statement]).all
    given = frozenset(k for name, k in names.items() if name not in bound or name in needed)
    left = frozenset(k for name, k in names.items() if name in bound and name in read)
    unbound = frozenset(k for name, k in names.items() if name not in ahead)
    return _Loop(place, statement, tuple(names), given, left, unbound)


def _key(node: Any, own: set[str], names: dict[str, int]) -> object:
    """What is the same for trees that differ by the names of variables, which get numbers."""
    if isinstance(node, gast.Name):
        known = names.setdefault(node.id, len(names)) if node.id in own else node.id
        return known, type(node.ctx)
    if isinstance(node, gast.AST):
        return type(node), *(_key(getattr(node, field), own, names) for field in node._fields)
    if isinstance(node, list):
        return tuple(_key(part, own, names) for part in node if not is_marker(part))
    return type(node), repr(node)


def _others(loop: _Loop, number: int) -> list[str]:
    return [name for k, name in enumerate(loop.names) if k != number]


def _name(plan: Plan, number: int) -> str:
    base = f"{local_name(plan.function.name)}_loop"
    return plan.naming.fresh(f"{base}{number + 1}" if number else base)


def _function(
    name: str, taken: Iterable[str], alone: Sequence[str], loop: _Loop, left: frozenset[int]
) -> Stmt:
    claim = nodes.call("distinct", *map(nodes.constant, alone))
    body = [nodes.statement(claim)] if alone else []
    body.append(loop.statement)
    if left:
        body.append(gast.Return(_several(loop, left, gast.Load())))
    params = [gast.Name(x, gast.Param(), None, None) for x in taken]
    arguments = gast.arguments(params, [], None, [], [], None, [])
    return gast.FunctionDef(name, arguments, body, [], None, None, [])


def _call(name: str, loop: _Loop, taken: frozenset[int], left: frozenset[int]) -> Stmt:
    called = nodes.call(name, *(nodes.load(loop.names[k]) for k in sorted(taken)))
    if not left:
        return nodes.statement(called)
    return nodes.assign(_several(loop, left, gast.Store()), called)


def _several(loop: _Loop, numbers: frozenset[int], ctx: object) -> Any:
    """The variables of these numbers: one, or a tuple."""
    names = [gast.Name(loop.names[k], ctx, None, None) for k in sorted(numbers)]
    return names[0] if len(names) == 1 else nodes.tuple_(names, ctx)
