"""A piece of Python that CPython runs in the middle of compiled code, with its values.

What is printed and what exceptions carry is written by CPython itself, so it is the same to the
character.  A call costs about a microsecond, and ten milliseconds to compile.
"""

from __future__ import annotations

import functools
import logging
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin

from adgen.runtime.exceptions import class_named, throw

_NAMES = {
    "np": np, "logging": logging, "sys": sys, "warnings": warnings, "class_named": class_named,
    "throw": throw,
}  # fmt: skip


def in_cpython(text: str, *values: Any) -> None:
    """Call the function of these values that ``text``, a lambda, says; what it raises is raised."""
    _function(text)(*values)


def in_cpython_at(file: str, line: int, text: str, *values: Any) -> None:
    """The same for a text that stands there: tracebacks name the place."""
    _function(text, file, line)(*values)


@functools.cache
def _function(text: str, file: str = "<string>", line: int = 1) -> Callable[..., Any]:
    code = compile("\n" * (line - 1) + text, file, "eval")
    function: Callable[..., Any] = eval(code, dict(_NAMES))
    return function


@infer_global(in_cpython)
class _InCPython(AbstractTemplate):  # type: ignore[misc]
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        """The signature: a literal text, and values of any types that Numba can box."""
        if kws or not args or not isinstance(args[0], types.StringLiteral):
            return None
        return signature(types.none, *args)


@lower_builtin(in_cpython, types.StringLiteral, types.VarArg(types.Any))
def _lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any, loc: Any = None) -> Any:
    api = context.get_python_api(builder)
    environment = context.get_env_manager(builder)
    lock = api.gil_ensure()
    place = () if loc is None else (loc.filename, loc.line)
    function = api.unserialize(api.serialize_object(in_cpython_at if place else in_cpython))
    constants = *place, sig.args[0].literal_value
    given = [api.unserialize(api.serialize_object(constant)) for constant in constants]
    for kind, value in zip(sig.args[1:], args[1:], strict=True):
        context.nrt.incref(builder, kind, value)  # boxing takes a reference
        given.append(api.from_native_value(kind, value, environment))
    result = api.call_function_objargs(function, given)
    for thing in (function, *given):
        api.decref(thing)
    failed = cgutils.is_null(builder, result)
    with builder.if_then(builder.not_(failed)):
        api.decref(result)
    api.gil_release(lock)
    with builder.if_then(failed, likely=False):
        context.call_conv.return_exc(builder)  # CPython knows which exception
    return context.get_dummy_value()
