"""Where a code object was written: the text of its file, and its node in the tree of that text."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType

from adgen.transpiler.errors import SourceNotFound
from adgen.transpiler.span import Span

Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
CHANGED = "the file has changed since it was imported; restart Python"


@dataclass(frozen=True)
class Definition:
    """The node of a function in the tree of its file, and the lines of the file."""

    node: Node
    lines: list[str]


def definition_of(function: FunctionType) -> Definition:
    """Where a function was written.

    Raises SourceNotFound when there is no text, or when it is not the text that runs.
    """
    tree, lines = _tree_of(function)
    return Definition(_find(tree, function.__code__, lines), lines)


@lru_cache(maxsize=64)
def parse(text: str) -> ast.Module:
    """The syntax tree of a text."""
    return ast.parse(text)


def _tree_of(function: FunctionType) -> tuple[ast.Module, list[str]]:
    """The syntax tree of the file (cell, exec'd text) that a function came from, and its lines."""
    file = function.__code__.co_filename
    linecache.checkcache(file)
    lines = [line.rstrip("\n") for line in linecache.getlines(file, function.__globals__)]
    if not lines:
        raise SourceNotFound(
            f"the source text of `{function.__qualname__}` cannot be found (file {file!r})",
            hint="put the function into a file, or register its text with `linecache`",
        )
    try:
        return parse("\n".join(lines) + "\n"), lines
    except SyntaxError as error:
        raise SourceNotFound(
            f"the file {file!r} of `{function.__qualname__}` no longer parses: {error.msg}",
            hint=CHANGED,
        ) from error


def _find(tree: ast.Module, code: CodeType, lines: list[str]) -> Node:
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
        hint=CHANGED,
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
            hint=CHANGED,
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
