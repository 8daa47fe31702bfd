"""Where the text of a function is, and what the names in it mean.

A ``Source`` is what the front end reads.  ``from_function`` makes one from a live
function object, ``transpiler/static_module.py`` from a file that is never run.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import linecache
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, Final, Protocol

from adgen.transpiler.errors import SourceNotFound
from adgen.transpiler.span import Span


class _Missing:
    """The answer of ``Bindings.lookup`` when a name has no value that is known."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


class Bindings(Protocol):
    """What the free names of a function mean."""

    def lookup(self, name: str) -> object:
        """The object that a name denotes, or MISSING."""
        ...

    def reason(self, name: str) -> str:
        """Why ``lookup`` says MISSING: half a sentence for an error message."""
        ...


@dataclass(frozen=True, slots=True)
class Lookup:
    """A name of a live function that a compilation has read, and what it was then."""

    function: FunctionType
    name: str
    value: object


_observers: ContextVar[tuple[list[Lookup], ...]] = ContextVar("observers", default=())


@contextlib.contextmanager
def observed_lookups() -> Iterator[list[Lookup]]:
    """Collects what names of live functions are looked up: what a compilation depends on."""
    seen: list[Lookup] = []
    token = _observers.set((*_observers.get(), seen))
    try:
        yield seen
    finally:
        _observers.reset(token)


@dataclass(frozen=True, eq=False)
class LiveBindings:
    """Closure cells, then globals, then builtins of a function, read at the time of the look-up."""

    function: FunctionType

    def lookup(self, name: str) -> object:
        """The object that a name denotes now, or MISSING."""
        value = value_of(self.function, name)
        for seen in _observers.get():
            seen.append(Lookup(self.function, name, value))
        return value

    def reason(self, name: str) -> str:
        """Why the name is MISSING."""
        if name in self.function.__code__.co_freevars:
            return "the enclosing function has not assigned it yet"
        return "it is not defined"


def value_of(function: FunctionType, name: str) -> object:
    """What a free name of a live function denotes at this moment, or MISSING."""
    code = function.__code__
    if name in code.co_freevars:
        cells = function.__closure__ or ()
        try:
            return cells[code.co_freevars.index(name)].cell_contents
        except ValueError:  # an empty cell: the enclosing function has not assigned it
            return MISSING
    if name in function.__globals__:
        return function.__globals__[name]
    return getattr(builtins, name, MISSING)


@dataclass(frozen=True, eq=False, repr=False)
class Source:
    """The text of one function, where it stands, and what its names mean.

    ``text`` parses as a module with one statement: the ``def`` without its decorators, or an
    expression that is the lambda.  ``lines`` are the original lines from ``first_line`` on, and
    ``offsets`` says how many columns each line of ``text`` has lost.
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
    def header(self) -> Span:
        """The place of the first line of the function."""
        statement = _parse(self.text).body[0]
        node: ast.AST = statement.value if isinstance(statement, ast.Expr) else statement
        span = self.span(node)
        return Span(self.file, span.line, span.col, span.line, len(span.text), span.text)

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if number <= len(self.lines) else ""

    def _column(self, number: int, column: int) -> int:
        texts = self.text.split("\n")
        line = texts[number - 1] if number <= len(texts) else ""
        offset = self.offsets[number - 1] if number <= len(self.offsets) else self.col_offset
        return len(line.encode()[:column].decode(errors="replace")) + offset


def from_function(function: Any) -> Source:
    """The source of a Python function or lambda, or of the one inside a Numba dispatcher.

    Raises SourceNotFound when there is no Python function in it or no text to be had.
    """
    plain = python_function(function)
    code = plain.__code__
    tree, lines = _tree_of(plain)
    node = _find(tree, code, lines)
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(plain, follow_wrapped=False).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    return source_of_node(node, code.co_filename, lines, LiveBindings(plain), defaults)


def python_function(function: Any) -> FunctionType:
    """The function with a text of its own below a callable; raises SourceNotFound for others."""
    plain = unwrap(function)
    if not isinstance(plain, FunctionType):
        name = getattr(plain, "__name__", "f")
        raise SourceNotFound(
            f"{describe(function)} is not a Python function",
            hint=f"pass a function written with def or lambda, as lambda x: {name}(x)",
        )
    return plain


def unwrap(function: Any) -> Any:
    """The function below objects that compute the same: Numba dispatchers, Differentiables.

    A plain function stays what it is, also one that ``functools.wraps`` another: it may
    compute something else, and its own text says what.
    """
    seen: set[int] = set()
    while not isinstance(function, FunctionType) and id(function) not in seen:
        seen.add(id(function))
        below = getattr(function, "py_func", None) or getattr(function, "__wrapped__", None)
        if not callable(below):
            return function
        function = below
    return function


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


@lru_cache(maxsize=64)
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


def _tree_of(function: FunctionType) -> tuple[ast.Module, list[str]]:
    """The syntax tree of the file (cell, exec'd text) that a function came from, and its lines."""
    file = function.__code__.co_filename
    linecache.checkcache(file)
    lines = [line.rstrip("\n") for line in linecache.getlines(file, function.__globals__)]
    if not lines:
        raise SourceNotFound(
            f"the source text of {describe(function)} cannot be found (file {file!r})",
            hint="put the function into a file, or register its text with `linecache`",
        )
    try:
        return _parse("\n".join(lines) + "\n"), lines
    except SyntaxError as error:
        raise SourceNotFound(
            f"the file {file!r} of {describe(function)} no longer parses: {error.msg}",
            hint="the file has changed since it was imported; restart Python",
        ) from error


def _find(
    tree: ast.Module, code: CodeType, lines: list[str]
) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda:
    """The node that a code object was compiled from."""
    if code.co_name == "<lambda>":
        return _find_lambda(tree, code, lines)
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first == code.co_firstlineno and parameter_names(node.args) == names:
                return node
    raise SourceNotFound(
        f"`{code.co_name}` is not at {code.co_filename}:{code.co_firstlineno} any more",
        hint="the file has changed since it was imported; restart Python",
    )


def _find_lambda(tree: ast.Module, code: CodeType, lines: list[str]) -> ast.Lambda:
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda)
        and node.lineno == code.co_firstlineno
        and parameter_names(node.args) == names
    ]
    if len(found) > 1:
        places = set(code.co_positions())
        exact = [node for node in found if _place(node.body) in places]
        found = exact or [node for node in found if _same_code(node, code)] or found
    texts = {ast.dump(node) for node in found}
    if len(texts) == 1:
        return found[0]
    if not found:
        raise SourceNotFound(
            f"the lambda is not at {code.co_filename}:{code.co_firstlineno} any more",
            hint="the file has changed since it was imported; restart Python",
        )
    line = lines[code.co_firstlineno - 1]
    raise SourceNotFound(
        "cannot tell which lambda of this line is meant",
        Span(code.co_filename, code.co_firstlineno, 0, code.co_firstlineno, len(line), line),
        hint="put each lambda on a line of its own",
    )


def _place(node: ast.expr) -> tuple[int | None, int | None, int | None, int | None]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def _same_code(node: ast.Lambda, code: CodeType) -> bool:
    """Whether a lambda compiles to the same code: the test when there are no columns."""
    compiled = compile(ast.Expression(node), code.co_filename, "eval")
    inner = next(_codes(compiled))
    return (inner.co_code, inner.co_names) == (code.co_code, code.co_names) and (
        [c for c in inner.co_consts if not isinstance(c, CodeType)]
        == [c for c in code.co_consts if not isinstance(c, CodeType)]
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    return (constant for constant in code.co_consts if isinstance(constant, CodeType))


def parameter_names(args: ast.arguments) -> tuple[str, ...]:
    """Names of the parameters, positional ones first, without ``*args`` and ``**kwargs``."""
    return tuple(arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs))
