"""``adgen build``: modules that run without adgen, with Numba and without, and are right."""

from __future__ import annotations

import ast
import subprocess
import sys

import numpy as np
import pytest

from adgen.transpiler.errors import AdgenError
from tests.cli.running import MODEL, invoke, output, written

MANY = """
import numpy as np

TABLE = np.array([1.0, 0.5, np.inf])

def net(p: {"W": "f8[:, :]", "b": ["f8[:]", None]}, x: "f8[:]", n: int = 2):
    h = x
    for _ in range(n):
        h = np.tanh(p["W"] @ h + p["b"][0])
    return np.sum(h * h)

def inplace(x: "f8[:]", k: float):
    for i in range(1, len(x)):
        x[i] += k * x[i - 1] ** 2
    return x.sum()

def both(x: "f8[:]", s: float):
    return {"scaled": x * s, "count": len(x)}, np.sum(np.sin(x))

def outside(x: "f8[:]"):
    return np.sum(x * TABLE[:2])

def solved(A: "f8[:, :]", b: "f8[:]"):
    return np.linalg.solve(A, b) @ b
"""

WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {missing}:
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
"""

TRIAL = """
import numpy as np
import built as m

def slope(f, x, h=1e-6):
    out = np.zeros(x.shape)
    for k in np.ndindex(x.shape):
        step = np.zeros(x.shape); step[k] = h
        out[k] = (f(x + step) - f(x - step)) / (2 * h)
    return out

close = lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9)
rng = np.random.default_rng(0)
W, b, x = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3)
p = {"W": W, "b": [b, None]}
value, bar = m.net_value_and_grad(p, x, 2)
assert value == m.net(p, x, 2) and type(value) is np.float64
assert list(bar) == ["W", "b"] and bar["b"][1] is None
close(bar["W"], slope(lambda W: m.net({"W": W, "b": [b, None]}, x, 2), W))
close(m.net_grad(p, x, 2)["b"][0], slope(lambda b: m.net({"W": W, "b": [b, None]}, x, 2), b))
value, residuals = m.net_forward(p, x, 2)
close(m.net_backward(residuals, 2.0)["W"], 2.0 * bar["W"])
value, tangent = m.net_jvp(p, x, 2, {"W": W, "b": [b, None]})
close(tangent, np.vdot(bar["W"], W) + np.vdot(bar["b"][0], b))

close(m.inplace_grad(x, 0.5), slope(lambda x: m.inplace(x.copy(), 0.5), x))
y, kept = x.copy(), x.copy()
value = m.inplace(y, 0.5)
close(y[1], kept[1] + 0.5 * kept[0] ** 2)
m.inplace_grad(kept, 0.5)
assert (kept == x).all()

(parts, total), residuals = m.both_forward(x, 2.0)
close(parts["scaled"], 2.0 * x)
assert parts["count"] == 3 and type(parts["count"]) is int
close(m.both_backward(residuals, ({"scaled": np.ones(3), "count": None}, 1.0)), 2.0 + np.cos(x))
close(m.outside_grad(x[:2]), [1.0, 0.5])
A = rng.normal(size=(3, 3)) + 4 * np.eye(3)
close(m.solved_grad(A, b), slope(lambda A: m.solved(A, b), A))

for wrong in (
    lambda: m.net({"W": W}, x, 2),
    lambda: m.net(p, x, 2.5),
    lambda: m.net(p, x.astype(complex), 2),
    lambda: m.net({"W": W.astype(object), "b": [b, None]}, x, 2),
    lambda: m.inplace(list(x), 0.5),
    lambda: m.inplace(x.astype("f4"), 0.5),
):
    try:
        wrong()
    except TypeError:
        continue
    raise AssertionError("it takes what it was not made for")
"""


def run(tmp_path, script: str, missing: tuple[str, ...]) -> None:
    file = tmp_path / "trial.py"
    file.write_text(WITHOUT.format(missing=missing) + script)
    done = subprocess.run([sys.executable, file], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def build(tmp_path, text: str, *options: str) -> str:
    out = tmp_path / "built.py"
    said = output("build", written(tmp_path, text), "-o", str(out), *options)
    assert said.startswith(f"{out}: ")
    return out.read_text(encoding="utf-8")


def test_right_without_adgen_and_numba(tmp_path):
    build(tmp_path, MANY, "--pair", "--jvp")
    run(tmp_path, TRIAL, ("adgen", "numba", "scipy"))


@pytest.mark.jit
def test_right_with_numba(tmp_path):
    build(tmp_path, MANY, "--pair", "--jvp")
    more = "\nassert type(m._adgen_net_value_and_grad).__name__ == 'CPUDispatcher'\n"
    run(tmp_path, TRIAL + more, ("adgen",))


def test_hessian_products(tmp_path):
    build(tmp_path, MODEL, "--hvp", "--wrt", "w")
    script = (
        "import numpy as np, built as m\n"
        "w, X, y = np.array([.5, -1.]), np.array([[1., 2.], [3., -1.]]), np.array([1., -1.])\n"
        "v, h = np.array([1., 2.]), 1e-6\n"
        "slope = (m.loss_grad(w + h * v, .1, X, y) - m.loss_grad(w - h * v, .1, X, y)) / (2 * h)\n"
        "np.testing.assert_allclose(m.loss_hvp(w, .1, X, y, v), slope, rtol=1e-7)\n"
    )
    run(tmp_path, script, ("adgen", "numba"))


def test_extents_of_one(tmp_path):
    text = "import numpy as np\ndef f(x: 'f8[:]', y: 'f8[:]'):\n    return np.sum(x * y)\n"
    build(tmp_path, text)
    refused = (
        "import numpy as np, built as m\n"
        "try:\n    m.f_grad(np.ones(1), np.ones(3))\n"
        "except ValueError as error:\n    assert '--any-extents' in str(error)\n"
        "else:\n    raise AssertionError\n"
    )
    run(tmp_path, refused, ("adgen", "numba"))
    build(tmp_path, text, "--any-extents")
    taken = (
        "import numpy as np, built as m\n"
        "y = np.array([1., 2., 3.])\n"
        "assert (m.f_grad(np.ones(1), y) == [6.]).all()\n"
        "assert (m.f_grad(np.ones(3), y) == y).all()\n"
    )
    run(tmp_path, taken, ("adgen", "numba"))


def test_the_head_says_what_made_it_and_no_more(tmp_path):
    text = build(tmp_path, MODEL)
    head = text.partition("import")[0]
    assert "Generated by adgen" in head and "given.py" in head
    assert "loss(w: f8[:], b: float, X: f8[:, :], y: f8[:])" in head
    assert str(tmp_path) not in text
    assert text == build(tmp_path, MODEL)  # the same again


def test_arguments_that_share_memory(tmp_path):
    text = (
        "def f(x: 'f8[:]', y: 'f8[:]'):\n"
        "    for i in range(len(x)):\n        x[i] = x[i] * y[i]\n"
        "    return x.sum()\n"
    )
    build(tmp_path, text)
    script = (
        "import numpy as np, built as m\nx = np.ones(3)\n"
        "for f in (m.f, m.f_grad):\n"
        "    try:\n        f(x, x)\n"
        "    except ValueError as error:\n        assert 'shares memory' in str(error)\n"
        "    else:\n        raise AssertionError\n"
    )
    run(tmp_path, script, ("adgen", "numba"))


def test_defaults_and_constants(tmp_path):
    text = (
        "import numpy as np\n"
        "def f(x: 'f4[:]', flags: 'bool[:]', kind='square', scale=2.0, n=2):\n"
        "    y = x ** n if kind == 'square' else x\n"
        "    return np.sum(np.where(flags, y, 0.0)) * scale\n"
    )
    build(tmp_path, text, "--pair", "--jvp")
    script = (
        "import numpy as np, built as m\n"
        "x, flags = np.array([1., 2., 3.], 'f4'), np.array([True, False, True])\n"
        "bar = m.f_grad(x, flags)\n"
        "assert bar.dtype == np.float32 and (bar == [4., 0., 12.]).all()\n"
        "assert (m.f_grad(x, flags, scale=1.0) == [2., 0., 6.]).all()\n"
        "assert m.f_jvp(x, flags, 'square', 2.0, 2, np.ones(3, 'f4'))[1] == 16.0\n"
        "try:\n    m.f(x, flags, 'other')\n"
        "except TypeError as error:\n    assert 'kind must be' in str(error)\n"
        "else:\n    raise AssertionError\n"
    )
    run(tmp_path, script, ("adgen", "numba"))


HOSTILE = """
def __import__(np: float, _x: float):
    return np * _x
def float(math: float):
    return math * math
def radd(x: 'f8[:]', print: int):
    return x[print] * 2.0
"""


def test_names_cannot_collide(tmp_path):
    text = build(tmp_path, HOSTILE)
    names = {n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)}
    assert {"__import___value_and_grad", "float_grad", "radd_value_and_grad"} <= names
    assert not names & {"__import__", "float", "np"}
    script = (
        "import built as m, numpy as np\n"
        "assert m.__import___grad(2., 3.) == 3. and m.float_grad(2.) == 4.\n"
        "assert m.radd_grad(np.ones(2), 1)[1] == 2. and m.radd_(np.ones(2), 1) == 2.\n"
    )
    run(tmp_path, script, ("adgen", "numba"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(x: float):\n    return x\ndef f_grad(x: float):\n    return x\n", "`f_grad`"),
        ("def _adgen_f(x: float):\n    return x\n", "names that begin with `_adgen_`"),
        ("def f(_adgen_flat: float):\n    return _adgen_flat\n", "`_adgen_flat`: names that"),
        (
            "class Bad(ValueError):\n    pass\ndef f(x: float):\n"
            "    if x < 0:\n        raise Bad('no')\n    return x\n",
            "would have to import `Bad` of `given`",
        ),
        (
            "def f(p: {'x': 'f8'}):\n    p['y'] = 1.0\n    return p['x']\n",
            "changes a container of its caller",
        ),
    ],
)
def test_what_cannot_stand_alone(tmp_path, text, message):
    out = tmp_path / "built.py"
    done = invoke("build", written(tmp_path, text), "-o", str(out))
    assert isinstance(done.exception, AdgenError) and message in str(done.exception)
    assert not out.exists()


def test_a_file_does_not_overwrite_itself(tmp_path):
    file = written(tmp_path, MODEL)
    done = invoke("build", file, "-o", file)
    assert isinstance(done.exception, AdgenError)
    assert open(file, encoding="utf-8").read() == MODEL


def test_nothing_of_the_file_is_executed(tmp_path):
    text = "import os\nos.abort()\ndef f(x: float):\n    return x * x\n"
    build(tmp_path, text)


def test_run_sees_what_the_file_computes(tmp_path):
    text = "N = len('abc') * 2.0\ndef f(x: float):\n    return x * N\n"
    assert isinstance(
        invoke("build", written(tmp_path, text), "-o", str(tmp_path / "b.py")).exception, AdgenError
    )
    build(tmp_path, text, "--run")
    run(tmp_path, "import built as m\nassert m.f_grad(1.0) == 6.0\n", ("adgen", "numba"))


def test_arrays_of_the_surroundings_are_written_exactly(tmp_path):
    text = build(tmp_path, MANY)
    assert "np.array([1.0, 0.5, float('inf')], 'f8')" in text
    assert np.isinf(eval("np.array([1.0, float('inf')], 'f8')")[1])


CHECKPOINTED = """
import numpy as np
from adgen import checkpointed

def swing(x: "f8[:]", steps: int):
    a, b = x[0], x[1]
    for _ in checkpointed(range(steps), snapshots=3):
        a, b = a + 0.1 * np.sin(b), b - 0.1 * a * b
    return a * b
"""
SWINGING = """
import sys
import numpy as np
import built as m
assert "adgen" not in sys.modules
x = np.array([0.4, 0.8])
value, bar = m.swing_value_and_grad(x, 25)
assert value == m.swing(x, 25)
for k, step in enumerate(1e-6 * np.eye(2)):
    np.testing.assert_allclose(
        bar[k], (m.swing(x + step, 25) - m.swing(x - step, 25)) / 2e-6, rtol=1e-7
    )
"""


@pytest.mark.jit
@pytest.mark.parametrize("missing", [("adgen", "numba"), ("adgen",)])
def test_checkpointed_loops_bring_their_schedule(tmp_path, missing):
    build(tmp_path, CHECKPOINTED)
    run(tmp_path, SWINGING, missing)
