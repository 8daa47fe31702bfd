"""Functions on whole arrays for Numba: a call of LAPACK, or a text that CPython runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.emit.printing import print_expression
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op, type_of
from adgen.transpiler.ir.types import Array, Type
from adgen.transpiler.primitives.outside import Outside, kind_text
from adgen.transpiler.primitives.table import find

MODULE = "lapack"
_LAPACK: dict[Any, str] = {
    getattr(np.linalg, name): name
    for name in ("inv", "det", "slogdet", "cholesky", "eigh", "solve")
}


def is_opaque(op: Op) -> bool:
    """Whether an op is a call of a function on whole arrays."""
    entry = None if isinstance(op.callee, str) else find(op.callee)
    return entry is not None and entry.shape is not None


def form(op: Op, operands: Sequence[Expr], usual: Callable[[list[Expr]], Expr]) -> Expr:
    """``lapack.solve(A, b)``, ``computed("lambda a: np.argsort(a)", "i8[:]", x)``."""
    kernel = _kernel(op)
    if kernel is not None:
        return nodes.call(f"{MODULE}.{kernel}", *operands)
    names = [chr(ord("a") + k) for k in range(len(operands))]
    body = print_expression(usual([nodes.load(name) for name in names]))
    text = nodes.constant(f"lambda {', '.join(names)}: {body}")
    kinds = nodes.constant("; ".join(_kind(result.type) for result in op.results))
    return nodes.call("computed", text, kinds, *operands)


def call_outside(callee: Outside, operands: Sequence[Expr]) -> Expr:
    """``call_python("module:f", "f8[:]", x)``: a function that is called as it is."""
    texts = [nodes.constant(text) for text in (callee.key, kind_text(callee.result))]
    return nodes.call("call_python", *texts, *operands)


def outside(functions: Sequence[Function]) -> dict[str, Callable[..., Any]]:
    """The functions that generated code asks for by their keys."""
    return {
        op.callee.key: op.callee.function
        for function in functions
        for _, op in core.walk(function.body)
        if isinstance(op.callee, Outside)
    }


def imports(text: str) -> set[tuple[str, str]]:
    """(module, name) of what a text needs for calls of LAPACK."""
    return {("adgen.runtime", MODULE)} if re.search(rf"\b{MODULE}\.", text) else set()


def _kernel(op: Op) -> str | None:
    """The kernel for single matrices of float64, if there is one."""
    entry, kinds = find(op.callee), [type_of(o) for o in op.operands]
    assert entry is not None
    plain = all(value == entry.static[name] for name, value in op.attrs.items())
    matrix = isinstance(kinds[0], Array) and kinds[0].ndim == 2
    floats = all(kind.dtype == np.float64 for kind in kinds)
    return _LAPACK.get(op.callee) if plain and matrix and floats else None


def _kind(kind: Type) -> str:
    letters = kind.dtype.str[1:]
    return f"{letters}[{', '.join(':' * kind.ndim)}]" if isinstance(kind, Array) else letters
