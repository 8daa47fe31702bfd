"""``adgen check``: right gradients pass, wrong ones are named, ``--static`` runs nothing."""

from __future__ import annotations

import pytest

from adgen.transpiler.errors import AdgenError
from tests.cli.running import MODEL, document, invoke, output, written

WRONG = """
import numpy as np
import adgen

@adgen.primitive
def cube(x):
    return x * x * x

adgen.defvjp(cube, lambda ans, x: lambda g: g * 2.0 * x * x)

@adgen.differentiate
def f(x: "f8[:]"):
    return np.sum(cube(x))
"""


def test_right(tmp_path):
    lines = output("check", written(tmp_path, MODEL), "--no-jit").splitlines()
    assert lines[0].split() == ["function", "result", "by", "entries", "worst", "error"]
    assert lines[1].startswith("loss      right   w, b")


@pytest.mark.jit
def test_what_numba_compiles(tmp_path):
    (found,) = document("check", written(tmp_path, MODEL))
    assert found["result"] == "right" and found["by"] == ["w", "b"]
    assert found["types"]["X"] == "f8[:, :]"
    assert found["worst"]["error"] < found["tolerance"]


def test_a_wrong_rule_is_named_with_its_worst_entry(tmp_path):
    file = written(tmp_path, WRONG)
    (found,) = document("check", file, "--no-jit", "--inputs", "x=np.array([1.0, 2.0])", code=1)
    assert found["result"] == "wrong"
    assert found["worst"]["place"] == "x[1]"
    assert found["worst"]["found"] == pytest.approx(8.0 / 12.0 * found["worst"]["expected"])
    text = output("check", file, "--no-jit", "--inputs", "x=np.array([1.0, 2.0])", code=1)
    assert "x[1] is" in text and "differences say" in text


def test_arguments_that_belong_together(tmp_path):
    text = (
        "import numpy as np\n"
        "def f(W, x, b, n):\n"
        "    for _ in range(n):\n"
        "        b = b + np.tanh(W @ x)\n"
        "    return b @ b\n"
    )
    (found,) = document("check", written(tmp_path, text), "--no-jit", "--wrt", "W,x,b")
    assert found["result"] == "right" and found["entries"] == found["of"] > 9


def test_containers(tmp_path):
    text = (
        "import numpy as np\n"
        "def f(p: {'w': 'f8[:]', 'parts': ('f8', None)}, x: 'f8[:]'):\n"
        "    return p['w'] @ x * p['parts'][0]\n"
    )
    (found,) = document("check", written(tmp_path, text), "--no-jit")
    assert found["result"] == "right" and found["entries"] == 4


def test_a_function_that_nothing_can_be_drawn_for(tmp_path):
    text = (
        "def f(x: float):\n    if x < 5.0:\n        raise ValueError('small')\n    return x * x\n"
    )
    file = written(tmp_path, text)
    (found,) = document("check", file, "--no-jit", code=1)
    assert found["result"] == "not called" and found["remark"] == "ValueError: small"
    (found,) = document("check", file, "--no-jit", "--inputs", "x=6.0")
    assert found["result"] == "right"


def test_static_executes_nothing(tmp_path):
    victim = tmp_path / "victim"
    victim.touch()
    text = (
        f"import os\nos.remove({str(victim)!r})\n"
        "def good(x: float):\n    return x * x\n"
        "def bad(x: float):\n    with open('f') as f:\n        return x\n"
    )
    good, bad = document("check", written(tmp_path, text), "--static")
    assert victim.exists()
    assert good["result"] == "differentiable"
    assert bad["result"] == "left out" and bad["hint"] and bad["place"]["line"] == 6


def test_static_fails_for_what_was_asked_for(tmp_path):
    text = "def bad(x: float):\n    with open('f') as f:\n        return x\n"
    file = written(tmp_path, text)
    text = output("check", "--static", f"{file}::bad", code=1)
    assert "refused" in text and "help:" in text


def test_what_functions_print_is_not_mixed_with_the_answer(tmp_path):
    text = "def f(x: float):\n    print('noise', x)\n    return x * x\n"
    assert "noise" not in output("check", written(tmp_path, text), "--no-jit")


def test_nothing_to_check_is_a_failure(tmp_path):
    text = "def main():\n    return 1\ndef other():\n    return 2\n"
    assert invoke("check", "--static", written(tmp_path, text)).exit_code == 1


def test_a_file_that_fails(tmp_path):
    done = invoke("check", written(tmp_path, "raise SystemExit(7)\n"))
    assert isinstance(done.exception, AdgenError)
    assert "fails when it is run: SystemExit: 7" in str(done.exception)


@pytest.mark.parametrize("inputs", ["q=1.0", "w=", "w=1/0"])
def test_inputs_that_do_not_fit(tmp_path, inputs):
    done = invoke("check", written(tmp_path, MODEL), "--inputs", inputs)
    assert isinstance(done.exception, AdgenError) and "--inputs" in str(done.exception)


def test_a_function_that_ends_the_program(tmp_path):
    file = written(tmp_path, "def f(x: float):\n    raise SystemExit(3)\n")
    (found,) = document("check", file, "--no-jit", code=1)
    assert found["result"] == "not called" and found["remark"] == "SystemExit: 3"


def test_one_function_of_two_names_is_checked_once(tmp_path):
    text = "def relu(x: float):\n    return max(x, 0.0)\nnonlinearity = relu\n"
    (found,) = document("check", written(tmp_path, text), "--no-jit")
    assert found["function"] == "relu"


def test_a_guess_that_does_not_hold_is_named_as_one(tmp_path):
    """The user sees the types that were guessed, as they are given."""
    for line in ("s, t = x * k", "s = t = (x * k)[0]"):
        file = written(tmp_path, f"def f(x, k):\n    {line}\n    return s * t\n")
        for options in (["--static"], ["--no-jit"]):
            (found,) = document("check", file, *options, code=1)
            assert '--args "x: float, k: float"' in found["hint"]
        assert found["place"]["line"] == 2


def test_a_folder_is_no_file(tmp_path):
    error = invoke("check", str(tmp_path)).exception
    assert isinstance(error, AdgenError) and error.message.endswith("it is a folder")
