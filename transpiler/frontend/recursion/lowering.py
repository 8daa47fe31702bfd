"""From a call that is found to be recursive to its result."""

from __future__ import annotations

from typing import NoReturn

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.bindings import Binding
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.recursion.discovery import (
    DEEPEST,
    Activation,
    Edges,
    Mark,
    Recursion,
)
from adgen.transpiler.frontend.recursion.machine import Machine


def lower_recursion(
    cx: Context, root: Activation, bound: dict[str, Binding], edges: Edges
) -> Binding:
    """The result of a recursive call.  Starts again when more of its calls are found."""
    takes_none, cx.takes_none = cx.takes_none, False
    try:
        return _lowered(cx, root, bound, edges)
    finally:
        cx.takes_none = takes_none


def _lowered(
    cx: Context, root: Activation, bound: dict[str, Binding], edges: Edges
) -> Binding:  # fmt: skip
    while True:
        machine = Machine(cx, root, bound, edges)
        mark = Mark(cx)
        try:
            return machine.run()
        except TypeMismatch as error:
            if not edges.deep:
                raise
            refuse_deep(cx, root, error)
        except Recursion as found:
            if found.root is not machine:
                raise
            mark.take_back(cx)
            if not edges.add(found.edges):
                cx.refuse(
                    UnsupportedSyntax,
                    f"`{root.name}` is called again by something that is made in every call",
                    root.frame.node,
                    "let the function call itself by its name",
                )


def refuse_deep(cx: Context, root: Activation, error: TypeMismatch) -> NoReturn:
    """Refuse what is too deep to be inlined, and of other kinds in each call."""
    raise UnsupportedSyntax(
        f"`{root.name}` is inlined only {DEEPEST} calls deep, and its arguments are of another "
        "kind in each call",
        root.frame.source.span(root.frame.node),
        "write the recursion as a loop",
    ) from error


def transfers(cx: Context, new: Activation, bound: dict[str, Binding]) -> bool:
    """Whether a call is the recursive one that a segment ends with; then it does."""
    if not cx.machines:
        return False
    machine = cx.machines[-1]
    site = machine.pending
    if site is None or new.key not in machine.members:
        return False
    if new.call is not getattr(site.value, "origin", site.value):
        return False  # a call among its arguments
    machine.transfer(site, new.key, bound)
    return True
