"""A little of every kind of stress in every test run; more of it by ``python -m tests.stress``."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import adgen
from adgen.transpiler import nesting
from adgen.transpiler.errors import UnsupportedSyntax
from tests.stress import front_end, processes, threads


def test_threads_on_one_object():
    assert threads.calls(8, 40, jit=False) == []


@pytest.mark.jit
def test_threads_on_one_object_while_it_compiles():
    assert threads.calls(16, 500) == []


@pytest.mark.jit
def test_processes_race_on_an_empty_cache(tmp_path):
    assert processes.race(str(tmp_path), 4) == []


def test_texts_of_every_kind():
    kinds = [k for k in front_end._KINDS if k is not front_end._numeric]
    outcomes = {
        number: front_end.attempt(text)
        for number, text in enumerate(front_end.text("tests", n, kinds) for n in range(80))
    }
    wrong = {n: o for n, o in outcomes.items() if o not in ("shown", "refused")}
    assert not wrong


BOMBS = {
    "calls": "def f0(x):\n    return x * x\n"
    + "".join(f"def f{k}(x):\n    return f{k - 1}(x) + f{k - 1}(0.5 * x)\n" for k in range(1, 29)),
    "tuples": "def f28(x):\n    t = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)\n"
    + "".join("    " * (k + 1) + f"for a{k} in t:\n" for k in range(9))
    + "    " * 10
    + "x = x * 1.1\n    return x\n",
    "containers": "def f28(x):\n    a = [x] * 10\n" + "    a = [a] * 10\n" * 9 + "    return a\n",
    "items": "def f28(x):\n    return ((x,) * 10**9)[0]\n",
    "text": "def f28(x):\n    s = 'a' * 10**10\n    return x * len(s)\n",
    "doubled text": "def f28(x):\n    s = 'ab'\n"
    + "    s = s + s\n" * 60
    + "    return x * len(s)\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_grows_beyond_all_bounds_is_refused(name, monkeypatch):
    monkeypatch.setattr("adgen.transpiler.frontend.budget.MOST_STEPS", 20_000)
    with pytest.raises(UnsupportedSyntax, match="takes more than 20000 steps to compile"):
        front_end.show(BOMBS[name], "f28")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("x * 10**(10**7)", "an integer of more than 4096 bits"),
        ("x * (3 << 5000)", "an integer of more than 4096 bits"),
        ("x * len(f'{1:1000000000}')", "a format this wide is not compiled"),
    ],
)
def test_constants_beyond_all_bounds_are_refused(written, reason):
    with pytest.raises(UnsupportedSyntax, match=reason):
        front_end.show(f"def f(x: float):\n    return {written}\n")


def _function(tmp_path: Path, expression: str):
    file = tmp_path / "deep.py"
    file.write_text(f"def f(x):\n    return {expression}\n")
    spec = importlib.util.spec_from_file_location("deep", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


def test_a_sum_of_a_thousand_terms(tmp_path):
    """As programs that write programs make it: a tree of a thousand levels."""
    f = _function(tmp_path, " + ".join(["x * x"] * 1000))
    before = sys.getrecursionlimit()
    found = []
    thread = threading.Thread(target=lambda: found.append(adgen.grad(f, jit=False)(1.5)))
    thread.start()
    thread.join()
    assert np.allclose(found, 3000.0) and sys.getrecursionlimit() == before


def test_threads_share_the_room():
    """The first that leaves must not take the limit away from the others."""
    before = sys.getrecursionlimit()
    with nesting.ROOM:
        thread = threading.Thread(target=lambda: nesting.ROOM.__enter__())
        thread.start()
        thread.join()
    assert sys.getrecursionlimit() == nesting.DEEPEST
    nesting.ROOM.__exit__()
    assert sys.getrecursionlimit() == before


def test_deeper_than_any_limit_is_refused(monkeypatch):
    monkeypatch.setattr("adgen.transpiler.nesting.DEEPEST", 1500)
    text = "def f(x: float):\n    return " + " + ".join(["x"] * 2000) + "\n"
    with pytest.raises(UnsupportedSyntax, match="`f` is nested too deeply to be read"):
        front_end.show(text)


def test_a_file_that_is_read_imports_no_module_of_the_user(tmp_path, monkeypatch):
    """Not even to find out whether a module inside a package is there."""
    package = tmp_path / "evil"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('executed')")
    monkeypatch.syspath_prepend(str(tmp_path))
    for line in ("import evil", "import evil.sub", "from evil import sub", "import antigravity"):
        with pytest.raises(UnsupportedSyntax, match="inside a function"):
            front_end.show(f"def f(x: float):\n    {line}\n    return x\n")
