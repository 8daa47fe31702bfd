"""Kernels of the runtime: what Numba is given where NumPy's own function costs it too much."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence

import numpy as np

from adgen.transpiler import optimisations
from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Op, Value, type_of
from adgen.transpiler.ir.threads import ATTRIBUTE
from adgen.transpiler.ir.types import Array

_HIGHEST_RANK = 3
SHAPE_DERIVATIVES = (
    "betainc_by_a", "betainc_by_a_and_b", "betainc_by_a_twice", "betainc_by_b",
    "betainc_by_b_twice", "gammainc_by_a", "gammainc_by_a_twice",
)  # fmt: skip
_PRODUCTS = {operator.matmul, np.matmul, np.dot}
_MODULES = {
    "at_least": "adgen.runtime.kernels",
    "hidden": "adgen.runtime.kernels",
    "radd": "adgen.runtime.kernels",
    "computed": "adgen.runtime.opaque",
    "class_named": "adgen.runtime.exceptions",
    "copied": "adgen.runtime.memory",
    "drawn": "adgen.runtime.draws",
    "drawn_number": "adgen.runtime.native_draws",
    "in_cpython": "adgen.runtime.in_cpython",
    "matmul": "adgen.runtime.matmul",
    **dict.fromkeys(("add_product", "add_product_in_order", "submatrix"), "adgen.runtime.products"),
    "matmul_on_threads": "adgen.runtime.products_on_threads",
    "chunk_count": "adgen.runtime.threads",
    "on_threads": "adgen.runtime.threads",
    **dict.fromkeys(
        (
            "add_parts",
            "clear_rows",
            "cleared_part",
            "distinct",
            "own_part",
            "scratch_like",
            "sum_parts",
        ),
        "adgen.runtime.chunk_memory",
    ),
    **{
        f"{kind}_{rank}d": "adgen.runtime.memory"
        for kind in ("empty", "zeros")
        for rank in range(1, _HIGHEST_RANK + 1)
    },
}
# What CPython is given too; for machine code another module knows how to compile it.
_FOR_BOTH = {
    "call_python": ("adgen.runtime.outside", "adgen.runtime.machine_outside"),
    "next_snapshot": ("adgen.runtime.schedule", "adgen.runtime.machine_schedule"),
    **dict.fromkeys(
        SHAPE_DERIVATIVES,
        ("adgen.runtime.shape_derivatives", "adgen.runtime.machine_shape_derivatives"),
    ),
}
NAMES = frozenset({*_MODULES, *_FOR_BOTH})


def fresh(kind: str, extents: Sequence[Expr], dtype: np.dtype) -> Expr | None:
    """``zeros_2d(n, m)`` for the kinds ``zeros`` and ``empty``; None where no kernel does it."""
    if not 0 < len(extents) <= _HIGHEST_RANK:
        return None
    if not optimisations.enabled(optimisations.DISTINCT_ARRAYS):
        return None
    more = [] if dtype == np.float64 else [nodes.dtype(dtype)]
    return nodes.call(f"{kind}_{len(extents)}d", *extents, *more)


def claim(name: str, loop: Op, bounds: Bounds) -> list[Stmt]:
    """``at_least(i, 0)``, where LLVM does not see by itself that an index is not negative."""
    start, _, step = loop.operands[:3]
    least = bounds.least_index(loop)
    evident = not isinstance(start, Value) and not isinstance(step, Value) and step > 0
    evident = evident and ATTRIBUTE not in loop.attrs  # a chunk starts where it must
    if least is None or least < 0 or evident or bounds.starts_block(start):
        return []
    if not optimisations.enabled(optimisations.CLAIMED_INDICES):
        return []
    claimed = nodes.call("at_least", nodes.load(name), nodes.constant(least))
    return [nodes.statement(claimed)]


def bounds_of(loop: Op, bounds: list[Expr]) -> list[Expr]:
    """The arguments of ``range``; the end is hidden from LLVM where the loop is to stay one."""
    if not loop.attrs.get("rolled") or not optimisations.enabled(optimisations.ROLLED_LOOPS):
        return bounds
    (stop,) = bounds
    return [nodes.call("hidden", stop)]


def is_product(op: Op) -> bool:
    """Whether an op is the product of two matrices."""
    kinds = [type_of(o) for o in op.operands]
    return op.callee in _PRODUCTS and all(isinstance(k, Array) and k.ndim == 2 for k in kinds)


def imports(text: str, numba: bool) -> set[tuple[str, str]]:
    """(module, name) of the kernels that a text calls."""
    called = set(re.findall(r"(?<![\w.])(\w+)\(", text)) & NAMES
    return {
        (_FOR_BOTH[name][numba] if name in _FOR_BOTH else _MODULES[name], name) for name in called
    }
