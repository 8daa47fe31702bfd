"""Where the text of a function comes from, and that it is the text that runs."""

from __future__ import annotations

import importlib
import linecache
import os
import subprocess
import sys
import time
import zipfile

import pytest

import adgen
from adgen.transpiler import definitions
from adgen.transpiler.errors import SourceNotFound
from adgen.transpiler.source import from_function


def imported(monkeypatch, folder, name):
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    module = importlib.import_module(name)
    monkeypatch.delitem(sys.modules, name)
    return module


def rewrite(file, text):
    """As an editor does: the time of change differs."""
    file.write_text(text)
    later = time.time() + 10.0
    os.utime(file, (later, later))


def test_a_text_that_has_changed_is_not_taken_for_the_code(monkeypatch, tmp_path):
    file = tmp_path / "adgen_changing.py"
    file.write_text("def f(x):\n    return x * 2.0\n\n\ng = lambda x: x * 2.0\n")
    module = imported(monkeypatch, tmp_path, "adgen_changing")
    rewrite(file, "def f(x):\n    return x * 3.0\n\n\ng = lambda x: x * 3.0\n")
    for function, line in ((module.f, 1), (module.g, 5)):
        with pytest.raises(SourceNotFound) as caught:
            from_function(function)
        assert str(caught.value) == (
            f"the text of `{function.__name__}` at {file}:{line} is not what was compiled\n"
            "  help: the file has changed since it was imported; restart Python"
        )


def test_the_text_that_was_read_before_the_change_still_serves(monkeypatch, tmp_path):
    file = tmp_path / "adgen_edited.py"
    file.write_text("def f(x):\n    return x * 2.0\n\n\ndef g(x):\n    return x * 5.0\n")
    module = imported(monkeypatch, tmp_path, "adgen_edited")
    assert "2.0" in from_function(module.f).text
    rewrite(file, "def f(x):\n    return x * 3.0\n\n\ndef g(x):\n    return x * 7.0\n")
    assert "5.0" in from_function(module.g).text
    module = importlib.reload(sys.modules.setdefault("adgen_edited", module))
    assert "7.0" in from_function(module.g).text


@pytest.mark.parametrize(
    "changed",
    [
        "def f(x, y=0.0):\n    return x * 2 + y",
        "def f(x, y=0.0):\n    return x * 2.0 + z",
        "def f(x, y=0.0):\n    return (lambda: x * 2.0 + y)()",
        "def f(x, *, y=0.0):\n    return x * 2.0 + y",
        "def f(x, y=0.0):\n    return x * True + y",
    ],
)
def test_the_smallest_change_is_seen(changed):
    compiled = compile("def f(x, y=0.0):\n    return x * 2.0 + y", "<small>", "exec")
    scope: dict = {}
    exec(compiled, scope)
    linecache.cache["<small>"] = (1, None, changed.splitlines(keepends=True), "<small>")
    with pytest.raises(SourceNotFound):
        from_function(scope["f"])


def test_assertions_that_pytest_rewrites_are_excused():
    def f(x):
        assert x > 0.0
        return x * x

    assert adgen.grad(f, jit=False)(2.0) == 4.0


PACKAGE = "import numpy as np\n\ndef f(x):\n    return np.sin(x) * 2.0\n"


def test_a_function_in_a_zip(monkeypatch, tmp_path):
    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("adgen_packed/__init__.py", "")
        file.writestr("adgen_packed/inner.py", PACKAGE)
    module = imported(monkeypatch, archive, "adgen_packed.inner")
    assert adgen.grad(module.f, jit=False)(0.0) == 2.0


def test_a_namespace_package(monkeypatch, tmp_path):
    (tmp_path / "adgen_space").mkdir()
    (tmp_path / "adgen_space" / "inner.py").write_text(PACKAGE)
    module = imported(monkeypatch, tmp_path, "adgen_space.inner")
    assert adgen.grad(module.f, jit=False)(0.0) == 2.0


def test_encodings_and_tabs(monkeypatch, tmp_path):
    text = (
        "# -*- coding: latin-1 -*-\n"
        "class Größe:\n"
        "\tclass Innen:\n"
        "\t\t@staticmethod\n"
        "\t\tdef f(größe,\n"
        "  b=2.0):\n"
        '\t\t\t"""Überall\n'
        "schief\n"
        '\t\t\t  """\n'
        "\t\t\tif größe > 0:\n"
        "\t\t\t\treturn größe * b\n"
        "\t\t\treturn -größe\n"
    )
    (tmp_path / "adgen_latin.py").write_bytes(text.encode("latin-1"))
    module = imported(monkeypatch, tmp_path, "adgen_latin")
    assert adgen.grad(module.Größe.Innen.f, jit=False)(1.0) == 2.0
    assert adgen.grad(module.Größe.Innen.f, jit=False)(-1.0) == -1.0


MANY = """\
import functools
def twice(*whatever):
    def decorate(function):
        return function
    return decorate
@twice(
    1,
    lambda x: x * 5.0,
)
@twice(lambda x: x * 6.0)
def f(x): return x * 7.0
pair = (lambda x: x * 2.0), (lambda x: x * 3.0); table = {"a": lambda x, k=4.0: x * k}
nested = lambda x: (lambda x: x * 8.0)(x) + (lambda x: x * 9.0)(x)
same = [lambda x: x * x, lambda x: x * x]
"""


def test_decorators_over_lines_and_lambdas_on_one():
    scope = adgen.from_source(MANY)
    functions = [scope["f"], *scope["pair"], scope["table"]["a"], scope["nested"], *scope["same"]]
    found = [adgen.grad(function, jit=False)(1.0) for function in functions]
    assert found == [7.0, 2.0, 3.0, 4.0, 17.0, 2.0, 2.0]


def test_text_that_is_run():
    scope = {"c": 3.0}
    assert adgen.from_source("def f(x):\n    return c * x\n", scope) is scope
    assert adgen.grad(scope["f"], jit=False)(1.0) == 3.0
    linecache.checkcache()
    from_function(scope["f"])
    with pytest.raises(SyntaxError):
        adgen.from_source("def f(x:")


def test_text_that_nobody_keeps():
    scope: dict = {}
    exec("def f(x): return x", scope)
    with pytest.raises(SourceNotFound) as caught:
        adgen.grad(scope["f"])(1.0)
    assert str(caught.value) == (
        "the source text of `f` cannot be found (Python keeps no text of what it is given by "
        "`-c`, `exec` and `eval`)\n"
        "  help: run the text by `adgen.from_source(text)`, which keeps it"
    )


PROGRAM = "import adgen\ndef f(x): return x * x\nprint(adgen.grad(f, jit=False)(2.0))\n"


def run(*args, text=None):
    return subprocess.run(
        [sys.executable, *args], input=text, capture_output=True, text=True, check=False
    )


def test_standard_input():
    done = run("-", text=PROGRAM)
    assert done.returncode == 1
    assert "Python keeps no text of what it reads from standard input" in done.stderr
    assert "put the program into a file" in done.stderr


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="this Python keeps the text")
def test_the_command_line():
    done = run("-c", PROGRAM)
    assert done.returncode == 1 and "given by `-c`" in done.stderr


@pytest.mark.skipif(sys.version_info < (3, 13), reason="this Python keeps no text")
def test_the_command_line_where_it_is_kept():
    assert run("-c", PROGRAM).stdout == "4.0\n"


def test_a_cell_that_awaits(monkeypatch):
    text = "def f(x):\n    return x * 2.0\nawait something\n"
    monkeypatch.setitem(
        linecache.cache, "<ipython-1>", (1, None, text.splitlines(keepends=True), "")
    )
    scope: dict = {}
    exec(compile(text.rsplit("await", 1)[0], "<ipython-1>", "exec"), scope)
    assert adgen.grad(scope["f"], jit=False)(1.0) == 2.0


def test_async_functions_are_refused():
    async def f(x):
        return x

    with pytest.raises(adgen.UnsupportedSyntax, match="no plain function"):
        adgen.grad(f, jit=False)(1.0)


def test_a_definition_is_found_once(monkeypatch):
    def f(x):
        return x + 1.0

    from_function(f)
    monkeypatch.setattr(definitions, "_find", None)
    from_function(f)
