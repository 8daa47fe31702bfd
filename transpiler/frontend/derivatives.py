"""Derivatives that a function asks for itself: ``grad(g)(x)``, ``jvp(g, (x,), (v,))``.

The function is lowered into the region of one op (``primitives/linked.py``); what it reads of
the names around it are free values of the region, and derivatives go through them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np

from adgen.transpiler.errors import NotDifferentiable, TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import is_none, named, static_flag
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Partial,
    RangeOf,
    Ref,
    Static,
    is_function,
    is_operand,
)
from adgen.transpiler.frontend.boxes import contents
from adgen.transpiler.frontend.calls import call as apply
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.derived_regions import Region, name_of, parameters_of
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.fitting import fitted_to
from adgen.transpiler.frontend.jacobian_blocks import call_flat
from adgen.transpiler.frontend.jacobians import COMPOSED
from adgen.transpiler.frontend.leaves import (
    Leaf,
    copied,
    described,
    float_leaves,
    leaf_type,
    rebuilt,
)
from adgen.transpiler.frontend.pullbacks import (
    call_linearize,
    call_vjp,
    check_pushforward,
    pullback_of,
    read_leaves,
)
from adgen.transpiler.frontend.scripts import Replay, following, noted
from adgen.transpiler.frontend.surgery import cotangent_of
from adgen.transpiler.ir.core import Value, type_of
from adgen.transpiler.ir.snapshots import ATTRIBUTE as SNAPSHOTS
from adgen.transpiler.ir.snapshots import Snapshots
from adgen.transpiler.ir.types import Scalar, is_complex, is_float
from adgen.transpiler.primitives.custom import STOP
from adgen.transpiler.primitives.linked import (
    CHECKPOINT,
    GRADIENT,
    HOLOMORPHIC,
    PUSHFORWARD,
)
from adgen.transpiler.transforms import OF_FUNCTION, Derived, Transform, derived, wrt_of


def call_transform(cx: Context, call: Call, transform: Transform) -> Binding:
    """``grad(f)`` is a function; ``jvp(f, …)`` and ``vjp(f, …)`` are values."""
    if transform.name in OF_FUNCTION:
        function, wrt, holomorphic = named(cx, call, ("function", "wrt", "holomorphic"), 1, 2)
        _check_function(cx, call, function)
        asked = _derived(cx, call, transform.name, function, wrt)
        if static_flag(cx, holomorphic, call.node, "`holomorphic`", asked.holomorphic):
            asked = replace(asked, holomorphic=True)
        return Partial(Static(asked), (function,))
    if transform.name == "stop_gradient":
        (whole,) = named(cx, call, ("x",))
        return rebuilt(cx, call.node, whole, lambda leaf: _stopped(cx, call, leaf))
    if transform.name == "checkpointed":
        return _in_segments(cx, call)
    if transform.name == "grad_of":
        return cotangent_of(cx, call)
    if transform.name == "jvp":
        function, primals, tangents = named(cx, call, ("function", "primals", "tangents"), 3)
        _check_function(cx, call, function)
        return _jvp(cx, call, function, _items(cx, call, primals), _items(cx, call, tangents))
    function, *args = call.args or (None,)
    _check_function(cx, call, function)
    if call.kwargs:
        _refuse_keywords(cx, call, transform.name)
    give = call_linearize if transform.name == "linearize" else call_vjp
    return give(cx, call, function, tuple(args))


def call_derived(cx: Context, call: Call, asked: Derived) -> Binding:
    """A call of ``grad(f)`` and its like; the function is the first argument."""
    function, *args = call.args
    if asked.name == "flat":
        return call_flat(cx, call, asked, call.args)
    if asked.name == "checkpoint":
        return _checkpoint(cx, call, function, args)
    positions = tuple(_position(cx, call, function, one) for one in asked.wrt)
    if asked.name == "pullback":
        *args, cotangent = args
        made = asked.computed
        return pullback_of(
            cx, call, function, args, positions, cotangent, made.leaves, made, made.drawn
        )
    if asked.name == "pushforward":
        return _pushed(cx, call, asked, function, args)
    if call.kwargs:
        _refuse_keywords(cx, call, asked.name)
    if asked.name in COMPOSED:
        return COMPOSED[asked.name](cx, call, asked, function, args, positions)
    if asked.name == "hvp":
        *args, direction = args
        inner = Partial(
            Static(derived("grad", asked.wrt, asked.packed, asked.holomorphic)), (function,)
        )
        return _moved(cx, call, asked, inner, args, positions, direction)
    if asked.name == "deriv":
        at = [args[k] for k in positions]
        _check_real(cx, call, asked.name, at)
        ones = tuple(_ones(cx, call, x) for x in at)
        direction = ones if asked.packed else ones[0]
        return _moved(cx, call, asked, function, args, positions, direction)
    if asked.name == "elementwise_grad":
        own = tuple(copied(cx, call.node, arg) for arg in args)
        with noted(cx) as script:
            value = apply(cx, call.node, function, own, {})
        _check_real(cx, call, asked.name, [value])
        ones = _ones(cx, call, value)
        leaves = read_leaves(cx, call, value)
        drawn = script.samples
        found = pullback_of(cx, call, function, args, positions, ones, leaves, drawn=drawn)
        return found if asked.packed else found[0]
    return _gradient(cx, call, asked, function, args, positions)


def _check_real(cx: Context, call: Call, name: str, given: Sequence[Binding]) -> None:
    kinds = [cx.kind(x) for x in given if is_operand(x) or isinstance(x, Ref)]
    if any(is_complex(kind) for kind in kinds):
        cx.refuse(
            NotDifferentiable, f"`{name}` of complex numbers", call.node,
            "use jvp and vjp, or grad(f, holomorphic=True)",
        )  # fmt: skip


def _refuse_keywords(cx: Context, call: Call, name: str) -> NoReturn:
    cx.refuse(
        UnsupportedSyntax, f"`{name}` of a function is called with keywords", call.node,
        "pass the arguments by position",
    )  # fmt: skip


def _ones(cx: Context, call: Call, like: Binding) -> Binding:
    """One for each element."""
    return 1.0 if is_operand(like) else apply(cx, call.node, Static(np.ones_like), (like,), {})


def _moved(
    cx: Context, call: Call, asked: Derived, function: Binding, args: Sequence[Binding],
    positions: Sequence[int], direction: Binding,
) -> Binding:  # fmt: skip
    """The tangent of the value in a direction of the arguments that it is differentiated by."""
    directions = _items(cx, call, direction) if asked.packed else (direction,)
    tangents: list[Binding] = [Static(None)] * len(args)
    for position, tangent in zip(positions, directions, strict=True):
        tangents[position] = tangent
    return _jvp(cx, call, function, tuple(args), tuple(tangents))[1]


def _pushed(
    cx: Context, call: Call, asked: Derived, function: Binding, args: Sequence[Binding]
) -> Binding:  # fmt: skip
    """What the function that ``linearize`` has given returns: the primals come first."""
    count = asked.computed.count
    primals, tangents = args[:count], args[count:]
    check_pushforward(cx, call, function, primals, asked)
    with following(cx, Replay(asked.computed.drawn)):
        return _jvp(cx, call, function, primals, tangents)[1]


def _gradient(
    cx: Context, call: Call, asked: Derived, function: Binding, args: Sequence[Binding],
    positions: Sequence[int],
) -> Binding:  # fmt: skip
    region = Region(cx, call, function, args, positions)
    auxiliary = asked.name == "grad_and_aux"
    first: Any = region.value
    if auxiliary:
        first = first[0] if isinstance(first, tuple) and len(first) == 2 else None
    if (
        not isinstance(first, Leaf)
        or not isinstance(first.kind, Scalar)
        or not is_float(first.kind)
    ):
        wanted = "a pair of results, the first of them a scalar" if auxiliary else "a scalar result"
        cx.refuse(
            NotDifferentiable,
            f"the gradient needs {wanted}, but `{region.name}` returns {described(region.value)}",
            call.node,
            "return a scalar (a sum, a mean, one element), or use vjp",
        )
    mode = HOLOMORPHIC if asked.holomorphic else GRADIENT
    _check_complex(cx, call, region, first.kind, asked.holomorphic)
    results = region.emitted(mode, (), [leaf.type for leaf in region.inputs])
    value, grads = region.renewed(results), region.nested(results[len(region.leaves) :])
    gradient = grads if asked.packed else grads[0]
    if asked.name == "grad":
        return gradient
    return (gradient, value[1]) if auxiliary else (value, gradient)


def _check_complex(
    cx: Context, call: Call, region: Region, kind: Scalar, holomorphic: bool
) -> None:
    """Refuse a complex result of a function not said to be holomorphic, and real ones of others."""
    if is_complex(kind) and not holomorphic:
        cx.refuse(
            NotDifferentiable,
            f"the gradient needs a real result, but `{region.name}` returns a complex number",
            call.node, "return np.real(z) or np.abs(z), or say holomorphic=True",
        )  # fmt: skip
    if holomorphic and not all(is_complex(k) for k in (kind, *(x.type for x in region.inputs))):
        cx.refuse(
            NotDifferentiable,
            f"holomorphic=True, but `{region.name}` takes or returns real numbers",
            call.node, "leave it out: real functions of complex numbers need no option",
        )  # fmt: skip


def _in_segments(cx: Context, call: Call) -> Binding:
    """A range of whose loop the reverse sweep stores some of the states."""
    sequence, *limits = named(cx, call, ("sequence", "snapshots", "memory"))
    if not isinstance(sequence, RangeOf):
        cx.refuse(
            TypeMismatch, f"`checkpointed` is given {describe(sequence)}", call.node,
            "give it a range: for i in checkpointed(range(n))",
        )  # fmt: skip
    snapshots, memory = (_limit(cx, call, *pair) for pair in zip(limits, _LIMITS, strict=True))
    if snapshots is not None and memory is not None:
        cx.refuse(
            UnsupportedSyntax, "both snapshots and memory are given", call.node,
            "give one of them: the other follows from it",
        )  # fmt: skip
    mark = Snapshots(snapshots, memory)
    return replace(sequence, marks=(*sequence.marks, (SNAPSHOTS, mark)))


def _limit(cx: Context, call: Call, given: Binding | None, what: tuple[str, str]) -> int | None:
    """How many snapshots, or bytes of them, there may be."""
    number = given.value if isinstance(given, Static) else given
    if number is None or (type(number) is int and number > 0):
        return number
    cx.refuse(
        UnsupportedSyntax, f"the {what[0]} is computed, or less than 1", call.node,
        f"give a constant: checkpointed(range(n), {what[1]})",
    )  # fmt: skip


_LIMITS = (("number of snapshots", "snapshots=100"), ("memory of snapshots", "memory=10**8"))


def _checkpoint(cx: Context, call: Call, function: Binding, args: Sequence[Binding]) -> Binding:
    """The value, which the reverse sweep computes again."""
    moving = [k for k, arg in enumerate(args) if float_leaves(cx, call.node, arg)]
    region = Region(cx, call, function, args, moving, dict(call.kwargs), pure=True)
    return region.renewed(region.emitted(CHECKPOINT, (), ()))


def _stopped(cx: Context, call: Call, leaf: Binding) -> Binding:
    operand = cx.read(leaf, call.node) if isinstance(leaf, Ref) else leaf
    if not isinstance(operand, Value) or not is_float(operand.type):
        return leaf
    return cx.wrap(cx.emit(call.node, STOP, operand, name=operand.name))


def _jvp(
    cx: Context, call: Call, function: Binding, primals: Sequence[Binding],
    tangents: Sequence[Binding],
) -> tuple[Binding, Binding]:  # fmt: skip
    if len(primals) != len(tangents):
        cx.refuse(
            TypeMismatch, f"there are {len(tangents)} tangents for {len(primals)} arguments",
            call.node, "give one for each",
        )  # fmt: skip
    moving = [k for k, t in enumerate(tangents) if not is_none(t)]
    region = Region(cx, call, function, primals, moving)
    given = [
        leaf for k in moving for leaf in float_leaves(cx, call.node, tangents[k], like=primals[k])
    ]
    dots = [fitted_to(cx, call.node, g, like) for g, like in zip(given, region.inputs, strict=True)]
    floats = [leaf for leaf in region.leaves if is_float(type_of(leaf))]
    results = region.emitted(PUSHFORWARD, dots, [type_of(leaf) for leaf in floats])
    after = iter(results[len(region.leaves) :])
    tangent = rebuilt(
        cx, call.node, region.value,
        lambda leaf: cx.wrap(next(after)) if is_float(leaf_type(cx, leaf)) else 0.0,
    )  # fmt: skip
    return region.renewed(results), tangent


def _derived(
    cx: Context, call: Call, name: str, function: Binding, wrt: Binding | None
) -> Derived:  # fmt: skip
    """By which arguments: those of the object, the first, or constant positions or names."""
    if wrt is None:
        return derived(name, *wrt_of(getattr(function, "value", None)))
    packed = isinstance(wrt, tuple)
    given = wrt if isinstance(wrt, tuple) else (wrt,)
    found = tuple(one.value if isinstance(one, Static) else one for one in given)
    if not all(type(one) in (int, str) for one in found):
        cx.refuse(
            UnsupportedSyntax, f"the arguments that `{name}` differentiates by are computed",
            call.node, f"give constants: {name}(f, 0), {name}(f, (0, 1))",
        )  # fmt: skip
    return derived(name, found, packed)  # type: ignore[arg-type]


def _position(cx: Context, call: Call, function: Binding, one: int | str) -> int:
    if isinstance(one, int):
        return one
    names = parameters_of(function)
    if one not in names:
        cx.refuse(
            TypeMismatch, f"`{name_of(function)}` has no parameter `{one}` by position", call.node,
            f"it has {', '.join(f'`{name}`' for name in names)}" if names else "give a position",
        )  # fmt: skip
    return names.index(one)


def _check_function(cx: Context, call: Call, function: Binding | None) -> None:
    if function is None or not (is_function(function) or isinstance(function, Static)):
        given = "nothing" if function is None else describe(function)
        cx.refuse(
            TypeMismatch, f"`{call.function}` is given {given}", call.node,
            f"give it a function: {call.function}(f)",
        )  # fmt: skip


def _items(cx: Context, call: Call, binding: Binding | None) -> tuple[Binding, ...]:
    if isinstance(binding, tuple):
        return binding
    if isinstance(binding, Box):
        return contents(cx, binding, call.node).parts
    cx.refuse(
        TypeMismatch, f"`{call.function}` is given {describe(binding)} for a tuple", call.node,
        "primals and tangents are tuples with one item for each argument",
    )  # fmt: skip
