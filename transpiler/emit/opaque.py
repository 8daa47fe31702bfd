"""Functions on whole arrays as Numba is given them: a piece of text that CPython runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.emit.printing import print_expression
from adgen.transpiler.ir.core import Op
from adgen.transpiler.ir.types import Array, Type
from adgen.transpiler.primitives.table import find


def is_opaque(op: Op) -> bool:
    """Whether an op is a call of a function on whole arrays."""
    entry = None if isinstance(op.callee, str) else find(op.callee)
    return entry is not None and entry.shape is not None


def form(op: Op, operands: Sequence[Expr], usual: Callable[[list[Expr]], Expr]) -> Expr:
    """``computed("lambda a, b: np.linalg.solve(a, b)", "f8[:]", A, b)``."""
    names = [chr(ord("a") + k) for k in range(len(operands))]
    body = print_expression(usual([nodes.load(name) for name in names]))
    text = nodes.constant(f"lambda {', '.join(names)}: {body}")
    kinds = nodes.constant("; ".join(_kind(result.type) for result in op.results))
    return nodes.call("computed", text, kinds, *operands)


def _kind(kind: Type) -> str:
    letters = kind.dtype.str[1:]
    return f"{letters}[{', '.join(':' * kind.ndim)}]" if isinstance(kind, Array) else letters
