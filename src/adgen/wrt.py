"""Which leaves of the arguments a derivative is taken by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adgen.leaves import Leaf
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir.trees import parts_of
from adgen.transpiler.ir.types import Array, Opaque, Static, is_float
from adgen.transpiler.requests import Counter
from adgen.transpiler.signature import STATIC_KINDS, Argument, show
from adgen.transpiler.source import Source


def flat_wrt(
    source: Source,
    arguments: Mapping[str, Argument],
    leaves: Sequence[Leaf],
    positions: tuple[int, ...],
) -> tuple[int, ...]:
    """Indices of the leaves of the parameters at ``positions`` that are differentiated by.

    In containers, what is no float is passed over: its gradient is None.  Raises
    NotDifferentiable for other integers and for what is no number at all.
    """
    names = list(arguments)
    found: list[int] = []
    for position in positions:
        argument = arguments[names[position]]
        nested = parts_of(argument) is not None
        indices = [
            k
            for k, leaf in enumerate(leaves)
            if leaf.position == position and (is_float(leaf.type) or not nested)
        ]
        if not indices:
            raise NotDifferentiable(
                f"the argument `{names[position]}` is {show(argument)}: it has no derivative",
                source.header,
                hint=f"leave `{names[position]}` out of wrt{_other_way(argument)}",
            )
        for k in indices:
            if not is_float(leaves[k].type):
                message, hint = no_derivative(leaves[k])
                raise NotDifferentiable(message, source.header, hint=hint)
        found += indices
    return tuple(found)


def counters(
    leaves: Sequence[Leaf], positions: tuple[int, ...], wrt: tuple[int, ...]
) -> tuple[Counter, ...]:
    """The integers that are passed over, which is right only if they count or index.

    An integer may be a float whose dot was forgotten: a gradient of None there would not train
    it and not say so.
    """
    return tuple(
        Counter(k, *no_derivative(leaf))
        for k, leaf in enumerate(leaves)
        if leaf.position in positions and k not in wrt and leaf.type.dtype.kind not in "bO"
    )


def _other_way(argument: Argument) -> str:
    """What else may be done where an object is to be differentiated by."""
    if not isinstance(argument, Static) or isinstance(argument.value, STATIC_KINDS):
        return ""
    name = type(argument.value).__name__
    return f"; if it holds numbers and arrays, register it: adgen.register_container({name}, ...)"


def no_derivative(leaf: Leaf) -> tuple[str, str]:
    """Why a leaf that is no float is not differentiated by, and what to do."""
    if isinstance(leaf.type, Opaque):
        return (
            f"the argument `{leaf.name}` is a random generator: it has no derivative",
            f"leave `{leaf.name}` out of wrt",
        )
    kind = {"b": "boolean"}.get(leaf.type.dtype.kind, "integer")
    if isinstance(leaf.type, Array):
        what, cast = f"an array of {kind}s", f"{leaf.name}.astype(float)"
    else:
        what, cast = f"{'an' if kind == 'integer' else 'a'} {kind}", f"float({leaf.name})"
    return (
        f"the argument `{leaf.name}` is {what}: it has no derivative",
        f"pass {cast}, or leave `{leaf.name}` out of wrt",
    )
