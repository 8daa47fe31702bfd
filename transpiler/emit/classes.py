"""How generated code names the exception classes of a program."""

from __future__ import annotations

import builtins
import sys
import weakref
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.errors import Unrun
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.templates import Error
from adgen.transpiler.ir.voices import Warned

# Names that the pieces of Python in compiled code use.
RESERVED = frozenset({"class_named", "logging", "np", "print", "sys", "throw", "warnings"})

_keys: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()
_taken: Counter[str] = Counter()


def is_builtin(cls: type) -> bool:
    """Whether a class has its name everywhere."""
    return getattr(builtins, cls.__name__, None) is cls


def importable(cls: type) -> bool:
    """Whether a class is what its module and qualified name say, or will be."""
    if issubclass(cls, Unrun):
        return True
    found: object = sys.modules.get(cls.__module__)
    for name in cls.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is cls


def key_of(cls: type) -> str:
    """``module:qualified.name``; numbered where classes share it (made in functions)."""
    plain = f"{cls.__module__}:{cls.__qualname__}"
    if importable(cls):
        return plain
    if cls not in _keys:
        _taken[plain] += 1
        _keys[cls] = plain if _taken[plain] == 1 else f"{plain}#{_taken[plain]}"
    return _keys[cls]


def expression(cls: type, taken: Collection[str] | None) -> Expr:
    """A class by its name, if it is imported and no variable has that name (``taken``)."""
    if is_builtin(cls):
        return nodes.load(cls.__name__)
    if taken is not None and importable(cls) and _first(cls) not in taken:
        return nodes.load(cls.__qualname__)
    return nodes.call("class_named", nodes.constant(key_of(cls)))


def imported(functions: Sequence[Function]) -> set[tuple[str, str]]:
    """(module, name) of what the classes of some functions are imported by."""
    return {
        (cls.__module__, _first(cls))
        for cls in raised(functions)
        if importable(cls) and not is_builtin(cls)
    }


def hidden(functions: Sequence[Function]) -> dict[str, type]:
    """Classes that generated code can name by their keys only."""
    return {key_of(cls): cls for cls in raised(functions) if not importable(cls)}


def raised(functions: Sequence[Function]) -> Iterator[type]:
    """The classes of all exceptions that functions raise, and of what they warn of."""
    for function in functions:
        for _, op in core.walk(function.body):
            voice = op.attrs.get("voice") if op.callee == core.PRINT else None
            if isinstance(voice, Warned):
                yield voice.category
            error: Error | None = op.attrs.get("error") if op.callee == core.ASSERT else None
            while error is not None:
                yield error.cls
                error = error.cause


def _first(cls: type) -> str:
    return cls.__qualname__.split(".")[0]
