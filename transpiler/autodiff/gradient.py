"""The derivatives of a function as functions: what ``compiler.py`` asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adgen.transpiler import optimisations
from adgen.transpiler.autodiff.custom import without_rules
from adgen.transpiler.autodiff.forward import forward
from adgen.transpiler.autodiff.merge import merge_independent_iterations
from adgen.transpiler.autodiff.order import fix_order
from adgen.transpiler.autodiff.ownership import own_results
from adgen.transpiler.autodiff.residuals import plan_residuals
from adgen.transpiler.autodiff.reverse import reverse
from adgen.transpiler.autodiff.split import split
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Operand
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import is_complex
from adgen.transpiler.watching import applied

Pass = Callable[[Function], Function]


@dataclass(frozen=True, slots=True)
class Passes:
    """The general passes: for any function, and for a joint one not planned yet.

    ``guess``: what is guessed of a joint function that one call runs as a whole.
    """

    optimise: Pass
    optimise_joint: Pass
    guess: Pass = lambda joint: joint


def primal(function: Function, passes: Passes) -> Function:
    """The function itself."""
    plain = without_rules(function)
    return function if plain is function else passes.optimise(plain)


def value_and_grad(
    function: Function, wrt: Sequence[int], passes: Passes, auxiliary: bool = False,
    holomorphic: bool = False,
) -> Function:  # fmt: skip
    """``f_value_and_grad(args) -> (value, (cotangent, ...))`` of a scalar function.

    With ``auxiliary``, of one that returns a scalar and anything beside it.
    """
    joint = applied(reverse, function, wrt, False, auxiliary, holomorphic)
    joint = without_rules(joint)
    return _planned_gradient(function, joint, passes)


def _planned_gradient(function: Function, joint: Function, passes: Passes) -> Function:
    return applied(own_results, planned(joint, passes), core.leaves(function.structure))


def planned(joint: Function, passes: Passes) -> Function:
    """A joint function made executable: iterations merged, residuals stored or recomputed."""
    joint = passes.optimise_joint(joint)
    if optimisations.enabled(optimisations.INDEPENDENT_ITERATIONS):
        joint = passes.optimise_joint(applied(merge_independent_iterations, joint))
    joint = passes.optimise_joint(passes.guess(joint))
    return passes.optimise(applied(fix_order, applied(plan_residuals, joint)))


def pair(function: Function, wrt: Sequence[int], passes: Passes) -> tuple[Function, Function]:
    """``f_forward(args) -> (value, residuals)``, ``f_backward(residuals, value_bar)``."""
    return split(seeded(function, wrt, passes), function)


def seeded(function: Function, wrt: Sequence[int], passes: Passes) -> Function:
    """Both sweeps as one function of the arguments and the cotangents of the values."""
    joint = passes.optimise_joint(without_rules(applied(reverse, function, wrt, seeded=True)))
    joint = passes.optimise(applied(fix_order, applied(plan_residuals, joint)))
    return applied(own_results, joint, core.leaves(function.structure))


def jvp(function: Function, wrt: Sequence[int], passes: Passes) -> Function:
    """``f_jvp(args, tangents) -> (value, tangent)``."""
    count = core.leaves(function.structure)
    out, tangents = forward(function, wrt)
    structure = (function.structure, function.structure)
    both = (*out.body.yields[:count], *tangents[:count])
    named = without_rules(_yielding(out, structure, both))
    return own_results(passes.optimise(named), count)


def hvp(
    function: Function, wrt: Sequence[int], passes: Passes, holomorphic: bool = False
) -> Function:
    """``f_hvp(args, v) -> (product, ...)``: the Hessian times ``v``, forward over reverse."""
    joint = reverse(function, wrt, seeded=False, holomorphic=holomorphic)
    gradient = _planned_gradient(function, joint, passes)
    out, tangents = forward(gradient, wrt)
    products = tangents[1:]
    named = without_rules(_yielding(out, (core.LEAF,) * len(products), products))
    return own_results(passes.optimise(_renamed(named, f"{function.name}_hvp")), 0)


def derivative(
    function: Function, wrt: int, order: int, passes: Passes, holomorphic: bool = False
) -> Function:
    """``f_dk(args) -> (f^(k-1), (f^(k),))``: derivatives of order ``k >= 2`` of a scalar
    function of one scalar parameter, forward over reverse.
    """
    of_complex = is_complex(function.params[wrt].type)
    if of_complex and not holomorphic:
        raise NotDifferentiable(
            "the gradient by a complex number is complex: it has no gradient of its own",
            function.span,
            hint="use hvp(f)(z, v), or say holomorphic=True if that is what the function is",
        )
    joint = reverse(function, (wrt,), seeded=False, holomorphic=holomorphic)
    current = _planned_gradient(function, joint, passes)
    index = len(current.body.yields) - 1
    for _ in range(order - 1):
        seed: Operand = 1 + 0j if of_complex else 1.0  # type: ignore[assignment]
        out, tangents = forward(current, (wrt,), {wrt: seed})
        previous = current.body.yields[index]
        current = passes.optimise(
            _yielding(out, (core.LEAF, (core.LEAF,)), (previous, tangents[index]))
        )  # fmt: skip
        index = 1
    return _renamed(primal(current, passes), f"{function.name}_derivative{order}")


def _yielding(function: Function, structure: object, yields: Sequence[Operand]) -> Function:
    body = Block(function.body.args, function.body.ops, tuple(yields))
    changed = with_body(function, body)
    return Function(changed.name, body, structure, (), changed.doc, changed.span)


def _renamed(function: Function, name: str) -> Function:
    return Function(
        name, function.body, function.structure, function.writes, function.doc, function.span
    )  # fmt: skip
