"""``with`` on an object whose class has ``__enter__`` and ``__exit__``.

``__exit__`` is lowered behind the body, whatever the body has left by ``return``, ``break`` or
``continue``.  Of an exception that is raised for certain it is told, and says whether it ends
there.  One that the run decides on passes through, if ``__exit__`` lets it and does nothing that
somebody could see.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import gast

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    UNDEF,
    Binding,
    ErrorOf,
    Static,
    SuperOf,
)
from adgen.transpiler.frontend.blocks import arm
from adgen.transpiler.frontend.booleans import truth
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.functions import tree_of
from adgen.transpiler.frontend.liveness import parameters
from adgen.transpiler.frontend.may_raise import may_raise
from adgen.transpiler.frontend.objects import called, is_object
from adgen.transpiler.frontend.special_methods import special
from adgen.transpiler.frontend.trying import Thrown, Try, changes, thrown_by, whatever_was_left
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.source import from_function, unwrap

_NOTHING = (Static(None), Static(None), Static(None))


class Traceback:
    """What stands for the traceback that ``__exit__`` is given."""


def is_manager(binding: Binding) -> bool:
    """Whether an object can be entered: its class says how, in Python."""
    if not is_object(binding) or isinstance(binding, SuperOf):
        return False
    return all(special(binding, name) is not None for name in ("__enter__", "__exit__"))


def run_within(
    cx: Context, node: Any, item: Any, manager: Binding, body: Callable[[Binding], None]
) -> None:  # fmt: skip
    """``with manager: body``; the body is given what ``__enter__`` returns."""
    leave = special(manager, "__exit__")
    assert leave is not None
    place = item.context_expr
    entered = called(cx, place, special(manager, "__enter__"), manager)
    start = len(cx.builder.ops)
    thrown = thrown_by(cx, node, Try(cx.builder, ()), lambda: body(entered))
    if thrown is not None:
        told = (Static(thrown.error.cls), thrown.error, Static(Traceback()))
        if not _ends_there(cx, place, thrown, leave, manager, told):
            thrown.again()
        return
    if may_raise(cx.builder.ops[start:]):
        _check_passes(cx, place, leave, manager)

    def ended() -> None:
        called(cx, place, leave, manager, *_NOTHING)

    whatever_was_left(cx, ended, place)


def _ends_there(
    cx: Context, node: Any, thrown: Thrown, leave: Binding, manager: Binding, told: Any
) -> bool:  # fmt: skip
    """Whether an exception goes no further than ``__exit__``."""
    cx.handled.append(thrown)
    try:
        found = truth(cx, called(cx, node, leave, manager, *told), node)
    finally:
        cx.handled.pop()
    if isinstance(found, Value):
        cx.refuse(UnsupportedSyntax, "whether `__exit__` lets an exception pass is decided at run "
                  "time", node, "let it return a constant")  # fmt: skip
    return bool(found)


def _check_passes(cx: Context, node: Any, leave: Binding, manager: Binding) -> None:
    """Refuse a body that may raise at run time what ``__exit__`` would do something about."""
    if _looks(leave):
        cx.refuse(
            UnsupportedSyntax, "whether the body of `with` raises is decided at run time, and "
            f"`__exit__` of {describe(manager)} looks at the exception", node,
            "test for the case with `if` before it happens",
        )  # fmt: skip
    told = (Static(Exception), ErrorOf(Exception, (UNDEF,)), Static(Traceback()))
    cells = dict(cx.state.cells)
    outcome: list[Operand] = []
    touched: list[bool] = []

    def trial() -> None:
        outcome.append(truth(cx, called(cx, node, leave, manager, *told), node))
        touched.append(changes(cx, cx.builder.ops, cells))

    with contextlib.suppress(Thrown):
        arm(cx, trial)
    if outcome != [False] or touched != [False]:
        cx.refuse(
            UnsupportedSyntax, "whether the body of `with` raises is decided at run time, and "
            f"`__exit__` of {describe(manager)} then changes, prints or swallows something", node,
            "put it behind the call of the function, in a `try` of the caller",
        )  # fmt: skip


def _looks(leave: Binding) -> bool:
    """Whether a method reads more of the exception than whether there is one."""
    assert isinstance(leave, Static)
    tree = tree_of(from_function(unwrap(leave.value)))
    told = {parameter.id for parameter in parameters(tree.args)[1:]}
    plain = {
        id(test.left)
        for test in gast.walk(tree)
        if isinstance(test, gast.Compare) and all(map(_is_none, test.comparators))
    }
    return any(
        isinstance(part, gast.Name) and part.id in told and isinstance(part.ctx, gast.Load)
        and id(part) not in plain
        for part in gast.walk(tree)
    )  # fmt: skip


def _is_none(node: Any) -> bool:
    return isinstance(node, gast.Constant) and node.value is None
