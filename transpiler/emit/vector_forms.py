"""Elementary functions of numbers as calls that LLVM's vectoriser knows: ``vmath.exp(x)``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

import numpy as np

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.primitives.spelling import called

MODULE = "vmath"
_IMPORT = ("adgen.runtime", f"vector_math as {MODULE}")


def form(op: Op, operands: list[Expr]) -> Expr | None:
    """The call of an op on floating numbers; None for what has no vector form."""
    if isinstance(op.callee, str) or not all(core.is_scalar(o) for o in op.operands):
        return None
    name, dtype = _name(op.callee), op.result.type.dtype
    if name is None or dtype not in (np.float64, np.float32):
        return None
    if name == "pow" and not _is_general_power(*op.operands):
        return None
    given = [
        nodes.call(nodes.dtype(dtype), written) if _is_narrower(operand, dtype) else written
        for operand, written in zip(op.operands, operands, strict=True)
    ]
    return nodes.call(f"{MODULE}.{name}", *given)


def imports(text: str) -> set[tuple[str, str]]:
    """(module, name) of what a text needs for such calls."""
    return {_IMPORT} if re.search(rf"\b{MODULE}\.", text) else set()


def _is_narrower(operand: Operand, dtype: np.dtype) -> bool:
    """Whether Numba would compute in float32 what Python computes in float64."""
    return isinstance(operand, Value) and type_of(operand).dtype == np.float32 != dtype


def _is_general_power(base: Operand, exponent: Operand) -> bool:
    """Whether a power is more than some multiplications, a square root or a reciprocal."""
    if isinstance(exponent, Value):
        return type_of(exponent).dtype.kind == "f"
    return exponent not in _SIMPLE_EXPONENTS and (exponent < 0 or exponent != int(exponent))


_SIMPLE_EXPONENTS = (-1, 0, 0.5, 1)
_ELEMENTARY = (
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "hypot", "sin", "cos", "tan",
    "sinh", "cosh", "tanh", "erf", "erfc", "asin", "acos", "atan", "atan2", "asinh", "acosh",
    "atanh", "pow", "expit", "log_expit", "logaddexp", "logaddexp2", "ndtr", "xlogy", "xlog1py",
)  # fmt: skip


def _name(callee: Callable[..., object]) -> str | None:
    """The name in ``vmath`` of what users call ``np.arctan2``, ``math.exp``, ``special.erf``."""
    module, _, name = called(callee).rpartition(".")
    if callee in (operator.pow, np.power):
        return "pow"
    name = name.replace("arc", "a")
    return name if module in ("np", "math", "special") and name in _ELEMENTARY else None
