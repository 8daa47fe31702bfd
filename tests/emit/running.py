"""Emitted text as functions, and comparison with the interpreter."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from adgen.transpiler.emit.module import emit_module
from adgen.transpiler.emit.style import Style
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.interpreter import interpret


def compiled(text: str) -> dict[str, Any]:
    """The names that a module text defines."""
    names: dict[str, Any] = {}
    exec(compile(text, "<emitted>", "exec"), names)
    return names


def check(function: Function, *args: Any, numba: bool = False) -> str:
    """Emitted code returns what the interpreter does and writes only what it may; its text."""
    expected = interpret(function, *copy.deepcopy(args))
    text = emit_module([function], Style(numba))
    given = copy.deepcopy(args)
    with np.errstate(all="ignore"):
        found = compiled(text)[function.name](*given)
    count = core.leaves(function.structure)
    results = [found] if function.structure is core.LEAF else list(_flat(found))
    for result, value in zip(results, expected[:count], strict=True):
        np.testing.assert_allclose(result, value, rtol=1e-12, atol=1e-12, err_msg=text)
    written = dict(zip(function.writes, expected[count:], strict=True))
    for k, (before, after) in enumerate(zip(args, given, strict=True)):
        np.testing.assert_allclose(after, written.get(k, before), err_msg=text)
    return text


def _flat(result: Any) -> Any:
    for part in result or ():
        if isinstance(part, tuple):
            yield from _flat(part)
        else:
            yield part


def body_of(text: str) -> str:
    """The statements of the only function of a module text, not indented."""
    lines = text[text.index("def ") :].splitlines()[1:]
    return "\n".join(line[4:] for line in lines) + "\n"
