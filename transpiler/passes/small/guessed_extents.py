"""Extents of arguments that the program says are a number are guessed to be that number.

Before:  ``for k in range(n): guard X.shape[1] == 3; …``
After:   ``guard X.shape[1] == 3; for k in range(n): …`` with 3 in place of ``X.shape[1]``

Where a guard compares an extent of an argument with a number, a call with another extent hardly
comes to an end: ``X[k] @ R`` with a matrix ``R`` of three rows.  But the guard may stand where
no call comes by, so a guess that fails has the caller of the compiler come back for code that
guesses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Value
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.passes.guards import prints
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Axis, Extent, Less, Shapes

GREATEST = 32  # what is longer is no small array, and a loop over it no short one
_ROUNDS = 3  # what is known of one argument may decide what a guard says of another


def guess_extents(function: Function) -> Function:
    """The function with a guard ahead of all for each extent that is guessed.

    Not where a call cannot be repeated, or is the second half of another.
    """
    if function.writes or function.residuals_in or prints(function):
        return function
    for _ in range(_ROUNDS):
        found = dict(_evident(function))
        if not found:
            break
        function = _guarded(function, found)
    return function


def _evident(function: Function) -> Iterator[tuple[Axis, int]]:
    """Axes of parameters that a guard compares with a number of two or more."""
    shapes = Shapes(function)
    params = set(function.params)
    for _, op in core.walk(function.body):
        if op.callee != core.GUARD or "measured" in op.attrs:
            continue
        first, second = map(shapes.origin, op.operands)
        for axis, number in ((first, second), (second, first)):
            known = _solved(axis, number)
            if known is not None and known[0][0] in params and 2 <= known[1] <= GREATEST:
                yield known


def _solved(extent: Extent, number: Extent) -> tuple[Axis, int] | None:
    """Which extent of an array is which number, where ``extent`` equals ``number``."""
    if type(number) is not int:
        return None
    if isinstance(extent, Less):
        return _solved(extent.extent, number + extent.count) if number > 0 else None
    if isinstance(extent, tuple):
        return extent, number
    return None


def _guarded(function: Function, extents: dict[Axis, int]) -> Function:
    b = Builder(function.span)
    for (array, axis), number in extents.items():
        b.effect(core.GUARD, _measure(b, array, axis), number, kept="guessed", measured=True)
    body = function.body
    return with_body(function, Block(body.args, (*b.ops, *body.ops), body.yields))


def _measure(b: Builder, array: Value, axis: int) -> Value:
    found = b.emit(core.DIM, array, axis=axis, measured=True)
    assert isinstance(found, Value)
    return found
