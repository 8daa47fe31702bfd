"""``print``: what is printed, and where to."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Sequence
from typing import Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.arguments import is_none, static_flag, static_value
from adgen.transpiler.frontend.bindings import Binding, Ref, Static, is_operand
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.texts import shown
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand
from adgen.transpiler.ir.templates import Field, Text


def entry(cx: Context, node: Any, binding: Binding) -> tuple[str | Text | None, list[Operand]]:
    """An argument of ``print`` as an entry of a template, and its values."""
    if is_operand(binding):
        return None, [binding]
    if isinstance(binding, Ref):
        return None, [cx.read(binding, node)]
    piece = shown(cx, node, binding, Field("s"))
    if not piece.values:
        return "".join(str(part) for part in piece.text), []
    values = [cx.read(v, node) if isinstance(v, Ref) else v for v in piece.values]
    return piece.text, values


def say(cx: Context, node: Any, args: Sequence[Binding], **attrs: Any) -> None:
    """Say arguments as an effect, as ``print`` does or another voice (``ir/voices.py``)."""
    template, operands = [], []
    for arg in args:
        said, values = entry(cx, node, arg)
        template.append(said)
        operands += values
    cx.builder.span = cx.span(node)
    cx.builder.effect(core.PRINT, *operands, template=tuple(template), **attrs)


@known(builtins.print)
def _print(cx: Context, call: Call) -> Binding:
    ends = _ends(cx, call)
    say(cx, call.node, call.args, **({"ends": ends} if ends else {}))
    return Static(None)


def _ends(cx: Context, call: Call) -> dict[str, Any]:
    """The keyword arguments that are not the defaults."""
    ends: dict[str, Any] = {}
    for name, binding in call.kwargs.items():
        if name not in ("sep", "end", "file", "flush"):
            cx.refuse(UnsupportedSyntax, f"`print` with `{name}` is not compiled", call.node,
                      f"leave `{name}` out")  # fmt: skip
        if is_none(binding):
            continue
        if name == "file":
            _stream(cx, call, binding, ends)
        elif name == "flush":
            if static_flag(cx, binding, call.node, "`flush`", False):
                ends["flush"] = True
        else:
            ends[name] = static_value(cx, binding, call.node, f"`{name}`")
    return ends


def _stream(cx: Context, call: Call, binding: Binding, ends: dict[str, Any]) -> None:
    value = binding.value if isinstance(binding, Static) else None
    if value is sys.stderr:
        ends["file"] = "stderr"
    elif value is not sys.stdout:
        cx.refuse(UnsupportedSyntax, "`print` to a file is not compiled", call.node,
                  "print to sys.stdout or sys.stderr, or return what is to be written")  # fmt: skip
