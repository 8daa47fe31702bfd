"""``with``: by what kind of context manager, and those that leave the values alone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import gast
import numpy as np

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.arguments import named, static_value
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, ManagedBy, ManagerOf, Static
from adgen.transpiler.frontend.blocks import run_block
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known, statement
from adgen.transpiler.frontend.entered_objects import is_manager, run_within
from adgen.transpiler.frontend.generator_managers import run_inside
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.frontend.surgery import CotangentOf, lower_surgery
from adgen.transpiler.frontend.trying import Try, check_body, classes_of, thrown_by
from adgen.transpiler.frontend.warned import CatchesWarnings, caught

_KINDS = ("all", "divide", "over", "under", "invalid")


@statement(gast.With)
def _with(cx: Context, node: Any) -> None:
    _enter(cx, node, 0)


def _enter(cx: Context, node: Any, number: int) -> None:
    """``with a as x, b as y: body`` is ``with a as x: with b as y: body``."""
    if number == len(node.items):
        run_block(cx, node.body)
        return
    item = node.items[number]
    manager = cx.ev(item.context_expr)
    if isinstance(manager, CotangentOf):
        lower_surgery(cx, node, manager)
    elif isinstance(manager, ManagedBy):
        run_inside(cx, node, number, manager)
    elif isinstance(manager, Suppresses):
        _bind(cx, item, Static(None))
        _suppress(cx, node, manager, lambda: _enter(cx, node, number + 1))
    elif isinstance(manager, ManagerOf):
        _bind(cx, item, manager.value)
        _enter(cx, node, number + 1)
    elif isinstance(manager, CatchesWarnings):
        _bind(cx, item, Static(None))
        with caught(cx, manager):
            _enter(cx, node, number + 1)
    elif is_manager(manager):
        run_within(cx, node, item, manager, _entering(cx, node, number))
    else:
        cx.refuse(
            UnsupportedSyntax, f"`with` is not compiled for {describe(manager)}",
            item.context_expr, "move the `with` block around the call of the function",
        )  # fmt: skip


def _entering(cx: Context, node: Any, number: int) -> Callable[[Binding], None]:
    """What follows once the manager of that number has been entered."""

    def go_on(value: Binding) -> None:
        _bind(cx, node.items[number], value)
        _enter(cx, node, number + 1)

    return go_on


def _bind(cx: Context, item: Any, value: Binding) -> None:
    if item.optional_vars is not None:
        assign(cx, item.optional_vars, value)


@dataclass(frozen=True, eq=False)
class Suppresses:
    """``contextlib.suppress(*classes)``."""

    classes: tuple[type[BaseException], ...]


@known(contextlib.suppress)
def _suppresses(cx: Context, call: Call) -> Binding:
    return Suppresses(classes_of(cx, call.args, call.node))


def _suppress(cx: Context, node: Any, manager: Suppresses, body: Callable[[], None]) -> None:
    """``try: body``, with a handler that does nothing."""
    mine, start = Try(cx.builder, manager.classes), len(cx.builder.ops)

    def lower() -> None:
        body()
        check_body(cx, node, mine, start)

    thrown = thrown_by(cx, node, mine, lower)
    if thrown is not None and not issubclass(thrown.error.cls, manager.classes):
        thrown.again()


@known(np.errstate)
def _errstate(cx: Context, call: Call) -> Binding:
    """What NumPy warns of: machine code warns of nothing, and with ``jit=False`` the whole
    function is as silent as one block in it.
    """
    for name, binding in call.kwargs.items():
        wanted = static_value(cx, binding, call.node, f"`{name}`")
        if name not in _KINDS or wanted not in ("ignore", "warn"):
            cx.refuse(
                UnsupportedSyntax, f"`np.errstate({name}={wanted!r})` is not compiled", call.node,
                "test the values: raise FloatingPointError where np.isfinite(...) is false",
            )  # fmt: skip
        if wanted == "ignore":
            cx.ignored[name] = None
    return ManagerOf(Static(None))


@known(contextlib.nullcontext)
def _nullcontext(cx: Context, call: Call) -> Binding:
    (value,) = named(cx, call, ("enter_result",), 0)
    return ManagerOf(Static(None) if value is None else value)


@known(contextlib.ExitStack)
def _exit_stack(cx: Context, call: Call) -> NoReturn:
    cx.refuse(UnsupportedSyntax, "`contextlib.ExitStack` is not compiled", call.node,
              "write the managers into one `with`: with a as x, b as y:")  # fmt: skip
