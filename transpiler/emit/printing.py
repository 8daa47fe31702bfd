"""Syntax trees as text: the one place that uses astor.

What astor prints is parsed again and compared with the tree; where they
differ, ``ast.unparse`` prints the statement.
"""

from __future__ import annotations

import ast
from typing import Any

import astor
import gast

from adgen.transpiler.emit.nodes import Expr, Stmt


def print_statement(node: Stmt) -> str:
    """The text of a function definition or another statement, on lines of any length."""
    tree = _fresh(node)
    text = str(astor.to_source(tree, pretty_string=_string, pretty_source="".join))
    if same(_parsed(text), tree):
        return text
    return ast.unparse(ast.fix_missing_locations(_fresh(node))) + "\n"


def print_expression(node: Expr) -> str:
    """The text of an expression, on one line."""
    tree = gast.gast_to_ast(gast.Module([gast.Expr(node)], []))
    return ast.unparse(ast.fix_missing_locations(tree))


def _fresh(node: Stmt) -> ast.AST:
    """The statement as a module of nodes of its own: astor leaves marks on what it prints."""
    module: ast.AST = gast.gast_to_ast(gast.Module([node], []))
    return module


def _string(text: str, *_: object, **__: object) -> str:
    """The literal in double quotes, as formatters have it, unless that needs escapes."""
    literal = repr(text)
    plain = literal.startswith("'") and '"' not in literal
    return f'"{literal[1:-1]}"' if plain else literal


def _parsed(text: str) -> ast.AST | None:
    """The tree of a text, or nothing if it is no Python."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return None


def same(first: Any, second: Any) -> bool:
    """Whether two syntax trees are one program: what comparing `ast.dump` tells, in less time."""
    kind = type(first)
    if kind is not type(second):
        return False
    if kind is list:
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, ast.AST):
        for field in first._fields:
            if not same(getattr(first, field, None), getattr(second, field, None)):
                return False
        return True
    return first is second or repr(first) == repr(second)
