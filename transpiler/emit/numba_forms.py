"""Functions of numbers that Numba lacks or gives another meaning, in terms of those it has."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import gast
import numpy as np

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.types import BOOL, is_complex


def form(op: Op, operands: list[Expr]) -> Expr | None:
    """The expression of an op on numbers as Numba must be given it; None if it is the usual."""
    if not all(core.is_scalar(o) for o in op.operands):
        return None
    if op.callee is operator.invert and type_of(op.operands[0]) == BOOL:
        return nodes.unary(op.callee, nodes.call("int", *operands))
    if op.callee in _QUOTIENTS and is_complex(op.result.type) and _may_be_zero(op.operands[1]):
        return nodes.call("np.divide", *operands)  # of complex numbers `/` raises, whatever is said
    write = None if isinstance(op.callee, str) else _FORMS.get(op.callee)
    return write(*operands) if write is not None else None


_QUOTIENTS = frozenset({operator.truediv, np.true_divide})


def _may_be_zero(operand: Operand) -> bool:
    return isinstance(operand, Value) or operand == 0


def _clip(x: Expr, low: Expr, high: Expr) -> Expr:
    return nodes.call("np.minimum", nodes.call("np.maximum", x, low), high)


def _heaviside(x: Expr, at_zero: Expr) -> Expr:
    """The step is (1 + sign(x)) / 2 but for 0; nan stays nan."""
    half = nodes.constant(0.5)
    step = nodes.binary(operator.mul, half, nodes.call("np.sign", x))
    test = nodes.compare(operator.eq, x, nodes.constant(0))
    return gast.IfExp(test, at_zero, nodes.binary(operator.add, half, step))


_FORMS: dict[Callable[..., object], Callable[..., Expr]] = {
    np.clip: _clip,
    np.heaviside: _heaviside,
    math.cbrt: lambda x: nodes.call("np.cbrt", x),
    math.fmod: lambda x, y: nodes.call("np.fmod", x, y),
}


def always() -> Expr:
    """The test of an endless loop: ``1 > 0``.

    Of ``while True`` with one exit Numba takes the arm that leaves for a part of the function
    that always runs, and gives what it assigns names of their own; an assignment of the same
    name further down in the loop then goes to the wrong variable.
    """
    return nodes.compare(operator.gt, nodes.constant(1), nodes.constant(0))
