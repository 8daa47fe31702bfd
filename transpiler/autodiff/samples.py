"""Random samples are constants: nothing is differentiated through what they were drawn by."""

from __future__ import annotations

import itertools
from dataclasses import replace

from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Value
from adgen.transpiler.ir.rewrite import substitute, with_body
from adgen.transpiler.ir.types import Opaque
from adgen.transpiler.primitives.distributions import varied_parameter

_NUMBER = "sample"  # the attribute that tells draws apart, in all that is derived from a function
_INNER = -1  # of those in loops and branches


def check_draws(block: Block, activity: Activity) -> None:
    """Raises NotDifferentiable where a distribution varies: its samples would have to."""
    for _, op in core.walk(block):
        if op.callee == core.DRAW and any(operand in activity for operand in op.operands):
            message, hint = varied_parameter(op, activity.__contains__)
            raise NotDifferentiable(message, op.span, hint=hint)


def numbered(function: Function) -> Function:
    """The function with its draws numbered, those in loops and branches told from the others."""
    if not any(op.callee == core.DRAW for _, op in core.walk(function.body)):
        return function
    numbers = itertools.count()

    def visit(block: Block, is_inner: bool) -> Block:
        ops = []
        for op in block.ops:
            if op.callee == core.DRAW:
                number = _INNER if is_inner else next(numbers)
                op = op.with_(attrs={**op.attrs, _NUMBER: number})
            ops.append(op.with_(regions=tuple(visit(region, True) for region in op.regions)))
        return block.with_(ops=ops)

    return with_body(function, visit(function.body, False))


def with_samples(function: Function) -> Function:
    """The function that returns its samples behind its results."""
    samples = tuple(_samples(function).values())
    if not samples:
        return function
    structure = (function.structure, (core.LEAF,) * len(samples))
    body = function.body.with_(yields=(*function.body.yields, *samples))
    return replace(function, body=body, structure=structure)


def given_samples(derived: Function, original: Function, name: str, sweeps: bool) -> Function:
    """What is derived from a function, of its samples: they are parameters behind its own.

    Nothing is drawn in it again, but by what runs for the first time if it ``sweeps``.  Raises
    NotDifferentiable, in which the function is called ``name``, where a loop or a branch draws.
    """
    params = {number: Value(v.type, v.name) for number, v in _samples(original).items()}
    mapping: dict[Value, core.Operand] = {}
    kept = []
    for op in derived.body.ops:
        number = op.attrs.get(_NUMBER, _INNER)
        if op.callee != core.DRAW or number == _INNER:
            kept.append(op)
        elif number in params:
            mapping[op.result] = params[number]
    body = substitute(derived.body.with_(ops=kept), mapping)
    for _, op in core.walk(body):
        if op.callee == core.DRAW and (_NUMBER in op.attrs or not sweeps):
            raise NotDifferentiable(
                f"random numbers are drawn in a loop or a branch of `{name}`, which its "
                "derivative runs again",
                op.span,
                hint="draw ahead of it: noise = rng.standard_normal((n, m)), then read noise[i]",
            )
    own = len(original.params)
    args = (*body.args[:own], *params.values(), *body.args[own:])
    return with_body(derived, body.with_(args=args))


def _samples(function: Function) -> dict[int, Value]:
    """What the numbered draws of a function give, generators aside."""
    found = {
        op.attrs[_NUMBER]: op.result
        for op in function.body.ops
        if _NUMBER in op.attrs and op.results and not isinstance(op.result.type, Opaque)
    }
    return {number: found[number] for number in sorted(found)}
