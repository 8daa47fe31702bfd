"""Functions composed of elementary ones without a branch, so that loops of them vectorise.

Each emits its value for operands of one floating type; ``call("exp", x)`` emits a call.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from llvmlite import ir

Call = Callable[..., ir.Value]


def expit(builder: ir.IRBuilder, call: Call, x: ir.Value) -> ir.Value:
    """1 / (1 + e^-x)."""
    one = x.type(1.0)
    return builder.fdiv(one, builder.fadd(one, call("exp", builder.fneg(x))))


def log_expit(builder: ir.IRBuilder, call: Call, x: ir.Value) -> ir.Value:
    """min(x, 0) - log(1 + e^-|x|); the zero is -0.0, as the limit is from below."""
    zero = x.type(-0.0)
    negative = builder.fcmp_ordered("<", x, zero)
    below = builder.select(negative, x, builder.fneg(x))  # -|x|, also of nan
    top = builder.select(negative, x, zero)
    return builder.fsub(top, call("log1p", call("exp", below)))


def logaddexp(builder: ir.IRBuilder, call: Call, x: ir.Value, y: ir.Value) -> ir.Value:
    """log(e^x + e^y)."""
    return _log_of_sum(builder, x, y, lambda d: call("log1p", call("exp", d)), math.log(2.0))


def logaddexp2(builder: ir.IRBuilder, call: Call, x: ir.Value, y: ir.Value) -> ir.Value:
    """log2(2^x + 2^y)."""

    def above(d: ir.Value) -> ir.Value:
        return builder.fmul(call("log1p", call("exp2", d)), d.type(1.0 / math.log(2.0)))

    return _log_of_sum(builder, x, y, above, 1.0)


def _log_of_sum(
    builder: ir.IRBuilder,
    x: ir.Value,
    y: ir.Value,
    above: Callable[[ir.Value], ir.Value],
    at_tie: float,
) -> ir.Value:
    """The larger operand and what the smaller adds, a function of their negative distance.

    Equal operands may both be infinite; of nan the distance is nan and so is the result.
    """
    distance = builder.fsub(x, y)
    larger = builder.fcmp_ordered(">", distance, x.type(0.0))
    top = builder.select(larger, x, y)
    below = builder.select(larger, builder.fneg(distance), distance)
    tie = builder.fcmp_ordered("==", x, y)
    return builder.select(
        tie, builder.fadd(x, x.type(at_tie)), builder.fadd(top, above(below))
    )  # fmt: skip


def ndtr(builder: ir.IRBuilder, call: Call, x: ir.Value) -> ir.Value:
    """The probability that a normal number is below x: half of erfc(-x / √2).

    Far out erfc makes much of a small error of its operand, so float32 is too narrow for it.
    """
    double = ir.DoubleType()
    wide = x if x.type == double else builder.fpext(x, double)
    tail = call("erfc", builder.fmul(wide, double(-math.sqrt(0.5))))
    half = builder.fmul(double(0.5), tail)
    return half if x.type == double else builder.fptrunc(half, x.type)


def power(builder: ir.IRBuilder, x: ir.Value, exponent: ir.Value) -> ir.Value | None:
    """``x ** exponent`` for the constants for which a root and a quotient do it.

    They come with derivatives of square roots and quotients.  None for all other exponents.
    The reciprocals are taken first, for products of small numbers lose their digits.
    """
    chosen = _constant(exponent)
    if chosen not in (-2.0, -1.5, -0.5, 1.5):
        return None
    magnitude, one = _magnitude(builder, x), x.type(1.0)
    if chosen == -2.0:
        inverse = builder.fdiv(one, x)
        return builder.fmul(inverse, inverse)
    root = _magnitude(builder, _intrinsic(builder, "sqrt", x))
    infinite = builder.fcmp_ordered("==", magnitude, x.type(math.inf))
    root = builder.select(infinite, magnitude, root)  # of -inf, as C has it
    if chosen == 1.5:
        return builder.fmul(root, magnitude)
    inverse = builder.fdiv(one, root)
    if chosen == -0.5:
        return inverse
    return builder.fmul(inverse, builder.fdiv(one, magnitude))


def _constant(value: ir.Value) -> float | None:
    """The number that a value always is, perhaps made narrower; None if it is not known."""
    if isinstance(value, ir.CastInstr) and value.opname == "fptrunc":
        value = value.operands[0]
    return value.constant if isinstance(value, ir.Constant) else None


def _magnitude(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    return _intrinsic(builder, "fabs", x)


def _intrinsic(builder: ir.IRBuilder, name: str, x: ir.Value) -> ir.Value:
    return builder.call(builder.module.declare_intrinsic(f"llvm.{name}", [x.type]), [x])


def xlogy(builder: ir.IRBuilder, call: Call, x: ir.Value, y: ir.Value) -> ir.Value:
    """X log(y); 0 where x is 0 and y a number."""
    return _unless_zero(builder, x, y, call("log", y))


def xlog1py(builder: ir.IRBuilder, call: Call, x: ir.Value, y: ir.Value) -> ir.Value:
    """X log(1 + y); 0 where x is 0 and y a number."""
    return _unless_zero(builder, x, y, call("log1p", y))


def _unless_zero(builder: ir.IRBuilder, x: ir.Value, y: ir.Value, log: ir.Value) -> ir.Value:
    zero = x.type(0.0)
    vanishes = builder.and_(
        builder.fcmp_ordered("==", x, zero), builder.fcmp_ordered("ord", y, y)
    )  # fmt: skip
    return builder.select(vanishes, zero, builder.fmul(x, log))
