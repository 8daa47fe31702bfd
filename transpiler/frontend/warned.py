"""``warnings``: what the program warns of, and the filters that it sets around that."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.arguments import is_none, named, static_flag, static_value
from adgen.transpiler.frontend.bindings import Binding, ErrorOf, Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.printing import say
from adgen.transpiler.frontend.texts import is_text
from adgen.transpiler.ir.voices import Warned


@dataclass(frozen=True)
class Ignored:
    """Warnings that a filter ignores: of a category, whose text begins as a pattern says."""

    category: type[Warning]
    pattern: str = ""


@dataclass(frozen=True, eq=False)
class CatchesWarnings:
    """``warnings.catch_warnings(...)``; ``ignored``: with ``action="ignore"``."""

    ignored: Ignored | None = None


@contextmanager
def caught(cx: Context, manager: CatchesWarnings) -> Iterator[None]:
    """The filters that are set inside are forgotten behind it."""
    before = cx.unheard
    if manager.ignored is not None:
        cx.unheard = (*before, manager.ignored)
    try:
        yield
    finally:
        cx.unheard = before


@known(warnings.catch_warnings)
def _catch_warnings(cx: Context, call: Call) -> Binding:
    if static_flag(cx, call.kwargs.get("record"), call.node, "`record`", False):
        cx.refuse(UnsupportedSyntax, "`warnings.catch_warnings` that records", call.node,
                  "leave `record` out")  # fmt: skip
    if is_none(call.kwargs.get("action")):
        return CatchesWarnings()
    return CatchesWarnings(Ignored(_ignored(cx, call, call.kwargs.get("category"))))


@known(warnings.simplefilter)
def _simplefilter(cx: Context, call: Call) -> Binding:
    _, category, _, _ = named(cx, call, ("action", "category", "lineno", "append"))
    cx.unheard = (*cx.unheard, Ignored(_ignored(cx, call, category)))
    return Static(None)


@known(warnings.filterwarnings)
def _filterwarnings(cx: Context, call: Call) -> Binding:
    """What NumPy would warn of is not said anyway; what the program warns of may be ignored."""
    names = ("action", "message", "category", "module", "lineno", "append")
    _, message, category, module, _, _ = named(cx, call, names)
    of = _ignored(cx, call, category)
    pattern = "" if is_none(message) else static_value(cx, message, call.node, "`message`")
    if is_none(module):
        cx.unheard = (*cx.unheard, Ignored(of, pattern))
    return Static(None)


def _ignored(cx: Context, call: Call, category: Binding | None) -> type[Warning]:
    """The category that a filter lets nothing pass of."""
    action = call.args[0] if call.args else call.kwargs.get("action", Static(""))
    if static_value(cx, action, call.node, "`action`") != "ignore":
        cx.refuse(UnsupportedSyntax, f"`{call.function}` that does not ignore", call.node,
                  "set the filters outside of the function")  # fmt: skip
    return Warning if is_none(category) else _category(cx, call, category)


def _category(cx: Context, call: Call, binding: Binding | None) -> type[Warning]:
    found: Any = binding.value if isinstance(binding, Static) else None
    if isinstance(found, type) and issubclass(found, Warning):
        return found
    cx.refuse(UnsupportedSyntax, "a category that is no class of warnings", call.node,
              "name the class: warnings.warn('...', RuntimeWarning)")  # fmt: skip


@known(warnings.warn)
def _warn(cx: Context, call: Call) -> Binding:
    """An effect as a print is.  The place that is named is the one in generated code."""
    message, category, _level, source, prefixes = named(
        cx, call, ("message", "category", "stacklevel", "source", "skip_file_prefixes"), 1, 4
    )
    if not (is_none(source) and is_none(prefixes)):
        cx.refuse(UnsupportedSyntax, "`warnings.warn` with `source` or `skip_file_prefixes`",
                  call.node, "leave it out")  # fmt: skip
    of = UserWarning if is_none(category) else _category(cx, call, category)
    if isinstance(message, ErrorOf) and issubclass(message.cls, Warning):
        of, said = message.cls, message.args[0] if len(message.args) == 1 else None
    else:
        said = message
    if said is None or not is_text(said):
        cx.refuse(UnsupportedSyntax, "a warning that is no text", call.node,
                  "give a string: warnings.warn(f'x is {x}')")  # fmt: skip
    if any(_matches(cx, call, said, of, ignored) for ignored in cx.unheard):
        return Static(None)
    say(cx, call.node, (said,), voice=Warned(of))
    return Static(None)


def _matches(
    cx: Context, call: Call, said: Binding, category: type[Warning], ignored: Ignored
) -> bool:
    """Whether a filter ignores a warning."""
    if not issubclass(category, ignored.category):
        return False
    if not ignored.pattern:
        return True
    text = static_value(cx, said, call.node, "what a filter of messages is asked about")
    return re.match(ignored.pattern, text, re.IGNORECASE) is not None
