"""``raise`` and ``assert``: exceptions that reach the caller with what they carry."""

from __future__ import annotations

from typing import Any

import gast

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, ErrorOf, Ref, Static, StringOf, is_operand
from adgen.transpiler.frontend.conditions import tested
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.desugar import Known
from adgen.transpiler.frontend.dispatch import Call, expression, statement
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.frontend.printing import entry
from adgen.transpiler.frontend.trying import throw
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand
from adgen.transpiler.ir.templates import NOTHING, Error, Items


def is_exception_class(value: Any) -> bool:
    """Whether an object is a class whose instances are raised."""
    return isinstance(value, type) and issubclass(value, BaseException)


def made(call: Call, cls: type[BaseException]) -> ErrorOf:
    """The exception that a call of its class makes; CPython runs its ``__init__`` when it is
    raised.
    """
    return ErrorOf(cls, (*call.args, *call.kwargs.values()), tuple(call.kwargs))


def error_of(cx: Context, node: Any, binding: Binding) -> ErrorOf:
    """The exception that ``raise binding`` raises."""
    if isinstance(binding, ErrorOf):
        return binding
    value: Any = binding.value if isinstance(binding, Static) else None
    if is_exception_class(value):
        return ErrorOf(value)
    if isinstance(value, BaseException):
        return ErrorOf(type(value), tuple(from_object(cx, node, arg) for arg in value.args))
    cx.refuse(UnsupportedSyntax, f"{describe(binding)} is raised", node,
              "raise an exception: raise ValueError('...')")  # fmt: skip


@statement(gast.Raise)
def _raise(cx: Context, node: Any) -> None:
    cause, silent = None, False
    if node.exc is None and cx.handled:
        cx.handled[-1].again()
        return
    if node.exc is None:
        error = ErrorOf(RuntimeError, (Static("No active exception to reraise"),))
    else:
        error = error_of(cx, node.exc, cx.ev(node.exc))
    if node.cause is not None:
        binding = cx.ev(node.cause)
        silent = isinstance(binding, Static) and binding.value is None
        cause = None if silent else error_of(cx, node.cause, binding)
    raise_error(cx, node, error, cause, silent)


def raise_error(
    cx: Context, node: Any, error: ErrorOf, cause: ErrorOf | None = None, silent: bool = False
) -> None:
    """Leave the ``try`` that this is in, if there is one; else raise at run time."""
    throw(cx, node, error, lambda: raise_error(cx, node, error, cause, silent))
    template, values = _template(cx, node, error)
    source = None
    if cause is not None:
        said, more = _template(cx, node, cause)
        source, values = Error(cause.cls, said, cause.keywords), [*values, *more]
    fail(cx, node, Error(error.cls, template, error.keywords, source, silent), values)


def fail(cx: Context, node: Any, error: Error, values: list[Operand]) -> None:
    """Raise here, whatever happens; nothing follows."""
    cx.builder.span = cx.span(node)
    cx.builder.effect(core.ASSERT, False, *values, error=error)
    for flag in ("$ret", "$out"):
        cx.bind(flag, True)


def _template(cx: Context, node: Any, error: ErrorOf) -> tuple[Any, list[Operand]]:
    """What an exception carries."""
    return _entries(cx, node, error.args)


def _entries(cx: Context, node: Any, args: tuple[Binding, ...]) -> tuple[Any, list[Operand]]:
    template: list[Any] = []
    values: list[Operand] = []
    for arg in args:
        if isinstance(arg, tuple):
            inner, more = _entries(cx, node, arg)
            template.append(Items(inner))
            values += more
            continue
        if isinstance(arg, Static) and arg.value is None:
            template.append(NOTHING)
            continue
        text = isinstance(arg, Static) and isinstance(arg.value, str)
        if not (text or is_operand(arg) or isinstance(arg, (Ref, StringOf))):
            cx.refuse(UnsupportedSyntax, f"an exception that carries {describe(arg)}", node,
                      "let it carry strings, numbers, arrays and tuples of them")  # fmt: skip
        said, more = entry(cx, node, arg)
        template.append(said)
        values += more
    return tuple(template), values


@statement(gast.Assert)
def _assert(cx: Context, node: Any) -> None:
    """Without a message, or with a constant one: see ``desugar.py`` for the others."""
    condition = tested(cx, node.test)
    if condition is not True:
        template, _ = _template(cx, node, ErrorOf(AssertionError, _said(cx, node)))
        cx.builder.span = cx.span(node)
        cx.builder.effect(core.ASSERT, condition, error=Error(AssertionError, template))


def _said(cx: Context, node: Any) -> tuple[Binding, ...]:
    return () if node.msg is None else (cx.ev(node.msg),)


@expression(Known)
def _known(cx: Context, node: Any, name: str) -> Binding:
    return Static(node.value)
