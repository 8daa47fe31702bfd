"""``with`` on what ``@contextlib.contextmanager`` makes of a generator.

The body of the ``with`` is called where the generator yields, as the body of a loop is (see
generators.py), and the generator then goes on: so its own ``try`` and ``finally`` stand around
the body, and see its exceptions.
"""

from __future__ import annotations

import contextlib
import copy
import functools
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.bindings import (
    UNDEF,
    Binding,
    Closure,
    GeneratorOf,
    ManagedBy,
    Partial,
    Static,
)
from adgen.transpiler.frontend.booleans import either
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.desugar import Known
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.generators import (
    CONSUME,
    ITEM,
    Exits,
    at,
    constant,
    loaded,
    run_generator,
    stored_names,
)
from adgen.transpiler.frontend.objects import called


def _managing(call: Call) -> None:
    """Stands for what ``contextmanager`` returns, partially applied to its function."""


@known(contextlib.contextmanager)
def _contextmanager(cx: Context, call: Call) -> Binding:
    return Partial(Static(_managing), call.args)


@known(_managing)
def _managed(cx: Context, call: Call) -> Binding:
    function, *args = call.args
    generator = called(cx, call.node, function, *args, **call.kwargs)
    if not isinstance(generator, GeneratorOf):
        cx.refuse(TypeMismatch, "`contextmanager` of a function that does not yield", call.node,
                  "let it yield once")  # fmt: skip
    return ManagedBy(generator)


_MADE = contextlib.contextmanager(_managing).__code__  # type: ignore[attr-defined,arg-type]


def opened_manager(callee: Any) -> Binding | None:
    """A function that ``contextmanager`` has decorated; None of all else."""
    if not isinstance(callee, FunctionType) or callee.__code__ is not _MADE:
        return None
    held = dict(zip(_MADE.co_freevars, callee.__closure__ or (), strict=True))
    return Partial(Static(_managing), (Static(held["func"].cell_contents),))


def run_inside(cx: Context, node: Any, number: int, manager: ManagedBy) -> None:
    """``with manager as target: body``: the rest of the ``with`` from that manager on."""
    body = _body_of(node, number)
    cx.frame.locals |= body.hidden
    for name in body.stored:
        cx.state.env.setdefault((cx.frame.owner(name) or cx.frame, name), UNDEF)
    for name in body.flags:
        cx.bind(name, False)
    consume = Closure("the body of `with`", body.function, cx.frame)
    run_generator(cx, node, manager.generator, consume, to_the_end=True)
    entered, returned, broken, continued = (cx.state.env[cx.frame, name] for name in body.flags)
    if entered is not True:
        cx.refuse(
            UnsupportedSyntax, f"`{manager.generator.name}` does not yield on every path",
            node.items[number].context_expr, "let it yield once, wherever it goes",
            raises=RuntimeError("generator didn't yield"),
        )  # fmt: skip
    if returned is not False:
        cx.bind("$val", cx.state.env[cx.frame, body.result])
        cx.bind("$ret", returned)
    if broken is not False:
        cx.bind("$leave", broken)
    cx.bind("$out", either(cx, either(cx, returned, broken, node), continued, node))


def _once(entered: bool) -> None:
    """Stands where the body of a ``with`` begins: it may not have been there before."""


@known(_once)
def _refuse_second(cx: Context, call: Call) -> Binding:
    if call.args[0] is not False:
        cx.refuse(UnsupportedSyntax, "a context manager that yields more than once", call.node,
                  "let it yield once")  # fmt: skip
    return Static(None)


@dataclass(frozen=True)
class _Body:
    """The body of a ``with`` as a function; the names by which it tells what has happened."""

    function: Any
    stored: frozenset[str]
    flags: tuple[str, ...]
    result: str

    @property
    def hidden(self) -> frozenset[str]:
        """Those names that no user has written."""
        return frozenset((*self.flags, self.result))


@functools.lru_cache(maxsize=512)
def _body_of(node: Any, number: int) -> _Body:
    place = f"{node.lineno}:{node.col_offset}:{len(node.items) - number}"
    flags = tuple(f"${word} {place}" for word in ("entered", "returned", "broken", "continued"))
    entered, returned, broken, continued = flags
    result = f"$result {place}"
    item = node.items[number]
    statements = copy.deepcopy(node.body)
    if node.items[number + 1 :]:
        statements = [
            at(gast.With(copy.deepcopy(node.items[number + 1 :]), statements, None), node)
        ]
    if item.optional_vars is not None:
        target = copy.deepcopy(item.optional_vars)
        statements = [at(gast.Assign([target], loaded(ITEM, node), None), node), *statements]
    stored = stored_names(statements) | {*flags, result}
    exits = _Leaving(returned, broken, continued, result)
    body = [
        at(gast.Nonlocal(sorted(stored)), node),
        _check_first(entered, node),
        exits.store(entered, constant(True, node), node),
        *exits.block(statements),
        at(gast.Return(constant(False, node)), node),
    ]
    parameter = at(gast.Name(ITEM, gast.Param(), None, None), node)
    args = gast.arguments([parameter], [], None, [], [], None, [])
    function = at(gast.FunctionDef(CONSUME, args, body, [], None, None, []), node)
    return _Body(function, stored, flags, result)


def _check_first(entered: str, node: Any) -> Any:
    callee = at(Known(), node)
    callee.value = _once
    return at(gast.Expr(at(gast.Call(callee, [loaded(entered, node)], []), node)), node)


class _Leaving(Exits):
    """``return``, and ``break`` and ``continue`` of a loop around the ``with``."""

    def __init__(self, returned: str, broken: str, continued: str, result: str) -> None:
        super().__init__(broken, returned, result)
        self.continued = continued

    def visit_Continue(self, node: Any) -> Any:
        """Let the loop around it go on."""
        if self.inner:
            return node
        return [
            self.store(self.continued, constant(True, node), node),
            at(gast.Return(constant(False, node)), node),
        ]

    def visit_Return(self, node: Any) -> Any:
        """Let the function around it return."""
        value = node.value or constant(None, node)
        return [
            self.store(self.result, value, node),
            self.store(self.returned, constant(True, node), node),
            at(gast.Return(constant(False, node)), node),
        ]
