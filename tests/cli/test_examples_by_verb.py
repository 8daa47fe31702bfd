"""Each command over examples of the project, as somebody who has just installed it would try it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FIVE = ("logistic_regression", "svm", "hamiltonian_net", "physics_informed_net", "taylor_sine")


def run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "adgen", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", FIVE)
def test_show(tmp_path, name):
    text = run(tmp_path, "show", str(EXAMPLES / f"{name}.py"))
    functions = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    assert functions
    for stage in ("array", "numba"):
        beside = run(tmp_path, "show", str(EXAMPLES / f"{name}.py"), "--diff", "--stage", stage)
        assert "def " in beside and "│" in beside


@pytest.mark.parametrize("name", FIVE)
def test_check(tmp_path, name):
    out = run(tmp_path, "check", str(EXAMPLES / f"{name}.py"), "--no-jit")
    assert "right" in out and "WRONG" not in out
    assert "differentiable" in run(tmp_path, "check", str(EXAMPLES / f"{name}.py"), "--static")


@pytest.mark.parametrize("name", FIVE)
def test_build(tmp_path, name):
    said = run(tmp_path, "build", str(EXAMPLES / f"{name}.py"), "-o", "built.py", "--pair", "--jvp")
    offered = said.partition(": ")[2].strip().split(", ")
    built = {n.name for n in ast.parse((tmp_path / "built.py").read_text()).body
             if isinstance(n, ast.FunctionDef)}  # fmt: skip
    assert offered and built.issuperset(offered)


@pytest.mark.parametrize("name", FIVE)
def test_report(tmp_path, name):
    run(tmp_path, "report", str(EXAMPLES / f"{name}.py"), "-o", "report.html")
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")


@pytest.mark.jit
@pytest.mark.parametrize("name", ["svm::hinge", "taylor_sine::sine"])
def test_bench(tmp_path, name):
    file, _, function = name.partition("::")
    out = run(tmp_path, "bench", f"{EXAMPLES / f'{file}.py'}::{function}", "--size", "100")
    assert out.splitlines()[1].startswith(function)
