"""``try``: compiled where it is seen while lowering which arm runs.

Either the body cannot raise what the handlers catch: then it runs, with ``else`` and
``finally``.  Or it raises for certain, at a place that is not under a condition of the run (a
missing key, attribute or module, a ``raise``): then what comes before that place runs, and the
handler.  Everything else is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from adgen.transpiler.errors import UnsupportedError, UnsupportedSyntax
from adgen.transpiler.frontend.bindings import UNDEF, Binding, ErrorOf, Static
from adgen.transpiler.frontend.blocks import resume, run_block
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import statement
from adgen.transpiler.frontend.may_raise import may_raise
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op
from adgen.transpiler.primitives.builder import Builder

_FLAGS = ("$out", "$leave", "$ret")
_EXITS = (gast.Return, gast.Break, gast.Continue)
_HINT = "test for the case with `if` before it happens"


class Thrown(Exception):  # noqa: N818  (it stands for one)
    """An exception that the program raises for certain.

    ``node`` is where, ``again`` raises it at run time or to the ``try`` around this one.
    """

    def __init__(self, error: ErrorOf, node: Any, again: Callable[[], None]) -> None:
        super().__init__(error.cls.__name__)
        self.error, self.node, self.again = error, node, again


@dataclass(eq=False)
class Try:
    """A ``try`` whose body is being lowered: into which block, what is caught.

    What ``finally`` does where a condition of the run decides is looked at behind the body.
    """

    builder: Builder
    caught: tuple[type[BaseException], ...]

    def sees(self, cls: type[BaseException]) -> bool:
        """Whether an exception that may be of a class changes what runs."""
        return any(issubclass(cls, one) or issubclass(one, cls) for one in self.caught)


def throw(cx: Context, node: Any, error: ErrorOf, again: Callable[[], None]) -> None:
    """Leave the body of a ``try`` that is being lowered, if there is one to leave.

    Raises UnsupportedSyntax where a condition of the run decides whether it comes to this.
    """
    if cx.tries and cx.tries[-1].builder is cx.builder:
        raise Thrown(error, node, again)
    if any(one.sees(error.cls) for one in cx.tries):
        cx.refuse(
            UnsupportedSyntax, f"whether {error.cls.__name__} is raised inside `try` is decided "
            "at run time", node, _HINT,
        )  # fmt: skip


@statement(gast.Try)
def _try(cx: Context, node: Any) -> None:
    handlers = [(_classes(cx, handler), handler) for handler in node.handlers]
    place = _raise_behind_exits(node)
    if place is None:
        _run(cx, node, handlers, node.body, lambda: run_block(cx, node.orelse))
        return
    _run(cx, node, handlers, node.body[:place], lambda: _run(cx, node, handlers, node.body[place:]))


def _raise_behind_exits(node: Any) -> int | None:
    """Where the body raises for certain unless it has been left before."""
    if node.finalbody:
        return None
    for place, inner in enumerate(node.body):
        if isinstance(inner, gast.Raise):
            before = [part for part in node.body[:place] for part in gast.walk(part)]
            return place if any(isinstance(part, _EXITS) for part in before) else None
    return None


def _run(
    cx: Context, node: Any, handlers: list[tuple[Any, Any]], body: list[Any],
    otherwise: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """The body and the handler that it comes to; ``otherwise`` where it ends by itself."""
    mine = Try(cx.builder, tuple(cls for classes, _ in handlers for cls in classes))
    start = len(cx.builder.ops)

    def lower() -> None:
        run_block(cx, body)
        check_body(cx, node, mine, start)

    thrown = thrown_by(cx, node, mine, lower)
    if thrown is None:
        resume(cx, node, "$out", otherwise)
        _finish(cx, node, start)
    else:
        _handle(cx, node, handlers, thrown, start)


def thrown_by(cx: Context, node: Any, mine: Try, lower: Callable[[], None]) -> Thrown | None:
    """Lower the body of a ``try``; the exception that it raises for certain, if it does."""
    depth = len(cx.tries)
    cx.tries.append(mine)
    try:
        lower()
    except Thrown as error:
        return error
    except UnsupportedError as refusal:
        return _certain(cx, node, refusal, mine)
    finally:
        del cx.tries[depth:]
    return None


def _classes(cx: Context, handler: Any) -> tuple[type[BaseException], ...]:
    """What a handler catches."""
    if handler.type is None:
        return (BaseException,)
    binding = cx.ev(handler.type)
    return classes_of(cx, binding if isinstance(binding, tuple) else (binding,), handler.type)


def classes_of(
    cx: Context, listed: tuple[Binding, ...], node: Any
) -> tuple[type[BaseException], ...]:  # fmt: skip
    """The classes of exceptions that bindings are."""
    classes = tuple(part.value if isinstance(part, Static) else None for part in listed)
    if not all(isinstance(cls, type) and issubclass(cls, BaseException) for cls in classes):
        cx.refuse(UnsupportedSyntax, "what `except` catches is not known", node,
                  "name a class of exceptions")  # fmt: skip
    return classes  # type: ignore[return-value]


def check_body(cx: Context, node: Any, mine: Try, start: int) -> None:
    """Refuse a body that may raise, at run time, what a handler catches."""
    for cls in sorted(may_raise(cx.builder.ops[start:]), key=lambda cls: cls.__name__):
        if any(issubclass(cls, one) or issubclass(one, cls) for one in mine.caught):
            cx.refuse(
                UnsupportedSyntax, f"whether the body of `try` raises {cls.__name__} is decided "
                "at run time", node, _HINT,
            )  # fmt: skip


def _certain(cx: Context, node: Any, refusal: UnsupportedError, mine: Try) -> Thrown:
    """The exception that CPython raises for certain where lowering was refused."""
    raises = refusal.raises
    if raises is None or refusal.builder is not mine.builder:
        raise refusal
    if isinstance(raises, type):
        error = ErrorOf(raises, (UNDEF,))  # what it says is not known
    else:
        error = ErrorOf(type(raises), tuple(from_object(cx, node, a) for a in raises.args))

    def again() -> None:
        raise refusal

    return Thrown(error, node, again)


def _handle(
    cx: Context, node: Any, handlers: list[tuple[Any, Any]], thrown: Thrown, start: int
) -> None:
    """Run the handler of an exception, or hand it on to the ``try`` around this one."""
    cls = thrown.error.cls
    for classes, handler in handlers:
        if any(issubclass(cls, one) for one in classes):
            _run_handler(cx, node, handler, thrown, start)
            return
    _finish(cx, node, start)
    thrown.again()


def _run_handler(cx: Context, node: Any, handler: Any, thrown: Thrown, start: int) -> None:
    if handler.name is not None:
        assign(cx, handler.name, thrown.error)
    depth, further = len(cx.tries), None
    cx.tries.append(Try(cx.builder, ()))
    cx.handled.append(thrown)
    try:
        run_block(cx, handler.body)
    except Thrown as error:
        further = error
    finally:
        cx.handled.pop()
        del cx.tries[depth:]
    if handler.name is not None:
        assign(cx, handler.name, UNDEF)
    _finish(cx, node, start)
    if further is not None:
        further.again()


def _finish(cx: Context, node: Any, start: int) -> None:
    """Run ``finally``, whatever the body has left."""
    if not node.finalbody:
        return
    raising = may_raise(cx.builder.ops[start:])
    before, cells = len(cx.builder.ops), dict(cx.state.cells)
    whatever_was_left(cx, lambda: run_block(cx, node.finalbody), node.finalbody[-1])
    if raising and changes(cx, cx.builder.ops[before:], cells):
        cx.refuse(
            UnsupportedSyntax, "`finally` that changes or prints something, behind a body that "
            "may raise", node, "put it behind the call of the function, in a `try` of the caller",
        )  # fmt: skip


def whatever_was_left(cx: Context, lower: Callable[[], None], node: Any) -> None:
    """Lower what runs also where the body before it has returned or left a loop."""
    saved = {flag: cx.flag(flag) for flag in _FLAGS}
    for flag in _FLAGS:
        cx.bind(flag, False)
    lower()
    if any(cx.flag(flag) is not False for flag in _FLAGS):
        cx.refuse(UnsupportedSyntax, "`finally` that leaves by itself", node,
                  "leave after the `try` statement")  # fmt: skip
    for flag, value in saved.items():
        cx.bind(flag, value)


def changes(cx: Context, ops: Sequence[Op], cells: dict[Any, Any]) -> bool:
    """Whether ops that have just been lowered print something, or changed one of the arrays."""
    effects = any(op.callee in core.EFFECTS for _, op in core.walk(Block((), tuple(ops), ())))
    return effects or any(cx.state.cells[cell] is not value for cell, value in cells.items())
