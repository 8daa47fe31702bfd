"""What people are told about loops and threads."""

from __future__ import annotations

import re

import numpy as np
import pytest

import adgen
from adgen.cli.show import text as show

X = np.array([0.5, 1.5, 0.25])


def lines(f, *args):
    """The report, with the places in the text of ``f`` as numbers from its first line."""
    source = adgen.differentiate(f, jit=False, parallel=True).source(*args)
    found = re.findall(r"#   (line \d+.*)", source.split("# with parallel=True:")[1])
    first = f.__code__.co_firstlineno
    return [re.sub(r"line (\d+)", lambda m: f"line {int(m[1]) - first}", line) for line in found]


def test_what_runs_on_threads():
    def f(x):
        s = 0.0
        for i in range(x.shape[0]):
            s += np.exp(x[i]) * np.sin(x[i])
        return s + np.sum(np.exp(x) / x)

    assert lines(f, X) == [
        "line 2 (`for i in range(x.shape[0])`): on threads",
        "line 4 (`return s + np.sum(np.exp(x) / x)`): on threads",
    ]


def test_why_other_loops_do_not():
    def f(x, n):
        s = 0.0
        for i in range(x.shape[0]):
            s += x[i] * x[i]
        for i in range(x.shape[0]):
            s = s * x[i] + 1.0
        u = x * 1.0
        for _ in range(n):
            u[1:] = np.sin(u[:-1])
        while s > 1.0:
            s *= 0.5
        for i in range(x.shape[0]):
            if s > x[i]:
                break
            s += x[i]
        for i in range(3):
            s += x[i] * np.sin(x[i])
        return s + u[0]

    found = [line for line in lines(f, X, 2) if "adjoint" not in line]
    said = [line.split("not on threads: ")[1] for line in found if "not on" in line]
    assert said == [
        "`s` is summed up in the order of the iterations, which prange leaves free",
        "`s` is handed from one iteration to the next",
        "iterations may touch the same elements of `u`",
        "how often it runs is not known ahead",
        "it may be left before its end",
        "it is short",
    ]


def test_a_function_without_loops():
    source = adgen.differentiate(lambda x: x * x, jit=False, parallel=True).source(2.0)
    assert "# with parallel=True:\n#   no loops\n" in source


@pytest.mark.parametrize("way", ["option", "decorator"])
def test_on_the_command_line(tmp_path, way):
    file = tmp_path / "program.py"
    decorator = "@differentiate(parallel=True)\n" if way == "decorator" else ""
    file.write_text(
        "from adgen import differentiate\nimport numpy as np\n\n"
        f"{decorator}def f(x):\n    return np.sum(np.exp(x))\n"
    )
    for stage in ("array", "numba"):
        text = show(str(file), "", "x: f8[:]", stage, way == "option")
        assert "# with parallel=True:\n#   line" in text and "): on threads\n" in text
        assert ("on_threads(" in text) == (stage == "numba")
    if way == "option":
        assert "parallel" not in show(str(file), "", "x: f8[:]", "array")
