"""Checkers of types understand adgen's names: a program without mistakes, and one of mistakes."""

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WRONG = [
    number
    for number, line in enumerate((HERE / "mistakes.py").read_text().split("\n"), 1)
    if line.endswith("# wrong")
]


def flagged(command, file):
    """The lines of a file at which a checker finds errors, and what it says."""
    done = subprocess.run([*command, HERE / file], cwd=ROOT, capture_output=True, text=True)
    text = done.stdout + done.stderr
    found = re.findall(r"^.*?(\w+\.py):(\d+)(?::\d+ -|:) error:?", text, re.MULTILINE)
    assert (done.returncode == 0) is not bool(found), text
    return sorted({(name, int(line)) for name, line in found}), text


MYPY = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent"]
PYRIGHT = ["pyright", "--pythonpath", sys.executable]
CHECKERS = pytest.mark.parametrize(
    "command",
    [
        pytest.param(MYPY, id="mypy"),
        pytest.param(
            PYRIGHT,
            id="pyright",
            marks=pytest.mark.skipif(not shutil.which("pyright"), reason="pyright is not here"),
        ),
    ],
)


@CHECKERS
def test_a_strict_checker_has_nothing_to_say_of_a_typed_program(command):
    found, text = flagged(command, "program.py")
    assert not found, text


@CHECKERS
def test_mistakes_are_flagged(command):
    found, text = flagged(command, "mistakes.py")
    assert found == [("mistakes.py", line) for line in WRONG], text


def test_the_program_runs(monkeypatch):
    monkeypatch.setenv("ADGEN_JIT", "0")
    names = runpy.run_path(str(HERE / "program.py"))
    assert names["gradient"](3.0) == 2.0
