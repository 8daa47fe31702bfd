"""``adgen show``: files are read, never run; what is printed runs and is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from adgen.cli.show import text as show
from adgen.transpiler.errors import AdgenError, SourceNotFound


def written(tmp_path: Path, text: str) -> str:
    file = tmp_path / "given.py"
    file.write_text(text)
    return str(file)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "adgen", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def functions_of(text: str) -> dict:
    namespace: dict = {}
    exec(text, namespace)
    return namespace


def shown(tmp_path: Path, text: str, name: str = "", wrt: str = "", args: str = "") -> dict:
    target = written(tmp_path, text) + (f"::{name}" if name else "")
    return functions_of(show(target, wrt, args, "array"))


ANNOTATED = """
import math
import numpy as np

RATE = 2.0 * math.pi

def wave(t: float, amplitude: "f8[:]") -> float:
    return float(np.sum(amplitude * np.sin(RATE * t)))
"""


def test_annotations(tmp_path):
    out = show(written(tmp_path, ANNOTATED), "", "", "array")
    assert "#   t: float          annotation\n#   amplitude: f8[:]  annotation\n" in out
    value, (t_bar,) = functions_of(out)["wave_value_and_grad"](0.1, np.array([1.0, 2.0]))
    assert value == pytest.approx(3.0 * np.sin(0.2 * np.pi))
    assert t_bar == pytest.approx(6.0 * np.pi * np.cos(0.2 * np.pi))


def test_neither_annotation_nor_arguments(tmp_path):
    text = """
import numpy
def loss(w, X, y, n):
    total = 0.0
    for i in range(n):
        total += (numpy.dot(X[i], w) - y[i]) ** 2
    return total
"""
    out = show(written(tmp_path, text), "", "", "array")
    for line in ("w: f8[:]     guessed", "X: f8[:, :]  guessed", "n: int       guessed"):
        assert line in out
    w, X = np.array([1.0, -1.0]), np.array([[1.0, 2.0], [0.5, 0.0]])
    _, (w_bar,) = functions_of(out)["loss_value_and_grad"](w, X, np.zeros(2), 2)
    np.testing.assert_allclose(w_bar, 2.0 * X.T @ (X @ w))


def test_decorated_functions_with_their_options(tmp_path):
    text = """
import adgen
from adgen import differentiate as d

@adgen.differentiate(wrt=("b", 0))
def first(a, b):
    return helper(a) * b

def helper(x):
    return x * x

@d
def second(x):
    return first(x, 3.0)
"""
    found = shown(tmp_path, text)
    assert found["first_value_and_grad"](2.0, 3.0) == (12.0, (4.0, 12.0))
    assert found["second_value_and_grad"](2.0) == (12.0, (12.0,))
    assert "helper_value_and_grad" not in found
    named = shown(tmp_path, text, "helper")
    assert list(named)[-1] == "helper_value_and_grad"


def test_all_functions_of_a_file_without_decorators(tmp_path, capsys):
    text = """
import os
def parts(x, y):
    return x * y, x + y
def clean(path: str):
    os.remove(path)
square = lambda x: x * x
"""
    found = shown(tmp_path, text)
    assert {"parts_forward", "parts_backward", "square_value_and_grad"} <= set(found)
    value, residuals = found["parts_forward"](2.0, 3.0)
    assert value == (6.0, 5.0)
    assert found["parts_backward"](residuals, 1.0, 10.0) == (13.0,)
    assert "left out `clean`" in capsys.readouterr().err


def test_an_in_place_stencil_with_given_types(tmp_path):
    text = """
def heat(u, kappa, steps):
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] += kappa * (u[i + 1] - 2 * u[i] + u[i - 1])
    return (u * u).sum()
"""
    found = shown(tmp_path, text, "heat", "kappa,u", "u: f8[:], kappa: f8, steps: i8")
    u = np.array([0.0, 1.0, 3.0, -1.0, 0.5])

    def heat(kappa):
        v = u.copy()
        for _ in range(3):
            for i in range(1, len(v) - 1):
                v[i] += kappa * (v[i + 1] - 2 * v[i] + v[i - 1])
        return (v * v).sum()

    value, (kappa_bar, u_bar) = found["heat_value_and_grad"](u.copy(), 0.1, 3)
    assert value == pytest.approx(heat(0.1))
    assert kappa_bar == pytest.approx((heat(0.1 + 1e-6) - heat(0.1 - 1e-6)) / 2e-6, rel=1e-6)
    assert u_bar.shape == u.shape


def test_nothing_of_the_file_is_executed(tmp_path):
    victim = tmp_path / "victim"
    victim.touch()
    text = f"""
import os
import numpy as np
import a_module_that_does_not_exist
os.remove({str(victim)!r})
raise SystemExit(3)
def f(x):
    return np.sin(x)
"""
    done = run("show", written(tmp_path, text))
    assert done.returncode == 0, done.stderr
    assert functions_of(done.stdout)["f_value_and_grad"](0.0) == (0.0, (1.0,))
    assert victim.exists()


def test_output_in_a_pipe_is_a_module(tmp_path):
    done = run("show", written(tmp_path, ANNOTATED), "--stage", "array")
    assert done.returncode == 0 and "\x1b" not in done.stdout
    compile(done.stdout, "g.py", "exec")


def test_every_stage(tmp_path):
    target = written(tmp_path, ANNOTATED)
    out = show(target, "", "", "all")
    stages = ("source", "lowered", "optimised", "derivative", "array", "loops", "numba")
    places = [out.index(f"# wave: stage {stage} (") for stage in stages]
    assert places == sorted(places)
    assert show(target, "", "", "lowered") in out
    assert "wave_value_and_grad" in functions_of(show(target, "", "", "numba"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.py"], "cannot read missing.py"),
        (["{file}::wav"], "did you mean `wave`?"),
        (["{file}", "--wrt", "q"], "wrt='q' is no parameter of `wave`"),
        (["{file}", "--args", "q: f8"], "--args: there is no parameter `q`"),
        (["{file}", "--args", "t: f9"], "`t: f9` does not describe arguments"),
        (["{file}", "--stage", "soup"], "there is no stage 'soup'"),
        (["{file}", "--args", "t: i8"], "the argument `t` is an integer"),
    ],
)
def test_errors_are_messages(tmp_path, arguments, message):
    file = written(tmp_path, ANNOTATED)
    done = run("show", *[argument.replace("{file}", file) for argument in arguments])
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ") and message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(x:\n    return x\n", "this is not Python"),
        ("x = 1\n", "there is no function"),
        ("def f(*xs):\n    return xs[0]\n", "any number of arguments"),
        ("def f():\n    return 1.0\n", "the function has no parameters"),
        ("def f(x):\n    with x:\n        return x\n", "with"),
        ("\x00", "given.py is not Python: source code string cannot contain null bytes"),
    ],
)
def test_files_that_cannot_be_shown(tmp_path, text, message):
    with pytest.raises(AdgenError, match=message):
        show(written(tmp_path, text), "", "", "array")


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(AdgenError, match="cannot read"):
        show(str(tmp_path), "", "", "array")


def test_exceptions_of_the_file_are_imported_from_it(tmp_path):
    file = tmp_path / "model.py"
    file.write_text(
        "class Bad(ValueError):\n    pass\n\n\n"
        "def loss(x: float):\n    if x < 0:\n        raise Bad(f'x = {x}')\n    return x * x\n"
    )
    text = run("show", str(file)).stdout
    assert "from model import Bad" in text
    assert 'raise Bad(f"x = {x}")' in text


def test_source_beside_gradient(tmp_path):
    done = run("show", written(tmp_path, ANNOTATED), "--diff")
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if "def wave_value_and_grad" in line)
    assert row.lstrip().startswith('7  def wave(t: float, amplitude: "f8[:]") -> float:')


def test_a_page_of_html(tmp_path):
    done = run("show", written(tmp_path, ANNOTATED), "--html", "--stage", "numba")
    assert done.returncode == 0 and done.stdout.startswith("<!doctype html>")
    assert "radd" in done.stdout


def test_stages_that_are_no_modules_have_no_lines(tmp_path):
    done = run("show", written(tmp_path, ANNOTATED), "--diff", "--stage", "loops")
    assert done.returncode == 2 and "cannot be shown beside the source" in done.stderr


def test_run_sees_what_the_file_computes(tmp_path):
    text = "import adgen\nN = len('abc')\n\n@adgen.differentiate\ndef f(x):\n    return x * N\n"
    file = written(tmp_path, text)
    assert run("show", file).returncode == 2
    done = run("show", file, "--run")
    assert done.returncode == 0 and "return x * 3, (" in done.stdout


def test_functions_that_take_nothing_are_left_out(tmp_path):
    text = "def f(x: float):\n    return x * x\ndef main():\n    print(f(1.0))\n"
    done = run("show", written(tmp_path, text))
    assert done.returncode == 0 and "left out `main`" in done.stderr


def test_modules_of_python_that_functions_use_are_understood(tmp_path):
    text = (
        "import functools, contextlib, operator\n"
        "import numpy as np\n"
        "def f(x: 'f8[:, :]'):\n"
        "    twice = functools.partial(np.multiply, 2.0)\n"
        "    with contextlib.nullcontext():\n"
        "        y = np.matmul(x, twice(x))\n"
        "    return functools.reduce(operator.add, [y[0, 0], y[1, 1]])\n"
    )
    found = shown(tmp_path, text)
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    value, (x_bar,) = found["f_value_and_grad"](x)
    assert value == 2.0 * np.trace(x @ x)
    np.testing.assert_allclose(x_bar, 4.0 * x.T)
    assert "matmul" not in found  # NumPy's own is called: no kernel is imported


def test_parts_that_are_unpacked_or_named_together(tmp_path):
    text = """
import numpy as np
def loss(p, X):
    w, b = p["w"], p["b"]
    total = 0.0
    for k in range(len(X)):
        s, t = p["pairs"][k]
        total += s * t + np.dot(X[k], w) + b
    return total
"""
    out = show(written(tmp_path, text), "", "", "array")
    assert "p: {'w': f8[:], 'b': float, 'pairs': f8[:, :]}  guessed" in out


METHODS = """
import numpy as np
from adgen import differentiate

class Model:
    def __init__(self, w):
        self.w = w

    @differentiate(wrt="x")
    def loss(self, y, x):
        return np.sum((self.w * x - y) ** 2)

model = Model(np.ones(3))
"""


def test_a_method_of_an_object_of_the_file(tmp_path):
    file = tmp_path / "methods.py"
    file.write_text(METHODS)
    text = show(f"{file}::model.loss", "", "x: f8[:], y: f8[:]", "array", run=True)
    assert "derivative of loss with respect to x" in text
    with pytest.raises(SourceNotFound) as caught:
        show(f"{file}::model.loss", "", "", "array")
    assert "FILE::object.method --run" in str(caught.value)
    with pytest.raises(SourceNotFound, match="there is no function `model.nothing`"):
        show(f"{file}::model.nothing", "", "", "array", run=True)
