"""Statement lists and early exits.

``return``, ``break`` and ``continue`` set flags of the frame: ``$out`` (leave the rest of this
block), ``$leave`` (leave the loop), ``$ret`` (leave the function, with ``$val``); ``$done``
says that the condition of a ``while`` has become false inside its body (loop_trials.py).  A flag
that is known while lowering costs nothing: the rest of a block moves into the arm that falls
through.  Only where that is not known is the rest guarded.  Nothing is duplicated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gast

from adgen.transpiler.errors import UnboundName
from adgen.transpiler.frontend.array_joins import FLAGS, Arm
from adgen.transpiler.frontend.bindings import Binding, Key, Unbound
from adgen.transpiler.frontend.conditions import tested
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.functions import liveness_of
from adgen.transpiler.frontend.joins import branch
from adgen.transpiler.frontend.liveness import bound_when
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value


def run_block(cx: Context, statements: Sequence[Any]) -> None:
    """Lower statements in order, as far as they can be reached."""
    for number, statement in enumerate(statements):
        rest = statements[number + 1 :]
        if isinstance(statement, gast.If):
            if _lower_if(cx, statement, rest):
                return
        else:
            cx.execute(cx, statement)
        if cx.flag("$out") is not False:
            if rest:
                resume(cx, statement, "$out", partial(run_block, cx, rest))
            return


def resume(cx: Context, node: Any, flag: str, rest: Callable[[], None]) -> None:
    """Run ``rest`` unless the flag is set."""
    value = cx.flag(flag)
    if value is True:
        return
    if value is False:
        rest()
        return
    assert isinstance(value, Value)

    def leave() -> None:
        assume(cx, value, True)
        cx.bind("$out", True)

    def go_on() -> None:
        assume(cx, value, False)
        rest()

    arms = arms_of(cx, leave, go_on)
    if arms is not None:
        branch(cx, node, value, *arms, live_names(cx, node, "tail", arms))


def assume(cx: Context, flag: Value, truth_value: bool) -> None:
    """Inside a guard, the flags that are this very value are known."""
    for name in FLAGS:
        if cx.flag(name) is flag:
            cx.bind(name, truth_value)


def arm(cx: Context, lower: Callable[[], Any]) -> Arm:
    """Lower something as an arm of a branch, from the present state."""
    out = Arm(cx.builder.inner(), cx.state.copy())
    with cx.inside(out.builder, out.state):
        lower()
        out.state = cx.state
    return out


def live_names(
    cx: Context, node: Any, table: str, arms: tuple[Arm, Arm]
) -> Callable[[Key], bool]:  # fmt: skip
    """Which names to join: what the next statements read, and where the arms may leave to."""
    liveness = liveness_of(cx.frame.node)
    tables = [getattr(liveness, table)]
    if any(side.state.env.get((cx.frame, "$out"), False) is not False for side in arms):
        tables.append(liveness.exits)

    def live(key: Key) -> bool:
        return key[0] is not cx.frame or any(
            liveness.is_live(names, node, key[1]) for names in tables
        )

    return live


def _lower_if(cx: Context, node: Any, rest: Sequence[Any]) -> bool:
    """Lower an ``if``; whether the rest of the block went into one of its arms."""
    condition = tested(cx, node.test)
    if not isinstance(condition, Value):
        run_block(cx, node.body if condition else node.orelse)
        return False
    if _lower_guard(cx, node, condition):
        return False

    def side(outcome: bool, statements: Sequence[Any]) -> None:
        assume_outcome(cx, node.test, condition, outcome)
        run_block(cx, statements)

    arms = arms_of(cx, partial(side, True, node.body), partial(side, False, node.orelse))
    if arms is None:
        return False
    exits = [side.flag(cx, "$out") for side in arms]
    moved = bool(rest) and exits[0] != exits[1]
    if moved:
        leaving, through = arms if exits[0] else arms[::-1]
        try:
            with cx.inside(through.builder, through.state):
                resume(cx, node, "$out", lambda: run_block(cx, rest))
                through.state = cx.state
        except UnboundName as error:
            _note_gap(cx, error, leaving)
            return True
    live = live_names(cx, node, "tail" if moved or all(exits) else "after", arms)
    branch(cx, node, condition, *arms, live)
    return moved


def run_arm(cx: Context, test: Any, outcome: bool, statements: Sequence[Any]) -> None:
    """Lower statements that run where a test has that outcome."""
    assume_bound(cx, test, outcome)
    run_block(cx, statements)


def assume_outcome(cx: Context, test: Any, condition: Operand, outcome: bool) -> None:
    """On this path a test has that outcome; ``condition`` is its truth value."""
    (cx.suppose if outcome else cx.suppose_not)(condition)
    assume_bound(cx, test, outcome)


def assume_bound(cx: Context, test: Any, outcome: bool) -> None:
    """Names that ``:=`` in a part of the test has bound are bound here."""
    for name in bound_when(test, outcome):
        key = cx.frame.owner(name) or cx.frame, name
        binding = cx.state.env.get(key)
        if isinstance(binding, Unbound) and binding.maybe is not None:
            cx.state.env[key] = binding.maybe


def _lower_guard(cx: Context, node: Any, condition: Value) -> bool:
    """``if condition: … raise …``: the other arm follows in place.  Whether it was that."""
    for side, (body, other) in enumerate(((node.body, node.orelse), (node.orelse, node.body))):
        if not _ends_in_raise(body):
            continue
        try:
            raising = arm(cx, partial(run_arm, cx, node.test, side == 0, body))
        except UnboundName:
            if not cx.trials:
                raise
            return False  # see arms_of
        last = raising.builder.ops[-1] if raising.builder.ops else None
        if last is None or last.callee != core.ASSERT or last.operands[0] is not False:
            return False
        blocks = [cx.builder.inner().block((), ()), cx.builder.inner().block((), ())]
        blocks[side] = raising.builder.block((), ())
        attrs = {"label": core.new_label()}
        cx.builder.add(Op(core.IF, (condition,), attrs, tuple(blocks), (), cx.span(node)))
        assume_outcome(cx, node.test, condition, side == 1)
        run_block(cx, other)
        return True
    return False


def _ends_in_raise(statements: Sequence[Any]) -> bool:
    return bool(statements) and isinstance(statements[-1], gast.Raise)


def arms_of(
    cx: Context, then: Callable[[], Any], orelse: Callable[[], Any]
) -> tuple[Arm, Arm] | None:
    """Lower both arms of a branch.

    In a trial run of a loop body, an arm that reads a name which only earlier iterations bind
    is left out, because nothing is known of the name yet: the other arm continues in place
    (None is returned) and the gap is noted, so that the trial is repeated.
    """
    arms: list[Arm] = []
    gap: UnboundName | None = None
    for lower in (then, orelse):
        try:
            arms.append(arm(cx, lower))
        except UnboundName as error:
            if gap is not None:
                raise
            gap = error
    if gap is None:
        return arms[0], arms[1]
    _note_gap(cx, gap, arms[0])
    return None


def _note_gap(cx: Context, gap: UnboundName, other: Arm) -> None:
    """Leave an arm out of a trial; the other one continues in place."""
    if not cx.trials:
        raise gap
    cx.gaps.append(gap)
    cx.builder.ops += other.builder.ops
    cx.state = other.state


def choose(
    cx: Context, node: Any, condition: Value, then: Callable[[], Binding],
    orelse: Callable[[], Binding], name: str = "",
) -> Binding:  # fmt: skip
    """The value of a conditional expression, each side evaluated only when it is chosen."""
    hidden = f"$choice {name}" if name else "$choice"

    def side(lower: Callable[[], Binding]) -> Callable[[], None]:
        return lambda: cx.bind(hidden, lower())

    arms = arms_of(cx, side(then), side(orelse))
    if arms is not None:
        branch(cx, node, condition, *arms, lambda key: True)
    binding = cx.state.env.pop((cx.frame, hidden))
    return binding
