"""``import`` inside a function: modules are looked up while lowering, never run."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

import gast

from adgen.transpiler.dialects import stand_in
from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.bindings import Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import statement
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.surroundings import MISSING, own_attribute

# Packages that only define: importing `antigravity` opens a browser, `idlelib.idle` a window.
_HARMLESS = frozenset(
    "abc array bisect builtins cmath collections contextlib copy dataclasses datetime decimal enum "
    "fractions functools heapq io itertools json logging math numbers numpy operator os random re "
    "scipy statistics string struct sys textwrap time types typing warnings __future__".split()
)


@statement(gast.Import)
def _import(cx: Context, node: Any) -> None:
    for alias in node.names:
        module = _module(cx, node, alias.name)
        first = alias.name.partition(".")[0]
        if alias.asname:
            cx.bind(alias.asname, Static(module))
        else:
            cx.bind(first, Static(_module(cx, node, first) if first != alias.name else module))


@statement(gast.ImportFrom)
def _import_from(cx: Context, node: Any) -> None:
    path = _absolute(cx, node)
    module = _module(cx, node, path)
    for alias in node.names:
        value = own_attribute(module, alias.name)
        if value is MISSING:
            value = sys.modules.get(f"{path}.{alias.name}", MISSING)
        if value is MISSING:
            cx.refuse(
                UnsupportedSyntax, f"`{path}` has no `{alias.name}`", node,
                "import what is there", raises=ImportError,
            )  # fmt: skip
        cx.bind(alias.asname or alias.name, from_object(cx, node, value, alias.name))


def _absolute(cx: Context, node: Any) -> str:
    """The path of the module of a ``from`` import."""
    name = node.module or ""
    if not node.level:
        return name
    package = cx.frame.source.bindings.lookup("__package__")
    try:
        return importlib.util.resolve_name("." * node.level + name, str(package or ""))
    except ImportError as error:
        cx.refuse(UnsupportedSyntax, str(error), node, "import by the full name",
                  raises=error)  # fmt: skip


def _module(cx: Context, node: Any, path: str) -> ModuleType:
    """A module that is there already, or one whose import runs no code of the user."""
    known = stand_in(path)
    if known is not None:
        return known
    found = sys.modules.get(path)
    if found is not None:
        return found
    root = path.partition(".")[0]
    if not _is_there(root) or (root in _HARMLESS and not _is_there(path)):
        cx.refuse(
            UnsupportedSyntax, f"there is no module `{path}`", node,
            "import a module that is there",
            raises=ModuleNotFoundError(f"No module named {path!r}"),
        )  # fmt: skip
    if root not in _HARMLESS:
        cx.refuse(UnsupportedSyntax, f"`import {path}` inside a function", node,
                  "import it at the top of the module")  # fmt: skip
    return importlib.import_module(path)


def _is_there(path: str) -> bool:
    """Whether a module can be imported; to find out, the packages around it are imported."""
    try:
        return importlib.util.find_spec(path) is not None
    except (ImportError, ValueError):
        return False
