"""What NumPy's dtypes ask of an op: sums of truth values are truth values, float16 is refused."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.ir.core import Callee, Operand, type_of
from adgen.transpiler.ir.types import Scalar

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

_LOGIC: dict[Any, Any] = {
    np.add: np.logical_or,
    operator.add: np.logical_or,
    np.multiply: np.logical_and,
    operator.mul: np.logical_and,
}


_INTEGRAL = frozenset(
    {operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.and_,
     operator.or_, operator.xor, np.add, np.subtract, np.multiply, np.maximum, np.minimum}
)  # fmt: skip


def unsigned(callee: Callee, operands: Sequence[Operand]) -> tuple[Operand, ...]:
    """The operands beside one of uint64; Python's integers as that too, as NumPy takes them.

    Numba makes floats of an unsigned and a signed integer.
    """
    if callee not in _INTEGRAL:
        return tuple(operands)
    return tuple(np.uint64(o) if type(o) is int and o >= 0 else o for o in operands)  # type: ignore[misc]


def of_truth_values(callee: Callee, operands: Sequence[Operand]) -> Callee:
    """The callee, or what it is to NumPy's truth values: machine code would count them.

    Python's own are integers that are added.
    """
    if callee not in _LOGIC:
        return callee
    kinds = [type_of(operand) for operand in operands]
    if any(kind.dtype.kind != "b" for kind in kinds):
        return callee
    weak = all(isinstance(kind, Scalar) and kind.weak for kind in kinds)
    return callee if weak else _LOGIC[callee]  # type: ignore[no-any-return]


def check_compiled(cx: Context, node: Any, result: Operand) -> None:
    """Refuse numbers that NumPy computes in float16, as it does those of bytes."""
    if type_of(result).dtype == np.float16:
        cx.refuse(
            TypeMismatch,
            "NumPy computes this in float16, which is not compiled",
            node,
            "convert what it is computed from: `x.astype(np.float64)`",
        )
