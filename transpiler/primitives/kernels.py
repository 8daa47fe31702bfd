"""Routines of the runtime that generated code may call, as the IR sees them."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.primitives import typing as rules
from adgen.transpiler.primitives.kinds import Explicit
from adgen.transpiler.primitives.table import primitive


def gemm(a: Any, b: Any, transpose_a: bool, transpose_b: bool) -> Any:
    """``op(a) @ op(b)`` of two matrices, where ``op`` transposes if the flag is set."""
    return (a.T if transpose_a else a) @ (b.T if transpose_b else b)


def _types(types, attrs):  # type: ignore[no-untyped-def]
    x, y = types
    return rules.shaped(
        np.result_type(x.dtype, y.dtype),
        (x.ones[1 if attrs["transpose_a"] else 0], y.ones[0 if attrs["transpose_b"] else 1]),
    )


def _jvp(tangents, z, a, b, transpose_a, transpose_b):  # type: ignore[no-untyped-def]
    parts = [
        np.matmul(x.T if transpose_a else x, y.T if transpose_b else y)
        for x, y in ((tangents[0], b), (a, tangents[1]))
        if x is not None and y is not None
    ]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _vjp(g, z, a, b, transpose_a, transpose_b):  # type: ignore[no-untyped-def]
    x, y = (a.T if transpose_a else a), (b.T if transpose_b else b)
    x_bar, y_bar = g @ y.T, x.T @ g
    return (x_bar.T if transpose_a else x_bar), (y_bar.T if transpose_b else y_bar)


primitive(gemm, Explicit(_jvp, _vjp), types=_types, operands=("a", "b"),
          static={"transpose_a": False, "transpose_b": False})  # fmt: skip
