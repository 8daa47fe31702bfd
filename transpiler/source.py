"""Where the text of a function is, and what the names in it mean.

A ``Source`` is what the front end reads.  ``from_function`` makes one from a live
function object, ``transpiler/static_module.py`` from a file that is never run.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType, MethodType
from typing import Any

from adgen.transpiler.definitions import definition_of, parse
from adgen.transpiler.errors import SourceNotFound
from adgen.transpiler.span import Span
from adgen.transpiler.surroundings import Bindings, LiveBindings


@dataclass(frozen=True, eq=False, repr=False)
class Source:
    """The text of one function, where it stands, and what its names mean.

    ``text`` parses as a module with one statement: the ``def`` without its decorators, or an
    expression that is the lambda.  ``lines`` are the original lines from ``first_line`` on, and
    ``offsets`` says how many columns each line of ``text`` has lost.  ``given``: parameters that
    have their argument already.  ``inside``: the class around it, for names like ``__x``.
    ``wrapped``: the function whose parameters a call takes, of a wrapper that passes all on.
    """

    name: str
    file: str
    first_line: int
    text: str
    lines: tuple[str, ...]
    bindings: Bindings
    defaults: Mapping[str, object]
    col_offset: int = 0
    offsets: tuple[int, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)
    inside: str = ""
    wrapped: Source | None = None

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {self.file}:{self.first_line})"

    def span(self, node: Any) -> Span:
        """The place of a node of the tree of ``text`` in the user's file.

        Takes ``ast`` and ``gast`` nodes; their columns count UTF-8 bytes, ours characters.
        """
        first = node.lineno
        last = getattr(node, "end_lineno", None) or first
        start = self._column(first, node.col_offset)
        end_byte = getattr(node, "end_col_offset", None)
        end = start + 1 if end_byte is None else self._column(last, end_byte)
        base = self.first_line - 1
        return Span(self.file, base + first, start, base + last, end, self._line(first))

    @property
    def node(self) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda:
        """The tree of ``text``, which others hold too: not to be changed."""
        statement = parse(self.text).body[0]
        node = statement.value if isinstance(statement, ast.Expr) else statement
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        return node

    @property
    def header(self) -> Span:
        """The place of the first line of the function."""
        span = self.span(self.node)
        return Span(self.file, span.line, span.col, span.line, len(span.text), span.text)

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if number <= len(self.lines) else ""

    def _column(self, number: int, column: int) -> int:
        texts = _lines_of(self.text)
        line = texts[number - 1] if number <= len(texts) else ""
        offset = self.offsets[number - 1] if number <= len(self.offsets) else self.col_offset
        return len(line.encode()[:column].decode(errors="replace")) + offset


@functools.lru_cache(maxsize=32)
def _lines_of(text: str) -> list[str]:
    return text.split("\n")  # asked for each node of the tree


def from_function(function: Any) -> Source:
    """The source of a Python function or lambda, or of the one inside other callables.

    Raises SourceNotFound when there is no Python function in it or no text to be had.
    """
    opened = open_callable(function)
    if opened.described is opened.function:
        return replace(_source_of(opened.function, opened.keywords), given=opened.given())
    wrapped = replace(_source_of(opened.described, opened.keywords), given=opened.given())
    source = _source_of(opened.function, {})
    return replace(source, name=wrapped.name, given=wrapped.given, wrapped=wrapped)


def _source_of(function: FunctionType, keywords: Mapping[str, object]) -> Source:
    definition = definition_of(function)
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(function, follow_wrapped=False).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    source = source_of_node(
        definition.node, function.__code__.co_filename, definition.lines, LiveBindings(function),
        {**defaults, **keywords},
    )  # fmt: skip
    return replace(source, inside=_class_around(function.__code__.co_qualname))


def _class_around(qualname: str) -> str:
    """The class whose body a function was written in, at any depth; empty if there is none."""
    parts = qualname.split(".")[:-1]
    found = [a for a, b in zip(parts, [*parts[1:], ""], strict=False) if "<locals>" not in (a, b)]
    return found[-1] if found else ""


@dataclass(frozen=True)
class Opened:
    """The function with a text of its own below a callable, and what it is called with.

    ``args`` come before the arguments of a call: the object of a method, and what a
    ``functools.partial`` gives; ``keywords`` replace defaults.
    """

    function: FunctionType
    args: tuple[object, ...] = ()
    keywords: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def described(self) -> Any:
        """The function whose parameters a call takes.

        A wrapper of ``functools.wraps`` that takes ``*args, **kwargs`` says nothing of them:
        the function that it wraps does.
        """
        function = self.function
        while _passes_all_on(function):
            below = unwrap(getattr(function, "__wrapped__"))  # noqa: B009  (mypy knows it not)
            if not isinstance(below, FunctionType):
                return self.function
            function = below
        return function

    def given(self) -> dict[str, object]:
        """The parameters that ``args`` are."""
        code = self.described.__code__
        if len(self.args) > code.co_argcount:
            raise SourceNotFound(
                f"{describe(self.described)} takes {code.co_argcount} arguments by position, "
                f"{len(self.args)} are given before a call",
                hint="give it fewer: functools.partial(f, x) gives the first argument",
            )
        return dict(zip(code.co_varnames, self.args, strict=False))

    @property
    def signature(self) -> inspect.Signature:
        """The parameters that are left."""
        if not self.args and not self.keywords:
            found = inspect.signature(self.described, follow_wrapped=False)
        else:
            rest = functools.partial(self.described, *self.args, **self.keywords)
            found = inspect.signature(rest, follow_wrapped=False)
        if self.described is self.function:
            return found
        kept = {
            *self.keywords,
            *(p.name for p in found.parameters.values() if p.default is p.empty),
        }
        return found.replace(
            parameters=[
                parameter if name in kept else parameter.replace(default=NotGiven)
                for name, parameter in found.parameters.items()
            ]
        )


class NotGiven:
    """Stands for an argument that a call of a wrapper leaves out: what it wraps has a default."""


def _passes_all_on(function: FunctionType) -> bool:
    """Whether a function wraps another and spreads its ``*args, **kwargs`` in calls, no more."""
    code = function.__code__
    variadic = CO_VARARGS | CO_VARKEYWORDS
    if not hasattr(function, "__wrapped__") or code.co_flags & variadic != variadic:
        return False
    if code.co_argcount or code.co_kwonlyargcount:
        return False
    stars = set(code.co_varnames[:2])
    spread: list[ast.expr] = []
    tree = definition_of(function).node
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            spread += [arg.value for arg in node.args if isinstance(arg, ast.Starred)]
            spread += [keyword.value for keyword in node.keywords if keyword.arg is None]
    return not any(
        isinstance(node, ast.Name) and node.id in stars and not any(node is s for s in spread)
        for node in ast.walk(tree)
    )


def open_callable(function: Any) -> Opened:
    """The Python function below a callable: methods, partials, objects with ``__call__``.

    Raises SourceNotFound where there is none.
    """
    args: tuple[object, ...] = ()
    keywords: Mapping[str, object] = {}
    inner = unwrap(function)
    while not isinstance(inner, FunctionType):
        if isinstance(inner, functools.partial):
            args, keywords = (*inner.args, *args), {**inner.keywords, **keywords}
            inner = unwrap(inner.func)
        elif isinstance(inner, MethodType):
            args, inner = (inner.__self__, *args), unwrap(inner.__func__)
        elif not isinstance(inner, type) and python_call(inner) is not None:
            args, inner = (inner, *args), python_call(inner)
        else:
            name = getattr(inner, "__name__", "f")
            raise SourceNotFound(
                f"{describe(function)} is not a Python function",
                hint=f"pass a function written with def or lambda, as lambda x: {name}(x)",
            )
    return Opened(inner, args, keywords)


def python_call(thing: Any) -> FunctionType | None:
    """The ``__call__`` of an object if its class has it as a Python function."""
    for cls in type(thing).__mro__:
        if "__call__" in vars(cls):
            found = vars(cls)["__call__"]
            return found if isinstance(found, FunctionType) and not _of_library(cls) else None
    return None


def unwrap(function: Any) -> Any:
    """The function below objects that compute the same: Numba dispatchers, Differentiables.

    A function that ``functools.wraps`` another stays what it is, and so does an object with
    a ``__call__`` of its own: they may compute something else, and their own text says what.
    """
    seen: set[int] = set()
    while not isinstance(function, FunctionType) and id(function) not in seen:
        seen.add(id(function))
        below = _below(function)
        if not callable(below):
            return function
        function = below
    return function


def _below(function: Any) -> Any:
    if isinstance(function, (MethodType, functools.partial)):
        return None  # what they call gets more arguments
    if is_vectorized(function):
        return None  # it loops over the elements of its arguments
    below = getattr(function, "py_func", None)
    if below is None and python_call(function) is None:
        below = getattr(function, "__wrapped__", None)
    return below


def is_vectorized(function: Any) -> bool:
    """Whether Numba has made a universal function of a Python function."""
    return type(function).__module__.startswith("numba.np.ufunc.") and hasattr(
        function, "__wrapped__"
    )


def _of_library(cls: type) -> bool:
    """Whether the text of a class is no part of the user's program."""
    return cls.__module__.split(".")[0] in ("adgen", "numba", "numpy", "scipy")


def describe(thing: Any) -> str:
    """A short name of any object, for messages."""
    name = getattr(thing, "__qualname__", None)
    return f"`{name}`" if name else f"`{thing!r}`"


def source_of_node(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    file: str,
    lines: list[str],
    bindings: Bindings,
    defaults: Mapping[str, object],
) -> Source:
    """Cut the text of one function out of its file (``lines`` without line ends)."""
    last = node.end_lineno or node.lineno
    if isinstance(node, ast.Lambda):
        return _lambda_source(node, file, lines, bindings, defaults)
    original = tuple(lines[node.lineno - 1 : last])
    indent = node.col_offset
    removed = [_removable(line, indent) for line in original]
    text = "\n".join(line[count:] for line, count in zip(original, removed, strict=True))
    return Source(
        name=node.name,
        file=file,
        first_line=node.lineno,
        text=text,
        lines=original,
        bindings=bindings,
        defaults=defaults,
        col_offset=indent,
        offsets=tuple(removed),
    )


def _lambda_source(
    node: ast.Lambda,
    file: str,
    lines: list[str],
    bindings: Bindings,
    defaults: Mapping[str, object],
) -> Source:
    """A lambda, in parentheses so that it may span lines, padded so that columns stay."""
    last = node.end_lineno or node.lineno
    cut = [line.encode() for line in lines[node.lineno - 1 : last]]
    cut[-1] = cut[-1][: node.end_col_offset]
    cut[0] = cut[0][node.col_offset :]
    body = b"\n".join(cut).decode()
    start = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
    first_line = node.lineno
    if start:
        text = "(" + " " * (start - 1) + body + ")"
    else:  # no column left for the parenthesis: it goes on a line of its own
        text, first_line = "(\n" + body + ")", node.lineno - 1
    before = lines[first_line - 1] if first_line else ""
    shown = [before, *lines[first_line:last]]
    return Source(
        name="<lambda>",
        file=file,
        first_line=first_line,
        text=text,
        lines=tuple(shown),
        bindings=bindings,
        defaults=defaults,
    )


def _removable(line: str, indent: int) -> int:
    """How many of the first ``indent`` characters are blank (fewer in continuation lines)."""
    head = line[:indent]
    return len(head) - len(head.lstrip())
