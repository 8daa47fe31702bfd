"""Functions that are lowered several times where Python calls them once: they draw once.

A pullback is its function lowered again, a Jacobian lowers it for every column.  The first time
what it draws is noted; after that its draws, in the same order, are what was noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.bindings import Binding, Partial, Replayed, Static
from adgen.transpiler.frontend.calls import call as apply
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.jacobian_blocks import value_of
from adgen.transpiler.frontend.leaves import copied
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import Type
from adgen.transpiler.primitives.builder import Builder


@dataclass(eq=False)
class Script:
    """What the draws of one lowering give, in order.

    ``builder``: of the block in which they are noted.  Without it nothing is drawn: they give
    values that stand for samples.
    """

    builder: Builder | None = None
    samples: list[Operand | None] = field(default_factory=list)

    def give(self, cx: Context, node: Any, result: Type | None, emit: Any) -> Operand | None:
        """What a draw gives; ``emit`` appends it."""
        if self.builder is None:
            self.samples.append(None if result is None else Value(result))
            return self.samples[-1]
        if cx.builder is not self.builder:
            cx.refuse(
                UnsupportedSyntax, "random numbers are drawn in a loop or a branch of a function "
                "that is evaluated several times here", node,
                "draw ahead of it: noise = rng.standard_normal((n, m)), then read noise[i]",
            )  # fmt: skip
        self.samples.append(emit())
        return self.samples[-1]


@dataclass(eq=False)
class Replay:
    """The same once more: draws give what was noted."""

    samples: Sequence[Operand | None]
    place: int = 0

    def give(self, cx: Context, node: Any, result: Type | None, emit: Any) -> Operand | None:
        """What a draw has given."""
        known = self.samples[self.place] if self.place < len(self.samples) else None
        self.place += 1
        if (None if known is None else type_of(known)) != result:
            cx.refuse(
                UnsupportedSyntax, "other random numbers are drawn when the function is evaluated "
                "again", node, "draw outside of the function, and pass the samples",
            )  # fmt: skip
        return known


@contextmanager
def following(cx: Context, script: Any) -> Iterator[Any]:
    """Let draws be what a script says.  What is noted is drawn as the script around says."""
    around = cx.script
    if isinstance(script, Script) and script.builder is not None and around is not None:
        script = _Both(script, around)
    cx.script = script
    try:
        yield script
    finally:
        cx.script = around


@dataclass(eq=False)
class _Both:
    """Notes what the script around gives."""

    inner: Script
    around: Any

    @property
    def samples(self) -> list[Operand | None]:
        return self.inner.samples

    def give(self, cx: Context, node: Any, result: Type | None, emit: Any) -> Operand | None:
        return self.inner.give(cx, node, result, lambda: self.around.give(cx, node, result, emit))


def noted(cx: Context) -> Any:
    """A context in which draws of the present block are made, and noted."""
    return following(cx, Script(cx.builder))


def drawing_once(
    cx: Context, call: Call, function: Binding, args: Sequence[Binding]
) -> tuple[Binding, Binding]:
    """The function as it is if it draws nothing, else one whose calls all draw the same.

    The second result tells how its value nests.
    """
    with following(cx, Script()) as trial:
        value = value_of(cx, call, function, args)
    if not trial.samples:
        return function, value
    own = tuple(copied(cx, call.node, arg) for arg in args)
    with noted(cx) as script:
        apply(cx, call.node, function, own, {})
    return Partial(Static(Replayed(tuple(script.samples))), (function,)), value


def call_replayed(cx: Context, call: Call, replayed: Replayed) -> Binding:
    """A call of such a function, which is the first argument."""
    function, *args = call.args
    with following(cx, Replay(replayed.samples)):
        return apply(cx, call.node, function, tuple(args), call.kwargs, call.name)
