"""Pullbacks and pushforwards inside of functions: ``vjp`` and ``linearize``, and what calls the
function that they give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.bindings import Binding, Partial, Ref, Static
from adgen.transpiler.frontend.calls import call as apply
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.derived_regions import Region
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.fitting import fitted_to
from adgen.transpiler.frontend.leaves import all_leaves, copied, float_leaves
from adgen.transpiler.frontend.scripts import Replay, Script, following, noted
from adgen.transpiler.ir.alike import blocks_alike
from adgen.transpiler.ir.core import Block, Operand, type_of
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.primitives.linked import PULLBACK
from adgen.transpiler.transforms import Derived


@dataclass(frozen=True, eq=False, slots=True)
class Computed:
    """What a function computes where ``vjp`` is called, and the facts that were known there.

    ``leaves``: of the value there.  ``drawn``: what it draws there; ``unsaid``: what stands for
    that in the block; ``count``: of the arguments.
    """

    block: Block
    count: int
    known: dict[Any, Any]
    equal: dict[Any, Any]
    leaves: list[Operand]
    drawn: tuple[Operand | None, ...] = ()
    unsaid: tuple[Operand | None, ...] = ()


def call_vjp(cx: Context, call: Call, function: Binding, args: tuple[Binding, ...]) -> Binding:
    """The value, and a function of a cotangent, as Autograd and JAX have it."""
    return _with_function(cx, call, function, args, "pullback")


def call_linearize(
    cx: Context, call: Call, function: Binding, args: tuple[Binding, ...]
) -> Binding:  # fmt: skip
    """The value, and a function of tangents, as JAX has it."""
    return _with_function(cx, call, function, args, "pushforward")


def _with_function(
    cx: Context, call: Call, function: Binding, args: tuple[Binding, ...], name: str
) -> Binding:  # fmt: skip
    held = tuple(copied(cx, call.node, arg) for arg in args)  # arguments may change until then
    moving = tuple(k for k, arg in enumerate(args) if float_leaves(cx, call.node, arg))
    known, equal = dict(cx.state.known), dict(cx.state.equal)
    with following(cx, Script()) as unsaid:
        block = Region(cx, call, function, held, moving).block()
    again = tuple(copied(cx, call.node, arg) for arg in args)
    with noted(cx) as script:
        value = apply(cx, call.node, function, again, {})
    leaves, drawn = read_leaves(cx, call, value), tuple(script.samples)
    computed = Computed(block, len(held), known, equal, leaves, drawn, tuple(unsaid.samples))
    asked = Derived(name, moving, True, computed)
    return value, Partial(Static(asked), (function, *held))


def pullback_of(
    cx: Context, call: Call, function: Binding, args: Sequence[Binding],
    positions: Sequence[int], cotangent: Binding, value: Sequence[Operand],
    computed: Computed | None = None, drawn: Sequence[Operand | None] = (),
) -> tuple[Binding, ...]:  # fmt: skip
    """Cotangents of the arguments; ``value``: the leaves of the value, computed out here.

    ``drawn``: what was drawn for it.
    """
    region = _region(cx, call, function, args, positions, computed, drawn, "pullback")
    wanted = [leaf for leaf in value if is_float(type_of(leaf))]  # their shapes are known here
    given = float_leaves(cx, call.node, cotangent, like=region.value)
    seeds = [fitted_to(cx, call.node, g, like) for g, like in zip(given, wanted, strict=True)]
    results = region.emitted(PULLBACK, seeds, [leaf.type for leaf in region.inputs])
    return region.nested(results[len(region.leaves) :])


def check_pushforward(
    cx: Context, call: Call, function: Binding, args: Sequence[Binding], asked: Derived
) -> None:
    """Refuse a pushforward of a function that reads what has changed since ``linearize``."""
    _region(cx, call, function, args, asked.wrt, asked.computed, asked.computed.drawn, asked.name)  # type: ignore[arg-type]


def _region(
    cx: Context, call: Call, function: Binding, args: Sequence[Binding],
    positions: Sequence[int], computed: Computed | None, drawn: Sequence[Operand | None],
    name: str,
) -> Region:  # fmt: skip
    """The function lowered anew: what it computes must be what it computed."""
    now = cx.state
    if computed is not None:  # what is known only by now might be left out of the region
        cx.state = replace(now.copy(), known=dict(computed.known), equal=dict(computed.equal))
    with following(cx, Replay(drawn)):
        region = Region(cx, call, function, args, positions)
    cx.state = now
    if computed is not None and not blocks_alike(
        computed.block, region.block(), dict(zip(computed.unsaid, computed.drawn, strict=True))
    ):
        cx.refuse(
            UnsupportedSyntax,
            f"the {name} of `{region.name}` is called after something that it reads has changed",
            call.node, f"call the {name} first, or pass what changes as an argument",
        )  # fmt: skip
    return region


def read_leaves(cx: Context, call: Call, value: Binding) -> list[Operand]:
    """The numbers and arrays of a value, as they are now."""
    leaves = all_leaves(cx, call.node, value)
    return [cx.read(leaf, call.node) if isinstance(leaf, Ref) else leaf for leaf in leaves]
