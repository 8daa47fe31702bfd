"""The statements of normal forms: calls, and loops that make calls."""

from __future__ import annotations

import operator
from functools import partial
from typing import TYPE_CHECKING, Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import UNDEF, Static
from adgen.transpiler.frontend.blocks import arms_of, run_block
from adgen.transpiler.frontend.conditions import tested
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import statement
from adgen.transpiler.frontend.iteration import indexed, known_items
from adgen.transpiler.frontend.joins import branch
from adgen.transpiler.frontend.recursion.members import LOOP, Segment, loop_names
from adgen.transpiler.frontend.recursion.rewriting import (
    Again,
    Leave,
    RecursiveFor,
    RecursiveWhile,
    Site,
)
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.ir.core import Value

if TYPE_CHECKING:
    from adgen.transpiler.frontend.recursion.machine import Machine

TRANSFERRED = Static(object())  # what a call gives that has left the segment


@statement(Site)
def _site(cx: Context, node: Any) -> None:
    machine = cx.machines[-1]
    machine.pending = node
    binding = cx.ev(node.value, node.targets[0].id)
    machine.pending = None
    if binding is not TRANSFERRED:
        assign(cx, node.targets[0], binding)


@statement(RecursiveWhile)
def _while(cx: Context, node: Any) -> None:
    _to_head(cx, node)


@statement(RecursiveFor)
def _for(cx: Context, node: Any) -> None:
    form = _member(cx).form
    sequence = cx.ev(node.iter)
    if known_items(cx, node.iter, sequence) is not None:
        cx.refuse(
            UnsupportedSyntax,
            f"a loop over {describe(sequence)} that makes recursive calls is not compiled",
            node.iter,
            "loop over a range or an array, or write the calls out",
        )
    over, position = loop_names(form, node)
    cx.bind(over, sequence)
    cx.bind(position, 0)
    _to_head(cx, node)


@statement(Again)
def _again(cx: Context, node: Any) -> None:
    _to_head(cx, node.loop)


@statement(Leave)
def _leave(cx: Context, node: Any) -> None:
    run_block(cx, _member(cx).form.after(node.loop))
    for flag in ("$ret", "$out"):  # at the end of the function it returns None
        cx.bind(flag, True)


def _member(cx: Context) -> Any:
    return next(m for m in cx.machines[-1].members.values() if m.frame is cx.frame)


def _to_head(cx: Context, loop: Any) -> None:
    machine, member = cx.machines[-1], _member(cx)
    for name in member.names_at(loop):
        cx.state.env[(member.held, name)] = cx.state.env.get((cx.frame, name), UNDEF)
    machine.go(machine.segment(LOOP, member, loop))


def head_of_loop(machine: Machine, segment: Segment) -> None:
    """One more iteration of a loop that makes recursive calls, or what comes after it."""
    cx, loop, form = machine.cx, segment.node, segment.member.form
    for name in segment.member.names_at(loop):
        cx.bind(name, cx.state.env.get((segment.member.held, name), UNDEF))
    body = [*loop.body, form.again(loop)]

    def more() -> None:
        if isinstance(loop, RecursiveFor):
            assign(cx, loop.target, item(place))
            cx.bind(position, cx.emit(loop, operator.add, place, 1))
        run_block(cx, body)

    if isinstance(loop, RecursiveFor):
        over, position = loop_names(form, loop)
        place = cx.state.env[(cx.frame, position)]
        length, item = indexed(cx, loop.iter, cx.state.env[(cx.frame, over)])
        going = cx.emit(loop, operator.lt, place, length)
    else:
        going = tested(cx, loop.test)
    rest = partial(run_block, cx, [*loop.orelse, *form.after(loop)])
    if not isinstance(going, Value):
        (more if going else rest)()
        return
    arms = arms_of(cx, more, rest)
    if arms is not None:
        branch(cx, loop, going, *arms, lambda key: True)
