"""The loop statements: loop ops, or loops over known items written out."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

import gast

from adgen.transpiler.errors import AliasedMutation
from adgen.transpiler.frontend.bindings import Binding, GeneratorOf
from adgen.transpiler.frontend.blocks import arms_of, live_names, run_block
from adgen.transpiler.frontend.booleans import either
from adgen.transpiler.frontend.computed_items import ItemOfCounter
from adgen.transpiler.frontend.conditions import tested
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import statement
from adgen.transpiler.frontend.functions import liveness_of
from adgen.transpiler.frontend.generators import run_over
from adgen.transpiler.frontend.growth import check_sizes, refuse_change, sizes_in
from adgen.transpiler.frontend.iteration import (
    Counted,
    all_items,
    counted,
    few_items,
    iterated,
    known_items,
)
from adgen.transpiler.frontend.iterators import rest_of
from adgen.transpiler.frontend.joins import branch, rejoin
from adgen.transpiler.frontend.loop_ops import Loop, unless
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.types import INT


@statement(gast.For)
def _for(cx: Context, node: Any) -> None:
    sequence = iterated(cx, node.iter, rest_of(cx, node.iter, cx.ev(node.iter)))
    if isinstance(sequence, GeneratorOf):
        run_over(cx, node, sequence)
        return
    items = known_items(cx, node.iter, sequence)
    if items is None and not _is_missed(cx, node):
        items = few_items(cx, node.iter, sequence, 0)  # a body that never runs may fail to lower
    name = node.target.id if isinstance(node.target, gast.Name) else _counter_name(node.target)
    cx.held.append(sequence if items is None else tuple(items))
    try:
        if items is not None:
            _unroll(cx, node, sequence, items)
        else:
            before = sizes_in(cx, sequence)
            over = counted(cx, node.iter, sequence)
            if not _written_out(cx, node, sequence, over, name):
                _lower_loop(cx, node, over, name)
            check_sizes(cx, node, before)
    finally:
        cx.held.pop()


def _is_missed(cx: Context, node: Any) -> bool:
    """Whether a name that the loop alone binds is read behind it, which raises if it never runs."""
    live = liveness_of(cx.frame.node)
    bound = {name.id for name in gast.walk(node) if isinstance(name, gast.Name)
             and isinstance(name.ctx, gast.Store)}  # fmt: skip
    unknown = (name for name in bound if (cx.frame, name) not in cx.state.env)
    return any(live.is_live(live.after, node, name) for name in unknown)


WRITTEN_OUT = 100  # iterations at most


def _written_out(cx: Context, node: Any, sequence: Binding, over: Counted, name: str) -> bool:
    """Lower a loop over a few numbers, and write it out if it indexes containers by its counter.

    False if there are too many, or they are computed.
    """
    items = few_items(cx, node.iter, sequence, WRITTEN_OUT)
    if items is None:
        return False
    index = Value(INT, name)
    cx.counted[index] = frozenset((node,))
    cx.short.add(node)
    try:
        _lower_loop(cx, node, over, name, index=index)
    except ItemOfCounter as found:
        if node not in found.loops:
            raise
    else:
        return True
    finally:
        cx.short.discard(node)
    _unroll(cx, node, sequence, items)
    return True


def _counter_name(target: Any) -> str:
    """``for i, x in enumerate(xs)``: the counter is i."""
    first = target.elts[0] if isinstance(target, gast.Tuple) and target.elts else None
    return first.id if isinstance(first, gast.Name) else "i"


@statement(gast.While)
def _while(cx: Context, node: Any) -> None:
    if _asks_for_ranks(node.test):
        _reduce_ranks(cx, node, MOST_AXES)
    else:
        _lower_loop(cx, node, None, "")


MOST_AXES = 64  # of an array of NumPy


def _asks_for_ranks(test: Any) -> bool:
    """Whether a condition is about ranks: they are known, and each trip may change them."""
    return any(
        (isinstance(part, gast.Attribute) and part.attr == "ndim")
        or (isinstance(part, gast.Name) and part.id == "ndim")
        for part in gast.walk(test)
    )


def _reduce_ranks(cx: Context, node: Any, trips: int) -> None:
    """``while np.ndim(g) > np.ndim(x)``: the body as often as the condition is known to hold."""
    condition = tested(cx, node.test)
    if isinstance(condition, Value) or not trips:
        _lower_loop(cx, node, None, "")
    elif condition:
        run_block(cx, node.body)
        left = either(cx, cx.flag("$leave"), cx.flag("$ret"), node)
        cx.bind("$out", False)
        rejoin(cx)
        unless(cx, node, left, lambda: _reduce_ranks(cx, node, trips - 1))
    else:
        run_block(cx, node.orelse)


def _lower_loop(
    cx: Context, node: Any, over: Counted | None, name: str, peeled: bool = False,
    index: Value | None = None,
) -> None:  # fmt: skip
    """A loop op, or the first iteration and a loop op where only that resolves aliases."""
    loop = Loop(cx, node, over, None if over is None else index or Value(INT, name))
    try:
        trial = loop.settle()
    except AliasedMutation:
        if peeled or node in cx.exact:
            raise
        _peel(cx, node, over, name, index)
        return
    if not peeled and loop.differs_at_first(trial):
        _peel(cx, node, over, name, index)
    else:
        loop.finish(trial)


def _peel(
    cx: Context, node: Any, over: Counted | None, name: str, index: Value | None
) -> None:  # fmt: skip
    """The first iteration on its own: only there is an array what it was before the loop."""

    def first() -> None:
        if over is not None:
            assign(cx, node.target, over.item(over.start))
        run_block(cx, node.body)
        left = either(cx, cx.flag("$leave"), cx.flag("$ret"), node)
        cx.bind("$out", False)
        rejoin(cx)
        unless(cx, node, left, rest)

    def rest() -> None:
        later = over
        if over is not None:
            later = replace(over, start=cx.emit(node, operator.add, over.start, over.step))
        _lower_loop(cx, node, later, name, peeled=True, index=index)

    def none() -> None:
        run_block(cx, node.orelse)

    if over is None:
        condition = tested(cx, node.test)
    else:
        trips = cx.emit(node, core.RANGELEN, over.start, over.stop, over.step)
        condition = cx.emit(node, operator.gt, trips, 0)
    if not isinstance(condition, Value):
        (first if condition else none)()
        return
    arms = arms_of(cx, first, none)
    if arms is not None:
        branch(cx, node, condition, *arms, live_names(cx, node, "after", arms))


def _unroll(cx: Context, node: Any, sequence: Binding, items: list[Binding]) -> None:
    """A loop over known items: the body once for each, exits guarded by flags."""

    def step(number: int) -> None:
        now = all_items(cx, node.iter, sequence) if number else items
        if now is None or len(now) != len(items):
            refuse_change(cx, node)
        if number == len(items):
            run_block(cx, node.orelse)
            return
        assign(cx, node.target, now[number])
        run_block(cx, node.body)
        left = either(cx, cx.flag("$leave"), cx.flag("$ret"), node)
        cx.bind("$out", False)
        rejoin(cx)
        unless(cx, node, left, lambda: step(number + 1))

    step(0)
