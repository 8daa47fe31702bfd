"""Jacobians by containers and of containers: nested like the value, in each part like the argument.

The function is seen flat: of the floats of its argument, a tuple of the floats of its value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from adgen.transpiler.frontend.bindings import Binding, Partial, Ref, Static, is_operand
from adgen.transpiler.frontend.calls import call as apply
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.leaves import (
    all_leaves,
    copied,
    detached,
    float_leaves,
    leaf_type,
    rebuilt,
)
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.transforms import Derived, derived


def is_plain(binding: Binding) -> bool:
    """Whether a binding is one number or one array."""
    return is_operand(binding) or isinstance(binding, Ref)


def value_of(cx: Context, call: Call, function: Binding, args: Sequence[Binding]) -> Binding:
    """How the value of a call nests; nothing of the call is left in the program."""
    with cx.inside(cx.builder.inner(), cx.state.copy()):
        own = tuple(copied(cx, call.node, arg) for arg in args)
        return detached(cx, call.node, apply(cx, call.node, function, own, {}))


def blocks(
    cx: Context, call: Call, definition: Callable[..., Any], modes: Sequence[Binding],
    function: Binding, args: Sequence[Binding], position: int, value: Binding,
) -> Binding:  # fmt: skip
    """The Jacobian by one argument, block by block; ``value`` as ``value_of`` tells."""
    asked = derived("flat", (position,), True)
    flat = Partial(Static(asked), (function, *args))
    leaves = tuple(float_leaves(cx, call.node, args[position]))
    rows = call_definition(cx, call.node, definition, (*modes, flat, leaves), {})
    after = iter(rows)

    def of_part(leaf: Binding) -> Binding:
        if not is_float(leaf_type(cx, leaf)):
            return Static(None)
        return _nested_like(cx, call, args[position], next(after))

    return rebuilt(cx, call.node, value, of_part)


def _nested_like(cx: Context, call: Call, argument: Binding, parts: Sequence[Binding]) -> Binding:
    """Blocks nested as the argument; None where it has no float."""
    after = iter(parts)
    return rebuilt(
        cx, call.node, argument,
        lambda leaf: next(after) if is_float(leaf_type(cx, leaf)) else Static(None),
    )  # fmt: skip


def call_flat(cx: Context, call: Call, asked: Derived, given: Sequence[Binding]) -> Binding:
    """The floats of the value, of the floats of an argument that come behind all arguments."""
    function, *rest = given
    (position,) = asked.wrt
    assert isinstance(position, int)
    count = len(rest) - len(float_leaves(cx, call.node, rest[position]))
    args, leaves = rest[:count], iter(rest[count:])
    own = [copied(cx, call.node, arg) for arg in args]
    own[position] = rebuilt(
        cx, call.node, args[position],
        lambda leaf: next(leaves) if is_float(leaf_type(cx, leaf)) else leaf,
    )  # fmt: skip
    value = apply(cx, call.node, function, tuple(own), {})
    return tuple(_floating(cx, call, value))


def _floating(cx: Context, call: Call, value: Binding) -> Iterator[Binding]:
    for leaf in all_leaves(cx, call.node, value):
        if is_float(leaf_type(cx, leaf)):
            yield leaf
