"""Derivatives kept on disk: found again when all is the same, and in no other case."""

import importlib
import itertools
import os
import subprocess
import sys
from collections import namedtuple
from types import ModuleType

import numpy as np
import pytest

from adgen import remembered
from adgen.remembered import recall_or_derive
from adgen.runtime.cache_directory import sealed
from adgen.transpiler import optimisations
from adgen.transpiler.compiler import compile_source
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function
from adgen.transpiler.surroundings import observed_readings

Record = namedtuple("Record", "x")

TEXT = """
import math
import numpy as np

RATE = 2.0
TABLE = np.array([1.0, 2.0])
SETTINGS = {"rate": 3.0}

def inner(x, by=3.0):
    return by * math.sin(x)

def f(x):
    return RATE * inner(x) * np.abs(x) + abs(x)

def uses_array(x):
    return x * np.sum(TABLE)

def uses_dict(x):
    return x * SETTINGS["rate"]

def closure(rate):
    def f(x):
        return rate * x * x
    return f

def plain(x):
    return x * x
"""
_numbers = itertools.count()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(tmp_path))
    # Python takes the byte code of a text of the same length and the same second for that text's.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return tmp_path


class Program:
    """A module in a file, imported again whenever its text changes."""

    def __init__(self, home, text=TEXT):
        self.file = home / f"remembered_program_{next(_numbers)}.py"
        self.write(text)

    def write(self, text):
        self.file.write_text(text)
        sys.modules.pop(self.file.stem, None)
        importlib.invalidate_caches()
        self.module = importlib.import_module(self.file.stem)

    def edit(self, old, new):
        text = self.file.read_text()
        assert old in text
        self.write(text.replace(old, new))

    def derives(self, name="f", x=1.0, mode="value_and_grad"):
        """Whether the compiler is needed for a function of the module."""
        return derives(getattr(self.module, name), x, mode)


def derives(function, x=1.0, mode="value_and_grad"):
    arguments = {"x": argument_of(x)}
    request = Request(mode, (0,), 1, "numba")
    made = []

    def derive():
        made.append(compile_source(from_function(function), arguments, request))
        return made[0]

    got = recall_or_derive(function, arguments, [repr(request)], derive)
    wanted = compile_source(from_function(function), arguments, request)
    assert (got.text, got.names, got.value_types) == (wanted.text, wanted.names, wanted.value_types)
    assert (got.structure, got.writes, got.residuals) == (
        wanted.structure, wanted.writes, wanted.residuals,
    )  # fmt: skip
    return bool(made)


def kept(home):
    return sorted((home / "cache").glob("*.derived"))


def test_found_again(home):
    program = Program(home)
    assert program.derives() and not program.derives()
    program.write(program.file.read_text())  # as in another process
    assert not program.derives()
    assert len(kept(home)) == 1


def test_what_is_compiled_with_less_is_not_kept(home):
    program = Program(home)
    with optimisations.without(optimisations.HOISTING):
        assert program.derives() and program.derives()
    assert not kept(home)
    assert program.derives() and not program.derives()
    with optimisations.without(optimisations.HOISTING):
        assert program.derives()


def test_types_and_what_is_wanted_count(home):
    program = Program(home)
    assert program.derives("plain")
    assert program.derives("plain", np.float32(1.0))
    assert program.derives("plain", mode="jvp") and program.derives("plain", mode="primal")
    assert not program.derives("plain")


def test_containers_as_arguments(home):
    program = Program(home, "def f(x):\n    return x['a'] * x['b'][0]\n")
    arguments = [
        {"a": 2.0, "b": [3.0]},
        {"b": [3.0], "a": 2.0},
        {"a": 2.0, "b": (3.0,)},
        {"a": 2.0, "b": [3.0, None]},
        {"a": 2.0, "b": [3.0, "text"]},
        {"a": 2.0, "b": [3.0], 1: 0.0},
        {"a": 2.0, "b": [3.0], True: 0.0},
        {"a": np.float32(2.0), "b": [3.0]},
    ]
    for x in arguments:
        assert program.derives(x=x)
    for x in arguments:
        assert not program.derives(x=x)
    record = {"a": 2.0, "b": [3.0, Record(1.0)]}
    assert program.derives(x=record) and program.derives(x=record)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RATE = 2.0", "RATE = 2.5"),
        ("RATE = 2.0", "RATE = 2"),
        ("by * math.sin", "by * math.cos"),
        ("by=3.0", "by=4.0"),
        ("RATE * inner(x)", "RATE + inner(x)"),
        ("def inner", "def abs(x):\n    return 7.0 * x\n\ndef inner"),
    ],
)
def test_edits_of_the_file_count(home, old, new):
    program = Program(home)
    assert program.derives() and not program.derives()
    program.edit(old, new)
    assert program.derives() and not program.derives()


def test_names_bound_while_the_program_runs_count(home):
    program = Program(home)
    assert program.derives()
    program.module.RATE = 5.0
    assert program.derives() and not program.derives()
    program.module.inner = program.module.plain
    assert program.derives() and not program.derives()
    program.module.abs = program.module.plain  # Python's own until now
    assert program.derives() and not program.derives()
    program.module.inner.__defaults__ = (2.0,)
    assert program.derives()


def test_functions_of_other_files_count(home):
    other = Program(home, "def g(x):\n    return x * x\n")
    name = other.file.stem
    for line in (f"import {name} as other", f"from {name} import g"):
        call = "other.g" if line.startswith("import") else "g"
        program = Program(home, f"{line}\n\ndef f(x):\n    return {call}(x) + x\n")
        assert program.derives() and not program.derives()
        other.edit("x * x", "x * x * x")
        program.write(program.file.read_text())
        assert program.derives() and not program.derives()
        other.edit("x * x * x", "x * x")


def test_modules_that_compute_what_they_hold_are_not_kept(home):
    class Computing(ModuleType):
        factor = property(lambda self: 2.0)

    other = Program(home, "def g(x):\n    return x * x\n")
    name = other.file.stem
    program = Program(home, f"import {name} as other\n\ndef f(x):\n    return other.g(x)\n")
    other.module.__class__ = Computing
    assert program.derives() and program.derives()
    other.module.__class__ = ModuleType
    other.module.__getattr__ = lambda name: 2.0
    assert program.derives() and program.derives()
    assert kept(home) == []


@pytest.mark.parametrize("name", ["uses_array", "uses_dict"])
def test_more_than_numbers_is_not_kept(home, name):
    program = Program(home)
    assert program.derives(name) and program.derives(name)
    assert kept(home) == []


def test_closures_and_wrappers_are_not_kept(home):
    program = Program(home)
    one, two = program.module.closure(1.0), program.module.closure(2.0)
    assert all(map(derives, (one, two, one)))
    program.module.plain.__wrapped__ = program.module.inner
    assert program.derives("plain") and program.derives("plain")
    assert kept(home) == []


def test_functions_that_live_elsewhere_are_not_kept(home):
    namespace = {"__name__": "nowhere"}
    exec("f = lambda x: x", namespace)
    assert remembered._function(namespace["f"]) is None
    moved = type(derives)(Program(home).module.plain.__code__, {"__name__": "numpy"})
    assert remembered._function(moved) is None


def test_another_adgen_derives_anew(home, monkeypatch):
    program = Program(home)
    assert program.derives() and not program.derives()
    monkeypatch.setattr(remembered, "_compiler", lambda: "another")
    assert program.derives() and not program.derives()


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:-5],
        lambda whole: whole[:80] + bytes([whole[80] ^ 1]) + whole[81:],
        lambda whole: os.urandom(len(whole)),
        lambda whole: sealed(b"no pickle"),
        lambda whole: sealed(remembered.pickle.dumps(7)),
        lambda whole: sealed(remembered.pickle.dumps(([7], None))),
    ],
)
def test_damage_counts_as_nothing(home, damage):
    program = Program(home)
    assert program.derives()
    (file,) = kept(home)
    file.write_bytes(damage(file.read_bytes()))
    assert program.derives() and not program.derives()


def test_no_place_to_write_to(home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(home / "file"))
    program = Program(home)
    assert program.derives() and program.derives()


def test_what_is_found_is_as_fresh_as_what_is_derived(home):
    program = Program(home)
    assert program.derives()
    with observed_readings() as readings:
        assert not program.derives()
    assert {(r.name, r.value) for r in readings} >= {
        ("RATE", 2.0), ("inner", program.module.inner),
    }  # fmt: skip


CODE = """
import sys
import adgen
from remembered_main import f
print(adgen.value_and_grad(f)(2.0), "adgen.transpiler.compiler" in sys.modules)
"""


@pytest.mark.jit
def test_a_second_process_needs_no_compiler(home):
    (home / "remembered_main.py").write_text(TEXT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(home), *sys.path])}

    def run():
        done = subprocess.run(
            [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.rsplit(maxsplit=1)

    (first, compiled), (second, again) = run(), run()
    assert (compiled, again) == ("True", "False")
    assert first == second
