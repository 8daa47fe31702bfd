"""Where a code object was written: the text of its file, and its node in the tree of that text.

The text on disk may be newer than the code that runs.  So the text is compiled, and what comes
out is compared with the code: the derivative of another text would be wrong in silence.
"""

from __future__ import annotations
import __future__

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from adgen.transpiler.errors import SourceNotFound
from adgen.transpiler.span import Span

Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
CHANGED = "the file has changed since it was imported; restart Python"
_NOTEBOOK = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # cells of notebooks may await
_FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


@dataclass(frozen=True)
class Definition:
    """The node of a function in the tree of its file, and the lines of the file."""

    node: Node
    lines: list[str]


def definition_of(function: FunctionType) -> Definition:
    """Where a function was written.

    Raises SourceNotFound when there is no text, or when it is not the text that runs.
    """
    try:  # what was read before may still be the text that runs, when the file is not
        return _definition(_text_of(function), function.__code__, _rewritten(function))
    except SourceNotFound:
        linecache.checkcache(function.__code__.co_filename)
    return _definition(_text_of(function), function.__code__, _rewritten(function))


def _text_of(function: FunctionType) -> str:
    """The text of the file, the cell or the string that a function was compiled from."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines and hasattr(linecache, "_getlines_from_code"):
        lines = linecache._getlines_from_code(code)  # `python -c` and the prompt of Python 3.13
    if not lines:
        raise SourceNotFound(
            f"the source text of `{function.__qualname__}` cannot be found "
            f"({_origin(code.co_filename)})",
            hint=_remedy(code.co_filename),
        )
    return "\n".join(line.rstrip("\n") for line in lines) + "\n"


def _origin(file: str) -> str:
    kinds = {
        "<stdin>": "Python keeps no text of what it reads from standard input",
        "<string>": "Python keeps no text of what it is given by `-c`, `exec` and `eval`",
    }
    return kinds.get(file, f"file {file!r}")


def _remedy(file: str) -> str:
    if file == "<stdin>":
        return "put the program into a file, or use IPython, a notebook or Python 3.13"
    if file.startswith("<"):
        return "run the text by `adgen.from_source(text)`, which keeps it"
    return "install the package with its .py files"


def _rewritten(function: FunctionType) -> bool:
    """Whether pytest has rewritten the assertions of the module."""
    return "@pytest_ar" in function.__globals__


@lru_cache(maxsize=512)
def _definition(text: str, code: CodeType, rewritten: bool) -> Definition:
    lines = text.split("\n")[:-1]
    try:
        tree = parse(text)
    except SyntaxError as error:
        raise SourceNotFound(
            f"the file {code.co_filename!r} of `{code.co_qualname}` no longer parses: {error.msg}",
            hint=CHANGED,
        ) from error
    node = _find(tree, code, lines)
    excused = rewritten and any(isinstance(part, ast.Assert) for part in ast.walk(node))
    if not excused and not any(_same_code(code, other) for other in _compiled(text, code)):
        raise SourceNotFound(
            f"the text of `{code.co_qualname}` at {code.co_filename}:{code.co_firstlineno} is not "
            "what was compiled",
            hint=CHANGED,
        )
    return Definition(node, lines)


@lru_cache(maxsize=64)
def parse(text: str) -> ast.Module:
    """The syntax tree of a text."""
    tree = compile(text, "<text>", "exec", ast.PyCF_ONLY_AST | _NOTEBOOK, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


def _compiled(text: str, code: CodeType) -> Iterator[CodeType]:
    """The code objects of a text that stand where ``code`` does."""
    module = _module(text, code.co_filename, code.co_flags & _FUTURE)
    place = code.co_name, code.co_firstlineno
    return (other for other in _codes(module) if (other.co_name, other.co_firstlineno) == place)


@lru_cache(maxsize=64)
def _module(text: str, file: str, flags: int) -> CodeType:
    return compile(text, file, "exec", flags | _NOTEBOOK, dont_inherit=True)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """All code objects inside of one."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _same_code(one: CodeType, two: CodeType) -> bool:
    """Whether two code objects do the same; where they stand does not matter."""
    names = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount",
             "co_posonlyargcount", "co_kwonlyargcount")  # fmt: skip
    return all(getattr(one, name) == getattr(two, name) for name in names) and _same_constant(
        one.co_consts, two.co_consts
    )


def _same_constant(one: Any, two: Any) -> bool:
    if type(one) is not type(two):
        return False
    if isinstance(one, CodeType):
        return _same_code(one, two)
    if isinstance(one, tuple):
        return len(one) == len(two) and all(map(_same_constant, one, two))
    return repr(one) == repr(two) or (isinstance(one, frozenset) and one == two)


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
        found = exact or [node for node in found if _compiles_to(node, code)] or found
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


def _compiles_to(node: ast.Lambda, code: CodeType) -> bool:
    """Whether a lambda compiles to that code: the test when there are no columns."""
    compiled = compile(ast.Expression(node), code.co_filename, "eval", dont_inherit=True)
    return _same_code(next(_codes(compiled)), code)


def parameter_names(args: ast.arguments) -> tuple[str, ...]:
    """Names of the parameters, positional ones first, without ``*args`` and ``**kwargs``."""
    return tuple(arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs))
