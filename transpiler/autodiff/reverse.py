"""Reverse mode: the chain rule, as if every primal value were still at hand.

The backward ops follow the forward ops in one function.  They name primal
values of any forward region; ``residuals.py`` makes that executable.

Adjoints of arrays are accumulators (``additem``, ``accum``), threaded through
control flow as extra carried values; see Griewank & Walther, Evaluating
Derivatives (2nd ed.), chapters 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adgen.transpiler.autodiff import custom
from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.adjoints import Adjoints, bar
from adgen.transpiler.autodiff.chain_rule import Reverser
from adgen.transpiler.autodiff.labels import prepare
from adgen.transpiler.autodiff.masks import Masks
from adgen.transpiler.autodiff.samples import check_draws
from adgen.transpiler.autodiff.segments import cut_into_segments
from adgen.transpiler.autodiff.turning import Turning
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import rename
from adgen.transpiler.ir.trees import Constant, Node
from adgen.transpiler.ir.types import Array, Scalar, is_complex, is_float
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.span import Span


def reverse(
    function: Function, wrt: Sequence[int], seeded: bool, auxiliary: bool = False,
    holomorphic: bool = False,
) -> Function:  # fmt: skip
    """The joint function: values, then one cotangent per parameter in ``wrt``.

    ``seeded``: the cotangents of the (floating) results are further parameters,
    named ``value_bar``; otherwise the one scalar result has the cotangent 1, or, if there is
    an ``auxiliary`` result beside it, the first of two.  ``holomorphic``: that result and the
    parameters are complex, and nothing on the way from these to that is not holomorphic.

    Raises NotDifferentiable when that result is not a floating scalar (unless
    ``seeded``) or a parameter in ``wrt`` is not of a floating type.
    """
    function = prepare(cut_into_segments(function))
    body = function.body
    inputs = [function.params[k] for k in wrt]
    for value in inputs:
        if not is_float(value.type):
            raise NotDifferentiable(
                f"argument '{value.name}' is of type {value.type.dtype}: it has no derivative",
                function.span,
                hint=f"pass {value.name} as float, or leave it out of wrt",
            )
        if holomorphic and not is_complex(value.type):
            raise NotDifferentiable(
                f"argument '{value.name}' is real: the derivative by it is not holomorphic",
                function.span,
                hint="leave out holomorphic=True, or pass a complex number",
            )
    count = core.leaves(function.structure)
    results = body.yields[:count]
    builder = Builder(role=core.ADJOINT)
    adjoints: Adjoints = {}
    activity = Activity(body, inputs)
    check_draws(body, activity)
    engine = Reverser(activity, Masks(body, activity), Turning(function), holomorphic)
    seeds = _cotangents(results) if seeded else _one(function, results, auxiliary, holomorphic)
    for result, seed in zip(results, seeds, strict=True):
        if seed is not None:
            engine.contribute(builder, adjoints, result, seed)
    engine.block(body.ops, adjoints, builder)
    cotangents = [_finished(builder, adjoints, value) for value in inputs]
    params = [seed for seed in seeds if seeded and isinstance(seed, Value)]
    joint = Block((*body.args, *params), (*body.ops, *builder.ops), (*results, *cotangents))
    joint = rename(engine.turning.stored(joint), engine.names)
    structure = (function.structure, (core.LEAF,) * len(cotangents))
    name = f"{function.name}_value_and_grad"
    made = Function(name, joint, structure, (), function.doc, function.span)
    return custom.without_surgery(made)


def _one(
    function: Function, results: Sequence[Operand], auxiliary: bool, holomorphic: bool
) -> list[Operand | None]:
    """The cotangent 1 of the one scalar result, None for those beside it."""
    first, wanted = function.structure, "one scalar result"
    if auxiliary:
        wanted = "a pair of results, the first of them a scalar"
        first = first[0] if type(first) is tuple and len(first) == 2 else Constant(None)
    kind = type_of(results[0]) if first is core.LEAF else None
    if not isinstance(kind, Scalar):
        raise NotDifferentiable(
            f"the gradient needs {wanted}, but the function returns {_returned(function, results)}",
            function.span,
            hint="return a scalar (a sum, a mean, one element), or use vjp"
            if results
            else "end it with `return` and the result",
        )
    if not is_float(kind):
        raise NotDifferentiable(
            f"the function returns a value of type {kind.dtype}: it has no derivative",
            function.span,
            hint="return a float",
        )
    if is_complex(kind) != holomorphic:
        raise NotDifferentiable(*_misfit(holomorphic, function.span))
    one: Operand = kind.dtype.type(1)
    if kind.dtype in (np.float64, np.complex128):
        one = 1.0 if kind.dtype == np.float64 else 1 + 0j  # type: ignore[assignment]
    return [one, *[None for _ in results[1:]]]


def _misfit(holomorphic: bool, span: Span | None) -> tuple[str, Span | None, str]:
    """Why a result has no gradient of the kind that is asked for."""
    if holomorphic:
        return (
            "holomorphic=True, but the function returns a real number", span,
            "leave it out: the gradient of a real function of complex numbers needs no option",
        )  # fmt: skip
    return (
        "the function returns a complex number: it has no gradient", span,
        "return np.real(z) or np.abs(z), or say holomorphic=True if that is what it is",
    )  # fmt: skip


def _returned(function: Function, results: Sequence[Operand]) -> str:
    structure = function.structure
    if structure is core.LEAF:
        kind = type_of(results[0])
        return f"an array ({kind})" if isinstance(kind, Array) else "a number"
    if isinstance(structure, Constant):
        return repr(structure.value)
    return f"a {structure.kind.cls.__name__ if isinstance(structure, Node) else 'tuple'}"


def _cotangents(results: Sequence[Operand]) -> list[Operand | None]:
    """Further parameters, one for each floating result."""
    many = len(results) > 1
    return [
        Value(type_of(result), f"value{k if many else ''}_bar")
        if is_float(type_of(result))
        else None
        for k, result in enumerate(results)
    ]


def _finished(builder: Builder, adjoints: Adjoints, value: Value) -> Operand:
    """The cotangent of a parameter: zeros if nothing reached it, an array of its own shape."""
    found = adjoints.get(value)
    if found is None:
        return builder.zeros_like(value, bar(value))
    return found
