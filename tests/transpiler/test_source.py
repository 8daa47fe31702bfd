"""Where the text of a function is found, and where errors in it point."""

from __future__ import annotations

import ast
import functools
import linecache
import math

import numpy as np
import pytest

from adgen.transpiler.errors import SourceNotFound
from adgen.transpiler.source import Source, from_function
from adgen.transpiler.surroundings import MISSING, observed_readings


def expression(source: Source) -> ast.expr:
    statement = ast.parse(source.text).body[0]
    assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Lambda)
    return statement.value.body


def define(text: str, file: str, **names: object):
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict[str, object] = dict(names)
    exec(compile(text, file, "exec"), scope)
    return scope


RAGGED = '''
import functools, math
def outer(k):
    @functools.lru_cache
    def inner(x, n=3):
        """Doc
  less indented."""
        return (x +
    k) * math.sin(n)
    return inner
'''


def test_indented_function_with_decorator_and_ragged_lines():
    outer = define(RAGGED, "<ragged>")["outer"]
    source = from_function(outer(2))
    assert source.text.startswith("def inner(x, n=3):\n")
    assert ast.parse(source.text).body[0].name == "inner"
    assert source.defaults == {"n": 3}
    assert source.bindings.lookup("k") == 2
    assert source.bindings.lookup("math") is math
    assert source.bindings.lookup("len") is len
    assert source.bindings.lookup("nowhere") is MISSING
    place = ast.parse(source.text).body[0].body[1].value.left.right
    span = source.span(place)
    assert span.text[span.col : span.end_col] == "k"


def test_several_lambdas_on_one_line():
    one, two, three = (lambda x: x + 1), (lambda x: x * 2), (lambda x: x)
    assert [ast.unparse(expression(from_function(f))) for f in (one, two, three)] == [
        "x + 1", "x * 2", "x",
    ]  # fmt: skip


def test_nested_lambdas_are_told_apart():
    outer = lambda x: lambda x: x * 3  # noqa: E731
    assert ast.unparse(expression(from_function(outer(1)))) == "x * 3"
    assert ast.unparse(expression(from_function(outer))) == "lambda x: x * 3"


def test_lambda_over_lines_keeps_its_columns():
    scope = define("f = (\n  lambda é: é\n  + 1)\n", "<lines>")
    source = from_function(scope["f"])
    body = expression(source)
    span = source.span(body.right)
    assert (span.line, span.col) == (3, 4)
    assert span.text[span.col] == "1"
    left = source.span(body.left)
    assert left.text[left.col : left.end_col] == "é"


def test_lambda_at_the_margin():
    scope = define("f = (\nlambda x: x)\n", "<margin>")
    source = from_function(scope["f"])
    assert ast.unparse(expression(source)) == "x"
    assert (source.header.line, source.header.col) == (2, 0)


def test_exec_with_linecache_and_without():
    scope = define("def f(x):\n    return x * c\n", "<known>", c=2.0)
    assert from_function(scope["f"]).bindings.lookup("c") == 2.0
    scope = {}
    exec("def f(x): return x", scope)
    with pytest.raises(SourceNotFound, match="source text of `f` cannot be found"):
        from_function(scope["f"])


def test_changed_file_is_refused():
    scope = define("def f(x):\n    return x\n", "<changed>")
    linecache.cache["<changed>"] = (1, None, ["\n", "def f(x, y):\n", "    return y\n"], "")
    with pytest.raises(SourceNotFound, match="not at <changed>:1 any more"):
        from_function(scope["f"])
    linecache.cache["<changed>"] = (1, None, ["def f(x:\n"], "")
    with pytest.raises(SourceNotFound, match="no longer parses"):
        from_function(scope["f"])


@pytest.mark.parametrize("thing", [np.sin, math.sin, 3, int, object()])
def test_not_a_python_function(thing):
    with pytest.raises(SourceNotFound, match="is not a Python function"):
        from_function(thing)


def test_objects_that_compute_the_same_are_opened():
    def f(x):
        return x

    class Dispatcher:
        py_func = staticmethod(f)

        def __call__(self, x):
            return f(x)

    assert from_function(Dispatcher()).name == "f"
    assert from_function(functools.lru_cache(f)).name == "f"


def test_a_wrapper_is_not_what_it_wraps():
    def f(x):
        return x

    @functools.wraps(f)
    def twice(x):
        return 2 * f(x)

    assert "2 * f(x)" in from_function(twice).text


def test_bindings_are_read_when_asked():
    k = 1

    def f(x):
        return x * k

    bindings = from_function(f).bindings
    with observed_readings() as seen:
        assert bindings.lookup("k") == 1
    k = 2
    assert bindings.lookup("k") == 2
    assert [(item.name, item.value) for item in seen] == [("k", 1)]


def test_an_empty_cell_is_missing():
    def f(x):
        return x * later

    bindings = from_function(f).bindings
    assert bindings.lookup("later") is MISSING
    assert bindings.reason("later") == "the enclosing function has not assigned it yet"
    later = 1
    assert bindings.lookup("later") == later
