"""The way of a function through the compiler, from source text to the text of its derivative."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from adgen.transpiler import optimisations
from adgen.transpiler.autodiff import counting, gradient
from adgen.transpiler.autodiff.custom import without_rules
from adgen.transpiler.autodiff.inside import derive_inside
from adgen.transpiler.autodiff.ownership import keep_ownership
from adgen.transpiler.emit.classes import hidden
from adgen.transpiler.emit.module import Style, emit_module
from adgen.transpiler.emit.opaque import outside
from adgen.transpiler.emit.origins import Origins
from adgen.transpiler.errors import AliasedMutation, NotDifferentiable, UnsupportedError
from adgen.transpiler.frontend.lower import Argument, lower
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Slot, returning_updates
from adgen.transpiler.ir.printer import print_function
from adgen.transpiler.ir.types import Point, Type
from adgen.transpiler.nesting import walks_deep
from adgen.transpiler.passes.dead_code import eliminate_dead_code
from adgen.transpiler.passes.delayed_loops import merge_neighbours
from adgen.transpiler.passes.first_writes import set_first_writes
from adgen.transpiler.passes.guards import (
    broadcasts,
    draws,
    drop_checked_by_numpy,
    guesses,
    prints,
)
from adgen.transpiler.passes.hoist import hoist_invariants
from adgen.transpiler.passes.interchange import rows_outside
from adgen.transpiler.passes.kept_shapes import guess_kept_shapes
from adgen.transpiler.passes.lanes import points_innermost
from adgen.transpiler.passes.local_writes import confine_writes
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.overwritten import renew_overwritten
from adgen.transpiler.passes.pipeline import optimise, optimise_joint
from adgen.transpiler.passes.products import products_of_matrices
from adgen.transpiler.passes.reshaped_elements import find_reshaped_elements
from adgen.transpiler.passes.reshaped_writes import settle_reshaped_writes
from adgen.transpiler.passes.reuse_buffers import reuse_buffers
from adgen.transpiler.passes.row_loops import merge_row_loops
from adgen.transpiler.passes.shared_elements import share_elements
from adgen.transpiler.passes.small.guessed_extents import guess_extents
from adgen.transpiler.passes.small.scalars import scalars_for_small_arrays
from adgen.transpiler.passes.stacked_products import flatten_stacks
from adgen.transpiler.passes.threads import mark_threads
from adgen.transpiler.passes.unreachable import eliminate_unreachable, has_unreachable
from adgen.transpiler.primitives.conventions import following
from adgen.transpiler.requests import Compiled, Request
from adgen.transpiler.source import Source
from adgen.transpiler.watching import applied

PASSES = gradient.Passes(optimise, optimise_joint, guess_kept_shapes)
NO_GUESSES = gradient.Passes(optimise, optimise_joint)
# What is done to loops over scalars, in order; before and after loops for threads are marked.
LOOP_PASSES = (
    (optimisations.WORK_SPACE, renew_overwritten),
    (optimisations.ROWS_OUTSIDE, rows_outside),
    (optimisations.ROW_LOOPS, merge_row_loops),
    (optimisations.LOCAL_WRITES, confine_writes),
    (optimisations.NEIGHBOURING_LOOPS, merge_neighbours),
    (optimisations.SMALL_ARRAYS, scalars_for_small_arrays),
    (optimisations.SHARED_ELEMENTS, share_elements),
)
LATE_LOOP_PASSES = (
    (optimisations.MATRIX_PRODUCTS, products_of_matrices),
    (optimisations.POINTS_INNERMOST, points_innermost),
    (optimisations.REUSED_BUFFERS, reuse_buffers),
    (optimisations.FIRST_WRITES, set_first_writes),
)
MODES = ("primal", "value_and_grad", "grad_and_aux", "pair", "jvp", "hvp", "derivative")


def compile_source(
    source: Source,
    arguments: Mapping[str, Argument],
    request: Request,
    header: str = "",
    origins: Origins | None = None,
) -> Compiled:
    """Source and argument types to the text of a module; ``origins`` is told what it is from.

    Raises UnsupportedError, with the place in the user's source, for whatever is
    outside the language or has no derivative.
    """
    primal = prepared(source, arguments, request)
    functions = derive(primal, request)
    functions = tuple(finished(function, request) for function in functions)
    style = Style(request.stage == "numba", request.vector_math, request.forgiving)
    text = emit_module(functions, style, header, origins)
    structure = (
        returning_updates(primal).structure if request.mode == "primal" else primal.structure
    )
    first = functions[0]
    return Compiled(
        text=text,
        names=tuple(function.name for function in functions),
        parameters=tuple(parameter.name for parameter in first.params),
        value_types=_value_types(primal, first.body.yields[: core.leaves(structure)]),
        residuals=bool(first.residuals_out),
        captures=primal.captures,
        structure=structure,
        writes=primal.writes,
        guesses=guesses(primal) or any(map(guesses, functions)),
        classes=hidden(functions),
        outside=outside(functions),
        updates=primal.updates,
        broadcasts=broadcasts(primal),
        draws=draws(primal),
    )


def _value_types(primal: Function, leaves: Sequence[core.Operand]) -> tuple[Type, ...]:
    """The types of the leaves of the value, as Python has them."""
    kinds = map(core.type_of, leaves)
    return tuple(Point(t.dtype) if k in primal.points else t for k, t in enumerate(kinds))


def prepared(source: Source, arguments: Mapping[str, Argument], request: Request) -> Function:
    """The optimised IR of the function itself, as a request asks for it."""
    with following(request.subgradients):
        return prepare(source, arguments, request.speculates, request.ones_known)


@walks_deep
def prepare(
    source: Source,
    arguments: Mapping[str, Argument],
    speculates: bool = True,
    ones_known: bool = True,
) -> Function:
    """The optimised IR of the function itself.

    A function that prints guesses nothing, where that can be: its call is not to be repeated.
    """
    lowered = applied(lower, source, arguments, speculates, ones_known)
    primal = optimise(derive_inside(lowered, _passes(speculates)))
    if has_unreachable(primal):
        primal = optimise(applied(eliminate_unreachable, primal))
    if speculates and optimisations.enabled(optimisations.KEPT_SHAPES):
        primal = optimise(applied(guess_kept_shapes, primal))
    primal = _without_idle_writes(primal)
    if speculates and guesses(primal) and prints(primal):
        with contextlib.suppress(UnsupportedError):
            return prepare(source, arguments, False, ones_known)
    return primal


def _without_idle_writes(primal: Function) -> Function:
    """A parameter that blocks of ``grad_of`` have passed on, and nothing else, is not written."""
    plain = without_rules(primal)
    if not primal.writes or plain is primal:
        return primal
    plain = optimise(plain)
    first = len(primal.body.yields) - len(primal.writes)
    kept = [
        j for j, k in enumerate(primal.writes)
        if plain.body.yields[first + j] is not plain.params[k]
    ]  # fmt: skip
    body = primal.body
    yields = (*body.yields[:first], *(body.yields[first + j] for j in kept))
    writes = tuple(primal.writes[j] for j in kept)
    return replace(primal, body=Block(body.args, body.ops, yields), writes=writes)


def _passes(speculates: bool) -> gradient.Passes:
    """The general passes, with guesses or without."""
    guessed = speculates and optimisations.enabled(optimisations.KEPT_SHAPES)
    return PASSES if guessed else NO_GUESSES


@walks_deep
def derive(primal: Function, request: Request) -> tuple[Function, ...]:
    """The functions that a request asks for, at the array level.

    Raises NotDifferentiable where an integer in a container does more than count or index.
    """
    for counter in request.counters:
        where = counting.entry(primal, counter.parameter)
        if where is not None:
            raise NotDifferentiable(counter.message, where[0] or primal.span, hint=counter.hint)
    with following(request.subgradients):
        functions = _derived(primal, request)
    return tuple(replace(function, ignored=primal.ignored) for function in functions)


def _derived(primal: Function, request: Request) -> tuple[Function, ...]:
    passes, holomorphic = _passes(request.speculates), request.holomorphic
    if request.mode == "primal" and primal.disturbs:
        raise AliasedMutation(
            f"a plain call of `{primal.name}` assigns attributes of an object of type "
            f"`{primal.disturbs[0]}` of the surroundings",
            primal.span,
            hint="derivatives leave it as it is; for the value call the plain function",
        )
    if request.mode == "primal":
        return (gradient.primal(returning_updates(primal), passes),)
    if request.mode != "jvp" and optimisations.enabled(optimisations.WORK_SPACE):
        primal = renew_overwritten(primal)
    if request.mode == "value_and_grad":
        return (gradient.value_and_grad(primal, request.wrt, passes, False, holomorphic),)
    if request.mode == "grad_and_aux":
        return (gradient.value_and_grad(primal, request.wrt, passes, True, holomorphic),)
    if request.mode == "pair":
        return gradient.pair(primal, request.wrt, passes)
    if request.mode == "jvp":
        return (gradient.jvp(primal, request.wrt, passes),)
    if request.mode == "hvp":
        return (gradient.hvp(primal, request.wrt, passes, holomorphic),)
    if request.mode == "derivative":
        (wrt,), order = request.wrt, request.order
        return (gradient.derivative(primal, wrt, order, passes, holomorphic),)
    raise ValueError(f"mode must be one of {MODES}, not {request.mode!r}")


def to_look_into(source: Source, arguments: Mapping[str, Argument], request: Request) -> Function:
    """What a request asks for as one function, both sweeps in it, for the interpreter."""
    primal = prepared(source, arguments, request)
    if request.mode == "pair":
        with following(request.subgradients):
            return gradient.seeded(primal, request.wrt, _passes(request.speculates))
    return derive(primal, request)[0]


def finished(function: Function, request: Request) -> Function:
    """The function at the level that the request asks for."""
    if request.stage != "numba":
        return to_read(function)
    return to_loops(function, request.parallel, request.speculates and request.extents_guessed)


@walks_deep
def to_read(function: Function) -> Function:
    """The array level of a function: what people read and CPython runs."""
    checked = applied(settle_reshaped_writes, applied(drop_checked_by_numpy, function))
    return applied(eliminate_dead_code, checked)


@walks_deep
def to_loops(function: Function, parallel: bool = False, guessing: bool = True) -> Function:
    """The loop level of a function: what Numba is given.

    ``parallel``: with marks on the loops that are to run on threads.
    ``guessing``: extents of arguments may be guessed.
    Residuals travel through the passes as further results, which every pass keeps track of.
    """
    results = function.body.yields
    kept = [thing for thing in function.residuals_out if not isinstance(thing, Slot)]
    slots = tuple(thing for thing in function.residuals_out if isinstance(thing, Slot))
    body = function.body.with_(yields=(*results, *kept))
    wide = replace(function, body=body, residuals_out=slots)
    wide = optimise(wide)
    if guessing and optimisations.enabled(optimisations.SMALL_ARRAYS):
        wide = optimise(applied(guess_extents, wide))
    if optimisations.enabled(optimisations.STACKED_PRODUCTS):
        wide = optimise(applied(flatten_stacks, wide))
    wide = applied(find_reshaped_elements, wide)
    wide = applied(settle_reshaped_writes, wide, for_loops=True)
    wide = applied(lower_to_loops, wide)
    for name, improve in LOOP_PASSES:
        wide = applied(improve, wide) if optimisations.enabled(name) else wide
    if optimisations.enabled(optimisations.HOISTING):
        wide = applied(hoist_invariants, wide, named=True)  # extents that the library has named
    wide = applied(mark_threads, wide) if parallel else wide
    for name, improve in LATE_LOOP_PASSES:
        wide = applied(improve, wide) if optimisations.enabled(name) else wide
    wide = optimise(wide)
    body = wide.body
    after = iter(body.yields[len(results) :])
    lowered = replace(
        wide,
        body=Block(body.args, body.ops, body.yields[: len(results)]),
        residuals_out=tuple(
            thing if isinstance(thing, Slot) else next(after) for thing in function.residuals_out
        ),
    )
    return keep_ownership(function, lowered)


def stages(
    source: Source, arguments: Mapping[str, Argument], request: Request
) -> Iterator[tuple[str, str, str]]:
    """Every stage of a compilation: (name, where it comes from, text)."""
    lowered = lower(source, arguments, request.speculates, request.ones_known)
    yield "source", f"{source.file}:{source.first_line}", source.text
    yield "lowered", "frontend: the user's function as structured SSA", print_function(lowered)
    primal = prepared(source, arguments, request)
    yield "optimised", "passes: extents, dead code, hoisting, CSE", print_function(primal)
    functions = derive(primal, request)
    for function in functions:
        yield "derivative", "autodiff: chain rule, residuals", print_function(function)
    read = [to_read(function) for function in functions]
    yield "array", "emit: what people read", emit_module(read, Style(numba=False))
    loops = tuple(to_loops(function, request.parallel) for function in functions)
    for function in loops:
        yield "loops", "passes/loops: fused loops over scalars", print_function(function)
    style = Style(numba=True, vector_math=request.vector_math)
    yield "numba", "emit: exactly what Numba is given", emit_module(loops, style)
