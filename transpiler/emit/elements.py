"""Index loops where Numba must not see a slice assignment (seconds to compile each)."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.naming import Naming
from adgen.transpiler.emit.nodes import Expr, Stmt


def copy_elements(
    naming: Naming, source: str, ndim: int, target: Expr, at: Sequence[Expr] = ()
) -> Stmt:
    """``target[*at, i, j] = source[i, j]`` for all elements of ``source``."""
    names = [naming.fresh(letter) for letter in ("i", "j", "k", "l")[:ndim]]
    indices = [nodes.load(name) for name in names]
    place = nodes.subscript(target, [*at, *indices], nodes.Store())
    body: Stmt = nodes.assign(place, nodes.subscript(nodes.load(source), indices))
    for axis in reversed(range(ndim)):
        shape = nodes.attribute(nodes.load(source), "shape")
        extent = nodes.subscript(shape, [nodes.constant(axis)])
        body = nodes.for_(names[axis], [extent], [body])
    return body
