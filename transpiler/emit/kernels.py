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
_FRESH = re.compile(r"\b(?:empty|zeros)_[123]d\b")
_MODULES = {
    re.compile(r"\bradd\b"): "adgen.runtime.kernels",
    re.compile(r"\bmatmul\b"): "adgen.runtime.matmul",
    _FRESH: "adgen.runtime.memory",
}


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
    code = "\n".join(line.partition("#")[0] for line in text.splitlines())
    return {
        (module, name) for pattern, module in _MODULES.items() for name in pattern.findall(code)
    }
