"""Constants in source, and the types in which NumPy computes with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op, Operand
from adgen.transpiler.ir.types import PYTHON, Scalar, Type, is_complex, is_float, real_dtype
from adgen.transpiler.primitives.table import find

_PLAIN = (np.float64, np.complex128, np.int64, np.bool_)


def literal(value: Any) -> Expr:
    """A number: Python's own plainly, NumPy's narrow ones as ``np.float32(2.0)``."""
    if isinstance(value, np.generic) and not isinstance(value, _PLAIN):
        return nodes.call(nodes.dtype(value.dtype), nodes.constant(value.item()))
    return nodes.constant(value.item() if isinstance(value, np.generic) else value)


def is_narrow(kind: Type) -> bool:
    """Whether numbers of a type are narrower than Python's, so that beside them those give way."""
    return real_dtype(kind.dtype).itemsize < 8 and kind.dtype.kind in "fciu"


def has_narrow(function: Function) -> bool:
    """Whether a function computes with narrow numbers anywhere."""
    values = (*function.body.args, *(v for _, op in core.walk(function.body) for v in op.results))
    return any(is_narrow(value.type) for value in values)


def among(value: Any, kinds: Sequence[Type]) -> Expr:
    """A constant operand of an op on ``kinds``: beside narrow ones NumPy's float64 must show."""
    if isinstance(value, np.generic) and any(map(is_narrow, kinds)):
        return nodes.call(nodes.dtype(value.dtype), nodes.constant(value.item()))
    return literal(value)


def typed(value: Any, kind: Type, numba: bool, among_narrow: bool) -> Expr:
    """A constant that becomes a variable of a type.

    ``among_narrow``: in CPython it may meet narrow numbers, which must not decide the dtype.
    """
    plain_value = plain(value, kind.dtype)
    shows = is_narrow(kind) or (among_narrow and kind.dtype.kind != "b")
    if shows and (numba or not _weak(kind)):
        return nodes.call(nodes.dtype(kind.dtype), plain_value)
    return plain_value


def plain(value: Any, dtype: np.dtype[Any]) -> Expr:
    """The Python literal of a constant as a number of that kind."""
    number = value.item() if isinstance(value, np.generic) else value
    return nodes.constant({**PYTHON, "u": int}[dtype.kind](number))


def _weak(kind: Type) -> bool:
    return isinstance(kind, Scalar) and kind.weak


def computed_in(op: Op, kinds: Sequence[Type], result: Type) -> np.dtype[Any] | None:
    """The dtype narrower than float64 or complex128 in which NumPy evaluates an op, if it is one.

    Numba promotes differently, so the operands are converted first.
    """
    entry = find(op.callee)
    if entry is None or not entry.elementwise:
        return None
    if is_float(result):
        parts = any(is_complex(kind) for kind in kinds) and not is_complex(result)
        return result.dtype if real_dtype(result.dtype).itemsize < 8 and not parts else None
    strong = [kind.dtype for kind in kinds if not _weak(kind)]
    if not strong or result.dtype.kind != "b":
        return None
    common = np.result_type(*strong)
    return common if common.kind in "fc" and real_dtype(common).itemsize < 8 else None


def is_power(operand: Operand) -> bool:
    """Whether an exponent is a literal for which Numba multiplies."""
    return isinstance(operand, int) and not isinstance(operand, bool) and operand >= 0


def exponent(operand: Operand, usual: Expr) -> Expr:
    """An exponent for Numba, which raises at ``0.0 ** -1`` but not at ``0.0 ** -1.0``."""
    if isinstance(operand, int) and operand < 0:
        return nodes.constant(float(operand))
    return usual
