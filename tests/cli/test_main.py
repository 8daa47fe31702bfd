"""The command line around the commands."""

from __future__ import annotations

import io
import sys

from typer.testing import CliRunner

from adgen import __version__
from adgen.cli import output
from adgen.cli.main import app


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_version():
    assert invoke("--version") == f"adgen {__version__}\n"


def test_help_lists_the_commands():
    text = invoke("--help")
    assert "show" in text and "rules" in text


def test_rules():
    lines = invoke("rules").splitlines()
    assert any(line.split()[:2] == ["np.tanh", "Elementwise"] for line in lines)
    assert any(line.startswith("x / y ") for line in lines)
    assert any("NoDerivative" in line and "piecewise constant" in line for line in lines)
    only = invoke("rules", "logaddexp").splitlines()
    assert only and all("logaddexp" in line for line in only)


def test_a_terminal_gets_colours(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    output.emit("def f(x):\n    return x\n")
    assert "\x1b[" in terminal.getvalue()
