"""The command line around the commands."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adgen import __version__
from adgen.cli import exits, main, options, output
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


def test_the_shell_completes_files_functions_and_stages(tmp_path, monkeypatch):
    (tmp_path / "model.py").write_text("def loss(x):\n    return x\ndef other(x):\n    return x\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert list(options._targets("")) == ["folder/", "model.py"]
    assert list(options._targets("mo")) == ["model.py"]
    assert list(options._targets("model.py::")) == ["model.py::loss", "model.py::other"]
    assert list(options._targets("none.py::")) == []
    assert options._stages("n") == ["numba"]


def test_exit_codes_are_those_of_the_page():
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    for code in (exits.DONE, exits.FAILED, exits.REFUSED, exits.INTERRUPTED):
        assert f"| {code} | " in page


def test_an_interrupt_is_no_traceback(monkeypatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "app", interrupted)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 130
