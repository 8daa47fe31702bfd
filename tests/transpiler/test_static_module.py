"""Files that are read and never run."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest

from adgen.transpiler.errors import AdgenError, SourceNotFound
from adgen.transpiler.source import Source
from adgen.transpiler.static_module import read_module, read_text
from adgen.transpiler.surroundings import MISSING

NAMES = '''"""A module."""
from __future__ import annotations
import numpy as np, math as m
from math import pi as PI, sin
import os
N = 3
N *= 2
a, b = 1.5, -N
C = D = np.array([1.0, 2.0])
D[0] = 3
E = np.array([[1, 2]], dtype=np.float32)
H = 9**9**9
S = np.sqrt(2.0)
L = [1, 2]
T = (N, PI)
if N > 3:
    K = 1
try:
    import numba
except ImportError:
    numba = None
counter = 0
def count(x):
    global counter
    counter += 1
    return x
@strange
def odd(x): return x
def helper(x): return x * N
double = lambda x: x * 2
if __name__ == "__main__":
    a = 7.0
'''


def bindings(text: str):
    return next(iter(read_text(text, "file.py").functions.values())).source.bindings


@pytest.mark.parametrize(
    ("name", "value"),
    [("np", np), ("m", math), ("PI", math.pi), ("sin", math.sin), ("N", 6), ("a", 1.5),
     ("b", -6), ("S", np.sqrt(2.0)), ("T", (6, math.pi)), ("len", len)],
)  # fmt: skip
def test_names_that_are_known(name, value):
    assert bindings(NAMES).lookup(name) == value


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("os", "module `os` is not imported when a file is only read"),
        ("C", "it depends on line 10, which is not run"),
        ("D", "it depends on line 10, which is not run"),
        ("H", "the power is too large (line 12)"),
        ("L", "`[1, 2]` is not a constant expression (line 14)"),
        ("K", "it depends on line 16, which is not run"),
        ("counter", "a function rebinds it through `global`"),
        ("odd", "what its decorator `strange` does is not known without running it"),
        ("nowhere", "it is not defined in this file"),
    ],
)
def test_names_that_are_not_known(name, reason):
    known = bindings(NAMES)
    assert known.lookup(name) is MISSING
    assert known.reason(name) == reason


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("np.arange(5)", [0, 1, 2, 3, 4]),
        ("np.arange(1.0, 2.0, 0.5, dtype=np.float32)", [1.0, 1.5]),
        ("2.0 * np.linspace(0.0, 1.0, num=3) + 1", [1.0, 2.0, 3.0]),
        ("-np.sqrt(np.full((1, 2), 4.0)).T", [[-2.0], [-2.0]]),
        ("np.eye(2) - np.ones((2, 2))", [[0.0, -1.0], [-1.0, 0.0]]),
        ("np.zeros((3, 2)).shape[1]", 2),
        ("(4.0, 5.0)[-1] + len(np.zeros((3, 2)))", 8.0),
        ("np.arange(4.0)[2]", 2.0),
        ("np.zeros((2, 3)).size", 6),
    ],
)
def test_arrays_that_are_made_of_numbers(expression, value):
    text = f"import numpy as np\nx = {expression}\ndef f(y): return y\n"
    found = bindings(text).lookup("x")
    assert found is not MISSING and np.array_equal(found, value)


def test_what_is_not_known_can_be_had_by_running_the_file():
    known = bindings("import numpy as np\nx = np.load('x')\ndef f(y): return y\n")
    assert "--run" in known.remedy("x") and known.remedy("nowhere") == ""


def test_arrays_and_functions():
    known = bindings(NAMES)
    array = known.lookup("E")
    assert array.dtype == np.float32 and array.tolist() == [[1.0, 2.0]]
    assert isinstance(known.lookup("helper"), Source)
    assert known.lookup("double").name == "double"


@pytest.mark.parametrize(
    "expression",
    ["'a' * 10**9", "(1,) * 10**9", "math.factorial(10**6)", "np.zeros(10**10)", "open('x')",
     "__import__('os').getcwd()", "np.__loader__", "1 << 10**9", "[x for x in (1, 2)]",
     "(lambda: 1)()", "1 / 0", "np.array(C)", "f'{1}'.join", "np.arange(10**9)",
     "np.arange(0.0, 1.0, 1e-300)", "np.linspace(0.0, 1.0, 10**9)", "np.eye(10**6)",
     "np.zeros(10, dtype='U1000000000')", "np.zeros(3, dtype=object)", "np.full((9, 10**9), 1.0)",
     "np.ones((9000, 1)) * np.ones(9000)", "np.add(np.ones((9000, 1)), np.ones(9000))",
     "np.linspace(np.ones(9000), np.zeros(9000), 9000)", "np.zeros(float('nan'))", "np.zeros(-1)",
     "np.arange(5).tolist()", "np.ones(3).tofile('x')", "np.full(3, 'abc')",
     "(1.0, 2.0)[2]", "np.ones(3)[[0, 1]]", "len(3)", "len('abc')", "np.zeros(())[0]",
     "len(np.zeros(()))", "len([1])"],
)  # fmt: skip
def test_expressions_that_are_not_evaluated(expression):
    text = f"import math\nimport numpy as np\nx = {expression}\ndef f(y): return y\n"
    assert bindings(text).lookup("x") is MISSING


@pytest.mark.parametrize(
    "text",
    [
        "import adgen\n@adgen.differentiate\ndef f(x): return x",
        "import adgen as ad\n@ad.differentiate(wrt=('w', 1), jit=False)\ndef f(x): return x",
        "from adgen import differentiate as d\n@d(wrt=('w', 1), jit=False)\ndef f(x): return x",
        "from adgen import differentiate\nW = ('w', 1)\n@differentiate(wrt=W, jit=False)\n"
        "def f(x): return x",
    ],
)
def test_decorated_functions_are_found(text):
    (chosen,) = read_text(text + "\ndef g(x): return x\n", "file.py").choose(None)
    assert chosen.decorated and chosen.source.name == "f"
    assert chosen.options in ({}, {"wrt": ("w", 1), "jit": False})


def test_option_that_is_not_constant_has_a_place():
    with pytest.raises(AdgenError) as error:
        read_text(
            "import adgen\n@adgen.differentiate(wrt=choose())\ndef f(x): return x\n", "file.py"
        )
    assert str(error.value).startswith("file.py:2:26: `wrt` is not known without running the file")


def test_choose_lists_what_there_is():
    module = read_text("def loss(x): return x\ndef helper(x): return x\n", "file.py")
    with pytest.raises(SourceNotFound) as error:
        module.choose("los")
    assert str(error.value) == (
        "there is no function `los` in file.py; did you mean `loss`?\n"
        "  help: the functions there are `loss`, `helper`"
    )
    assert [function.source.name for function in module.choose(None)] == ["loss", "helper"]
    with pytest.raises(SourceNotFound, match="there is no function in empty.py"):
        read_text("x = 1\n", "empty.py").choose(None)


def test_defaults_are_those_of_the_definition():
    text = "N = 1\ndef f(x, n=N, k=unknown): return x\nN = 2\n"
    source = read_text(text, "file.py").functions["f"].source
    assert source.defaults == {"n": 1, "k": MISSING}
    assert source.bindings.lookup("N") == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(:\n    pass\n", "bad.py:1:7: this is not Python: invalid syntax\n    def f(:\n"),
        ("x = 1\n  y = 2\n", "bad.py:2:"),
        ("\0", "bad.py is not Python: source code string cannot contain null bytes"),
    ],
)
def test_broken_file(text, message):
    with pytest.raises(AdgenError) as error:
        read_text(text, "bad.py")
    assert str(error.value).startswith(message)


def test_nothing_is_executed(tmp_path):
    victim = tmp_path / "victim"
    file = tmp_path / "harm.py"
    file.write_text(
        f"import pathlib\npathlib.Path({str(victim)!r}).touch()\n"
        f"x = pathlib.Path({str(victim)!r}).touch()\n"
        f"def f(x, y=pathlib.Path({str(victim)!r}).touch()): return x\n",
        encoding="utf-8",
    )
    (chosen,) = read_module(file).choose(None)
    assert chosen.source.name == "f" and not victim.exists()


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(SourceNotFound, match="cannot read"):
        read_module(tmp_path / "nowhere.py")
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceNotFound, match="cannot read"):
        read_module(tmp_path / "binary.py")


def test_unknown_star_import_hides_what_came_before():
    known = bindings("from math import *\nN = 1\nfrom other import *\nM = 2\ndef f(x): return x\n")
    assert known.lookup("N") is MISSING and known.lookup("sin") is MISSING
    assert known.lookup("M") == 2


EXCEPTIONS = """
class Base(ValueError):
    pass
class Derived(Base, LookupError):
    def __init__(self, n): self.n = n
class Other(Unknown):
    pass
class Plain:
    pass
def f(x): return x
"""


def test_classes_of_exceptions_have_a_name():
    found = bindings(EXCEPTIONS)
    base, derived = found.lookup("Base"), found.lookup("Derived")
    assert issubclass(derived, base) and issubclass(derived, LookupError)
    assert (derived.__module__, derived.__qualname__) == ("file", "Derived")
    assert found.lookup("Other") is MISSING and found.lookup("Plain") is MISSING


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def f(x, x):\n    return x\n", "duplicate argument 'x' in function definition"),
        ("def f(x):\n    return x\nreturn 1\n", "'return' outside function"),
        ("def f(x):\n    break\n", "'break' outside loop"),
    ],
)
def test_what_parses_and_is_still_no_python(text, reason):
    with pytest.raises(AdgenError, match=f"this is not Python: {reason}"):
        read_text(text, "text.py")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(SourceNotFound, match="it is a pipe"):
        read_module(tmp_path / "pipe.py")
