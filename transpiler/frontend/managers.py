"""``with``: context managers that leave the values alone, and blocks of the reverse sweep."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import gast
import numpy as np

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.arguments import named, static_flag, static_value
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, ManagerOf, Static
from adgen.transpiler.frontend.blocks import run_block
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known, statement
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.frontend.surgery import CotangentOf, lower_surgery

_KINDS = ("all", "divide", "over", "under", "invalid")


@statement(gast.With)
def _with(cx: Context, node: Any) -> None:
    for item in node.items:
        manager = cx.ev(item.context_expr)
        if isinstance(manager, CotangentOf):
            lower_surgery(cx, node, manager)
            return
        if not isinstance(manager, ManagerOf):
            cx.refuse(
                UnsupportedSyntax, f"`with` is not compiled for {describe(manager)}",
                item.context_expr, "move the `with` block around the call of the function",
            )  # fmt: skip
        if item.optional_vars is not None:
            assign(cx, item.optional_vars, manager.value)
    run_block(cx, node.body)


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


@known(warnings.catch_warnings)
def _catch_warnings(cx: Context, call: Call) -> Binding:
    if static_flag(cx, call.kwargs.get("record"), call.node, "`record`", False):
        cx.refuse(UnsupportedSyntax, "`warnings.catch_warnings` that records", call.node,
                  "leave `record` out")  # fmt: skip
    return ManagerOf(Static(None))


@known(warnings.simplefilter, warnings.filterwarnings)
def _filter(cx: Context, call: Call) -> Binding:
    """Compiled code warns of nothing, so there is nothing to let through."""
    action = call.args[0] if call.args else call.kwargs.get("action", Static(""))
    if static_value(cx, action, call.node, "`action`") != "ignore":
        cx.refuse(UnsupportedSyntax, f"`{call.function}` that does not ignore", call.node,
                  "set the filters outside of the function")  # fmt: skip
    return Static(None)
