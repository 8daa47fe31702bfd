"""Index paths as Python: ``x[i, 1:]``, ``x.T[i]``, ``x.reshape(2, 3)[i]``."""

from __future__ import annotations

from collections.abc import Sequence

import gast

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Item, Path, Slice, Transpose


def select(base: Expr, path: Path, operands: Sequence[Expr]) -> Expr:
    """What the path selects of ``base``, to be read."""
    rest = list(operands)
    for step in path:
        taken, rest = rest[: step.operands], rest[step.operands :]
        if isinstance(step, Index):
            base = nodes.subscript(base, _index(step.items, taken))
        elif isinstance(step, Transpose):
            base = _transposed(base, step.perm)
        else:
            base = nodes.method(base, "reshape", *taken)
    return base


def target(base: Expr, path: Path, operands: Sequence[Expr]) -> Expr:
    """What the path selects, to be assigned: a subscript of it ends every target."""
    node = select(base, path, operands)
    if isinstance(node, gast.Subscript):
        return gast.Subscript(node.value, node.slice, gast.Store())
    return whole(node)


def whole(base: Expr) -> Expr:
    """``base[:]``, to be assigned (Numba has no ``[...]`` of a transposed array)."""
    return nodes.subscript(base, [gast.Slice(None, None, None)], gast.Store())


def is_whole(path: Path) -> bool:
    """Whether the path selects all of the array, as it is."""
    return all(isinstance(step, Index) and set(step.items) == {FULL} for step in path)


def _transposed(base: Expr, perm: tuple[int, ...]) -> Expr:
    if perm == tuple(range(len(perm)))[::-1]:
        return nodes.attribute(base, "T")
    return nodes.call("np.transpose", base, nodes.tuple_([nodes.constant(k) for k in perm]))


def _index(items: tuple[Item, ...], operands: list[Expr]) -> list[Expr]:
    shown = list(items)
    while len(shown) > 1 and shown[-1] == FULL and set(shown[:-1]) <= {INT, FULL}:
        shown.pop()
    return [_item(item, operands) for item in shown]


def _item(item: Item, operands: list[Expr]) -> Expr:
    if isinstance(item, Slice):
        given = (item.start, item.stop, item.step)
        return gast.Slice(*(operands.pop(0) if bound else None for bound in given))
    if item == NEW:
        return nodes.load("np.newaxis")
    return operands.pop(0)
