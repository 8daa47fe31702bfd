"""What astor prints means what the tree says, also where its precedences are delicate."""

from __future__ import annotations

import ast

import gast
import pytest

from adgen.transpiler.emit.printing import print_statement

STATEMENTS = [
    "x = a ** -b", "x = (-a) ** 2", "x = -a ** 2", "x = 2.0 ** -1", "x = (-1) ** n",
    "x = -(-a)", "x = a - (b - c)", "x = a / (b / c)", "x = a @ (b @ c)", "x = ~(a & b)",
    "x = not a == b", "x = (not a) in b", "x = a < (b < c)", "x = (a and b) or c",
    "x = a and (b or c)", "x = not (a and b)", "x = (a if b else c) if d else e",
    "x = (a if b else c).shape", "x = (a + b).T[..., 0]", "x = (1).real", "x = (a, b)[0]",
    "x[a, b:c, ::2] = 1e-300 * 1e16", "x[()] = -0.0", "x, y = y, x", "x.T[1:][...] += 3",
    "x = f(a, k=(b, c))", "x = 'it\\'s'", "x = '\"'", "assert x, 'no'", "x: int = 1",
]  # fmt: skip


@pytest.mark.parametrize("text", STATEMENTS)
def test_the_text_parses_to_the_tree(text: str) -> None:
    printed = print_statement(gast.parse(text).body[0])
    assert ast.dump(ast.parse(printed)) == ast.dump(ast.parse(text))


def test_a_node_may_stand_in_two_places() -> None:
    shared = gast.parse("-a").body[0].value
    both = gast.BinOp(shared, gast.Pow(), shared)
    printed = print_statement(gast.Expr(both))
    assert printed == print_statement(gast.Expr(both)) == "(-a) ** -a\n"
