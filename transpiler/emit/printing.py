"""Syntax trees as text: the one place that uses astor.

What astor prints is parsed again and compared with the tree; where they
differ, ``ast.unparse`` prints the statement.
"""

from __future__ import annotations

import ast

import astor
import gast

from adgen.transpiler.emit.nodes import Stmt


def print_statement(node: Stmt) -> str:
    """The text of a function definition or another statement, on lines of any length."""
    text = _printed(gast.gast_to_ast(gast.Module([node], [])))
    tree = gast.gast_to_ast(gast.Module([node], []))
    if _equal(text, tree):
        return text
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _printed(tree: ast.AST) -> str:
    return str(astor.to_source(tree, pretty_string=_string, pretty_source="".join))


def _string(text: str, *_: object, **__: object) -> str:
    """The literal in double quotes, as formatters have it, unless that needs escapes."""
    literal = repr(text)
    plain = literal.startswith("'") and '"' not in literal
    return f'"{literal[1:-1]}"' if plain else literal


def _equal(text: str, tree: ast.AST) -> bool:
    try:
        again = ast.parse(text)
    except SyntaxError:
        return False
    return ast.dump(again) == ast.dump(tree)
