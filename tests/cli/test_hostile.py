"""Files that mean harm give a message in bounded time and memory, and nothing of them runs."""

from __future__ import annotations

import ast
import subprocess
import sys
import time

import pytest

from adgen.cli import show

SECONDS = 3  # of processor time that each may take
CLOCK = 120  # of a slow machine

FILES = {
    "deep parentheses": b"def f(x):\n    return " + b"(" * 300 + b"x" + b")" * 300 + b"\n",
    "deep signs": b"def f(x):\n    return " + b"-" * 5000 + b"x\n",
    "a long sum": b"def f(x):\n    return " + b" + ".join([b"x"] * 20_000) + b"\n",
    "deep blocks": b"def f(x):\n" + b"".join(
        b" " * (k + 1) + b"if x > 0:\n" for k in range(120)
    ) + b" " * 121 + b"return x\n",
    "a tower of powers": b"def f(x):\n    return x * 9**9**9**9\n",
    "a global tower": b"N = 9**9**9**9\ndef f(x):\n    return x * N\n",
    "a huge literal": b"def f(x):\n    return x * " + b"9" * 6000 + b"\n",
    "a huge shift": b"def f(x):\n    return x * (1 << (1 << 60))\n",
    "a huge text": b"def f(x):\n    return x * len('%9999999999d' % 3)\n",
    "a huge list": b"def f(x):\n    return sum(x * i for i in (1,) * 10**10)\n",
    "doubling tuples": b"def f(x):\n    a = (x, x)\n" + b"    a = (a, a)\n" * 60
    + b"    return a[0]\n",
    "doubling globals": b"A = (1.0, 1.0)\n" + b"A = (A, A)\n" * 60
    + b"def f(x):\n    return x * A[0]\n",
    "doubling calls": b"def f0(x):\n    return x\n" + b"".join(
        b"def f%d(x):\n    return f%d(x) + f%d(x)\n" % (k, k - 1, k - 1) for k in range(1, 60)
    ),
    "endless recursion": b"def f(x):\n    return f(x) + f(x)\n",
    "mutual recursion": b"def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\n",
    "a null byte": b"def f(x):\n    return x\x00\n",
    "an encoding that is none": b"# coding: rot13\nqrs s(k):\n    erghea k\n",
    "an encoding without its mark": b"# coding: utf-16\ndef f(x): return x\n",
    "no text at all": bytes(range(256)) * 10,
    "surrogates": b"def f(x):\n    return x * len('\\ud800')\n",
    "nothing": b"",
    "line ends of old": b"def f(x):\r    y = x * x  # \x0c import os\r    return y\r",
    "letters that Python takes for others": "def f(\U0001d431, \uff59):\n"
    "    return \u017f(x) * y\ndef \u017f(x):\n    return x * x\n".encode(),
    "loops in loops": b"def f(x, n: int):\n" + b"".join(
        b" " * (k + 1) + b"for i%d in range(n):\n" % k for k in range(20)
    ) + b" " * 21 + b"x = x * x\n return x\n",
    "ifs in ifs": b"def f(x):\n" + b"".join(
        b" " * (k + 1) + b"if x > %d:\n" % k for k in range(60)
    ) + b" " * 61 + b"x = x * x\n return x\n",
}  # fmt: skip
VERBS = (["show"], ["check", "--static", "--json"], ["build", "-o", "{out}"])


# All verbs read files in the one way that show does: a few kinds are enough for the others.
CASES = [(kind, VERBS[0]) for kind in FILES] + [
    (kind, verb) for kind in ("deep signs", "doubling calls", "a null byte") for verb in VERBS[1:]
]


@pytest.mark.parametrize(("kind", "verb"), CASES, ids=str)
def test_an_answer_in_bounded_time(tmp_path, kind, verb):
    file = tmp_path / "given.py"
    file.write_bytes(FILES[kind])
    options = [part.replace("{out}", str(tmp_path / "out.py")) for part in verb]
    command = [sys.executable, "-m", "adgen", *options, str(file), "--seconds", str(SECONDS)]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, timeout=CLOCK)
    assert time.monotonic() - start < CLOCK
    assert done.returncode in (0, 1, 2), done.stderr
    assert b"Traceback" not in done.stderr
    if done.returncode == 2:
        assert done.stderr.startswith(b"error: "), done.stderr


def test_a_file_without_end():
    command = [sys.executable, "-m", "adgen", "show", "/dev/zero"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=CLOCK)
    assert done.returncode == 2 and "it is larger than" in done.stderr


def test_a_name_that_would_be_called(tmp_path):
    file = tmp_path / "given.py"
    file.write_text("def __import__(x: float):\n    return x * x\n")
    command = [sys.executable, "-m", "adgen", "show", str(file)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    scope: dict = {}
    exec(text, scope)
    assert scope["__import___value_and_grad"](3.0) == (9.0, (6.0,))
    assert "__import__" not in scope


TEXTS = (
    "# \x0c import os; os.system('true')\n    return x  # \x0b\x1c\x85\u2028import os",
    "'''\"\"\" ''' \"'''\"\n    return x * x",
    "r'''\\\"\"\"\nimport os\n\"\"\"'''\n    return x * x",
    "if x > 0:\n        raise ValueError('''\"\"\");print(1);(\"\"\"''')\n    return x * x",
)


@pytest.mark.parametrize("body", TEXTS)
def test_no_text_becomes_code(tmp_path, capsys, body):
    file = tmp_path / "given.py"
    file.write_text(f"def f(x: float):\n    {body}\n", encoding="utf-8")
    show.command(str(file))
    tree = ast.parse(capsys.readouterr().out)
    assert {type(part) for part in tree.body} <= {ast.Import, ast.FunctionDef, ast.Expr}
    imported = [name.name for part in ast.walk(tree) if isinstance(part, ast.Import)
                for name in part.names]  # fmt: skip
    assert set(imported) <= {"numpy"}
    assert not any(isinstance(part, ast.Name) and part.id == "print" for part in ast.walk(tree))


RUN = {
    "a file that never ends": "while True:\n    pass\n",
    "a function that never ends": "def f(x: float):\n    while True:\n        x = x + 1.0\n"
    "        if x > 1e300:\n            break\n    return x\n",
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of processor time")
@pytest.mark.parametrize("verb", (["bench"], ["check", "--no-jit"]), ids=" ".join)
@pytest.mark.parametrize("kind", RUN)
def test_run_in_bounded_time(tmp_path, kind, verb):
    (tmp_path / "bad.py").write_text(RUN[kind])
    done = subprocess.run(
        [sys.executable, "-m", "adgen", *verb, "bad.py", "--seconds", "1"],
        cwd=tmp_path, capture_output=True, text=True, timeout=CLOCK,
    )  # fmt: skip
    asked = kind == "a function that never ends" and verb[0] == "check"
    assert done.returncode == (1 if asked else 2), done.stderr
    assert "takes more than 1 seconds" in (done.stdout if asked else done.stderr)
    assert "Traceback" not in done.stderr


def test_a_long_line_is_cut(tmp_path):
    (tmp_path / "bad.py").write_text("def f(x):\n    return " + "x + " * 500 + "open(x)\n")
    done = subprocess.run(
        [sys.executable, "-m", "adgen", "show", "bad.py"],
        cwd=tmp_path, capture_output=True, text=True, timeout=CLOCK,
    )  # fmt: skip
    place, line, carets, *_ = done.stderr.split("\n")
    assert place.startswith("error: bad.py:2:2012: `open`")
    assert line.strip().startswith("… ") and len(line) < 200
    at = carets.index("^")
    assert line[at : carets.rindex("^") + 1] == "open(x)"
