"""The derivatives in the table as formulas, from the text of the rules themselves."""

from __future__ import annotations

import ast
import functools
import inspect
from typing import Any

from adgen.transpiler.primitives.kinds import Elementwise, Primitive, Unknown

LONGEST = 100  # characters; what is longer is a program rather than a formula


def formula_of(entry: Primitive) -> str:
    """``t * np.cos(x)``; one for each operand, with what an operand without derivative has: 0.

    Only of functions that are applied element by element, and whose rules are expressions.
    """
    if not isinstance(entry.kind, Elementwise):
        return ""
    names = entry.operands
    parts = [_formula(rule, names) for rule in entry.kind.rules]
    if any(part is None for part in parts):
        return ""
    text = ", ".join(part for part in parts if part is not None)
    return text if len(text) <= LONGEST else ""


def _formula(rule: Any, names: tuple[str, ...]) -> str | None:
    if rule is None:
        return "0"
    if isinstance(rule, Unknown):
        return "unknown"
    body = _body(rule)
    if body is None:
        return None
    given = [*inspect.signature(rule).parameters]
    return _Renamed(dict(zip(given, ("t", "f", *names), strict=False))).of(body)


def _body(rule: Any) -> ast.expr | None:
    """The expression of a lambda, or of a function that only returns one."""
    code = getattr(rule, "__code__", None)
    if code is None or code.co_freevars:
        return None
    found = [
        node
        for node in _functions_of_file(code.co_filename)
        if node.lineno <= code.co_firstlineno <= (node.end_lineno or 0)
        and [arg.arg for arg in node.args.args] == list(code.co_varnames[: code.co_argcount])
    ]
    for node in found:
        if isinstance(node, ast.Lambda) and code.co_name == "<lambda>":
            if len(found) == 1 or _holds(node, code):
                return node.body
        elif isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            match node.body:
                case [ast.Return(value=value)]:
                    return value
    return None


def _holds(node: ast.Lambda, code: Any) -> bool:
    """Whether a lambda is the one that a code object was made of: its columns say."""
    places = [place for place in code.co_positions() if None not in place and any(place[2:])]
    first = node.body.lineno, node.body.col_offset
    last = node.body.end_lineno or 0, node.body.end_col_offset or 0
    return bool(places) and all(
        first <= (line, column) and (end_line, end_column) <= last
        for line, end_line, column, end_column in places
    )  # fmt: skip


@functools.cache
def _functions_of_file(file: str) -> list[ast.Lambda | ast.FunctionDef]:
    try:
        with open(file, encoding="utf-8") as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, (ast.Lambda, ast.FunctionDef))]


class _Renamed(ast.NodeTransformer):
    """Names of parameters replaced by those that all formulas have."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def of(self, node: ast.expr) -> str:
        fresh = ast.parse(ast.unparse(node), mode="eval").body
        return ast.unparse(self.visit(fresh))

    def visit_Name(self, node: ast.Name) -> ast.AST:  # noqa: N802
        return ast.Name(self.names.get(node.id, node.id), node.ctx)
