"""Kernels of the runtime: what Numba is given where NumPy's own function costs it too much."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence

import numpy as np

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.ir.core import Op, type_of
from adgen.transpiler.ir.types import Array

_HIGHEST_RANK = 3
_PRODUCTS = {operator.matmul, np.matmul, np.dot}
_MODULES = {
    "radd": "adgen.runtime.kernels",
    "matmul": "adgen.runtime.matmul",
    **{
        f"{kind}_{rank}d": "adgen.runtime.memory"
        for kind in ("empty", "zeros")
        for rank in range(1, _HIGHEST_RANK + 1)
    },
}
NAMES = frozenset(_MODULES)


def fresh(kind: str, extents: Sequence[Expr], dtype: np.dtype) -> Expr | None:
    """``zeros_2d(n, m)`` for the kinds ``zeros`` and ``empty``; None where no kernel does it."""
    if not 0 < len(extents) <= _HIGHEST_RANK:
        return None
    more = [] if dtype == np.float64 else [nodes.dtype(dtype)]
    return nodes.call(f"{kind}_{len(extents)}d", *extents, *more)


def is_product(op: Op) -> bool:
    """Whether an op is the product of two matrices."""
    kinds = [type_of(o) for o in op.operands]
    return op.callee in _PRODUCTS and all(isinstance(k, Array) and k.ndim == 2 for k in kinds)


def imports(text: str) -> set[tuple[str, str]]:
    """(module, name) of the kernels that a text calls."""
    called = set(re.findall(r"\b(\w+)\(", text)) & NAMES
    return {(_MODULES[name], name) for name in called}
