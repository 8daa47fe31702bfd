"""Hand-made IR programs: one idea each."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import LEAF, Function, Operand, Value
from adgen.transpiler.ir.paths import ELEMENT_1D, element
from adgen.transpiler.ir.types import F8, FLOAT, INT, Type, array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.span import Span
from tests.golden.programs import logistic_loss

VECTOR, MATRIX = array("f8", 1), array("f8", 2)

Body = Callable[..., Sequence[Operand]]


def function(
    params: dict[str, Type], body: Body, structure: object = LEAF, writes: tuple[int, ...] = ()
) -> Function:
    """A function whose body is built by ``body(builder, *params)``."""
    values = [Value(kind, name) for name, kind in params.items()]
    b = Builder()
    yields = body(b, *values)
    return Function("f", b.block(values, yields), structure, writes)


def for_(
    b: Builder,
    bounds: tuple[Operand, Operand, Operand],
    carried: dict[str, tuple[Type, Operand]],
    body: Body,
    index: str = "i",
    exits: bool = False,
) -> tuple[Value, ...]:
    """A ``for`` whose body is built by ``body(builder, index, *carried)``."""
    counter = Value(INT, index)
    args = [Value(kind, name) for name, (kind, _) in carried.items()]
    inner = b.inner()
    block = inner.block((counter, *args), body(inner, counter, *args))
    types = [kind for kind, _ in carried.values()]
    inits = [init for _, init in carried.values()]
    attrs = {"exits": True} if exits else {}
    return b.region(core.FOR, (*bounds, *inits), (block,), types, list(carried), **attrs)


def while_(
    b: Builder,
    carried: dict[str, tuple[Type, Operand]],
    condition: Body,
    body: Body,
    exits: bool = False,
) -> tuple[Value, ...]:
    """A ``while`` whose regions are built by functions of (builder, *carried)."""
    blocks = []
    for build in (condition, body):
        args = [Value(kind, name) for name, (kind, _) in carried.items()]
        inner = b.inner()
        blocks.append(inner.block(args, build(inner, *args)))
    types = [kind for kind, _ in carried.values()]
    inits = [init for _, init in carried.values()]
    attrs = {"exits": True} if exits else {}
    return b.region(core.WHILE, inits, blocks, types, list(carried), **attrs)


def if_(
    b: Builder, cond: Operand, then: Body, orelse: Body, results: dict[str, Type]
) -> tuple[Value, ...]:
    """An ``if`` whose arms are built by functions of a builder."""
    blocks = []
    for build in (then, orelse):
        inner = b.inner()
        blocks.append(inner.block((), build(inner)))
    return b.region(core.IF, (cond,), blocks, list(results.values()), list(results))


LOGISTIC = inspect.getsource(logistic_loss).replace("logistic_loss", "loss")


def logistic() -> Function:
    """The loss of the design's section 7, op by op as it would be lowered."""
    lines = LOGISTIC.splitlines()

    def at(line: int) -> Span:
        text = lines[line - 1]
        return Span("loss.py", line, 4, line, len(text), text)

    w, bias = Value(VECTOR, "w"), Value(FLOAT, "b")
    X, y = Value(MATRIX, "X"), Value(VECTOR, "y")
    b = Builder(at(3))

    def inner(b: Builder, j: Value, z: Value, i: Value) -> Sequence[Operand]:
        b.span = at(6)
        x = b.getitem(X, element(2), i, j)
        product = b.emit(operator.mul, x, b.getitem(w, ELEMENT_1D, j))
        return (b.emit(operator.add, z, product, name="z"),)

    def outer(b: Builder, i: Value, total: Value) -> Sequence[Operand]:
        b.span = at(5)
        m = b.emit(core.DIM, X, axis=1)
        sizes = (0, m, 1)
        (z,) = for_(b, sizes, {"z": (F8, bias)}, lambda b, j, z: inner(b, j, z, i), index="j")
        b.span = at(7)
        margin = b.emit(operator.mul, b.emit(operator.neg, b.getitem(y, ELEMENT_1D, i)), z)
        term = b.emit(np.log1p, b.emit(np.exp, margin))
        return (b.emit(operator.add, total, term, name="total"),)

    n = b.emit(core.DIM, X, axis=0)
    (total,) = for_(b, (0, n, 1), {"total": (F8, 0.0)}, outer)
    b.span = at(8)
    result = b.emit(operator.truediv, total, b.emit(core.DIM, X, axis=0))
    return Function("loss", b.block((w, bias, X, y), (result,)))
