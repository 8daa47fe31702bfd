"""Recursive calls as statements: what is evaluated before them is kept, in order."""

from __future__ import annotations

import ast
import textwrap

import gast
import pytest

from adgen.transpiler.frontend.recursion.normal_form import normal_form

REWRITTEN = [
    (
        "return a[i] * f(n - 1) + g(n)",
        """\
        $1 = a[i]
        $2 = f(n - 1)
        return $1 * $2 + g(n)""",
    ),
    (
        "return n if n < 2 else f(n - 1) + f(n - 2)",
        """\
        if n < 2:
            return n
        else:
            $1 = f(n - 1)
            $2 = f(n - 2)
            return $1 + $2""",
    ),
    (
        "x = n > 0 and f(n - 1)",
        """\
        $1 = n > 0
        if $1:
            $2 = f(n - 1)
        else:
            $2 = $1
        x = $2""",
    ),
    (
        "a[i + 1] += f(f(n))",
        """\
        $1 = i + 1
        $2 = a[$1]
        $3 = f(n)
        $4 = f($3)
        a[$1] = $2 + $4""",
    ),
    (
        "while f(n) > 0:\n    n -= 1",
        """\
        while True:
            $1 = f(n)
            if not $1 > 0:
                break
            n -= 1""",
    ),
    (
        "return sum(f(k) for k in range(n) if k)",
        """\
        $2 = 0
        for $1 k in range(n):
            if $1 k:
                $3 = f($1 k)
                $2 = $2 + $3
        return $2""",
    ),
]


@pytest.mark.parametrize(("text", "rewritten"), REWRITTEN)
def test_rewritten(text: str, rewritten: str) -> None:
    body = textwrap.indent(text, "    ")
    tree = gast.parse(f"def f(n, a, i):\n{body}").body[0]
    calls = frozenset(
        node
        for node in gast.walk(tree)
        if isinstance(node, gast.Call) and getattr(node.func, "id", "") == "f"
    )
    form = normal_form(tree, calls, sums=True)
    plain = gast.gast_to_ast(gast.Module([_plain(form.tree)], []))
    found = ast.unparse(ast.fix_missing_locations(plain))
    assert found == "def f(n, a, i):\n" + textwrap.indent(textwrap.dedent(rewritten), "    ")


def _plain(node):
    """The tree with the nodes of normal forms as those of Python that they extend."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, gast.AST):
        return node
    kind = type(node) if type(node).__module__.startswith("gast") else type(node).__mro__[1]
    fields = {name: _plain(getattr(node, name, None)) for name in node._fields}
    return gast.copy_location(kind(**fields), node)
