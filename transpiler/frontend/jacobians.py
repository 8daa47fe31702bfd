"""Derivatives that the library makes of ``jvp`` and ``vjp``: Jacobians, Hessians, products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.transpiler.errors import NotDifferentiable, TypeMismatch
from adgen.transpiler.frontend.bindings import Binding, Partial, Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.jacobian_blocks import blocks, is_plain
from adgen.transpiler.frontend.leaves import Leaf, described, float_leaves
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.frontend.scripts import drawing_once
from adgen.transpiler.library import jacobians as library
from adgen.transpiler.transforms import Derived, derived, transform

_JVP, _VJP = Static(transform("jvp")), Static(transform("vjp"))


def _jacobian(
    cx: Context, call: Call, asked: Derived, function: Binding, args: Sequence[Binding],
    positions: Sequence[int],
) -> Binding:  # fmt: skip
    found = []
    function, value = drawing_once(cx, call, function, args)
    for k in positions:
        definition, modes = _MODES[asked.name]
        if not is_plain(args[k]) or not isinstance(value, Leaf):
            _check_floats(cx, call, args[k], value)
            whole = _BLOCKS[asked.name]
            found.append(blocks(cx, call, whole, modes, function, args, k, value))
            continue
        given = (*modes, function, tuple(args[:k]), args[k], tuple(args[k + 1 :]))
        found.append(call_definition(cx, call.node, definition, given, {}))
    return tuple(found) if asked.packed else found[0]


def _check_floats(cx: Context, call: Call, argument: Binding, value: Binding) -> None:
    for binding in (argument, value):
        if not float_leaves(cx, call.node, binding):
            cx.refuse(
                NotDifferentiable, f"a Jacobian by or of {described(binding)} without floats",
                call.node, "pass and return floats",
            )  # fmt: skip


_BLOCKS: dict[str, Callable[..., Any]] = {
    "jacfwd": library.forward_blocks,
    "jacrev": library.reverse_blocks,
    "jacobian": library.shorter_blocks,
}
_MODES: dict[str, tuple[Callable[..., Any], tuple[Binding, ...]]] = {
    "jacfwd": (library.forward_jacobian, (_JVP,)),
    "jacrev": (library.reverse_jacobian, (_VJP,)),
    "jacobian": (library.shorter_jacobian, (_JVP, _VJP)),
}


def _hessian(
    cx: Context, call: Call, asked: Derived, function: Binding, args: Sequence[Binding],
    positions: Sequence[int],
) -> Binding:  # fmt: skip
    """The Jacobian, forwards, of the gradient; by several arguments: rows of blocks."""
    forwards = derived("jacfwd", asked.wrt, asked.packed)
    function, _ = drawing_once(cx, call, function, args)
    rows = tuple(
        _jacobian(cx, call, forwards, _gradient_by(function, k), args, positions) for k in asked.wrt
    )
    return rows if asked.packed else rows[0]


def _gradient_by(function: Binding, argument: int | str) -> Partial:
    return Partial(Static(derived("grad", (argument,), False)), (function,))


def _gauss_newton(
    cx: Context, call: Call, asked: Derived, function: Binding, args: Sequence[Binding],
    positions: Sequence[int],
) -> Binding:  # fmt: skip
    if len(positions) != 1 or len(args) != 2:
        cx.refuse(
            TypeMismatch, "`gauss_newton_vp(f)` is called with other than `x` and `v`", call.node,
            "let f be a function of one argument, for example a lambda",
        )  # fmt: skip
    function, _ = drawing_once(cx, call, function, args[:1])
    given = (_JVP, _VJP, function, *args)
    return call_definition(cx, call.node, library.gauss_newton_product, given, {})


COMPOSED: dict[str, Callable[..., Binding]] = {
    **dict.fromkeys(_MODES, _jacobian),
    "hessian": _hessian,
    "gauss_newton_vp": _gauss_newton,
}
